//! The changes that users and their programs make in a folder.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use undercroft_testkit::{SeededRandom, random_bytes, set_modified, text_bytes, write_file};

const NAMES: &[&str] = &[
    "a",
    "b.txt",
    "d/x",
    "d/y.rs",
    "d/e/z",
    "d/e/deep/w",
    "large.bin",
    "d/film",
    "Ünï",
    "D/x",
    "two words",
];

/// Makes one change, and says which.
pub(crate) fn change(dice: &SeededRandom, folder: &Path) -> String {
    let name = NAMES[dice.below(NAMES.len())];
    let path = folder.join(name);
    let seed = dice.next();
    match dice.below(12) {
        0..4 => {
            make_way(folder, name);
            write_file(&path, text_bytes(seed, dice.below(5000)));
            format!("write {name}")
        }
        4..6 => {
            make_way(folder, name);
            write_file(&path, random_bytes(seed, 50_000 + dice.below(400_000)));
            format!("write {name}, binary")
        }
        6 => {
            remove(&path);
            format!("delete {name}")
        }
        7 => {
            let other = NAMES[dice.below(NAMES.len())];
            let is_inside = other.starts_with(name) || name.starts_with(other);
            if is_inside || fs::symlink_metadata(&path).is_err() {
                return "nothing".to_owned();
            }
            make_way(folder, other);
            fs::create_dir_all(folder.join(other).parent().unwrap()).unwrap();
            // What made way may have been above it.
            let _ = fs::rename(&path, folder.join(other));
            format!("rename {name} to {other}")
        }
        8 => {
            let _ = fs::rename(folder.join("d"), folder.join("moved"));
            let _ = fs::rename(folder.join("moved/e"), folder.join("e"));
            "move folders".to_owned()
        }
        9 => {
            make_way(folder, name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink("a", &path).unwrap();
            format!("link {name}")
        }
        10 => {
            make_way(folder, name);
            fs::create_dir_all(&path).unwrap();
            format!("make the folder {name}")
        }
        _ => {
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file()) {
                let mode = [0o600, 0o644, 0o755][dice.below(3)];
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                set_modified(&path, 1_700_000_000 + dice.below(1000) as i64, 7);
            } else if path.is_dir() {
                set_modified(&path, 1_600_000_000, 0);
            }
            format!("touch {name}")
        }
    }
}

/// Removes what is at the path, and what is above it and no folder.
fn make_way(folder: &Path, name: &str) {
    remove(&folder.join(name));
    let mut above = folder.to_owned();
    for name in Path::new(name).parent().into_iter().flat_map(Path::components) {
        above.push(name);
        if fs::symlink_metadata(&above).is_ok_and(|meta| !meta.is_dir()) {
            fs::remove_file(&above).unwrap();
        }
    }
}

fn remove(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}
