//! Lithuanian: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "lt",
    title: "Lithuanian",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[r"automatinis atsakymas(?:\s?:|$)", r"nesu biure(?:\s?:|$)"],
    auto_reply_texts: &[
        "šiuo metu nesu biure",
        "atostogauju iki",
        "tai automatinis atsakymas",
        "grįšiu",
    ],
    bounce_subjects: &[r"nepristatyta\s?:", "nepristatomas laiškas"],
    bounce_texts: &["nepavyko pristatyti šiems gavėjams", "laiško pristatyti nepavyko"],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"perskaityta\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &[],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &["-----Pradinis pranešimas-----"],
    shows: &[
        "auto-reply/lt-exchange.eml",
        "bounce/lang-lt-exchange.eml",
        "receipt/lt-outlook-read.eml",
    ],
    spares: &["ordinary/lt-holiday.eml"],
};
