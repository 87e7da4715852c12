//! Each language in each charset that software writes it in: a subject of an automatic reply is known as
//! an encoded word of either encoding, without any other mark in the header.

use encoding_rs::Encoding;
use unscatter::message::{Limits, glance, parse};
use unscatter::signals::{Kind, Recogniser, languages};
use unscatter::verdict::decide_kind;

/// Tag, subject, text of an out-of-office note, and the charsets that mail programs write it in.
#[rustfmt::skip]
const NOTES: &[(&str, &str, &str, &[&str])] = &[
    ("ar", "رد تلقائي: تقرير", "أنا خارج المكتب حاليا وسأعود يوم الاثنين", &["windows-1256", "iso-8859-6", "utf-8"]),
    ("bg", "Автоматичен отговор: отчет", "Не съм в офиса до понеделник", &["windows-1251", "koi8-r", "utf-8"]),
    ("ca", "Resposta automàtica: informe", "Estaré fora de l'oficina fins dilluns", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("cs", "Automatická odpověď: zpráva", "Jsem mimo kancelář do pondělí", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("da", "Automatisk svar: rapport", "Jeg er ikke på kontoret før mandag", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("de", "Automatische Antwort: Bericht", "Ich bin bis Montag nicht im Büro", &["iso-8859-1", "iso-8859-15", "windows-1252", "utf-8", "utf-7"]),
    ("el", "Αυτόματη απάντηση: αναφορά", "Βρίσκομαι εκτός γραφείου", &["iso-8859-7", "windows-1253", "utf-8"]),
    ("en", "Automatic reply: report", "I am out of the office until Monday", &["us-ascii", "iso-8859-1", "utf-8", "utf-7"]),
    ("es", "Respuesta automática: informe", "Estoy fuera de la oficina hasta el lunes", &["iso-8859-1", "windows-1252", "utf-8", "utf-7"]),
    ("et", "Automaatvastus: aruanne", "Olen hetkel kontorist väljas", &["iso-8859-15", "windows-1257", "utf-8"]),
    ("fi", "Automaattinen vastaus: raportti", "Olen poissa toimistosta maanantaihin", &["iso-8859-1", "iso-8859-15", "utf-8"]),
    ("fr", "Réponse automatique : rapport", "Je suis absent du bureau jusqu'à lundi", &["iso-8859-1", "iso-8859-15", "windows-1252", "utf-8", "utf-7"]),
    ("he", "תשובה אוטומטית: דוח", "אני מחוץ למשרד", &["windows-1255", "iso-8859-8", "utf-8"]),
    ("hr", "Automatski odgovor: izvještaj", "Trenutno nisam u uredu", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("hu", "Automatikus válasz: jelentés", "Jelenleg nem vagyok az irodában", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("id", "Balasan otomatis: laporan", "Saya sedang tidak di kantor", &["us-ascii", "utf-8"]),
    ("it", "Risposta automatica: relazione", "Sono fuori ufficio fino a lunedì", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("ja", "自動応答: 報告書", "ただいま不在にしております。", &["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"]),
    ("ko", "자동 회신: 보고서", "현재 부재중입니다.", &["euc-kr", "utf-8"]),
    ("lt", "Automatinis atsakymas: ataskaita", "Šiuo metu nesu biure", &["windows-1257", "iso-8859-13", "utf-8"]),
    ("lv", "Automātiska atbilde: pārskats", "Pašlaik neesmu birojā", &["windows-1257", "iso-8859-13", "utf-8"]),
    ("mul", "Sjálfvirkt svar: skýrsla", "Verð við á mánudaginn", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("mul", "Аутоматски одговор: извештај", "Нисам у канцеларији", &["windows-1251", "utf-8"]),
    ("nb", "Automatisk svar: rapport", "Jeg er ikke på kontoret", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("nl", "Automatisch antwoord: verslag", "Ik ben niet op kantoor", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("pl", "Odpowiedź automatyczna: raport", "Jestem poza biurem do poniedziałku", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("pt", "Resposta automática: relatório", "Estou fora do escritório", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("ro", "Răspuns automat: raport", "Nu sunt la birou", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("ru", "Автоматический ответ: отчёт", "Я в отпуске до понедельника", &["koi8-r", "windows-1251", "iso-8859-5", "utf-8"]),
    ("sk", "Automatická odpoveď: správa", "Som mimo kancelárie", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("sl", "Samodejni odgovor: poročilo", "Trenutno nisem v pisarni", &["iso-8859-2", "windows-1250", "utf-8"]),
    ("sv", "Autosvar: rapport", "Jag är inte på kontoret", &["iso-8859-1", "windows-1252", "utf-8"]),
    ("th", "ตอบกลับอัตโนมัติ: รายงาน", "ไม่อยู่ที่สำนักงาน", &["windows-874", "tis-620", "utf-8"]),
    ("tr", "Otomatik yanıt: rapor", "Ofis dışındayım", &["iso-8859-9", "windows-1254", "utf-8"]),
    ("uk", "Автоматична відповідь: звіт", "Мене немає в офісі", &["koi8-u", "windows-1251", "utf-8"]),
    ("vi", "Trả lời tự động: báo cáo", "Tôi không có mặt tại văn phòng", &["utf-8"]),
    ("zh-Hans", "自动答复: 报告", "我目前不在办公室", &["gb2312", "gbk", "gb18030", "utf-8"]),
    ("zh-Hant", "自動回覆: 報告", "我目前不在辦公室", &["big5", "utf-8"]),
];

pub(crate) fn base64(octets: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in octets.chunks(3) {
        let bits =
            group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * at) & 63) as usize] as char;
            out.push(if at > group.len() { '=' } else { sign });
        }
    }
    out
}

pub(crate) fn quoted(octets: &[u8]) -> String {
    octets
        .iter()
        .map(|b| match b {
            b' ' => "_".to_owned(),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => (*b as char).to_string(),
            _ => format!("={b:02X}"),
        })
        .collect()
}

/// UTF-7 (RFC 2152), which no crate writes.
fn utf7(text: &str) -> Vec<u8> {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() && c != '+' {
            out.push(c);
        } else {
            let mut units = [0; 2];
            let octets: Vec<u8> =
                c.encode_utf16(&mut units).iter().flat_map(|u| u.to_be_bytes()).collect();
            out.push_str(&format!("+{}-", base64(&octets).trim_end_matches('=')));
        }
    }
    out.into_bytes()
}

/// The text in that charset; nothing where the charset lacks a character.
fn encoded(text: &str, charset: &str) -> Option<Vec<u8>> {
    if charset == "utf-7" {
        return Some(utf7(text));
    }
    let encoding = Encoding::for_label(charset.as_bytes())?;
    let (octets, _, lossy) = encoding.encode(text);
    (!lossy).then(|| octets.into_owned())
}

fn message(subject: &[u8], text: &[u8], charset: &str) -> Vec<u8> {
    let mut m = b"Return-Path: <uma@ex.example>\r\nReceived: from ex.example by mx.example.org; Mon, 1 May \
        2023 09:00:00 +0000\r\nFrom: Uma Ode <uma@ex.example>\r\nTo: anna.berg@example.org\r\nDate: Mon, 1 May \
        2023 09:00:00 +0000\r\nMessage-ID: <n1@ex.example>\r\nMIME-Version: 1.0\r\nSubject: "
        .to_vec();
    m.extend_from_slice(subject);
    m.extend_from_slice(
        format!(
            "\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        .as_bytes(),
    );
    m.extend_from_slice(text);
    m.extend_from_slice(b"\r\n");
    m
}

#[test]
fn a_note_without_any_mark_is_known_in_each_language_and_charset() {
    let general = Recogniser::new(true);
    let mut wrong = Vec::new();
    let mut ran = 0;
    for (tag, subject, text, charsets) in NOTES {
        for charset in *charsets {
            let octets = encoded(subject, charset).unwrap_or_else(|| panic!("{tag} {charset}"));
            let body = encoded(text, charset).unwrap_or_else(|| panic!("{tag} {charset}"));
            for word in [
                format!("=?{charset}?B?{}?=", base64(&octets)),
                format!("=?{charset}?q?{}?=", quoted(&octets)),
                format!("=?{}?b?{}?=", charset.to_uppercase(), base64(&octets)),
            ] {
                let m = message(word.as_bytes(), &body, charset);
                let parsed = parse(&m, &Limits::default(), general.breaks());
                let kind = decide_kind(&parsed, &general.look(&parsed)).kind;
                ran += 1;
                if kind != Kind::AutoReply || parsed.subject != *subject {
                    wrong.push(format!("{tag} {charset}: {} {:?}", kind.name(), parsed.subject));
                }
                if !general.may_find(&glance(&m)) {
                    wrong.push(format!("{tag} {charset}: dropped by triage"));
                }
            }
        }
    }
    assert!(ran > 270, "only {ran} ran");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_language_has_its_note() {
    assert!(languages::ALL.len() >= 30);
    for language in languages::ALL {
        assert!(NOTES.iter().any(|n| n.0.eq_ignore_ascii_case(language.tag)), "{}", language.tag);
    }
}

#[test]
fn an_out_of_office_text_alone_decides_nothing() {
    let general = Recogniser::new(true);
    for (tag, _, text, _) in NOTES {
        let m = message(b"Notes", text.as_bytes(), "utf-8");
        let parsed = parse(&m, &Limits::default(), general.breaks());
        let kind = decide_kind(&parsed, &general.look(&parsed)).kind;
        assert_eq!(kind, Kind::Ordinary, "{tag}");
    }
}
