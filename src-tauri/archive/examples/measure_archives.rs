//! Measures archives; `npm run bench:archives` runs it and sets its figures beside those of tar and
//! unzip.
//!
//! `measure_archives archive FOLDER`, `… restore LIBRARY`, `… import ARCHIVE`: each prints one line of
//! JSON. All of it happens in the folder that `MEASURE_IN` names.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement stops on the first surprise, and needs the real clock"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use undercroft_archive::unpack::{UnpackOptions, unpack};
use undercroft_archive::{
    ArchiveOrder, ArchiveReader, Archives, EntryKind, Existing, ExtractOrder, Level, TABLES,
};
use undercroft_foundation::{Job, NameQuery, TreePath, World};
use undercroft_library::{AddProject, Library};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut figures = match arguments[0].as_str() {
        "archive" => archive(Path::new(&arguments[1])),
        "restore" => restore(Path::new(&arguments[1])),
        "import" => import(Path::new(&arguments[1])),
        other => panic!("{other} is not measured"),
    };
    figures["peakBytes"] = peak_bytes().into();
    println!("{figures}");
}

fn place() -> PathBuf {
    PathBuf::from(std::env::var_os("MEASURE_IN").unwrap())
}

fn library(folder: &Path) -> (Library, Archives) {
    let library = Library::open_or_create(folder, &World::real(), TABLES).unwrap();
    let archives = Archives::open(&library).unwrap();
    (library, archives)
}

/// Archives a folder, then asks the archive as a page does.
fn archive(folder: &Path) -> serde_json::Value {
    let (library, archives) = library(&place().join("library"));
    let add = AddProject { path: folder.into(), ..AddProject::default() };
    let project = library.projects().add_linked(&add).unwrap();
    let order = ArchiveOrder {
        project: &project,
        level: Level::Balanced,
        parts: &[],
        versions: 0,
        last_change: None,
        frees_source: false,
    };
    let (seconds, archive) = timed(|| archives.create(&order, &Job::new()).unwrap());
    let id = archive.manifest.id;
    let (list_seconds, entries) = timed(|| {
        let reader = archives.reader(id).unwrap();
        let top = reader.find(&TreePath::root()).unwrap();
        1 + entries_below(&reader, top)
    });
    let file = archives
        .reader(id)
        .unwrap()
        .search(&NameQuery::new("main.c").unwrap(), 1)
        .unwrap()
        .remove(0)
        .path;
    let (file_seconds, bytes_read) = timed(|| {
        let reader = archives.reader(id).unwrap();
        reader.read(reader.find(&file).unwrap(), &mut Vec::new()).unwrap();
        reader.bytes_read()
    });
    let (check_seconds, _) = timed(|| archives.check(id, &Job::new()).unwrap());
    json!({
        "seconds": seconds,
        "archiveBytes": archive.manifest.archive_bytes,
        "entries": entries,
        "listSeconds": list_seconds,
        "fileSeconds": file_seconds,
        "fileBytesRead": bytes_read,
        "checkSeconds": check_seconds,
    })
}

fn entries_below(reader: &ArchiveReader, folder: u32) -> usize {
    let entries = reader.folder(folder).unwrap();
    let below = |number| entries_below(reader, number);
    let folders = entries.iter().filter(|entry| entry.kind == EntryKind::Folder);
    entries.len() + folders.map(|entry| below(entry.number)).sum::<usize>()
}

/// Restores the only archive of a library.
fn restore(folder: &Path) -> serde_json::Value {
    let (_library, archives) = library(folder);
    let id = archives.list().unwrap().remove(0).manifest.id;
    let folder = place().join("restored");
    let order = ExtractOrder { folder: &folder, paths: &[], existing: Existing::Refuse };
    let (seconds, ()) = timed(|| {
        archives.reader(id).unwrap().extract(&order, &Job::new()).unwrap();
    });
    json!({ "seconds": seconds })
}

/// Unpacks an archive of another program.
fn import(file: &Path) -> serde_json::Value {
    let target = place().join("imported");
    let (seconds, report) =
        timed(|| unpack(file, &target, &UnpackOptions::default(), &Job::new()).unwrap());
    json!({ "seconds": seconds, "files": report.files, "bytes": report.bytes })
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
