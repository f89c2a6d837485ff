//! Measures a scan of the folder that is its argument: the time, the memory, and each question to
//! the tree.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement stops on the first surprise, and needs the real clock"
)]

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use undercroft_foundation::{Job, TreePath};
use undercroft_usage::{FileClass, ScanOptions, growth, load, save, scan};

fn main() {
    let root = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let now = Timestamp::now();
    let tree = time("scan", || scan(&root, &ScanOptions::at(now), &Job::new()).unwrap());
    println!("memory after the scan: {}", peak_memory());
    let top = TreePath::root();
    let view = time("folder", || tree.folder(&top, 200).unwrap());
    println!("{} KiB, {} files, {} folders", view.bytes / 1024, view.files, tree.folder_count());
    time("types", || tree.types(&top));
    time("extensions", || tree.extensions(&top, FileClass::Code));
    time("ages", || tree.ages(&top, now));
    time("largest files", || tree.largest_files(&top, 100));
    time("rebuildable", || {
        tree.rebuildable_folders(&top, &|it| {
            (it.name() == b"target" && it.is_beside(b"Cargo.toml")).then(|| "Cargo.toml".to_owned())
        })
    });
    let file = std::env::temp_dir().join(format!("usage-{}", std::process::id()));
    time("save", || save(&tree, &file).unwrap());
    println!("saved: {} KiB", std::fs::metadata(&file).unwrap().len() / 1024);
    let loaded = time("load", || load(&file).unwrap());
    std::fs::remove_file(&file).unwrap();
    let thin = time("thin", || loaded.thin());
    time("growth", || growth(&thin, &tree, &top));
    println!("memory at most: {}", peak_memory());
}

fn time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    println!("{what}: {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    result
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or_default().trim_start_matches("VmHWM:").trim().to_owned()
}
