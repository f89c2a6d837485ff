//! An archive is damaged: what is left is listed and comes back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use undercroft_archive::ArchiveReader;
use undercroft_foundation::{Code, Job};
use undercroft_testkit::{random_bytes, text_bytes, write_file};

use super::stage::{Stage, extract};

/// The magic number of a frame with content, and of those that are skipped.
const FRAME: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

fn fill(root: &Path) {
    for number in 0..60 {
        write_file(root.join(format!("text/{number:02}")), text_bytes(number, 300_000));
    }
    write_file(root.join("x-large"), random_bytes(7, 20 << 20));
    for number in 0..10 {
        write_file(root.join(format!("tail/{number}")), text_bytes(100 + number, 900_000));
    }
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The places of all frames: those of content first, the index and the seek table last.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let reads_as_frame = |at: &usize| bytes[*at..].starts_with(&FRAME);
    let mut starts: Vec<_> = (0..bytes.len() - 4).filter(reads_as_frame).collect();
    starts.dedup();
    starts
}

#[test]
fn whatever_frame_is_damaged_the_rest_comes_back() {
    let stage = Stage::new();
    let project = stage.project("damaged", fill);
    let whole = files(&project.root);
    let archive = stage.archive(&project).unwrap();
    let bytes = fs::read(&archive.path).unwrap();
    let mut places: Vec<_> = frames(&bytes).into_iter().map(|at| at + 100).collect();
    assert!(places.len() >= 6, "{places:?}");
    // The index, the seek table, the footer.
    places.extend([bytes.len() - 300, bytes.len() - 60, bytes.len() - 3]);
    for at in places {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        fs::write(&archive.path, &damaged).unwrap();
        let reader = stage.reader(&archive);
        let back = stage.path(&format!("back-{at}"));
        let extracted = extract(&reader, &back, &[]).unwrap();
        let found = files(&back);
        assert!(found.iter().all(|(name, content)| whole[name] == *content), "at {at}");
        let lost = whole.len() - found.len();
        assert!(lost <= 30, "{lost} of {} files were lost at {at}", whole.len());
        if !reader.is_salvaged() {
            assert_eq!(extracted.damaged.len(), lost, "at {at}");
        }
        let check = stage.archives.check(archive.manifest.id, &Job::new()).unwrap();
        assert!(!check.is_whole(), "the damage at {at} was not noticed");

        fs::remove_dir_all(back).unwrap();
    }
    let manifest = stage.archives.get(archive.manifest.id).unwrap().manifest;
    assert!(!manifest.damaged.is_empty());
}

#[test]
fn a_cut_off_archive_gives_what_it_has() {
    let stage = Stage::new();
    let project = stage.project("cut", fill);
    let whole = files(&project.root);
    let archive = stage.archive(&project).unwrap();
    let bytes = fs::read(&archive.path).unwrap();
    for keep in [bytes.len() - 1, bytes.len() / 2, bytes.len() / 20] {
        fs::write(&archive.path, &bytes[..keep]).unwrap();
        let back = stage.path(&format!("back-{keep}"));
        match ArchiveReader::open(&archive.path) {
            Ok(reader) => {
                extract(&reader, &back, &[]).unwrap();
                let found = files(&back);
                assert!(!found.is_empty());
                assert!(found.iter().all(|(name, content)| whole[name] == *content));
            }
            Err(error) => assert_eq!(error.code(), Code::Damaged, "{keep} bytes: {error}"),
        }
    }
    for wrong in [&b""[..], b"x", b"not an archive at all", &[0; 5000]] {
        fs::write(&archive.path, wrong).unwrap();
        assert_eq!(ArchiveReader::open(&archive.path).unwrap_err().code(), Code::Damaged);
    }
}

#[test]
fn a_damaged_archive_frees_nothing() {
    let stage = Stage::new();
    let project = stage.project("kept", |root| write_file(root.join("a"), "1"));
    let archive = stage.archive(&project).unwrap();
    let bytes = fs::read(&archive.path).unwrap();
    fs::write(&archive.path, &bytes[..bytes.len() - 5]).unwrap();
    stage.archives.free_source(archive.manifest.id, &Job::new()).unwrap_err();
    assert!(project.root.join("a").exists());
}
