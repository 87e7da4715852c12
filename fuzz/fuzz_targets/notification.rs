//! The groups of a report, whatever they hold: bounded, and never a panic.
#![no_main]

#[path = "../checks/notification.rs"]
mod notification;

libfuzzer_sys::fuzz_target!(init: notification::begin(), |octets: &[u8]| notification::holds(octets));
