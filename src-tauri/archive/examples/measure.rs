//! Measures archiving: `measure FOLDER` makes an archive of it, lists it, reads one file, verifies
//! it, and restores it beside the folder's.

#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use undercroft_archive::{ArchiveOrder, Archives, Existing, ExtractOrder, Level, TABLES};
use undercroft_foundation::{Job, TreePath, World};
use undercroft_library::{AddProject, Library};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name a folder")?;
    let work = std::env::args_os().nth(2).ok_or("name a folder for the library")?;
    let work = Path::new(&work);
    let library = Library::open_or_create(&work.join("library"), &World::real(), TABLES)?;
    let archives = Archives::open(&library)?;
    let add = AddProject { path: folder.into(), ..AddProject::default() };
    let project = library.projects().add_linked(&add)?;
    let step =
        |what: &str, start: Instant| println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let level = Level::Balanced;
    let order = ArchiveOrder {
        project: &project,
        level,
        parts: &[],
        versions: 0,
        last_change: None,
        frees_source: true,
    };
    let archive = archives.create(&order, &Job::new())?;
    step("archive", start);
    println!("entries: {}, bytes: {}", archive.manifest.entries, archive.manifest.archive_bytes);
    let start = Instant::now();
    let reader = archives.reader(archive.manifest.id)?;
    let top = reader.folder(reader.find(&TreePath::root())?)?;
    step(&format!("open and list ({} at the top)", top.len()), start);
    let start = Instant::now();
    let hits = reader.search("main.c", 5)?;
    step("search", start);
    if let Some(hit) = hits.first() {
        let start = Instant::now();
        let reader = archives.reader(archive.manifest.id)?;
        let mut content = Vec::new();
        reader.read(reader.find(&hit.path)?, &mut content)?;
        step(&format!("open and read {}", hit.path), start);
    }
    let start = Instant::now();
    archives.check(archive.manifest.id, &Job::new())?;
    step("verify", start);
    let start = Instant::now();
    let to = work.join("restored");
    reader.extract(
        &ExtractOrder { folder: &to, paths: &[], existing: Existing::Refuse },
        &Job::new(),
    )?;
    step("restore", start);
    let status = std::fs::read_to_string("/proc/self/status")?;
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    Ok(())
}
