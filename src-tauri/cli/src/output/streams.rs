//! Printing: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::json;
use undercroft_foundation::Error;

use super::format::printable;
use crate::exit_status;

/// The output of a command, and its form.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    closed: Arc<AtomicBool>,
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, closed: Arc::default() }
    }

    /// Whether programs read this.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether only results and errors are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether somebody watches standard error: only then is progress drawn.
    pub(crate) fn is_watched(&self) -> bool {
        !self.json && !self.quiet && io::stderr().is_terminal()
    }

    /// Whether the reader of standard output is gone, so that more of it is pointless.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Prints bytes as they are.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        let written = {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        };
        if written.is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// Prints a line of a result; control characters in it are shown, not sent.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        self.raw(format!("{}\n", printable(text.as_ref())).as_bytes());
    }

    /// Prints many lines at once, so that whoever reads along is not woken for each.
    pub(crate) fn lines(&self, lines: impl Iterator<Item = String>) {
        let text: String = lines.map(|line| printable(&line) + "\n").collect();
        self.raw(text.as_bytes());
    }

    /// Prints a line of a file's content; tabs stay what they are.
    pub(crate) fn text_line(&self, line: &str) {
        let cells: Vec<_> = line.split('\t').map(printable).collect();
        self.raw(format!("{}\n", cells.join("\t")).as_bytes());
    }

    /// Prints a value as one line of JSON.
    pub(crate) fn record(&self, value: &impl Serialize) {
        // Wire types and literals have no map with keys that are not text: this cannot fail.
        let text = serde_json::to_string(value).unwrap_or_default();
        self.raw(format!("{text}\n").as_bytes());
    }

    /// Prints a result: as JSON for programs, else with `print`.
    pub(crate) fn show<T: Serialize>(&self, value: &T, print: impl FnOnce(&T)) {
        if self.json { self.record(value) } else { print(value) }
    }

    /// Prints a note to standard error, unless the output is quiet or JSON.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        if !self.json && !self.quiet {
            let _ = writeln!(io::stderr(), "{}", printable(text.as_ref()));
        }
    }

    /// Prints a warning to standard error: something could not be done while the rest went on.
    pub(crate) fn warning(&self, item: &str, message: &str) {
        let text = if self.json {
            json!({"message_type": "error", "item": item, "error": {"message": message}})
                .to_string()
        } else {
            printable(&format!("Warning: {item}: {message}"))
        };
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Reports the error that ended the command: what, why, and what to do next.
    pub(crate) fn failure(&self, error: &Error) {
        let (what, why, next) = (error.what_text(), error.why_text(), error.next_text());
        let text = if self.json {
            json!({
                "message_type": "exit_error",
                "code": exit_status::exit_code(error.code()),
                "error": error.code().name(),
                "message": format!("{what}: {why}"),
                "what": what,
                "why": why,
                "next": next,
            })
            .to_string()
        } else {
            let lines = [("error", what), ("why", why), ("next", next)];
            lines.map(|(label, text)| format!("{label:>5}: {}", printable(text))).join("\n")
        };
        let _ = writeln!(io::stderr(), "{text}");
    }
}
