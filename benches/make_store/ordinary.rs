//! Ordinary incoming mail, written with `mail-builder`: replies, lists, newsletters, spam, reports and
//! people who talk about bounces. None of it is an automatic answer.

use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use crate::answer::trace;
use crate::original::Original;
use crate::rng::Rng;
use crate::text::{Who, noise, prose, quoted};
use crate::trace::Client;
use crate::words::{DAILY, LIFE, LISTS, PITCHES, SPAM};
use crate::world::{Site, World, fill};

/// One sort of ordinary mail and its share.
pub(crate) const SORTS: &[(&str, u32)] = &[
    ("reply", 36),
    ("list", 18),
    ("daily", 20),
    ("newsletter", 10),
    ("spam", 8),
    ("shop", 3),
    ("forwarded-bounce", 2),
    ("dmarc-report", 2),
    ("list-confirmation", 1),
];

struct Draft<'a> {
    world: &'a World,
    site: &'a Site,
    from: Who,
    to: Who,
    subject: String,
    text: String,
    sender: String,
    parent: Option<String>,
    fields: Vec<(&'static str, String)>,
    unix: i64,
    octets: usize,
}

/// Writes a mail of this sort; `about` is the owner's mail that a reply answers.
pub(crate) fn ordinary(
    sort: &str,
    world: &World,
    about: Option<(&Original, &Who)>,
    unix: i64,
    octets: usize,
    rng: &mut Rng,
) -> String {
    let (person, site) = rng.pick(&world.people);
    let mut d = Draft {
        world,
        site: &world.sites[*site],
        from: person.clone(),
        to: world.owner.main().clone(),
        subject: fill(rng.word(DAILY), rng),
        text: String::new(),
        sender: person.address.clone(),
        parent: None,
        fields: Vec::new(),
        unix,
        octets,
    };
    let short = octets.clamp(120, 3_500);
    match (sort, about) {
        ("reply", Some((original, who))) | ("angry-reply", Some((original, who))) => {
            d.from = who.clone();
            d.sender.clone_from(&who.address);
            if let Some(site) = world.sites.iter().find(|s| s.domain == who.domain()) {
                d.site = site;
            }
            d.to = original.from.clone();
            d.parent.clone_from(&original.id);
            d.subject = match original.subject.strip_prefix("Re: ") {
                Some(_) => original.subject.clone(),
                None => format!("Re: {}", original.subject),
            };
            let said = if sort == "reply" {
                prose(rng, LIFE, short / 2)
            } else {
                "Stop sending me this rubbish! Take me off your list at once.\n".to_owned()
            };
            let body: String = original.body().lines().take(12).collect::<Vec<_>>().join("\n");
            d.text = format!("{said}\n{} wrote:\n{}", original.from.name, quoted(&body, "> "));
        }
        ("list", _) => {
            let (name, host) = *rng.pick(LISTS);
            d.sender = format!("{name}-bounces@{host}");
            d.to = Who::new("", &format!("{name}@{host}"));
            d.subject = format!("[{name}] {}", d.subject);
            d.fields.push(("List-Id", format!("<{name}.{host}>")));
            d.fields.push(("List-Unsubscribe", format!("<mailto:{name}-leave@{host}>")));
            d.fields.push(("Precedence", "list".into()));
            if rng.percent(40.0) {
                d.parent = Some(format!("<{}@{}>", rng.hex(18), d.site.domain));
            }
            d.text = prose(rng, LIFE, short)
                + &format!(
                    "\n_______________________________________________\n{name} mailing list\n"
                );
        }
        ("list-confirmation", _) => {
            let (name, host) = *rng.pick(LISTS);
            let token = rng.hex(20);
            d.sender = format!("{name}-confirm+{token}@{host}");
            d.from = Who::new("", &d.sender);
            d.subject = format!("confirm {token}");
            d.fields.push(("Auto-Submitted", "auto-generated".into()));
            d.fields.push(("Precedence", "bulk".into()));
            d.text = format!(
                "Somebody asked that this address be added to the {name} mailing list.\n\nIf it was you, answer this mail and leave the subject as it is.\n"
            );
        }
        ("newsletter", _) => {
            d.sender = format!("news-{}@news.{}", rng.digits(7), d.site.domain);
            d.from = Who::new("The Weekly Post", &format!("news@{}", d.site.domain));
            d.fields.push(("List-Unsubscribe", format!("<https://news.{}/off>", d.site.domain)));
            d.fields.push(("Precedence", "bulk".into()));
            d.text = prose(rng, LIFE, short);
        }
        ("spam", _) => {
            let pitch = rng.pick(PITCHES);
            d.from = Who::new(
                &fill("{f} {t}", rng),
                &format!("{}@{}.example", rng.letters(7), rng.letters(9)),
            );
            d.sender.clone_from(&d.from.address);
            d.subject = fill(pitch.subject, rng);
            d.text = format!(
                "{}\n{}\n\n{}",
                fill(pitch.line, rng),
                fill(pitch.url, rng),
                prose(rng, SPAM, short)
            );
        }
        ("shop", _) => {
            d.from = Who::new("Order desk", &format!("no-reply@{}", d.site.domain));
            // Shops often send with a null return path, so that nobody's bounce comes back.
            d.sender = if rng.percent(40.0) { String::new() } else { d.from.address.clone() };
            d.subject = fill("Delivery of your order {n} has been delayed", rng);
            d.fields.push(("Auto-Submitted", "auto-generated".into()));
            d.text = prose(rng, LIFE, short / 2);
        }
        ("forwarded-bounce", _) => {
            d.subject = "Fwd: Undelivered Mail Returned to Sender".into();
            let gone = format!("{}@{}", rng.letters(6), rng.pick(&world.sites).domain);
            d.text = format!(
                "FYI, this came back to me. Do you have a newer address?\n\n---- Forwarded message ----\nSubject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host {}.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<{gone}>: mailbox full\n\nFinal-Recipient: rfc822; {gone}\nAction: failed\nStatus: 5.2.2\n",
                d.site.host
            );
        }
        ("dmarc-report", _) => {
            d.from = Who::new("", &format!("dmarc-noreply@{}", d.site.domain));
            d.sender.clone_from(&d.from.address);
            d.subject = format!(
                "Report domain: {} Submitter: {} Report-ID: {}",
                world.owner.domain,
                d.site.domain,
                rng.digits(16)
            );
            d.text = "This is an aggregate report.\n".into();
            d.octets = d.octets.max(900 + d.text.len());
        }
        _ => d.text = prose(rng, LIFE, short),
    }
    d.write(sort, rng)
}

impl Draft<'_> {
    fn write(self, sort: &str, rng: &mut Rng) -> String {
        let id = format!("{}.{}@{}", rng.hex(12), rng.digits(6), self.from.domain());
        let spare = self.octets.saturating_sub(self.text.len() + 700);
        let mut mail = MessageBuilder::new()
            .from((self.from.name.as_str(), self.from.address.as_str()))
            .to((self.to.name.as_str(), self.to.address.as_str()))
            .subject(self.subject.as_str())
            .date(self.unix - 4)
            .message_id(id);
        if let Some(parent) = &self.parent {
            let parent = parent.trim_matches(['<', '>']);
            mail = mail.in_reply_to(parent.to_owned()).references(parent.to_owned());
        }
        for (name, value) in self.fields {
            mail = mail.header(name, Raw::new(value));
        }
        // The boundary is given, because one of the crate's own making holds the time.
        let boundary = format!("part_{}", rng.alnum(18));
        let multipart = |kind: &'static str, parts| {
            MimePart::new(ContentType::new(kind).attribute("boundary", boundary.clone()), parts)
        };
        let text = || MimePart::new("text/plain", self.text.clone());
        mail = if sort == "newsletter" {
            let mut html = String::from("<html><body>\n");
            for paragraph in self.text.split("\n\n") {
                html.push_str(&format!("<p style=\"margin:0\">{paragraph}</p>\n"));
            }
            while html.len() < spare {
                html.push_str(&prose(rng, LIFE, 600).replace('\n', "<br>\n"));
            }
            html.push_str("</body></html>\n");
            mail.body(multipart(
                "multipart/alternative",
                vec![text(), MimePart::new("text/html", html)],
            ))
        } else if spare > 400 && sort != "list" {
            let (kind, name) = if sort == "dmarc-report" {
                ("application/gzip", "report.xml.gz")
            } else {
                *rng.pick(&[("image/jpeg", "photo.jpg"), ("application/pdf", "plan.pdf")])
            };
            let file =
                MimePart::new(kind, noise(rng, spare)).transfer_encoding("base64").attachment(name);
            mail.body(multipart("multipart/mixed", vec![text(), file]))
        } else {
            mail.text_body(self.text.as_str())
        };
        let written = mail.write_to_string().unwrap_or_default().replace("\r\n", "\n");
        let client = Client::of(self.site);
        let to = if self.to.domain() == self.world.owner.domain {
            &self.to
        } else {
            self.world.owner.main()
        };
        let top = trace(self.world, &client, &self.sender, &to.address, self.unix, rng);
        format!("{top}{written}")
    }
}
