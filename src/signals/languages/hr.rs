//! Croatian: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "hr",
    title: "Croatian",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[
        r"automatski odgovor(?:\s?:|$)",
        r"аутоматски одговор(?:\s?:|$)",
        r"odsutnost iz ureda(?:\s?:|$)",
    ],
    auto_reply_texts: &[
        "trenutno nisam u uredu",
        "nisam u kancelariji",
        "vraćam se u",
        "ovo je automatski odgovor",
        "na godišnjem sam odmoru",
    ],
    bounce_subjects: &[r"nije isporučeno\s?:", r"neisporučeno\s?:", "neisporučiva poruka"],
    bounce_texts: &[
        "isporuka sljedećim primateljima",
        "poruka nije isporučena",
        "poruka nije mogla biti isporučena",
    ],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"pročitano\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &[],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &["-----Izvorna poruka-----"],
    shows: &[
        "auto-reply/hr-exchange.eml",
        "bounce/lang-hr-exchange.eml",
        "receipt/hr-outlook-read.eml",
    ],
    spares: &["ordinary/hr-holiday.eml"],
};
