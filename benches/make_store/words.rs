//! Word lists: names, places, subjects, vocabularies. A pure table; `{n}` is a number, `{d}` a weekday,
//! `{o}` a thing, `{t}` a random token, `{f}` a first name.

pub(crate) const FIRST: &[&str] = &[
    "Anna", "Bela", "Carla", "Dario", "Elin", "Femke", "Goran", "Hedda", "Ivo", "Jana", "Karim",
    "Lena", "Marek", "Nora", "Olaf", "Petra", "Quentin", "Rosa", "Stefan", "Tilda", "Ulla",
    "Viktor", "Wanda", "Yusuf", "Zora", "Jürgen", "Zoë", "Łukasz", "Søren", "Chloé",
];

pub(crate) const LAST: &[&str] = &[
    "Abel", "Brandt", "Castell", "Dahl", "Eriksen", "Fabre", "Gruber", "Holm", "Ilves", "Jansky",
    "Keller", "Lindqvist", "Moreau", "Novak", "Ortega", "Pavlov", "Rask", "Silva", "Tanaka",
    "Urban", "Vogel", "Weiss", "Zeman", "Bjørnstad", "Müller", "Kowalska", "Nuñez",
];

/// Domains under which correspondents and other recipients have their addresses.
pub(crate) const SITES: &[&str] = &[
    "larkspur.example", "kestrel-press.example", "norderwerk.example", "ville-haute.example",
    "blue-harbour.example", "gruener-markt.example", "quayside.example", "paper-mill.example",
    "stationery.example", "uni-aldersee.example", "atlas-freight.example", "morgenrot.example",
    "copperfield.example", "tramway.example", "sudstern.example", "willow-clinic.example",
    "cloudberry.example", "sunrise-foods.example", "ostmole.example", "hafenamt.example",
    "museum-eck.example", "bellweather.example", "tin-roof.example", "glass-works.example",
    "lindenhof.example", "rotary-club.example", "viola.example", "northlight.example",
    "firmament.example", "granite-bay.example", "mill-lane.example", "ponte-vecchia.example",
    "example.org", "example.net", "shop.example.org", "mail.example.net", "post.example.com",
];

pub(crate) const THINGS: &[&str] = &[
    "glaze order", "stall plan", "workshop list", "invoice", "proof sheet", "key", "van", "timetable",
    "catalogue", "kiln slot", "paper sample", "rent", "insurance form", "poster", "museum loan",
    "tax folder", "drawing", "binding press", "spring fair", "ladder", "guest room", "concert",
];

pub(crate) const WEEKDAYS: &[&str] =
    &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// What the owner writes about.
pub(crate) const OWN_SUBJECTS: &[&str] = &[
    "{o} for {d}", "Question about the {o}", "{o} no. {n}", "{d} at {n}?", "Notes from {d}, {o}",
    "Your {o}, part {n}", "Can you send the {o} again", "The {o} and the {o}", "Thanks, and the {o}",
    "Rückfrage zur Bestellung {n}", "Termin am {d}: {o}", "Für {f}: {o}", "Réunion du {n} octobre",
    "Angebot Nr. {n}", "Draft {n} of the {o}", "{f}, the {o}?", "Estimate {n} ({o})",
    "Photos of the {o}", "Moving the {o} to {d}", "Zamówienie {n} — {o}",
];

/// One spam campaign's way to write.
pub(crate) struct Pitch {
    pub(crate) subject: &'static str,
    pub(crate) url: &'static str,
    pub(crate) line: &'static str,
}

pub(crate) const PITCHES: &[Pitch] = &[
    Pitch {
        subject: "{f}, your Velorin order {t} is on hold",
        url: "http://velorin-{t}.example/confirm",
        line: "Your parcel {t} waits. Pay the small duty of 1.99 within {n} hours:",
    },
    Pitch {
        subject: "Lose {n} kilos with Slimorex [{t}]",
        url: "http://slimorex-shop.example/?a={t}",
        line: "Doctors hate this one root. Slimorex ships in plain boxes, code {t}:",
    },
    Pitch {
        subject: "RE: payment advice {n}-{t}",
        url: "http://files.quickdocs.example/{t}.zip",
        line: "Kindly see attached advice {t} and confirm balance of {n} today:",
    },
    Pitch {
        subject: "{n}% off Grandeur watches {t}",
        url: "http://grandeur-replica.example/{t}",
        line: "Grandeur replica watches, {n} models, same weight, same tick:",
    },
    Pitch {
        subject: "Casino Mirabella gives you {n} free spins ({t})",
        url: "http://mirabella-spin.example/join/{t}",
        line: "Take {n} free spins, no deposit, bonus word {t}:",
    },
    Pitch {
        subject: "Ihr Konto wird gesperrt, Vorgang {t}",
        url: "http://kundenkonto-{t}.example/login",
        line: "Sehr geehrter Kunde, Vorgang {t} verlangt eine Bestaetigung in {n} Stunden:",
    },
    Pitch {
        subject: "Hot stock QZYX will jump {n} percent - {t}",
        url: "http://qzyx-alert.example/{t}",
        line: "QZYX is about to move. Insiders of list {t} hold {n} thousand shares:",
    },
    Pitch {
        subject: "Lonely tonight? {f} wrote you {n} messages {t}",
        url: "http://meet-{t}.example/",
        line: "She wrote {n} messages and waits for your answer, room {t}:",
    },
    Pitch {
        subject: "Votre colis n° {n} {t}",
        url: "http://suivi-colis.example/{t}",
        line: "Votre colis {t} attend depuis {n} jours, cliquez ici:",
    },
    Pitch {
        subject: "SEO audit for your website, ref {t}{n}",
        url: "http://rank-lift.example/audit/{t}",
        line: "We found {n} errors on your website. Free audit, reference {t}:",
    },
    Pitch {
        subject: "Final notice {t}: copyright claim {n}",
        url: "http://claims-desk.example/case/{t}",
        line: "This is notice {n} in case {t}. Evidence and deadline:",
    },
    Pitch {
        subject: "Work from home, {n} per week, place {t} left",
        url: "http://home-earner.example/{t}",
        line: "Receive parcels, earn {n} every week, place {t} is reserved for you:",
    },
];

/// Plain words of everyday mail; none of them may start a line with `From `.
pub(crate) const LIFE: &[&str] = &[
    "the", "and", "with", "after", "before", "we", "you", "they", "she", "will", "can", "should",
    "bring", "send", "look", "keep", "find", "meet", "open", "print", "ask", "paper", "colour",
    "table", "morning", "evening", "week", "month", "door", "kiln", "press", "order", "sample",
    "letter", "address", "number", "train", "street", "garden", "window", "price", "half", "seven",
    "twelve", "again", "almost", "maybe", "still", "soon", "there", "here", "under", "over",
    "market", "stall", "museum", "ladder", "glass", "copper", "linen", "thread", "small", "large",
    "heavy", "light", "yesterday", "tomorrow", "on", "at", "for", "of", "to", "in", "a", "it",
];

pub(crate) const SPAM: &[&str] = &[
    "offer", "now", "free", "limited", "click", "winner", "price", "discount", "today", "only",
    "guarantee", "secret", "instant", "bonus", "order", "cheap", "amazing", "results", "trust",
    "private", "delivery", "the", "your", "for", "and", "with", "best", "never", "again", "save",
];

pub(crate) const LISTS: &[(&str, &str)] = &[
    ("letterpress", "lists.example.org"),
    ("glaze-chemistry", "lists.example.net"),
    ("choir", "lists.lindenhof.example"),
    ("harbour-users", "groups.blue-harbour.example"),
];

/// Subjects of ordinary mail that is no reply.
pub(crate) const DAILY: &[&str] = &[
    "Your {o} has shipped", "{d} rehearsal", "Minutes of {d}", "Question about {o} no. {n}",
    "Re: {o} (was: {o})", "Rechnung {n}", "Invitation: {o}, {d}", "Lunch on {d}?", "Photos, {d}",
    "Out of glaze again", "My holiday in the hills, {n} pictures", "Die Post war da: {o}",
    "Delivery of your {o} on {d}", "Failure of the old {o}", "Returned {o}: where to put it?",
];
