//! What Sent says, built in parallel and then immutable.
