//! Whoever looks only where the batches say knows everything that is on disk.

use crate::scene;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use scene::{Scene, path};
use undercroft_foundation::TreePath;
use undercroft_testkit::SeededRandom;
use undercroft_watch::{Batch, Names};

/// The values that tell one state of a file from another, here.
type Print = (u32, u64, i64, i64);

/// The known state of a tree, from looking where batches say.
#[derive(Default)]
struct Mirror(BTreeMap<TreePath, Print>);

impl Mirror {
    fn look(&mut self, root: &Path, batch: &Batch) {
        if batch.whole {
            self.0.clear();
            return self.visit(root, &TreePath::root());
        }
        for (folder, names) in &batch.touched.folders {
            self.list(root, folder, names);
        }
        for folder in &batch.touched.subtrees {
            self.forget(folder);
            if let Some(print) = print(root, folder) {
                self.0.insert(folder.clone(), print);
                self.visit(root, folder);
            }
        }
    }

    /// Takes up the names, and nothing else.
    fn list(&mut self, root: &Path, folder: &TreePath, names: &Names) {
        let Names::Some(names) = names else { panic!("few names") };
        for path in names.iter().map(|name| folder.join(name)) {
            match print(root, &path) {
                Some(print) => {
                    let is_folder = print.0 & 0o170_000 == 0o040_000;
                    if !is_folder {
                        self.forget(&path);
                    }
                    self.0.insert(path, print);
                }
                None => self.forget(&path),
            }
        }
    }

    fn visit(&mut self, root: &Path, folder: &TreePath) {
        let Ok(entries) = fs::read_dir(folder.below(root)) else { return };
        for entry in entries.flatten() {
            let path = folder.join(entry.file_name().as_bytes());
            if entry.file_name() == "left-out" {
                continue;
            }
            if let Some(print) = print(root, &path) {
                self.0.insert(path.clone(), print);
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.visit(root, &path);
            }
        }
    }

    fn forget(&mut self, path: &TreePath) {
        self.0.retain(|known, _| !known.is_in(path));
    }

    /// Without what is not compared: the sentinels, and the folders that are left out.
    fn settled(mut self) -> BTreeMap<TreePath, Print> {
        self.0.retain(|path, _| {
            !path.as_bytes().starts_with(b"sentinel")
                && path.names().all(|name| name != b"left-out")
        });
        self.0
    }
}

/// A folder's own times say only that something was named in it, which is told by the names.
fn print(root: &Path, path: &TreePath) -> Option<Print> {
    let metadata = path.below(root).symlink_metadata().ok()?;
    if metadata.is_dir() {
        return Some((metadata.mode(), 0, 0, 0));
    }
    Some((metadata.mode(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}

/// A path of few names, so that most meet something.
fn few_names(dice: &SeededRandom) -> String {
    let names = ["a", "b", "c", "left-out", "A"];
    let depth = 1 + dice.below(4);
    let names: Vec<_> = (0..depth).map(|_| names[dice.below(5)]).collect();
    names.join("/")
}

/// Does something, or fails to; both are fine.
fn mischief(dice: &SeededRandom, root: &Path, outside: &Path) {
    let (one, other) = (root.join(few_names(dice)), root.join(few_names(dice)));
    let away = outside.join(format!("away{}", dice.below(3)));
    let _ = match dice.below(12) {
        0..3 => fs::create_dir_all(&one),
        3 => fs::write(&one, dice.below(1 << 30).to_string()),
        4 => fs::write(one.join("f"), dice.below(1 << 30).to_string()),
        5 => fs::remove_file(&one),
        6 => fs::remove_dir_all(&one),
        7 | 8 => fs::rename(&one, &other),
        9 => fs::rename(&one, away),
        10 => fs::rename(away, &one),
        _ => symlink(".", &one),
    };
}

fn play(seed: u64, pauses: bool) {
    let mut scene = Scene::new();
    let outside = scene.place.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let mut mirror = Mirror::default();
    let dice = SeededRandom::new(seed);
    for step in 0..400 {
        mischief(&dice, &scene.root, &outside);
        if pauses && step % 8 == 0 {
            std::thread::sleep(std::time::Duration::from_millis(dice.next() % 12));
        }
        for batch in scene.batches.try_iter() {
            mirror.look(&scene.root, &batch);
        }
    }
    let last = scene.all();
    assert!(!last.whole);
    mirror.look(&scene.root, &last);
    let mut disk = Mirror::default();
    disk.visit(&scene.root, &path(""));
    assert_eq!(mirror.settled(), disk.settled(), "seed {seed}");
}

#[test]
fn looking_where_batches_say_finds_every_change_of_a_storm() {
    (1..=20).for_each(|seed| play(seed, false));
}

#[test]
fn looking_where_batches_say_finds_every_change_that_comes_slowly() {
    (101..=112).for_each(|seed| play(seed, true));
}
