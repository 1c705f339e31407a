//! The progress of a run, on standard error if that is a terminal.

use std::io;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressStyle};

/// The progress of a run: how many tests are done, how many of them failed, the time elapsed and
/// left, and what runs.
pub(crate) struct Progress {
    bar: ProgressBar,
    failures: usize,
}

/// The templates of the progress line, with colours and without.
const TEMPLATES: [&str; 2] = [
    "{bar:24.cyan/dim} {pos}/{len}{prefix:.red}  {elapsed} elapsed, {eta} left  {wide_msg:.dim}",
    "{bar:24} {pos}/{len}{prefix}  {elapsed} elapsed, {eta} left  {wide_msg}",
];

impl Progress {
    /// Returns the progress of a run of `tests` tests. It is hidden unless standard error is a
    /// terminal.
    pub(crate) fn new(tests: usize) -> Self {
        let is_plain = AutoStream::choice(&io::stderr()) == ColorChoice::Never;
        let style = ProgressStyle::with_template(TEMPLATES[usize::from(is_plain)]);
        let bar = ProgressBar::new(tests as u64);
        bar.set_style(style.expect("the template is valid"));
        Self { bar, failures: 0 }
    }

    /// Returns a progress that is never shown.
    pub(crate) fn hidden() -> Self {
        let bar = ProgressBar::hidden();
        Self { bar, failures: 0 }
    }

    /// Shows that the test of a vector is done, and how many have failed by now.
    pub(crate) fn advance(&mut self, id: &str, failures: usize) {
        if failures != self.failures {
            self.failures = failures;
            self.bar.set_prefix(format!(", {failures} failed"));
        }
        self.bar.set_message(id.to_string());
        self.bar.inc(1);
    }

    /// Shows that the next result waits for instances that do not answer.
    pub(crate) fn wait(&self, instances: usize, at_most: Duration) {
        let seconds = at_most.as_secs_f64().ceil();
        let message = format!("waiting for {instances} silent instances, {seconds:.0} s at most");
        self.bar.set_message(message);
    }

    /// Removes the progress from the terminal.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
