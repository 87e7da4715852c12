//! Vietnamese: what answering programs and out-of-office texts say. Pure table; decides nothing.

use super::Language;

pub(super) const LANGUAGE: Language = Language {
    tag: "vi",
    title: "Vietnamese",
    source: "Exchange 2010 to 2019 and Microsoft 365, Outlook; few strings, none measured",
    auto_reply_subjects: &[r"(?:thư )?trả lời tự động(?:\s?:|$)", r"tự động trả lời(?:\s?:|$)"],
    auto_reply_texts: &[
        "tôi không có mặt tại văn phòng",
        "tôi đang vắng mặt",
        "tôi sẽ trở lại vào",
        "đây là thư trả lời tự động",
    ],
    bounce_subjects: &[r"không thể gửi(?: thư)?\s?:", "thư không gửi được"],
    bounce_texts: &[
        "không thể gửi thư đến những người nhận",
        "không gửi được thư",
        "không tìm thấy địa chỉ",
    ],
    delay_subjects: &[],
    delay_texts: &[],
    challenge_texts: &[],
    receipt_subjects: &[r"đã đọc\s?:\s?\S"],
    receipt_texts: &[],
    automatic_words: &["tự động"],
    thanks: &[],
    yours: &[],
    meetings: &[],
    orders: &[],
    original_lines: &["-----Thư gốc-----"],
    shows: &[
        "auto-reply/vi-exchange.eml",
        "bounce/lang-vi-exchange.eml",
        "receipt/vi-outlook-read.eml",
    ],
    spares: &["ordinary/vi-holiday.eml"],
};
