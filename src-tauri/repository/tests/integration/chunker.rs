//! Cuts content beside the real restic and compares chunk for chunk; and what the cuts of our own
//! repositories and their packs tell to others.

use crate::support;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use support::{Scene, Sealer, back_up, latest, names, password};
use undercroft_foundation::World;
use undercroft_providers::DiskProvider;
use undercroft_repository::chunker::{ChunkStream, Chunker, Polynomial};
use undercroft_repository::{BlobId, Repository};
use undercroft_testkit::{Restic, random_bytes, write_file};

fn json(restic: &Restic, arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&restic.run(&[&["--json"], arguments].concat())).unwrap()
}

/// Stretches of noise, of zeros and of text that repeats itself.
fn content() -> Vec<u8> {
    let mut state = 7u64;
    let mut content = Vec::new();
    while content.len() < 24 << 20 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        content.extend_from_slice(&(state >> 11).to_be_bytes()[2..]);
    }
    content.extend(std::iter::repeat_n(0, 3 << 20));
    content.extend(b"the quick brown fox\n".iter().cycle().take(10 << 20));
    content
}

#[test]
fn rabin_yields_the_chunks_of_restic_for_a_polynomial_of_its_choice() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, file) = (folder.path().join("repository"), folder.path().join("content"));
    std::fs::write(&file, content()).unwrap();
    let restic = Restic::new(&repository, "chunks");
    restic.init();
    restic.backup(&file);

    let mut tree = json(&restic, &["snapshots"])[0]["tree"].as_str().unwrap().to_owned();
    let theirs = loop {
        let node = json(&restic, &["cat", "blob", &tree])["nodes"][0].clone();
        match node["content"].as_array() {
            Some(content) => break content.clone(),
            None => node["subtree"].as_str().unwrap().clone_into(&mut tree),
        }
    };

    let config = json(&restic, &["cat", "config"]);
    let polynomial: Polynomial = config["chunker_polynomial"].as_str().unwrap().parse().unwrap();
    let source = std::fs::File::open(&file).unwrap();
    let mut stream = ChunkStream::new(Chunker::rabin(polynomial), source);
    let (mut ours, mut chunk) = (Vec::new(), Vec::new());
    while stream.next(&mut chunk).unwrap() {
        ours.push(serde_json::Value::from(hex::encode(Sha256::digest(&chunk))));
    }
    assert!(ours.len() > 15);
    assert_eq!(ours, theirs);
}

/// Content of one file of several chunks, and its chunks in a new repository.
fn chunks_in(scene: &Scene, repository: &Repository) -> Vec<BlobId> {
    back_up(repository, &scene.request());
    let path = [names(&scene.source()), vec![b"large".to_vec()]].concat();
    let node = repository.find_node(&latest(repository), &path).unwrap().unwrap();
    node.content.unwrap()
}

fn scene_with_large_file() -> Scene {
    let scene = Scene::new();
    write_file(scene.source().join("large"), random_bytes(7, 12 << 20));
    scene
}

#[test]
fn nobody_else_cuts_as_a_repository_of_ours_does() {
    let scenes = [scene_with_large_file(), scene_with_large_file()];
    let [one, two] = scenes.each_ref().map(|scene| chunks_in(scene, &scene.init()));
    assert!(one.len() > 5, "{} chunks", one.len());
    let shared = one.iter().filter(|chunk| two.contains(chunk)).count();
    assert_eq!(shared, 0, "of {}", one.len());
    // The repository itself does, each time, and so does one that was made like it.
    let scene = &scenes[0];
    let repository = scene.open();
    fs::rename(scene.source().join("large"), scene.source().join("moved")).unwrap();
    write_file(scene.source().join("large"), random_bytes(7, 12 << 20));
    assert_eq!(chunks_in(scene, &repository), one);
    let disk = Arc::new(DiskProvider::create(&scene.path("like")).unwrap());
    let like = Repository::init_like(disk, &password(), &World::real(), Some(&repository));
    assert_eq!(chunks_in(scene, &like.unwrap()), one);
}

#[test]
fn a_repository_of_an_older_program_is_cut_as_ever() {
    let scenes = [scene_with_large_file(), scene_with_large_file()];
    let [one, two] = scenes.each_ref().map(|scene| {
        drop(scene.init());
        let config = scene.restic().run(&["cat", "config"]);
        let mut config: serde_json::Value = serde_json::from_str(&config).unwrap();
        config["undercroft_chunker"] = "gear-1".into();
        let sealed = Sealer::of(&scene.restic()).seal(config.to_string().as_bytes());
        fs::write(scene.repository().join("config"), sealed).unwrap();
        chunks_in(scene, &scene.open())
    });
    assert_eq!(one, two);
    scenes[0].restic().check();
}

/// The packs of content, each as the ids of its blobs.
fn packs_of(scene: &Scene) -> BTreeSet<BTreeSet<String>> {
    let mut packs = BTreeSet::new();
    for index in scene.restic().run(&["list", "index"]).lines() {
        let text = scene.restic().run(&["cat", "index", index]);
        let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
        for pack in listed["packs"].as_array().unwrap() {
            let blobs = pack["blobs"].as_array().unwrap();
            let data = blobs.iter().filter(|blob| blob["type"] == "data");
            packs.insert(data.map(|blob| blob["id"].as_str().unwrap().to_owned()).collect());
        }
    }
    packs
}

#[test]
fn which_pack_content_goes_to_is_drawn() {
    let packs = [(), ()].map(|()| {
        let scene = Scene::new();
        for n in 0..40 {
            write_file(scene.source().join(format!("{n}")), random_bytes(n, 1000));
        }
        back_up(&scene.init(), &scene.request());
        packs_of(&scene)
    });
    assert_ne!(packs[0], packs[1], "the same content lies together twice");
}
