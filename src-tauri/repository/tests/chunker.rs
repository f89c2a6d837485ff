//! Cuts content beside the real restic and compares chunk for chunk.

#![allow(clippy::unwrap_used)]

use sha2::{Digest, Sha256};
use undercroft_repository::{ChunkStream, Chunker, Polynomial};
use undercroft_testkit::Restic;

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
