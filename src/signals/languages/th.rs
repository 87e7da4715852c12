//! Thai: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "th",
    title: "Thai",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[r"(?:การ)?ตอบกลับอัตโนมัติ(?:\s?:|$)"],
    auto_reply_texts: &["ไม่อยู่ที่สำนักงาน", "ข้อความตอบกลับอัตโนมัติ"],
    bounce_subjects: &[r"ไม่สามารถส่งได้\s?:", r"ส่งไม่ได้\s?:"],
    bounce_texts: &["การส่งไปยังผู้รับหรือกลุ่มเหล่านี้ล้มเหลว", "ไม่พบที่อยู่อีเมล"],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"อ่านแล้ว\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &["อัตโนมัติ"],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &[],
    shows: &[
        "auto-reply/th-exchange.eml",
        "bounce/lang-th-exchange.eml",
        "receipt/th-outlook-read.eml",
    ],
    spares: &["ordinary/th-holiday.eml"],
};
