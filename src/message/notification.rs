//! The machine-readable part of a report: delivery-status (RFC 3464, 6533), disposition-notification
//! (RFC 8098) and feedback-report (RFC 5965) groups.

use super::{Date, MessageId};

/// Which of the three report forms a notification has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationForm {
    /// `message/delivery-status`, `message/global-delivery-status`.
    Delivery,
    /// `message/disposition-notification`, `message/global-disposition-notification`.
    Disposition,
    /// `message/feedback-report`.
    Feedback,
}

/// RFC 3464 section 2.3.3 `Action`, from harmless to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Delivered.
    Delivered,
    /// Expanded to a list.
    Expanded,
    /// Relayed to a host that sends no notifications.
    Relayed,
    /// Not yet delivered.
    Delayed,
    /// Could not be delivered.
    Failed,
}

/// One recipient's group of a delivery report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// `Final-Recipient` without its address type, as written.
    pub final_recipient: Option<String>,
    /// `Original-Recipient` without its address type, as written.
    pub original_recipient: Option<String>,
    /// `Action`.
    pub action: Option<Action>,
    /// `Status`, an RFC 3463 code such as `5.1.1`.
    pub status: Option<String>,
    /// `Diagnostic-Code` without its type.
    pub diagnostic: Option<String>,
    /// `Remote-MTA` without its type.
    pub remote_mta: Option<String>,
}

/// The machine-readable groups of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Which report this is.
    pub form: NotificationForm,
    /// `Reporting-MTA` (or `Reporting-UA`) without its type.
    pub reporting_mta: Option<String>,
    /// `Received-From-MTA` without its type.
    pub received_from_mta: Option<String>,
    /// `Arrival-Date`.
    pub arrival_date: Option<Date>,
    /// `Original-Envelope-Id`.
    pub envelope_id: Option<String>,
    /// `Original-Message-ID` of an MDN, `X-Original-Message-ID` of a delivery report.
    pub original_message_id: Option<MessageId>,
    /// The recipients' groups; for an MDN or feedback report one group with what it names.
    pub recipients: Vec<Recipient>,
    /// `Disposition` of an MDN, one line, lower case.
    pub disposition: Option<String>,
    /// `Feedback-Type`, lower case.
    pub feedback_type: Option<String>,
    /// `Source-IP` of a feedback report.
    pub source_ip: Option<String>,
    /// `Original-Mail-From` of a feedback report.
    pub original_mail_from: Option<String>,
}
