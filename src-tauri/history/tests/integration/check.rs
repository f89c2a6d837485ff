//! A history that is damaged: what is said of it, and that the rest is served.

use crate::support;

use std::fs;
use std::path::PathBuf;

use support::{Bench, path};
use undercroft_foundation::Job;
use undercroft_history::{History, HistoryCheck};
use undercroft_testkit::{flip_bit, random_bytes, write_file};

fn check(bench: &Bench) -> HistoryCheck {
    History::new(&bench.library).maintenance().check(bench.project, &Job::new()).unwrap()
}

fn files_in(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.metadata().unwrap().is_dir() {
            files.extend(files_in(entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort_by_key(|path| fs::metadata(path).unwrap().len());
    files
}

/// The place of an object's entry in a pack, as stock git says: the pack, the offset, the length.
fn entry_of(bench: &Bench, object: &str) -> (PathBuf, i64, i64) {
    for index in files_in(bench.git_folder().join("objects/pack")) {
        if index.extension().unwrap() != "idx" {
            continue;
        }
        let name = index.to_str().unwrap();
        for line in bench.git(&["verify-pack", "-v", name]).lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            if words.len() == 5 && words[0] == object {
                let number = |at: usize| words[at].parse().unwrap();
                return (index.with_extension("pack"), number(4), number(3));
            }
        }
    }
    panic!("no pack holds {object}");
}

#[test]
fn a_sound_history_is_read_to_the_last_byte() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("src/main.rs"), "fn main() {}\n");
        write_file(work.join("film.bin"), random_bytes(1, 3_000_000));
    });
    bench.write("src/main.rs", "fn main() { }\n");
    bench.save().unwrap();
    let report = check(&bench);
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!(report.versions, 2);
    assert!(report.bytes > 3_000_000);
}

#[test]
fn a_damaged_file_is_told_with_its_versions_and_the_rest_is_served() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("sub/.git/bad"), "this content will suffer damage, all of it\n");
        write_file(work.join("good"), "good\n");
    });
    bench.write("good", "better\n");
    let second = bench.save().unwrap();
    fs::remove_dir_all(bench.work().join("sub")).unwrap();
    let third = bench.save().unwrap();
    let blob = bench.git(&["rev-parse", &format!("{}:sub/%.git/bad", first.commit)]);
    let (pack, offset, length) = entry_of(&bench, blob.trim());
    flip_bit(&pack, offset + length / 2);

    let report = check(&bench);
    assert_eq!(report.damages.len(), 1, "{report:#?}");
    let damage = &report.damages[0];
    assert_eq!(damage.object, blob.trim());
    assert_eq!(damage.versions, [first.id, second.id]);
    assert_eq!(damage.paths, [path("sub/.git/bad")]);
    let history = History::new(&bench.library);
    assert!(history.reader().read(first.id, &path("sub/.git/bad"), None).is_err());
    assert_eq!(history.reader().read(first.id, &path("good"), None).unwrap(), b"good\n");
    assert_eq!(history.reader().read(third.id, &path("good"), None).unwrap(), b"better\n");
}

#[test]
fn a_damaged_folder_and_a_damaged_commit_are_told() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("sub/deep/x"), "x");
        write_file(work.join("good"), "good\n");
    });
    let tree = bench.git(&["rev-parse", &format!("{}:sub", first.commit)]);
    let entries = bench.git(&["rev-parse", &format!("{}:.undercroft/sub.d/entries", first.commit)]);
    for (object, place) in
        [(tree.trim(), "sub"), (entries.trim(), "sub"), (&*first.commit.to_string(), "")]
    {
        let (pack, offset, length) = entry_of(&bench, object);
        let original = fs::read(&pack).unwrap();
        flip_bit(&pack, offset + length / 2);
        let report = check(&bench);
        fs::write(&pack, original).unwrap();
        assert_eq!(report.damages.len(), 1, "{report:#?}");
        assert_eq!(report.damages[0].object, object);
        assert_eq!(report.damages[0].versions, [first.id]);
        assert_eq!(report.damages[0].paths, [path(place)]);
    }
    assert!(check(&bench).is_sound());
}

#[test]
fn a_damaged_object_of_the_object_store_is_told() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("films/bad.bin"), random_bytes(1, 2_000_000));
        write_file(work.join("good.bin"), random_bytes(2, 150_000));
    });
    let packs = files_in(bench.library.root().join("objects/data"));
    let largest = packs.last().unwrap();
    let original = fs::read(largest).unwrap();
    // All of the large one, and with luck the small one lies elsewhere.
    let report = {
        flip_bit(largest, 300_000);
        check(&bench)
    };
    assert!(!report.is_sound());
    for damage in &report.damages {
        assert_eq!((damage.versions.as_slice(), damage.object.len()), (&[first.id][..], 64));
    }
    fs::write(largest, &original).unwrap();
    assert!(check(&bench).is_sound());
    for pack in packs {
        fs::remove_file(pack).unwrap();
    }
    let report = check(&bench);
    let mut paths: Vec<_> = report.damages.iter().flat_map(|damage| damage.paths.clone()).collect();
    paths.sort();
    assert_eq!(paths, [path("films/bad.bin"), path("good.bin")]);
}
