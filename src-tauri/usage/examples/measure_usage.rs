//! Measures a scan of the folder that is its argument, and each question to what it gives;
//! `npm run bench:usage` runs it and sets its figures beside those of du. Prints one line of JSON.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement stops on the first surprise, and needs the real clock"
)]

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;
use undercroft_foundation::{Job, TreePath};
use undercroft_usage::{FileClass, ScanOptions, Tree, growth, load, save, scan};

fn main() {
    let root = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let now = Timestamp::now();
    let (scan_seconds, tree) = timed(|| scan(&root, &ScanOptions::at(now), &Job::new()).unwrap());
    let scan_peak = peak_bytes();
    let top = TreePath::root();
    let (folder_seconds, view) = timed(|| tree.folder(&top, 200).unwrap());
    let file = std::env::temp_dir().join(format!("usage-{}", std::process::id()));
    let (save_seconds, ()) = timed(|| save(&tree, &file).unwrap());
    let saved_bytes = std::fs::metadata(&file).unwrap().len();
    let (load_seconds, loaded) = timed(|| load(&file).unwrap());
    std::fs::remove_file(&file).unwrap();
    let figures = json!({
        "scanSeconds": scan_seconds,
        "scanPeakBytes": scan_peak,
        "bytes": view.bytes,
        "files": view.files,
        "folders": tree.folder_count(),
        "questions": questions(&tree, folder_seconds, now),
        "saveSeconds": save_seconds,
        "savedBytes": saved_bytes,
        "loadSeconds": load_seconds,
        "growthSeconds": timed(|| growth(&loaded.thin(), &tree, &top)).0,
        "peakBytes": peak_bytes(),
    });
    println!("{figures}");
}

/// The seconds that each question about the whole takes.
fn questions(tree: &Tree, folder: f64, now: Timestamp) -> serde_json::Value {
    let top = TreePath::root();
    json!({
        "folder": folder,
        "types": timed(|| tree.types(&top)).0,
        "extensions": timed(|| tree.extensions(&top, FileClass::Code)).0,
        "ages": timed(|| tree.ages(&top, now)).0,
        "largest files": timed(|| tree.largest_files(&top, 100)).0,
        "rebuildable": timed(|| {
            tree.rebuildable_folders(&top, &|it| {
                (it.name() == b"target" && it.is_beside(b"Cargo.toml"))
                    .then(|| "Cargo.toml".to_owned())
            })
        })
        .0,
    })
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let result = work();
    (begun.elapsed().as_secs_f64(), result)
}

fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
