//! The mail that answers are about: the owner's own and the forger's. Writes the copy for the Sent folder
//! and the form in which hosts hand it on and return it.

use crate::rng::Rng;
use crate::text::{Who, date, encoded, prose, stamp};
use crate::words::{LIFE, OWN_SUBJECTS, PITCHES, SPAM};
use crate::world::{Campaign, Device, Owner, World, fill};

/// Mutt writes its ids in Base64, slash and plus included.
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[derive(Clone, Debug)]
pub(crate) enum Style {
    Own(Device),
    Spam {
        mailer: Option<&'static str>,
        campaign: usize,
    },
    /// Header block and body as somebody else wrote them.
    Written {
        head: String,
        body: String,
    },
}

/// One mail as its writer made it.
#[derive(Clone, Debug)]
pub(crate) struct Original {
    pub(crate) from: Who,
    pub(crate) envelope: String,
    pub(crate) to: Vec<Who>,
    pub(crate) subject: String,
    /// With brackets.
    pub(crate) id: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) date: i64,
    pub(crate) zone: i64,
    pub(crate) style: Style,
    pub(crate) seed: u64,
    pub(crate) octets: usize,
}

impl Original {
    /// A mail of the owner to these people.
    pub(crate) fn own(
        world: &World,
        to: Vec<Who>,
        unix: i64,
        seed: u64,
        octets: usize,
    ) -> Original {
        let mut rng = Rng::new(seed);
        let owner = &world.owner;
        let device = match rng.below(10) {
            0..=3 => Device::Mutt,
            4..=7 => Device::Thunderbird,
            _ => Device::Phone,
        };
        let from = if rng.percent(70.0) { owner.main() } else { rng.pick(&owner.identities) };
        let domain = from.domain();
        let id = match device {
            Device::Mutt => {
                format!("<{}@{}.{}>", rng.chars(16, BASE64), owner.laptop, owner.domain)
            }
            Device::Thunderbird => format!("<{}@{domain}>", rng.uuid()),
            Device::Phone => format!("<{}@{domain}>", rng.uuid().to_uppercase()),
        };
        Original {
            from: from.clone(),
            envelope: from.address.clone(),
            to,
            subject: fill(rng.word(OWN_SUBJECTS), &mut rng),
            id: Some(id),
            parent: None,
            date: unix,
            zone: owner.zone(unix),
            style: Style::Own(device),
            seed: rng.next(),
            octets,
        }
    }

    /// A mail of a campaign in the owner's name.
    pub(crate) fn forged(
        owner: &Owner,
        campaign: &Campaign,
        to: Who,
        unix: i64,
        as_owner: bool,
        seed: u64,
        octets: usize,
    ) -> Original {
        let mut rng = Rng::new(seed);
        let address = if as_owner {
            owner.main().address.clone()
        } else {
            let local = match rng.below(3) {
                0 => rng.letters(8),
                1 => format!("{}{}", rng.letters(6), rng.digits(3)),
                _ => format!("{}.{}", rng.letters(5), rng.letters(7)),
            };
            format!("{local}@{}", owner.domain)
        };
        let name = match rng.below(3) {
            0 => String::new(),
            1 => format!("{} Team", fill("{f}", &mut rng)),
            _ => fill("{f}", &mut rng),
        };
        let host = format!("{}-pc", rng.letters(5));
        let id = match campaign.shape {
            0 => format!("<000{}$01c{}$0{}@{host}>", rng.hex(3), rng.hex(5), rng.hex(7)),
            1 => format!("<{}.{}@{host}.example.com>", stamp(unix), rng.upper_hex(8)),
            2 => format!("<{}.{}.JavaMail.root@{host}>", rng.digits(9), rng.digits(5)),
            3 => format!("<{}-{}-{}@{}>", rng.hex(6), rng.hex(4), rng.digits(5), owner.domain),
            _ => format!("<E{}.{}@{}.example>", rng.digits(7), rng.letters(9), rng.letters(8)),
        };
        Original {
            from: Who { name, address: address.clone() },
            envelope: address,
            to: vec![to],
            subject: fill(PITCHES[campaign.pitch].subject, &mut rng),
            id: Some(id),
            parent: None,
            date: unix,
            zone: campaign.zone,
            style: Style::Spam { mailer: campaign.mailer, campaign: campaign.pitch },
            seed: rng.next(),
            octets,
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("")
    }

    /// The body, always the same for one mail.
    pub(crate) fn body(&self) -> String {
        let mut rng = Rng::new(self.seed);
        match &self.style {
            Style::Written { body, .. } => body.clone(),
            Style::Own(device) => {
                let mut text = String::new();
                if let Some(to) = self.to.first().filter(|t| !t.name.is_empty()) {
                    let first = to.name.split(' ').next().unwrap_or("");
                    text = format!("{} {first},\n\n", rng.word(&["Dear", "Hello", "Hallo", "Hi"]));
                }
                text.push_str(&prose(&mut rng, LIFE, self.octets));
                if self.octets > 300 && rng.percent(8.0) {
                    // As mboxo leaves it for ever, in every kind of store.
                    text.push_str("\n>From the start of May we are open on Mondays again.\n");
                }
                let name = self.from.name.split(' ').next().unwrap_or("");
                match device {
                    Device::Mutt => text.push_str(&format!(
                        "\
\n\
-- \n\
{}\n",
                        self.from.name
                    )),
                    Device::Thunderbird => text.push_str(&format!(
                        "\
\n\
Best wishes\n\
{name}\n"
                    )),
                    Device::Phone => text.push_str(&format!("\n{name} (on the road)\n")),
                }
                text
            }
            Style::Spam { campaign, .. } => {
                let pitch = &PITCHES[*campaign];
                let line = fill(pitch.line, &mut rng);
                let url = fill(pitch.url, &mut rng);
                let rest = prose(&mut rng, SPAM, self.octets.saturating_sub(160).max(60));
                format!(
                    "\
{line}\n\
\n\
{url}\n\
\n\
{rest}\n\
To stop this mail: {url}/stop\n"
                )
            }
        }
    }

    /// The header fields in the order of the writing program, without trace fields.
    pub(crate) fn head(&self) -> String {
        let to = self.to.iter().map(Who::header).collect::<Vec<_>>().join(",\n\t");
        let from = self.from.header();
        let when = date(self.date, self.zone);
        let subject = encoded(&self.subject);
        let id = |name: &str| match &self.id {
            Some(id) => format!("{name}: {id}\n"),
            None => String::new(),
        };
        let parents = match &self.parent {
            Some(p) => format!("References: {p}\nIn-Reply-To: {p}\n"),
            None => String::new(),
        };
        let text = "text/plain; charset=utf-8";
        match &self.style {
            Style::Written { head, .. } => head.clone(),
            Style::Own(Device::Mutt) => format!(
                "\
Date: {when}\n\
From: {from}\n\
To: {to}\n\
Subject: {subject}\n\
{}{parents}MIME-Version: 1.0\n\
Content-Type: {text}\n\
Content-Disposition: inline\n\
Content-Transfer-Encoding: 8bit\n\
User-Agent: Mutt/2.2.12 (2023-09-09)\n",
                id("Message-ID")
            ),
            Style::Own(Device::Thunderbird) => format!(
                "\
{}Date: {when}\n\
MIME-Version: 1.0\n\
User-Agent: Mozilla Thunderbird\n\
Subject: {subject}\n\
Content-Language: en-GB\n\
To: {to}\n\
{parents}From: {from}\n\
Content-Type: text/plain; charset=UTF-8; format=flowed\n\
Content-Transfer-Encoding: 8bit\n",
                id("Message-ID")
            ),
            Style::Own(Device::Phone) => format!(
                "\
Date: {when}\n\
From: {from}\n\
To: {to}\n\
Subject: {subject}\n\
User-Agent: K-9 Mail for Android\n\
{parents}{}MIME-Version: 1.0\n\
Content-Type: text/plain;\n\
\x20charset=utf-8\n\
Content-Transfer-Encoding: 8bit\n",
                id("Message-ID")
            ),
            Style::Spam { mailer, .. } => {
                let mailer = mailer.map(|m| format!("X-Mailer: {m}\n")).unwrap_or_default();
                format!(
                    "\
{}From: {from}\n\
To: {to}\n\
Subject: {subject}\n\
Date: {when}\n\
MIME-Version: 1.0\n\
Content-Type: {text}\n\
X-Priority: 3\n\
{mailer}",
                    id("Message-ID")
                )
            }
        }
    }

    /// The copy that the writing program files in Sent.
    pub(crate) fn sent_copy(&self) -> String {
        format!("{}\n{}", self.head(), self.body())
    }
}
