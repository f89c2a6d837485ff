//! Which layer a file goes to, and a project's rules on disk.

use std::fs;

use proptest::prelude::*;
use undercroft_foundation::{Code, ProjectId, World};
use undercroft_history::rules::{HEAD_BYTES, LayerRule, ProjectRules, Rules, choose_layer};
use undercroft_history::{Layer, LayerReason, TreePath};

const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

fn layered(layers: &[(&str, Layer)]) -> ProjectRules {
    let rule = |(pattern, layer): &(&str, Layer)| LayerRule {
        pattern: (*pattern).to_owned(),
        layer: *layer,
    };
    ProjectRules { layers: layers.iter().map(rule).collect(), ..ProjectRules::default() }
}

fn choose(rules: &Rules, at: &str, content: &[u8], wish: Option<Layer>) -> (Layer, LayerReason) {
    let head = &content[..content.len().min(HEAD_BYTES)];
    choose_layer(rules, &TreePath::new(at.as_bytes()).unwrap(), content.len() as u64, head, wish)
}

#[test]
fn the_first_that_applies_decides() {
    let rules = layered(&[("assets/", Layer::Objects), ("*.csv", Layer::Git)]).compile().unwrap();
    let large = vec![b'a'; 102_401];
    let mut late_nul = vec![b'a'; 8001];
    late_nul[8000] = 0;
    for (at, content, wish, expected) in [
        ("a.rs", &b"fn main() {}"[..], None, (Layer::Git, LayerReason::Text)),
        ("empty", b"", None, (Layer::Git, LayerReason::Text)),
        ("a.rs", &large[..102_400], None, (Layer::Git, LayerReason::Text)),
        ("a.rs", &large, None, (Layer::Objects, LayerReason::Large)),
        ("a.bin", b"a\0", None, (Layer::Objects, LayerReason::Binary)),
        ("a.txt", &late_nul, None, (Layer::Git, LayerReason::Text)),
        ("a.txt", &late_nul[1..], None, (Layer::Objects, LayerReason::Binary)),
        ("assets/a/b.svg", b"<svg/>", None, (Layer::Objects, LayerReason::Rule)),
        ("x/data.csv", &large, None, (Layer::Git, LayerReason::Rule)),
        ("assets/data.csv", &large, None, (Layer::Objects, LayerReason::Rule)),
        ("assets/a.svg", b"<svg/>", Some(Layer::Git), (Layer::Git, LayerReason::Wish)),
        ("a.rs", b"", Some(Layer::Memory), (Layer::Memory, LayerReason::Wish)),
        ("a.rs", b"", Some(Layer::Objects), (Layer::Objects, LayerReason::Wish)),
    ] {
        assert_eq!(choose(&rules, at, content, wish), expected, "{at}, {} bytes", content.len());
    }
}

#[test]
fn what_looks_like_a_pointer_never_goes_to_git() {
    let rules = layered(&[("*", Layer::Git)]).compile().unwrap();
    let plain = ProjectRules::default().compile().unwrap();
    let older = b"\n version https://hawser.github.com/spec/v1\noid sha256:00\nsize 1\n";
    for (content, wish) in [(POINTER, None), (POINTER, Some(Layer::Git)), (&older[..], None)] {
        for rules in [&rules, &plain] {
            let choice = choose(rules, "a.rs", content, wish);
            assert_eq!(choice, (Layer::Objects, LayerReason::Pointer));
        }
    }
    let talk = b"# Large files are kept with git-lfs, version 3.\n";
    assert_eq!(choose(&plain, "README.md", talk, None), (Layer::Git, LayerReason::Text));
    let long = [POINTER, &[b'a'; 1024]].concat();
    assert_eq!(choose(&plain, "a", &long, None), (Layer::Git, LayerReason::Text));
}

#[test]
fn nothing_brings_a_huge_file_into_git() {
    let rules = layered(&[("*.sql", Layer::Git)]).compile().unwrap();
    let at = TreePath::new(b"dump.sql").unwrap();
    let choose = |bytes, wish| choose_layer(&rules, &at, bytes, b"insert", wish);
    let limit = 50 * 1024 * 1024;
    assert_eq!(choose(limit, None), (Layer::Git, LayerReason::Rule));
    assert_eq!(choose(limit + 1, None), (Layer::Objects, LayerReason::Large));
    assert_eq!(choose(limit + 1, Some(Layer::Git)), (Layer::Objects, LayerReason::Large));
    assert_eq!(choose(limit + 1, Some(Layer::Objects)), (Layer::Objects, LayerReason::Wish));
}

#[test]
fn rules_come_back_from_disk_as_they_were() {
    let library = tempfile::tempdir().unwrap();
    let world = World::real();
    let project = ProjectId::new(&*world.clock, &*world.random);
    let folder = library.path().join("projects").join(project.to_string());
    fs::create_dir_all(&folder).unwrap();
    assert_eq!(ProjectRules::load(library.path(), project).unwrap(), ProjectRules::default());
    let rules = ProjectRules {
        follow_gitignore: true,
        leave_out: vec!["dist/".to_owned()],
        keep: vec!["größe \\*".to_owned()],
        ..layered(&[("*.csv", Layer::Git), ("/art/", Layer::Objects)])
    };
    rules.store(library.path(), project).unwrap();
    assert_eq!(ProjectRules::load(library.path(), project).unwrap(), rules);
    for bad in [layered(&[("x", Layer::Memory)]), layered(&[("a[", Layer::Git)])] {
        assert_eq!(bad.store(library.path(), project).unwrap_err().code(), Code::Invalid);
    }
    assert_eq!(ProjectRules::load(library.path(), project).unwrap(), rules, "a refusal is none");

    let file = folder.join("rules.json");
    for (text, code) in [
        ("{\"version\": 2, \"ways\": 1}", Code::TooNew),
        ("{\"version\": 1, \"leaveout\": []}", Code::Damaged),
        (
            "{\"version\": 1, \"layers\": [{\"pattern\": \"x\", \"layer\": \"tape\"}]}",
            Code::Damaged,
        ),
        ("", Code::Damaged),
        ("[]", Code::Damaged),
    ] {
        fs::write(&file, text).unwrap();
        let error = ProjectRules::load(library.path(), project).unwrap_err();
        assert_eq!(error.code(), code, "{text}");
    }
    fs::write(&file, "{\"version\": 1}").unwrap();
    assert_eq!(ProjectRules::load(library.path(), project).unwrap(), ProjectRules::default());
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(ProjectRules::load(library.path(), project).is_err(), "an error is no default");
}

proptest! {
    /// Git never holds what is large, binary or a pointer, unless somebody asked for it, and
    /// never a pointer.
    #[test]
    fn any_content_has_a_layer(content in prop::collection::vec(any::<u8>(), 0..400), pad in 0usize..120_000) {
        let content = [content, vec![b' '; pad]].concat();
        let rules = ProjectRules::default().compile().unwrap();
        let (layer, reason) = choose(&rules, "a", &content, None);
        let large = content.len() > 102_400;
        let binary = content.iter().take(8000).any(|byte| *byte == 0);
        prop_assert_eq!(layer == Layer::Git, !large && !binary);
        prop_assert_eq!(reason == LayerReason::Large, large);
    }
}
