//! A spinner while a command is at work. It goes to standard error, shows on a terminal only, and leaves nothing behind.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

/// A spinner that shows until it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start(task: String, is_silent: bool) -> Self {
        let bar = if is_silent {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        } else {
            ProgressBar::new_spinner()
        };
        bar.set_message(task);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(crate) fn say(&self, task: impl Into<String>) {
        self.0.set_message(task.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
