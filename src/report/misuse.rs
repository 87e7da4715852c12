//! "Was I hacked, or only spoofed?" in words, with counts; the same in the summary and on the page. Never
//! claims more than the way of the returned mail shows.

use super::text::counted;
use crate::learning::{Abuse, Tally};

/// What cannot wait: a stolen password, a server that others send from.
pub(super) struct Urgent {
    /// What shows it.
    pub(super) abuse: Abuse,
    /// What to do.
    pub(super) heading: &'static str,
    /// Why.
    pub(super) words: String,
}

/// What cannot wait, if anything.
pub(super) fn urgent(tally: &Tally) -> Option<Urgent> {
    let abuse = tally.answer();
    let n = counted(u64::from(tally.count(abuse)), "answer is", "answers are");
    let (heading, words) = match abuse {
        Abuse::AccountUsed => (
            "Change the password of your mail account now",
            format!(
                "{n} to mail that went out over your own mail server with your password, is not in \
                 your Sent folder, and reads like the mail of strangers. Somebody else seems to have \
                 the password. (If you know this mail, from a program that keeps no copies, then it \
                 was you.) unscatter moves none of these."
            ),
        ),
        Abuse::WebScript => (
            "Look at the scripts on your web server now",
            format!(
                "{n} to mail that your own server sent without anybody logging in, and that reads \
                 like the mail of strangers or names a script as its author. A contact form or an \
                 outdated web program may be open to others. unscatter moves none of these."
            ),
        ),
        Abuse::Spoofed | Abuse::CannotTell => return None,
    };
    Some(Urgent { abuse, heading, words })
}

/// The answer in a few words.
pub(super) fn short(tally: &Tally) -> &'static str {
    match tally.answer() {
        Abuse::Spoofed => "Spoofed, as far as can be seen",
        Abuse::AccountUsed => "Your account was used, as it seems",
        Abuse::WebScript => "Your web server was used, as it seems",
        Abuse::CannotTell => "It cannot be told",
    }
}

/// The answer in full; `None` where there is nothing to answer.
pub(super) fn answer(tally: &Tally) -> Option<String> {
    let count = |abuse| counted(u64::from(tally.count(abuse)), "mail", "mails");
    let short = short(tally);
    Some(match tally.answer() {
        Abuse::CannotTell if tally.count(Abuse::CannotTell) == 0 => return None,
        Abuse::CannotTell => format!(
            "{short} from what came back. That a mail is not in Sent proves nothing by itself."
        ),
        Abuse::Spoofed => {
            let silent = match tally.count(Abuse::CannotTell) {
                0 => String::new(),
                n => format!(" Of {} more it cannot be told.", super::text::grouped(u64::from(n))),
            };
            let over = match tally.count(Abuse::AccountUsed) + tally.count(Abuse::WebScript) {
                0 => "none over your own mail server with your password",
                1 => "one oddly over your own server",
                _ => "a few oddly over your own server",
            };
            format!(
                "{short}: {} came from hosts that are not yours, {over}.{silent}",
                count(Abuse::Spoofed)
            )
        }
        abuse @ (Abuse::AccountUsed | Abuse::WebScript) => format!(
            "{short}: {} (see above). Besides, {} came from hosts that are not yours.",
            count(abuse),
            count(Abuse::Spoofed)
        ),
    })
}
