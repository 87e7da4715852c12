//! Indonesian: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "id",
    title: "Indonesian",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[
        r"balasan otomatis(?:\s?:|$)",
        r"jawaban otomatis(?:\s?:|$)",
        r"di luar kantor(?:\s?:|$)",
    ],
    auto_reply_texts: &[
        "saya sedang tidak di kantor",
        "saya sedang cuti",
        "akan kembali pada",
        "ini adalah balasan otomatis",
    ],
    bounce_subjects: &[r"tidak terkirim\s?:", r"gagal terkirim\s?:"],
    bounce_texts: &[
        "pengiriman gagal ke penerima",
        "pesan tidak dapat dikirim",
        "alamat tidak ditemukan",
    ],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"dibaca\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &["otomatis"],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &["-----Pesan Asli-----"],
    shows: &[
        "auto-reply/id-exchange.eml",
        "bounce/lang-id-exchange.eml",
        "receipt/id-outlook-read.eml",
    ],
    spares: &["ordinary/id-holiday.eml"],
};
