//! The progress bar: on standard error, on a terminal only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use unscatter::report::text;
use unscatter::scan::Progress;

/// A bar with rate and time left, gone when the work is done.
pub(crate) struct Bar {
    bar: ProgressBar,
    messages: Arc<AtomicU64>,
}

impl Bar {
    /// Shows nothing where `wanted` is false or standard error is no terminal.
    pub(crate) fn new(wanted: bool) -> Bar {
        let target =
            if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let messages = Arc::new(AtomicU64::new(0));
        let read = Arc::clone(&messages);
        let template = "{wide_bar} {percent:>3} %  {decimal_bytes}, {decimal_bytes_per_sec}, {messages}, {eta} left";
        // The template is ours; should it ever be wrong, the bar looks plain.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key(
                "messages",
                move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let number = text::grouped(read.load(Ordering::Relaxed));
                    let _ = write!(out, "{number} messages");
                },
            ));
        }
        Bar { bar, messages }
    }

    /// Moves the bar; from any thread, as often as one likes.
    pub(crate) fn show(&self, progress: Progress) {
        self.messages.store(progress.messages, Ordering::Relaxed);
        if self.bar.length() != Some(progress.octets_total) {
            self.bar.set_length(progress.octets_total);
        }
        self.bar.set_position(progress.octets_done);
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
