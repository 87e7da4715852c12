//! What GitLab writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "gitlab",
    title: "GitLab",
    source: "GitLab app/mailers/email_rejection_mailer.rb and its views",
    forms: &[Form {
        code: "gitlab-rejected",
        kind: Kind::Bounce,
        summary: "GitLab: your mail could not be processed",
        marks: &[
            Mark::Subject(r"^\[Rejected\] "),
            Mark::Header("in-reply-to", r"<\S"),
            Mark::Text(r"^Unfortunately, your email message to GitLab could not be processed\."),
        ],
        shows: "bounce/gitlab-rejected.eml",
        spares: "ordinary/gitlab-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
