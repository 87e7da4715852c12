//! Estonian: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "et",
    title: "Estonian",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[
        r"automaatvastus(?:\s?:|$)",
        r"automaatne vastus(?:\s?:|$)",
        r"kontorist väljas(?:\s?:|$)",
    ],
    auto_reply_texts: &[
        "olen hetkel kontorist väljas",
        "olen puhkusel kuni",
        "see on automaatne vastus",
        "naasen",
    ],
    bounce_subjects: &[r"kättetoimetamatu\s?:", r"edastamatu\s?:"],
    bounce_texts: &[
        "kohaletoimetamine järgmistele adressaatidele",
        "kirja ei saanud kohale toimetada",
    ],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"loetud\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &[],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &["-----Algne sõnum-----"],
    shows: &[
        "auto-reply/et-exchange.eml",
        "bounce/lang-et-exchange.eml",
        "receipt/et-outlook-read.eml",
    ],
    spares: &["ordinary/et-holiday.eml"],
};
