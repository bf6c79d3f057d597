//! A sign of life while something takes its time. It goes to standard error, shows on a terminal only, and leaves
//! nothing behind.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

/// Shows until it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start(doing: String, is_silent: bool) -> Self {
        let bar = if is_silent {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        } else {
            ProgressBar::new_spinner()
        };
        bar.set_message(doing);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Says what is being done now.
    pub(crate) fn say(&self, doing: impl Into<String>) {
        self.0.set_message(doing.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
