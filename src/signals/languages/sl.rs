//! Slovenian: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "sl",
    title: "Slovenian",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[
        r"odsoten\s?:",
        r"samodejni odgovor(?:\s?:|$)",
        r"avtomatski odgovor(?:\s?:|$)",
        r"odsoten z? ?pisarne(?:\s?:|$)",
    ],
    auto_reply_texts: &[
        "trenutno nisem v pisarni",
        "to je samodejni odgovor",
        "sem na dopustu do",
        "vrnem se",
    ],
    bounce_subjects: &[r"ni mogoče dostaviti\s?:", r"nedostavljivo\s?:"],
    bounce_texts: &["dostava tem prejemnikom", "sporočila ni bilo mogoče dostaviti"],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"prebrano\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &[],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &["-----Izvirno sporočilo-----"],
    shows: &[
        "auto-reply/sl-exchange.eml",
        "bounce/lang-sl-exchange.eml",
        "receipt/sl-outlook-read.eml",
    ],
    spares: &["ordinary/sl-holiday.eml"],
};
