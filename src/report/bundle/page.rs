//! The page of a bundle: what it holds, with links to its files. One file without scripts; loads nothing.

use super::{Bundled, Shown};
use crate::report::escape;

/// Rows that the page lists.
pub(super) const LISTED: usize = 1_000;

/// The page.
pub(super) fn page(bundled: &Bundled, notes: &[String], rows: &[Shown], sources: &str) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Evidence collected by unscatter</title>\n<style>\n\
         body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 70rem; padding: 0 1rem; color-scheme: light dark }\n\
         table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere }\n\
         .wide { overflow-x: auto }\n\
         @media print { a { color: inherit; text-decoration: none } }\n\
         </style>\n</head>\n<body>\n<main>\n<h1>Evidence collected by unscatter</h1>\n",
    );
    out.push_str(&format!(
        "<p>{} messages in {} rows, from {} source addresses; {} drafts of abuse messages, none of which was sent.</p>\n<ul>\n",
        bundled.messages, bundled.rows, bundled.sources, bundled.drafts
    ));
    for note in notes {
        out.push_str(&format!("<li>{}</li>\n", text(note)));
    }
    out.push_str(
        "</ul>\n<p>Files: <a href=\"MANIFEST.sha256\">MANIFEST.sha256</a> (check with <code>sha256sum -c MANIFEST.sha256</code>), \
         <a href=\"run.json\">run.json</a>, <a href=\"findings.csv\">findings.csv</a>, <a href=\"sources.csv\">sources.csv</a>.</p>\n",
    );
    out.push_str("<h2>Messages</h2>\n");
    if bundled.rows > rows.len() as u64 {
        out.push_str(&format!(
            "<p>The first {} of {}; all are in findings.csv.</p>\n",
            rows.len(),
            bundled.rows
        ));
    }
    out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for name in [
        "file",
        "received",
        "class",
        "origin",
        "recipient",
        "reason",
        "subject of the answered mail",
        "source",
        "SHA-256 as stored",
    ] {
        out.push_str(&format!("<th scope=\"col\">{name}</th>"));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        // Names of files are ours.
        let file = match row.file.is_empty() {
            true => "not copied".to_owned(),
            false => format!("<a href=\"{0}\">{0}</a>", row.file),
        };
        out.push_str(&format!("<tr><td>{file}</td>"));
        for cell in &row.cells {
            out.push_str(&format!("<td>{}</td>", text(cell)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n<h2>Sources</h2>\n<div class=\"wide\"><table>\n");
    for (n, line) in sources.lines().take(LISTED + 1).enumerate() {
        let tag = if n == 0 { "th scope=\"col\"" } else { "td" };
        let end = if n == 0 { "th" } else { "td" };
        out.push_str(if n == 0 { "<thead><tr>" } else { "<tr>" });
        for cell in line.split(',') {
            out.push_str(&format!("<{tag}>{}</{end}>", text(cell)));
        }
        out.push_str(if n == 0 { "</tr></thead>\n<tbody>\n" } else { "</tr>\n" });
    }
    out.push_str("</tbody></table></div>\n</main>\n</body>\n</html>\n");
    out
}

/// Text as HTML shows it.
fn text(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    for c in escape::escaped_before(written).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_a_mail_is_text() {
        assert_eq!(
            text("<img src=x onerror='a'>&\u{202e}"),
            "&lt;img src=x onerror=&#39;a&#39;&gt;&amp;\\xe2\\x80\\xae"
        );
    }
}
