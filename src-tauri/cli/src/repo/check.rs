//! `undercroft repo check`: check that the repository is whole.

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_repository::{CheckOptions, CheckReport, Problem, Repository};

use crate::ending::Ending;
use crate::output::Output;
use crate::progress;
use crate::session::Session;
use crate::words::{count, moment, size};

/// How many lost paths of a snapshot are shown.
const SHOWN_PATHS: usize = 5;

/// Check that the repository is whole
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Read all that is stored, and hold it against its digests
    #[arg(long)]
    read_data: bool,
}

impl Check {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<Ending> {
        let options = CheckOptions { read_data: self.read_data };
        let report = progress::work(session, "Checking", |job| repository.check(options, job))?;
        let out = &session.out;
        if out.is_json() {
            out.record(&to_json(&report));
        } else {
            print(out, &report);
        }
        Ok(if report.is_sound() { Ending::Done } else { Ending::Unwell })
    }
}

fn print(out: &Output, report: &CheckReport) {
    for Problem { item, message, .. } in &report.errors {
        out.line(format!("error: {item}: {message}"));
    }
    for Problem { item, message, .. } in &report.hints {
        out.note(format!("hint: {item}: {message}"));
    }
    for touched in &report.touched {
        let lost = count(touched.paths_total, "damaged path");
        out.line(format!("snapshot {} of {}: {lost}", touched.id.short(), moment(touched.time)));
        for path in touched.paths.iter().take(SHOWN_PATHS) {
            out.line(format!("  {path}"));
        }
    }
    let read = match report.bytes_read {
        0 => String::new(),
        bytes => format!("; read {}", size(bytes)),
    };
    out.note(format!(
        "Looked at {}, {}, {}{read}",
        count(report.snapshots, "snapshot"),
        count(report.packs, "pack"),
        count(report.blobs, "blob")
    ));
    match report.errors.len() as u64 {
        0 => out.line("The repository is whole"),
        errors => out.line(format!(
            "The repository is damaged: {}. Keep it as it is; what is not named above is whole",
            count(errors, "error")
        )),
    }
}

fn to_json(report: &CheckReport) -> Value {
    let problems = |problems: &[Problem]| -> Vec<Value> {
        let problem =
            |it: &Problem| json!({"kind": it.kind.name(), "item": it.item, "message": it.message});
        problems.iter().map(problem).collect()
    };
    let touched = report.touched.iter().map(|touched| {
        json!({
            "snapshot": touched.id.to_string(),
            "time": touched.time.to_string(),
            "paths": touched.paths,
            "paths_total": touched.paths_total,
        })
    });
    json!({
        "message_type": "summary",
        "num_errors": report.errors.len(),
        "errors": problems(&report.errors),
        "hints": problems(&report.hints),
        "touched": touched.collect::<Vec<_>>(),
        "snapshots": report.snapshots,
        "packs": report.packs,
        "blobs": report.blobs,
        "bytes_read": report.bytes_read,
    })
}
