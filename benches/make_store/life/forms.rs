//! Which program answers how, and how much it gives back of what it answers. A table, and the lots drawn from it.

use crate::answer::{Ask, Returns};
use crate::rng::Rng;
use crate::{bounces, delays, notices, replies};

use super::options::Options;
use Returns::{Headers, Id, Nothing, Subject, Whole};

/// One program in one kind of answer.
pub(crate) struct Form {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    weight: u32,
    returns: &'static [(Returns, u32)],
    /// Programs of the site that may stand behind it; empty for any.
    sites: &'static [&'static str],
}

macro_rules! form {
    ($kind:literal, $name:literal, $weight:literal, [$(($r:ident, $w:literal)),*], [$($s:literal),*]) => {
        Form { kind: $kind, name: $name, weight: $weight, returns: &[$(($r, $w)),*], sites: &[$($s),*] }
    };
}

#[rustfmt::skip]
pub(crate) const FORMS: &[Form] = &[
    form!("bounce", "postfix", 9, [(Whole, 4), (Headers, 1)], ["postfix"]),
    form!("bounce", "exim", 7, [(Whole, 4), (Headers, 1)], ["exim"]),
    form!("bounce", "exim-text", 2, [(Whole, 2), (Headers, 1)], ["exim-text"]),
    form!("bounce", "sendmail", 5, [(Whole, 2), (Headers, 1)], ["sendmail"]),
    form!("bounce", "qmail", 3, [(Whole, 1)], ["qmail"]),
    form!("bounce", "courier", 2, [(Whole, 1), (Headers, 1)], ["courier"]),
    form!("bounce", "opensmtpd", 2, [(Whole, 1), (Headers, 1)], ["opensmtpd"]),
    form!("bounce", "exchange", 5, [(Headers, 3), (Whole, 1)], ["exchange"]),
    form!("bounce", "domino", 2, [(Whole, 1), (Headers, 2)], ["domino"]),
    form!("bounce", "gmail", 4, [(Whole, 3), (Headers, 1)], ["gmail"]),
    form!("bounce", "yahoo", 1, [(Whole, 1)], ["yahoo"]),
    form!("bounce", "kddi", 1, [(Whole, 1)], ["kddi"]),
    form!("bounce", "groupwise", 1, [(Whole, 1)], ["groupwise"]),
    form!("bounce", "dma", 1, [(Headers, 1)], ["dma"]),
    form!("bounce", "imail", 2, [(Subject, 2), (Nothing, 1), (Whole, 1)], ["imail"]),
    form!("bounce", "bare-notice", 3, [(Id, 2), (Subject, 3), (Nothing, 3)], ["bare-notice"]),
    form!("bounce", "sieve-reject", 1, [(Headers, 1)], ["postfix", "exim", "sendmail"]),
    form!("delay", "postfix", 4, [(Headers, 1)], ["postfix"]),
    form!("delay", "exim", 3, [(Headers, 1)], ["exim", "exim-text"]),
    form!("delay", "sendmail", 3, [(Headers, 1)], ["sendmail"]),
    form!("delay", "opensmtpd", 2, [(Headers, 1)], ["opensmtpd"]),
    form!("success", "postfix", 2, [(Headers, 1)], ["postfix"]),
    form!("success", "exim", 1, [(Headers, 1)], ["exim", "exim-text"]),
    form!("auto-reply", "pigeonhole", 5, [(Id, 1)], ["postfix", "exim", "dma"]),
    form!("auto-reply", "exchange-oof", 5, [(Id, 1)], ["exchange"]),
    form!("auto-reply", "procmail", 2, [(Id, 1)], ["sendmail", "postfix"]),
    form!("auto-reply", "exim-autoreply", 3, [(Id, 1)], ["exim", "exim-text"]),
    form!("auto-reply", "ticket", 3, [(Id, 1)], []),
    form!("auto-reply", "vacation", 3, [(Nothing, 7), (Subject, 3)], ["sendmail", "opensmtpd", "postfix"]),
    form!("auto-reply", "mailbot", 2, [(Id, 1)], ["courier"]),
    form!("auto-reply", "provider", 4, [(Id, 1)], ["gmail", "yahoo"]),
    form!("auto-reply", "panel", 4, [(Subject, 2), (Nothing, 1)], []),
    form!("challenge-response", "tmda", 2, [(Headers, 1), (Whole, 1)], ["qmail", "postfix", "exim"]),
    form!("challenge-response", "boxtrapper", 3, [(Headers, 1)], ["exim", "exim-text"]),
    form!("challenge-response", "gate", 3, [(Subject, 2), (Nothing, 1)], []),
    form!("receipt", "thunderbird-mdn", 1, [(Headers, 1)], []),
    form!("receipt", "outlook-mdn", 2, [(Id, 1)], []),
    form!("feedback-report", "arf", 1, [(Whole, 1)], []),
];

/// Whether a program of this name answers at all.
pub(crate) fn known(name: &str) -> bool {
    FORMS.iter().any(|f| f.name == name)
}

pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FORMS.iter().map(|f| f.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Programs that run at sites, the frequent ones more than once.
pub(crate) fn site_programs(options: &Options) -> Vec<&'static str> {
    let bounces = FORMS.iter().filter(|f| f.kind == "bounce" && f.sites.contains(&f.name));
    let mut all = Vec::new();
    for form in bounces.filter(|f| options.takes(f.name)) {
        all.extend(std::iter::repeat_n(form.name, form.weight as usize));
    }
    if all.is_empty() { vec!["postfix"] } else { all }
}

/// The form in which a site of this program gives such an answer, and how much comes back.
pub(crate) fn draw(
    kind: &str,
    program: &str,
    options: &Options,
    rng: &mut Rng,
) -> Option<(&'static Form, Returns)> {
    let fits = |f: &&Form| {
        f.kind == kind
            && options.takes(f.name)
            && (f.sites.is_empty() || f.sites.contains(&program))
    };
    let total: u32 = FORMS.iter().filter(fits).map(|f| f.weight).sum();
    let mut at = rng.below(total as usize) as u32;
    for form in FORMS.iter().filter(fits) {
        if at < form.weight {
            return Some((form, form.give(rng)));
        }
        at -= form.weight;
    }
    None
}

/// The form of one program, where it has one of that kind and may answer.
pub(crate) fn exactly(
    kind: &str,
    name: &str,
    options: &Options,
    rng: &mut Rng,
) -> Option<(&'static Form, Returns)> {
    let form = FORMS.iter().find(|f| f.kind == kind && f.name == name && options.takes(name))?;
    Some((form, form.give(rng)))
}

impl Form {
    fn give(&self, rng: &mut Rng) -> Returns {
        let total: u32 = self.returns.iter().map(|r| r.1).sum();
        let mut at = rng.below(total as usize) as u32;
        for (returns, weight) in self.returns {
            if at < *weight {
                return *returns;
            }
            at -= weight;
        }
        Nothing
    }

    /// Writes the answer.
    pub(crate) fn write(&self, ask: &Ask<'_>, rng: &mut Rng) -> String {
        match (self.kind, self.name) {
            ("bounce", "dma") => notices::dma(ask, rng),
            ("bounce", "imail") => notices::imail(ask, rng),
            ("bounce", "sieve-reject") => notices::reject(ask, rng),
            ("bounce", name) => bounces::bounce(name, ask, rng),
            ("delay", name) => delays::delay(name, ask, rng),
            ("success", name) => notices::success(name, ask, rng),
            (_, "mailbot") => notices::mailbot(ask, rng),
            (_, "provider") => notices::provider(ask, rng),
            (_, "panel") => notices::panel(ask, rng),
            (_, "gate") => notices::gate(ask, rng),
            (_, name) => replies::reply(name, ask, rng),
        }
    }
}
