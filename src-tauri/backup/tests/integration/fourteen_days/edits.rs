//! Somebody who works on a project, and what a project's tree is at a moment.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use undercroft_testkit::{SeededRandom, random_bytes};

/// Each path below a root, and what tells its entry from any other.
pub(crate) type Tree = BTreeMap<PathBuf, String>;

/// So that the guard, which looks at masses, has nothing to say.
const MOST_FILES: usize = 14;

/// Describes everything below a root: names, kinds, modes, times, content.
pub(crate) fn describe(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let found = fs::symlink_metadata(&path).unwrap();
        let content = if found.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            "folder".to_owned()
        } else if found.is_symlink() {
            fs::read_link(&path).unwrap().display().to_string()
        } else {
            let mut hasher = DefaultHasher::new();
            fs::read(&path).unwrap().hash(&mut hasher);
            format!("{} bytes, {:x}", found.len(), hasher.finish())
        };
        let (mode, time) = (found.mode(), (found.mtime(), found.mtime_nsec()));
        let name = path.strip_prefix(root).unwrap().to_owned();
        tree.insert(name, format!("{content} {mode:o} {time:?}"));
    }
    tree
}

/// Makes one random change.
pub(crate) fn edit(root: &Path, dice: &SeededRandom) {
    let (files, folders) = entries(root);
    let new = |folder: &Path| folder.join(format!("n{}", dice.next() % 100_000));
    if files.len() < 4 || (files.len() < MOST_FILES && dice.below(4) == 0) {
        let folder = &folders[dice.below(folders.len())];
        let size = if dice.below(10) == 0 { 200_000 } else { 1 + dice.below(4000) };
        return fs::write(new(folder), random_bytes(dice.next(), size)).unwrap();
    }
    let file = &files[dice.below(files.len())];
    match dice.below(8) {
        0 => fs::remove_file(file).unwrap(),
        1 => fs::rename(file, new(file.parent().unwrap())).unwrap(),
        2 => fs::rename(file, new(&folders[dice.below(folders.len())])).unwrap(),
        3 if folders.len() > 2 => {
            let folder = &folders[1 + dice.below(folders.len() - 1)];
            fs::rename(folder, new(root)).unwrap();
        }
        3 => fs::create_dir(new(root)).unwrap(),
        4 => symlink(file.file_name().unwrap(), new(file.parent().unwrap())).unwrap(),
        5 => {
            let mode = 0o600 | dice.below(0o100) as u32;
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        }
        _ => {
            let mut bytes = fs::read(file).unwrap();
            let at = dice.below(bytes.len() + 1);
            bytes.splice(at..at, random_bytes(dice.next(), 1 + dice.below(300)));
            fs::write(file, bytes).unwrap();
        }
    }
}

/// The files and the folders, the root the first of them, in an order that only names decide.
fn entries(root: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    let mut next = 0;
    while next < folders.len() {
        let mut found: Vec<_> =
            fs::read_dir(&folders[next]).unwrap().map(|entry| entry.unwrap()).collect();
        found.sort_by_key(fs::DirEntry::file_name);
        for entry in found {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
        next += 1;
    }
    (files, folders)
}
