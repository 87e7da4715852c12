//! What folders are called for what they are for, in the languages of mail programs and providers.
//! Pure names; nothing here looks at mail.

use super::Role;

/// Folder names in lower case, as IMAP servers, mail programs and exports write them.
const NAMES: &[(Role, &[&str])] = &[
    (
        Role::Sent,
        &[
            "sent",
            "sent items",
            "sent messages",
            "sent mail",
            "sent-mail",
            "sentmail",
            "sent_mail",
            "sent-items",
            "sent elements",
            "outbox sent",
            "sentbox",
            "sent mails",
            "gesendet",
            "gesendete",
            "gesendete elemente",
            "gesendete objekte",
            "gesendete nachrichten",
            "envoyés",
            "envoyes",
            "éléments envoyés",
            "elements envoyes",
            "messages envoyés",
            "objets envoyés",
            "courrier envoyé",
            "enviados",
            "elementos enviados",
            "enviadas",
            "correo enviado",
            "mensajes enviados",
            "itens enviados",
            "mensagens enviadas",
            "e-mails enviados",
            "posta inviata",
            "inviata",
            "inviati",
            "elementi inviati",
            "messaggi inviati",
            "verzonden",
            "verzonden items",
            "verzonden berichten",
            "verzonden e-mail",
            "skickat",
            "skickade",
            "skickade objekt",
            "skickat e-post",
            "sendt",
            "sendte",
            "sendt post",
            "sendte elementer",
            "sendt e-mail",
            "sendte e-poster",
            "lähetetyt",
            "lähetetyt viestit",
            "wysłane",
            "elementy wysłane",
            "wyslane",
            "odeslané",
            "odeslaná pošta",
            "odeslane",
            "odoslané",
            "odoslaná pošta",
            "отправленные",
            "отправлено",
            "надіслані",
            "відправлені",
            "изпратени",
            "trimise",
            "mesaje trimise",
            "elemente trimise",
            "elküldött",
            "elküldött elemek",
            "elküldött üzenetek",
            "gönderilmiş öğeler",
            "gönderilenler",
            "gönderilmiş postalar",
            "απεσταλμένα",
            "σταλμένα",
            "poslano",
            "poslane stavke",
            "poslani predmeti",
            "saadetud",
            "nosūtītās",
            "išsiųsta",
            "išsiųsti",
            "enviats",
            "elements enviats",
            "bidalitakoak",
            "送信済み",
            "送信済みアイテム",
            "送信済みメール",
            "送信",
            "已发送",
            "已发送邮件",
            "已发邮件",
            "寄件備份",
            "寄件匣備份",
            "已傳送",
            "보낸편지함",
            "보낸 편지함",
            "보낸 메일함",
            "보낸메일함",
            "דואר יוצא",
            "נשלח",
            "فريد مرسل",
            "البريد المرسل",
            "المرسلة",
            "đã gửi",
            "terkirim",
            "ส่งแล้ว",
            "จดหมายที่ส่ง",
        ],
    ),
    (
        Role::Draft,
        &[
            "drafts",
            "draft",
            "entwürfe",
            "entwuerfe",
            "brouillons",
            "brouillon",
            "borradores",
            "borrador",
            "rascunhos",
            "bozze",
            "concepten",
            "utkast",
            "kladder",
            "luonnokset",
            "szkice",
            "kopie robocze",
            "wersje robocze",
            "koncepty",
            "rozepsané",
            "черновики",
            "чернетки",
            "чернови",
            "ciorne",
            "piszkozatok",
            "taslaklar",
            "πρόχειρα",
            "下書き",
            "草稿",
            "草稿箱",
            "임시보관함",
            "esborranys",
            "unsent messages",
            "outbox",
            "postausgang",
            "templates",
            "vorlagen",
        ],
    ),
    (
        Role::Junk,
        &[
            "junk",
            "spam",
            "junk e-mail",
            "junk email",
            "junk mail",
            "bulk mail",
            "bulk",
            "spamverdacht",
            "junk-e-mail",
            "unerwünscht",
            "werbung",
            "courrier indésirable",
            "indésirables",
            "pourriel",
            "correo no deseado",
            "no deseado",
            "lixo eletrônico",
            "lixo electrónico",
            "posta indesiderata",
            "indesiderata",
            "ongewenste e-mail",
            "ongewenst",
            "skräppost",
            "søppelpost",
            "uønsket mail",
            "uønsket e-post",
            "roskaposti",
            "wiadomości-śmieci",
            "nevyžádaná pošta",
            "nevyžiadaná pošta",
            "спам",
            "нежелательная почта",
            "levélszemét",
            "gereksiz",
            "istenmeyen",
            "迷惑メール",
            "垃圾邮件",
            "垃圾郵件",
            "스팸",
            "스팸메일함",
        ],
    ),
    (
        Role::Trash,
        &[
            "trash",
            "deleted",
            "deleted items",
            "deleted messages",
            "bin",
            "papierkorb",
            "gelöscht",
            "gelöschte elemente",
            "gelöschte objekte",
            "corbeille",
            "éléments supprimés",
            "papelera",
            "elementos eliminados",
            "lixeira",
            "lixo",
            "itens excluídos",
            "cestino",
            "posta eliminata",
            "elementi eliminati",
            "prullenbak",
            "verwijderde items",
            "papperskorg",
            "borttagna objekt",
            "papirkurv",
            "slettede elementer",
            "slettet post",
            "roskakori",
            "poistetut",
            "kosz",
            "elementy usunięte",
            "koš",
            "odstraněná pošta",
            "kôš",
            "корзина",
            "удаленные",
            "удалённые",
            "кошик",
            "кошче",
            "coș de gunoi",
            "lomtár",
            "törölt elemek",
            "çöp kutusu",
            "silinmiş öğeler",
            "κάδος",
            "διαγραμμένα",
            "ゴミ箱",
            "削除済みアイテム",
            "已删除",
            "已删除邮件",
            "垃圾桶",
            "휴지통",
            "paperera",
            "deleted elements",
        ],
    ),
    (Role::Swept, &["backscatter", "swept"]),
];

/// The role that one folder name tells.
fn of_name(name: &str) -> Option<Role> {
    let mut name = name.trim().to_lowercase();
    for ending in [".gz", ".zst", ".mbox", ".mbx", ".sbd", ".mbs"] {
        if let Some(stem) = name.strip_suffix(ending) {
            name = stem.to_owned();
        }
    }
    // Thunderbird numbers a second folder of the same name.
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let bare =
        if bare.len() < name.len() { bare.strip_suffix('-').unwrap_or(&name) } else { &name };
    let hit = |n: &str| NAMES.iter().find(|(_, names)| names.contains(&n)).map(|(role, _)| *role);
    hit(bare).or_else(|| hit(&bare.replace('_', " ")))
}

/// The role that a hierarchy of folder names tells, and the name that tells it. Trash in Sent is
/// trash; sent mail of a year in an archive is sent.
pub(super) fn of_hierarchy(names: &[String]) -> Option<(Role, String)> {
    let told: Vec<(Role, &String)> =
        names.iter().filter_map(|n| of_name(n).map(|role| (role, n))).collect();
    [Role::Swept, Role::Trash, Role::Junk, Role::Draft, Role::Sent]
        .into_iter()
        .find_map(|role| told.iter().find(|(r, _)| *r == role))
        .map(|(role, n)| (*role, (*n).clone()))
}

/// The role that the labels of a Takeout mbox tell.
pub(super) fn of_labels(labels: &str) -> Option<Role> {
    let names: Vec<String> =
        labels.split(',').map(|l| l.trim().trim_matches('"').to_owned()).collect();
    of_hierarchy(&names).map(|(role, _)| role)
}

/// A Maildir++ or IMAP name in modified UTF-7 (RFC 3501 section 5.1.3), decoded. What is not valid
/// stays as it is.
pub(super) fn utf7(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        let inner = &rest[start + 1..];
        let Some(end) = inner.find('-') else {
            out.push_str(&rest[start..]);
            return out;
        };
        let coded = &inner[..end];
        match (coded.is_empty(), base64_utf16(coded)) {
            (true, _) => out.push('&'),
            (false, Some(text)) => out.push_str(&text),
            (false, None) => out.push_str(&rest[start..start + end + 2]),
        }
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    out
}

fn base64_utf16(coded: &str) -> Option<String> {
    let (mut bits, mut count) = (0u32, 0);
    let mut octets = Vec::new();
    for b in coded.bytes() {
        let v = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(v);
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    let units: Vec<u16> =
        octets.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(names: &[&str]) -> Option<Role> {
        of_hierarchy(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).map(|r| r.0)
    }

    #[test]
    fn folders_are_told_by_their_names_in_many_languages() {
        for name in [
            "Sent",
            "Gesendete Elemente",
            "Envoyés",
            "Отправленные",
            "送信済み",
            "Sent-1",
            "sent.mbox",
            "SENT_ITEMS",
        ] {
            assert_eq!(role(&[name]), Some(Role::Sent), "{name}");
        }
        assert_eq!(role(&["Papierkorb"]), Some(Role::Trash));
        assert_eq!(role(&["Backscatter", "backscatter"]), Some(Role::Swept));
        assert_eq!(role(&["Archive", "2024"]), None);
    }

    #[test]
    fn hierarchies_count_and_trash_wins_over_sent() {
        assert_eq!(role(&["Archive", "2024", "Sent"]), Some(Role::Sent));
        assert_eq!(role(&["Sent", "2019"]), Some(Role::Sent));
        assert_eq!(role(&["Trash", "Sent"]), Some(Role::Trash));
        assert_eq!(of_labels("Sent,Inbox,Opened"), Some(Role::Sent));
        assert_eq!(of_labels("Gesendet,Papierkorb"), Some(Role::Trash));
        assert_eq!(of_labels("Inbox,Important"), None);
    }

    #[test]
    fn modified_utf_7_is_decoded_and_broken_names_stay() {
        assert_eq!(utf7("Envoy&AOk-s"), "Envoyés");
        assert_eq!(utf7("&kAFP4W4IMH8-"), "送信済み");
        assert_eq!(utf7("A &- B"), "A & B");
        assert_eq!(utf7("x&broken"), "x&broken");
    }
}
