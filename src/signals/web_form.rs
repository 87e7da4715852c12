//! What somebody typed into a form of a web site: a person's words in a program's mail.

use super::{Basis, Kind, SeenIn, Signal, Toward, sender};
use crate::message::{Message, ReturnedForm};

pub(super) fn signals() -> Vec<Signal> {
    vec![Signal {
        code: "web-form",
        toward: Toward::Kind(Kind::Ordinary),
        summary: "what somebody typed into a form of a web site",
        why: "Scripts send it with an empty return path or under the web server's name; what stands in it, \
              a person wrote. Form mailers put each field behind its label.",
        source: "WordPress Contact Form 7, FormMail, TYPO3 and Joomla form mails",
        seen_in: SeenIn::Message(Basis::Text, web_form),
        shows: &["ordinary/web-form-speaks-of-bounce.eml"],
        spares: &["bounce/postfix-bounce.eml"],
    }]
}

/// Labels of the fields of forms; none of them stands in a report on delivery.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "name", "your name", "full name", "first name", "last name", "e-mail", "email", "your email",
    "your e-mail", "phone", "telephone", "company", "message", "your message", "message body",
    "comments", "ihr name", "vorname", "nachname", "telefon", "firma", "nachricht",
    "ihre nachricht", "nom", "prénom", "téléphone", "société", "nombre", "teléfono", "mensaje",
    "nome", "telefono", "messaggio", "mensagem", "naam", "telefoon", "bericht",
];

/// What form mailers say of themselves.
const NAMES: &[&str] =
    &["contact form", "kontaktformular", "formulaire de contact", "formulario de contacto"];

/// Octets and lines of a text in which that is looked for.
const OCTETS: usize = 4 << 10;
const LINES: usize = 30;

/// Three labels of fields, or one beside the name of a form. A daemon or a report quotes whatever it likes.
fn web_form(m: &Message) -> Option<String> {
    let returned = m.returned.as_ref().is_some_and(|r| r.form != ReturnedForm::Fragments);
    // A form refers to no message; the signature below an automatic reply has such labels, too.
    let answers = m.notification.is_some() || returned || !m.parents.is_empty();
    if answers || sender::signs_as_daemon(m) {
        return None;
    }
    let label = |line: &str| {
        let (name, _) = line.split_once(':')?;
        let name = name.trim_matches([' ', '*', '[', ']']);
        let known = name.len() <= 20 && LABELS.contains(&name.to_lowercase().as_str());
        known.then(|| name.to_owned())
    };
    let text = super::recogniser::cut(&m.text, OCTETS);
    let mut labels: Vec<String> = text.lines().take(LINES).filter_map(label).collect();
    labels.dedup();
    if labels.is_empty() {
        return None;
    }
    let named = || {
        let lower = format!("{} {text}", m.subject).to_lowercase();
        NAMES.iter().any(|name| lower.contains(name))
    };
    (labels.len() >= 3 || named()).then(|| labels.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(subject: &str, text: &str) -> Option<String> {
        web_form(&Message {
            subject: subject.to_owned(),
            text: text.to_owned(),
            ..Message::default()
        })
    }

    #[test]
    fn the_fields_of_a_form_are_told_by_their_labels() {
        assert_eq!(
            seen("Hello", "Name: Lee\nE-mail: lee@oak.example\nMessage: It came back.\n"),
            Some("Name, E-mail, Message".to_owned())
        );
        assert!(seen("Kontaktformular", "Nachricht: Es kam zurück.\n").is_some());
    }

    #[test]
    fn a_label_alone_or_those_of_a_report_make_no_form() {
        assert_eq!(seen("Offer", "Message: see below\n"), None);
        let report = "Recipient: kim@far.example\nSubject: Offer\nReason: unknown\nDate: today\n";
        assert_eq!(seen("Undelivered", report), None);
    }
}
