//! Languages of which nothing is known but how Exchange and Outlook begin the subjects of automatic replies.
//! Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "mul",
    title: "sixteen more",
    source: "language packs of Exchange 2010 to 2019 and Microsoft 365; from memory, none measured",
    auto_reply_subjects: &[
        // Afrikaans
        r"outomatiese antwoord\s?:",
        // Albanian
        r"p[ëe]rgjigje automatike\s?:",
        // Azerbaijani
        r"avtomatik cavab\s?:",
        // Basque
        r"erantzun automatikoa\s?:",
        // Filipino
        r"awtomatikong tugon\s?:",
        // Georgian
        r"ავტომატური პასუხი\s?:",
        // Hindi
        r"स्वचालित (?:उत्तर|जवाब)\s?:",
        // Icelandic
        r"sj[áa]lfvirkt svar\s?:",
        // Irish
        r"freagra uathoibr[íi]och\s?:",
        // Kazakh
        r"автоматты жауап\s?:",
        // Macedonian, Serbian in Cyrillic letters
        r"аутоматски одговор\s?:",
        r"автоматски одговор\s?:",
        // Malay
        r"balasan automatik\s?:",
        // Persian
        r"پاسخ خودکار\s?:",
        // Urdu
        r"خودکار جواب\s?:",
        // Welsh
        r"ateb awtomatig\s?:",
    ],
    auto_reply_texts: &[],
    bounce_subjects: &[],
    bounce_texts: &[],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[],
    receipt_texts: &[],
    automatic_words: &[],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &[],
    shows: &["auto-reply/mul-persian.eml", "auto-reply/mul-serbian.eml"],
    spares: &["ordinary/hr-holiday.eml"],
};
