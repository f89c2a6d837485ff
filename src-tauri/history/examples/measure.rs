//! Measures histories; `npm run bench:history` runs it and sets its figures beside git's.
//!
//! `measure import FOLDER`, `measure change FOLDER ROUNDS`, `measure wide FILES ROUNDS`,
//! `measure save ROUNDS`, `measure large`, `measure many VERSIONS`: each prints one line of JSON. All of it
//! happens in the folder that `MEASURE_IN` names.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement stops on the first surprise, and needs the real clock"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use undercroft_foundation::{Job, World};
use undercroft_history::{
    History, SaveOrder, Scope, Touched, TreePath, Trigger, Version, VersionFilter,
};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::{random_bytes, text_bytes, write_file};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments[at].parse().unwrap();
    let figures = match arguments[0].as_str() {
        "import" => import(Path::new(&arguments[1])),
        "change" => change(Path::new(&arguments[1]), number(2)),
        "wide" => wide(number(1), number(2)),
        "save" => save(number(1)),
        "large" => large(),
        "many" => many(number(1)),
        other => panic!("{other} is not measured"),
    };
    println!("{figures}");
}

/// A library of its own, and a project in it.
struct Place {
    library: Library,
    history: History,
    root: PathBuf,
}

impl Place {
    fn new(root: &Path) -> Self {
        let folder = PathBuf::from(std::env::var_os("MEASURE_IN").unwrap());
        let library = folder.join(format!("library-{}", std::process::id()));
        let tables = undercroft_history::TABLES;
        let library = Library::open_or_create(&library, &World::real(), tables).unwrap();
        let path = root.to_owned();
        library.projects().add_linked(&AddProject { path, ..AddProject::default() }).unwrap();
        Self { history: History::new(&library), library, root: root.to_owned() }
    }

    /// A project in a folder of its own, made by `fill`.
    fn filled(fill: impl FnOnce(&Path)) -> Self {
        let folder = PathBuf::from(std::env::var_os("MEASURE_IN").unwrap());
        let root = folder.join(format!("work-{}", std::process::id()));
        fs::create_dir(&root).unwrap();
        fill(&root);
        Self::new(&root)
    }

    fn begin(&self) -> Version {
        let project = self.library.projects().list(&Default::default()).unwrap()[0].id;
        self.history.writer().begin(project, &Job::new()).unwrap()
    }

    fn save(&self, version: &Version, path: &str) -> Version {
        let mut touched = Touched::default();
        touched.add(&TreePath::new(path.as_bytes()).unwrap());
        let order = SaveOrder::new(Trigger::Automatic, "");
        let scope = Scope::Touched(touched);
        self.history.writer().save(version.workspace, scope, order, &Job::new()).unwrap().unwrap()
    }

    fn stored_bytes(&self) -> u64 {
        ["history", "objects"].iter().map(|it| bytes_in(&self.library.root().join(it))).sum()
    }
}

fn import(folder: &Path) -> serde_json::Value {
    let place = Place::new(folder);
    let began = Instant::now();
    let version = place.begin();
    let seconds = began.elapsed().as_secs_f64();
    // What comes after reads the packs, and they count as memory while they are mapped.
    let peak = peak_bytes();
    let again = Instant::now();
    let order = SaveOrder::new(Trigger::Manual, "");
    let nothing = place.history.writer().save(version.workspace, Scope::Whole, order, &Job::new());
    assert_eq!(nothing.unwrap(), None);
    json!({
        "seconds": seconds,
        "files": version.files,
        "bytes": version.size_bytes,
        "storedBytes": place.stored_bytes(),
        "nothingChangedSeconds": again.elapsed().as_secs_f64(),
        "peakBytes": peak,
    })
}

/// One file changes, again and again, as the watcher tells it.
fn change(folder: &Path, rounds: u64) -> serde_json::Value {
    let place = Place::new(folder);
    let mut version = place.begin();
    let path = first_text(folder, Path::new(""));
    let before = place.stored_bytes();
    let mut times = Vec::new();
    for round in 0..rounds {
        let content = text_bytes(round, 10_000);
        fs::write(folder.join(&path), content).unwrap();
        let began = Instant::now();
        version = place.save(&version, &path);
        times.push(began.elapsed());
    }
    let grown = place.stored_bytes().saturating_sub(before) / rounds;
    json!({ "files": version.files, "milliseconds": spread(times), "storedBytes": grown, "peakBytes": peak_bytes() })
}

/// One byte of one of so many files changes, all of which are in one folder.
fn wide(files: u64, rounds: u64) -> serde_json::Value {
    let place = Place::filled(|root| {
        for count in 0..files {
            write_file(root.join(format!("wide/file-{count}.txt")), text_bytes(count, 100));
        }
    });
    let mut version = place.begin();
    let before = place.stored_bytes();
    let mut times = Vec::new();
    for round in 0..rounds {
        use std::os::unix::fs::FileExt;
        let path = format!("wide/file-{}.txt", round * 7919 % files);
        let file = fs::File::options().write(true).open(place.root.join(&path)).unwrap();
        file.write_all_at(b"#", 50).unwrap();
        let began = Instant::now();
        version = place.save(&version, &path);
        times.push(began.elapsed());
    }
    let grown = place.stored_bytes().saturating_sub(before) / rounds;
    json!({ "files": version.files, "milliseconds": spread(times), "storedBytes": grown, "peakBytes": peak_bytes() })
}

/// A new file of 10 KB, saved as a version, in a small project.
fn save(rounds: u64) -> serde_json::Value {
    let place = Place::filled(|root| {
        for count in 0..200 {
            write_file(
                root.join(format!("src/{}/{count}.txt", count % 10)),
                text_bytes(count, 2000),
            );
        }
    });
    let mut version = place.begin();
    let mut times = Vec::new();
    for round in 0..rounds {
        let path = format!("src/{}/new.txt", round % 10);
        write_file(place.root.join(&path), text_bytes(round + 1000, 10_000));
        let began = Instant::now();
        version = place.save(&version, &path);
        times.push(began.elapsed());
    }
    json!({ "milliseconds": spread(times) })
}

/// Large files of which 1 KB changes in the middle.
fn large() -> serde_json::Value {
    let sizes = [("1 MB", 1_u64 << 20), ("1 GB", 1 << 30)];
    let figures = sizes.map(|(name, size)| {
        let place = Place::filled(|root| {
            use std::io::Write;
            let mut file = fs::File::create(root.join("large.bin")).unwrap();
            for part in 0..size >> 20 {
                file.write_all(&random_bytes(part, 1 << 20)).unwrap();
            }
        });
        let version = place.begin();
        use std::os::unix::fs::FileExt;
        let file = fs::File::options().write(true).open(place.root.join("large.bin")).unwrap();
        file.write_all_at(&random_bytes(99, 1024), size / 2).unwrap();
        let began = Instant::now();
        let changed = place.save(&version, "large.bin");
        let figures = json!({
            "name": name,
            "seconds": began.elapsed().as_secs_f64(),
            "storedBytes": changed.stored_bytes,
        });
        fs::remove_dir_all(&place.root).unwrap();
        fs::remove_dir_all(place.library.root()).unwrap();
        figures
    });
    json!({ "sizes": figures, "peakBytes": peak_bytes() })
}

/// A file's history, and the list, over many versions.
fn many(versions: u64) -> serde_json::Value {
    let place = Place::filled(|root| {
        for count in 0..100 {
            write_file(root.join(format!("{count}.txt")), text_bytes(count, 500));
        }
    });
    let mut version = place.begin();
    let began = Instant::now();
    for round in 0..versions {
        let path = format!("{}.txt", round % 100);
        fs::write(place.root.join(&path), format!("{round}\n")).unwrap();
        version = place.save(&version, &path);
    }
    let made = began.elapsed().as_secs_f64();
    let workspace = version.workspace;
    let list = repeat(|| {
        let filter = VersionFilter { before_seq: Some(versions / 2), ..VersionFilter::default() };
        assert_eq!(place.history.versions(workspace, &filter).unwrap().len(), 100);
    });
    let path = TreePath::new(b"7.txt").unwrap();
    let file = repeat(|| {
        let found = place.history.reader().file_history(workspace, &path, 100).unwrap();
        assert!(!found.is_empty());
    });
    json!({
        "versions": versions,
        "perVersionMilliseconds": made * 1000.0 / versions as f64,
        "listMilliseconds": list,
        "fileHistoryMilliseconds": file,
        "storedBytes": place.stored_bytes(),
    })
}

fn repeat(mut work: impl FnMut()) -> serde_json::Value {
    let mut times = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        work();
        times.push(began.elapsed());
    }
    spread(times)
}

fn spread(mut times: Vec<Duration>) -> serde_json::Value {
    times.sort();
    let at = |share: f64| {
        let index = ((times.len() - 1) as f64 * share).round() as usize;
        times[index].as_secs_f64() * 1000.0
    };
    json!({ "p50": at(0.5), "p99": at(0.99), "max": at(1.0) })
}

/// The first text file of 1 to 90 KB, folder by folder.
fn first_text(root: &Path, below: &Path) -> String {
    let mut entries: Vec<_> = fs::read_dir(root.join(below)).unwrap().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in &entries {
        let found = entry.metadata().unwrap();
        let path = below.join(entry.file_name());
        if found.is_file() && (1..90_000).contains(&found.len()) && !below.as_os_str().is_empty() {
            return path.to_str().unwrap().to_owned();
        }
    }
    let folders = entries.iter().filter(|entry| entry.file_type().unwrap().is_dir());
    let name = folders.map(|entry| below.join(entry.file_name())).next().unwrap();
    first_text(root, &name)
}

fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => bytes_in(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

/// The most memory that this process had.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
