//! The replies that the pages are tested with: recorded from a library that is made here, under a
//! clock that stands still, and held to the types of the wire.
//!
//! `npm run record` writes them anew.

mod asking;
mod library;
mod lives;
mod scene;
mod tidying;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use undercroft_api::USE_CASES;

use scene::{NOW, Scene};

/// A recording writes its files when this is set.
const RECORD: &str = "UNDERCROFT_RECORD";
/// The recordings: of a library with everything in it, and of an empty one.
const FILES: [&str; 2] = ["library.json", "empty.json"];

fn file(name: &str) -> PathBuf {
    Path::new("../../ui/src/test/recorded").join(name)
}

fn recorded(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(file(name)).unwrap();
    let recording: Value = serde_json::from_str(&text).unwrap();
    recording["calls"].as_array().unwrap().clone()
}

fn record() -> [String; 2] {
    let mut scene = Scene::begun(71);
    let ids = library::make(&scene);
    asking::read_everything(&mut scene, &ids);
    asking::do_everything(&mut scene, &ids);
    let full = scene.take_recorded();
    scene.lose_library("lost");
    asking::read_empty(&mut scene);
    scene.lose_library("lost-again");
    asking::recover(&mut scene);
    let empty = scene.take_recorded();
    let now = NOW.to_string();
    [full, empty].map(|calls| tidying::text_of(calls, &now, &scene.root()))
}

#[test]
fn the_engine_is_recorded_when_it_is_asked_for() {
    if std::env::var_os(RECORD).is_none() {
        return;
    }
    for (name, text) in FILES.iter().zip(record()) {
        std::fs::create_dir_all(file(name).parent().unwrap()).unwrap();
        std::fs::write(file(name), text).unwrap();
    }
}

/// Not every machine can show a destination as a folder.
#[test]
fn every_use_case_is_recorded_but_those_of_mounts() {
    let calls: Vec<_> = FILES.iter().flat_map(|name| recorded(name)).collect();
    let said: BTreeSet<_> = calls.iter().map(|call| call["name"].as_str().unwrap()).collect();
    let silent = USE_CASES.iter().map(|it| it.name).filter(|name| !said.contains(name));
    let silent: Vec<_> = silent.filter(|name| !name.starts_with("mount_st")).collect();
    assert_eq!(silent, Vec::<&str>::new(), "run `npm run record`");
}
