//! Why a delivery failed, from the enhanced status code and the diagnostic text.

/// The fixed list of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No such user.
    UserUnknown,
    /// None of the others.
    Other,
}

/// Tells the reason from the enhanced status code (RFC 3463) and the diagnostic text.
pub fn reason(status: Option<&str>, diagnostic: &str) -> Option<Reason> {
    let _ = (status, diagnostic);
    None
}
