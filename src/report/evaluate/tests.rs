//! Small truths and findings, with numbers worked out by hand.

use super::*;
use tempfile::TempDir;

const FINDINGS: &str = "\
store,folder,locator,sha256,class,origin,p_forged
mail,INBOX,cur/a,aa,genuine-bounce,genuine,0.0100
mail,INBOX,cur/b,bb,backscatter,forged,0.9950
mail,INBOX,cur/c,cc,backscatter,forged,0.9900
mail,INBOX,cur/d,dd,undecided-bounce,unknown,0.5000
mail,INBOX,cur/e,ee,auto-reply,forged,0.9700
mail,INBOX,cur/f,ff,ordinary,none,
mail,INBOX,cur/g,11,auto-reply,unknown,0.4000
mail,INBOX,cur/h,22,ordinary,none,
";

/// b is a mistake of the dangerous sort; e is a bounce that was called an auto-reply; g is ordinary; i is
/// not listed; the last is not sure.
const TRUTH: &str = "\
sha256,kind,provenance,adversarial
AA,bounce,genuine,
bb,bounce,genuine,known-recipient;forwarded
cc,bounce,forged,
dd,bounce,forged,forwarded
ee,bounce,forged,
ff,spam,n/a,
11,ordinary,n/a,talks-about-bounces
99,delayed,genuine,
22,unsure,,
";

fn files(truth: &str, findings: &str) -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("truth.csv"), folder.path().join("findings.csv"));
    fs::write(&one, truth).unwrap();
    fs::write(&two, findings).unwrap();
    (folder, one, two)
}

fn read(truth: &str, findings: &str, only: &[&str]) -> Result<Evaluation, Error> {
    let (_folder, truth, findings) = files(truth, findings);
    let only: Vec<_> = only.iter().map(|condition| condition.parse().unwrap()).collect();
    Evaluation::read(&truth, &findings, &only)
}

#[track_caller]
fn measures(evaluation: &Evaluation, expected: &[(&str, f64)]) {
    for (name, value) in expected {
        let measured = evaluation.measure(name).unwrap();
        assert!((measured - value).abs() < 1e-9, "{name} is {measured}, not {value}");
    }
}

#[test]
fn measures_are_those_worked_out_by_hand() {
    let evaluation = read(TRUTH, FINDINGS, &[]).unwrap();
    measures(
        &evaluation,
        &[
            ("rows", 8.0),
            ("listed", 7.0),
            ("unlisted", 1.0),
            ("without-truth", 0.0),
            ("kind.bounce.total", 5.0),
            ("kind.bounce.hits", 4.0),
            ("kind.bounce.recall", 0.8),
            ("kind.bounce.precision", 1.0),
            ("kind.bounce.as-auto-reply", 1.0),
            ("kind.bounce+auto-reply.recall", 1.0),
            ("kind.bounce+delivery-notice.recall", 4.0 / 6.0),
            ("kind.auto-reply.hits", 0.0),
            ("kind.auto-reply.called", 2.0),
            ("kind.auto-reply.precision", 0.0),
            ("kind.ordinary.total", 2.0),
            ("kind.ordinary.false", 1.0),
            ("kind.ordinary.precision", 0.5),
            ("accuracy.kind", 5.0 / 8.0),
            ("origin.genuine.total", 3.0),
            ("origin.genuine.recall", 1.0 / 3.0),
            ("origin.genuine.swept", 1.0),
            ("origin.genuine.as-forged", 1.0),
            ("origin.forged.recall", 2.0 / 3.0),
            ("origin.forged.precision", 2.0 / 3.0),
            ("origin.forged.swept", 1.0),
            ("origin.forged.as-genuine.share", 0.0),
            ("accuracy.origin", 3.0 / 6.0),
            ("class.backscatter.recall", 1.0 / 3.0),
            ("class.backscatter.precision", 0.5),
            ("class.genuine-bounce.recall", 0.5),
        ],
    );
}

#[test]
fn calibration_is_the_one_worked_out_by_hand() {
    let evaluation = read(TRUTH, FINDINGS, &[]).unwrap();
    let calibration = evaluation.calibration();
    assert_eq!(calibration.rows, 5);
    assert_eq!(calibration.bins.map(|bin| bin.0), [1, 0, 0, 0, 0, 1, 0, 0, 0, 3]);
    let mean = (0.995 + 0.99 + 0.97) / 3.0;
    assert!((calibration.bins[9].1 - mean).abs() < 1e-9);
    assert!((calibration.bins[9].2 - 2.0 / 3.0).abs() < 1e-9);
    let squares = 0.01f64.powi(2) + 0.995f64.powi(2) + 0.01f64.powi(2) + 0.25 + 0.03f64.powi(2);
    let ece = 0.2 * 0.01 + 0.2 * 0.5 + 0.6 * (mean - 2.0 / 3.0);
    measures(&evaluation, &[("brier", squares / 5.0), ("ece", ece)]);
}

#[test]
fn the_tables_show_it() {
    let evaluation = read(TRUTH, FINDINGS, &[]).unwrap();
    let mut out = Vec::new();
    evaluation.write(&mut out, &["adversarial".into()], 3).unwrap();
    let shown = String::from_utf8(out).unwrap();
    for line in shown.lines() {
        assert!(escape::width(line) <= 80, "{line}");
    }
    assert_eq!(shown, include_str!("tables.txt"));
}

#[test]
fn conditions_leave_rows_out() {
    let evaluation = read(TRUTH, FINDINGS, &["adversarial!=forwarded"]).unwrap();
    measures(&evaluation, &[("rows", 6.0), ("origin.genuine.swept", 0.0), ("without-truth", 0.0)]);
    let evaluation = read(TRUTH, FINDINGS, &["adversarial=forwarded", "kind=bounce"]).unwrap();
    measures(&evaluation, &[("rows", 2.0)]);
    assert!(read(TRUTH, FINDINGS, &["colour=red"]).unwrap_err().to_string().contains("\"colour\""));
}

#[test]
fn rows_are_joined_by_locator_and_by_path_too() {
    let truth = "locator,kind\ncur/a,bounce\nmail/cur/f,ordinary\ncur/zz,bounce\n";
    let evaluation = read(truth, FINDINGS, &[]).unwrap();
    measures(&evaluation, &[("listed", 2.0), ("accuracy.kind", 2.0 / 3.0), ("without-truth", 6.0)]);

    let (folder, truth, findings) = files("path,kind\n./bounce/../bounce/x.eml,bounce\n", "");
    let row = format!(
        "store,locator,sha256,class,origin,p_forged\n{}/,bounce/x.eml,aa,undecided-bounce,unknown,0.5\n",
        folder.path().display()
    );
    fs::write(&findings, row).unwrap();
    let evaluation = Evaluation::read(&truth, &findings, &[]).unwrap();
    measures(&evaluation, &[("listed", 1.0), ("kind.bounce.recall", 1.0)]);
}

#[test]
fn escaped_and_defused_locators_are_joined() {
    let findings = "store,locator,sha256,class,origin,p_forged\n\
                    m,'=caf\\xc3\\xa9\\x5c,aa,undecided-bounce,unknown,0.5\n";
    let evaluation = read("locator,kind\n=café\\x5c,bounce\n", findings, &[]).unwrap();
    measures(&evaluation, &[("listed", 1.0)]);
}

#[test]
fn json_lines_are_read_like_the_csv() {
    let (folder, truth, _) = files("sha256,kind,origin\naa,bounce,forged\n", "");
    let findings = folder.path().join("findings.jsonl");
    fs::write(
        &findings,
        r#"{"store":"m","locator":"a","sha256":"aa","class":"backscatter","origin":"forged","p_forged":0.99}
{"store":"m","locator":"b","sha256":"bb","class":"ordinary","origin":"none","p_forged":null}
"#,
    )
    .unwrap();
    let evaluation = Evaluation::read(&truth, &findings, &[]).unwrap();
    measures(&evaluation, &[("origin.forged.swept", 1.0), ("without-truth", 1.0)]);
}

#[test]
fn requirements_are_read_and_nothing_measured_meets_none() {
    let evaluation = read(TRUTH, FINDINGS, &[]).unwrap();
    for (written, met) in [
        ("kind.bounce.recall>=0.8", true),
        ("kind.bounce.recall >= 0.81", false),
        ("kind.ordinary.false<=1", true),
        ("kind.ordinary.false<=0", false),
        ("kind.receipt.recall>=0", false),
        ("kind.receipt.recall<=1", false),
    ] {
        let requirement: Requirement = written.parse().unwrap();
        let value = evaluation.measure(&requirement.name).unwrap();
        assert_eq!(requirement.met(value), met, "{written}");
    }
    for wrong in [
        "kind.bounce.recall",
        "kind.bounce.recall=1",
        "kind.bounce.recall>=much",
        "kind.bonuce.recall>=1",
        "kind.bounce.cheer>=1",
        "kind.bounce>=1",
        "origin.forged.as-bounce>=1",
        "x<=1>=2",
    ] {
        assert!(wrong.parse::<Requirement>().is_err(), "{wrong}");
    }
}

#[test]
fn what_is_malformed_is_named_with_its_line() {
    for (truth, findings, expected) in [
        ("sha256,kind\naa,bonuce\n", FINDINGS, "truth.csv: line 2: unknown kind \"bonuce\""),
        ("sha256,kind,origin\naa,bounce,mine\n", FINDINGS, "line 2: unknown origin \"mine\""),
        ("sha256\naa\n", FINDINGS, "no column \"kind\"; there are: sha256"),
        ("kind\nbounce\n", FINDINGS, "none of the columns sha256, locator, path"),
        (TRUTH, "store,locator\n", "findings.csv: line 1: no column \"sha256\""),
        ("sha256,kind\n77,bounce\n", FINDINGS, "not one row names a message of the findings"),
        ("sha256,kind\naa\n", FINDINGS, "truth.csv: CSV error"),
        ("sha256,kind\naa,\u{1b}[2J\n", FINDINGS, "unknown kind \"\\x1b[2J\""),
    ] {
        let error = read(truth, findings, &[]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_name() {
    let truth = "\u{feff}sha256,kind\naa,bounce\n";
    measures(&read(truth, FINDINGS, &[]).unwrap(), &[("listed", 1.0)]);
}
