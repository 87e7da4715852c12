//! Signals of the sending address.
