//! `undercroft repo check`: check that the repository is whole.

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_repository::Repository;
use undercroft_repository::check::{CheckOptions, CheckReport, Problem, ReadData, SampleSize};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::Output;
use crate::output::format::{count, local_time, size};
use crate::session::Session;

/// The number of lost paths of a snapshot that are shown.
const SHOWN_PATHS: usize = 5;

/// Check that the repository is whole
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Read all that is stored, and hold it against its digests
    #[arg(long)]
    read_data: bool,
    /// Read a part of it: n/t for the n-th of t parts, or a percentage or a size of packs
    /// that are chosen by chance, like 2.5% or 500M
    #[arg(long, value_name = "SUBSET", value_parser = parse_subset, conflicts_with = "read_data")]
    read_data_subset: Option<ReadData>,
}

impl Check {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let read = match self.read_data_subset {
            Some(subset) => subset,
            None if self.read_data => ReadData::All,
            None => ReadData::Nothing,
        };
        let options = CheckOptions { read };
        let report = progress::work(session, "Checking", |job| repository.check(&options, job))?;
        let out = &session.out;
        if out.is_json() {
            out.record(&to_json(&report));
        } else {
            print(out, &report);
        }
        Ok(if report.is_sound() { ExitStatus::Done } else { ExitStatus::FoundProblems })
    }
}

/// `n/t`, a percentage, or a size with restic's letters.
fn parse_subset(text: &str) -> Result<ReadData, String> {
    let refused = || {
        "Write n/t with t up to 256, a percentage like 2.5%, or a size like 500M (K, M, G, T)"
            .to_owned()
    };
    let read = if let Some((n, of)) = text.split_once('/') {
        let (n, of) = (n.parse().map_err(|_| refused())?, of.parse().map_err(|_| refused())?);
        ((1..=256).contains(&of) && (1..=of).contains(&n)).then_some(ReadData::Part { n, of })
    } else if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.parse().map_err(|_| refused())?;
        let permille = (percent * 10.0).ceil() as u32;
        let sample = ReadData::Sample(SampleSize::Permille(permille));
        (percent > 0.0 && percent <= 100.0).then_some(sample)
    } else {
        let size = text.strip_suffix(['B', 'b']).unwrap_or(text);
        let letters = [('K', 10), ('M', 20), ('G', 30), ('T', 40)];
        let found = letters.iter().find_map(|(letter, shift)| {
            Some((size.strip_suffix([*letter, letter.to_ascii_lowercase()])?, *shift))
        });
        let (digits, shift) = found.unwrap_or((size, 0));
        let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift));
        bytes.filter(|bytes| *bytes > 0).map(|bytes| ReadData::Sample(SampleSize::Bytes(bytes)))
    };
    read.ok_or_else(refused)
}

fn print(out: &Output, report: &CheckReport) {
    for Problem { item, message, .. } in &report.errors {
        out.line(format!("error: {item}: {message}"));
    }
    for Problem { item, message, .. } in &report.hints {
        out.note(format!("hint: {item}: {message}"));
    }
    for touched in &report.affected {
        let lost = count(touched.paths_total, "damaged path");
        out.line(format!(
            "snapshot {} of {}: {lost}",
            touched.id.short(),
            local_time(touched.time)
        ));
        for path in touched.paths.iter().take(SHOWN_PATHS) {
            out.line(format!("  {path}"));
        }
    }
    let read = match report.packs_read {
        0 => String::new(),
        packs => format!("; read {} in {}", size(report.bytes_read), count(packs, "pack")),
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
    let touched = report.affected.iter().map(|touched| {
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
        "bytes_stored": report.bytes_stored,
        "packs_read": report.packs_read,
        "bytes_read": report.bytes_read,
    })
}
