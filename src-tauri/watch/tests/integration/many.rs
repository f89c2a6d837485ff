//! Much at once.

use crate::scene;

use std::fs;
use std::path::Path;

use scene::{Scene, covers, paths};

fn many_folders(root: &Path, count: usize) {
    for number in 0..count {
        fs::create_dir_all(root.join(format!("{}/{number}", number % 50))).unwrap();
    }
}

#[test]
fn five_thousand_folders_are_watched() {
    let mut scene = Scene::with(|root| many_folders(root, 5_000));
    scene.until_watching(5_051);
    for number in (0..5_000).step_by(499) {
        scene.write(&format!("{}/{number}/f", number % 50));
    }
    assert_eq!(paths(&scene.all()).len(), 11);
    // All gone at once: the watches go, too, and what comes then is seen.
    for folder in 0..50 {
        fs::remove_dir_all(scene.at(&folder.to_string())).unwrap();
    }
    let batch = scene.all();
    assert!((0..50).all(|folder| covers(&batch, &folder.to_string())));
    scene.until_watching(1);
    scene.mkdir("a");
    scene.write("a/f");
    assert!(covers(&scene.all(), "a/f"));
}

#[test]
fn a_hundred_thousand_files_change_at_once() {
    let mut scene = Scene::with(|root| {
        for folder in 0..100 {
            fs::create_dir(root.join(folder.to_string())).unwrap();
        }
    });
    scene.until_watching(101);
    std::thread::scope(|scope| {
        for half in 0..2 {
            let root = &scene.root;
            scope.spawn(move || {
                for file in 0..50_000 {
                    let name = format!("{}/{file}", half * 50 + file % 50);
                    fs::File::create(root.join(name)).unwrap();
                }
            });
        }
    });
    let batch = scene.all();
    for half in 0..2 {
        for file in 0..50_000 {
            let name = format!("{}/{file}", half * 50 + file % 50);
            assert!(covers(&batch, &name), "{name} missed");
        }
    }
    scene.until_watching(101);
    scene.write("42/one more");
    assert!(covers(&scene.all(), "42/one more"));
}

#[test]
fn a_large_tree_that_is_moved_is_watched_where_it_went() {
    let mut scene = Scene::with(|root| many_folders(&root.join("tree"), 2_000));
    scene.until_watching(2_052);
    for round in 0..10 {
        scene.rename("tree", "moved");
        scene.rename("moved", "tree");
        if round == 5 {
            scene.rename("tree/7", "7");
        }
    }
    assert!(!scene.all().whole);
    scene.until_watching(2_052);
    scene.write("tree/1/51/f");
    scene.write("7/57/f");
    assert_eq!(paths(&scene.all()), ["7/57/f", "tree/1/51/f"]);
}
