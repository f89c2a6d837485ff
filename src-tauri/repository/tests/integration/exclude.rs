//! Leaves out of a backup what the real restic leaves out, pattern by pattern.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use undercroft_repository::exclude::{Patterns, TagFile};
use undercroft_testkit::Restic;

const FILES: &[&str] = &[
    "src/main.rs",
    "src/lib.rs",
    "src/target/debug/app",
    "target/debug/app",
    "target/keep.txt",
    "node_modules/a/index.js",
    "web/node_modules/b/c/index.js",
    "web/index.js",
    "web/a/b/c/x.log",
    "docs/a[1].md",
    "docs/b.MD",
    "docs/.hidden",
    "a b/c",
    "a/b/c",
    "x/a/b/c",
    "important/x.log",
];

const SETS: &[&[&str]] = &[
    &["target"],
    &["node_modules", "*.log"],
    &["$/target", "$/web/*/b"],
    &["web/**/c"],
    &["**/c/x.log", "a/**/b/**/c"],
    &["$/*", "!*.rs", "!src"],
    &["*.log", "!important/*.log", "!x.log"],
    &["docs/a\\[1\\].md", "[^.]*.MD"],
    &["$/**/debug", "./a b/../a b"],
    &["!src", "src"],
];

fn kept(folder: &Path, patterns: &Patterns, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = path.to_str().unwrap().to_owned();
        if patterns.matches(text.as_bytes()) {
            continue;
        }
        if path.is_dir() {
            kept(&path, patterns, found);
        } else {
            found.insert(text);
        }
    }
}

#[test]
fn the_same_files_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, source) = (folder.path().join("repository"), folder.path().join("source"));
    for file in FILES {
        let path = source.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    let restic = Restic::new(&repository, "patterns");
    restic.init();
    let root = source.to_str().unwrap();
    for set in SETS {
        let patterns: Vec<String> = set.iter().map(|text| text.replace('$', root)).collect();
        let mut arguments = vec!["backup", "--force", root];
        for pattern in &patterns {
            arguments.extend(["--exclude", pattern]);
        }
        restic.run(&arguments);
        let theirs: BTreeSet<String> = restic
            .run(&["ls", "latest"])
            .lines()
            .filter(|line| Path::new(line).is_file())
            .map(str::to_owned)
            .collect();
        let mut ours = BTreeSet::new();
        kept(&source, &Patterns::parse(&patterns).unwrap(), &mut ours);
        assert_eq!(ours, theirs, "{set:?}");
    }
}

#[test]
fn caches_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, source) = (folder.path().join("repository"), folder.path().join("source"));
    for name in ["cache", "other"] {
        fs::create_dir_all(source.join(name)).unwrap();
        fs::write(source.join(name).join("content"), name).unwrap();
    }
    let signature = "Signature: 8a477f597d28d172789f06886806bc55\n";
    fs::write(source.join("cache/CACHEDIR.TAG"), signature).unwrap();
    fs::write(source.join("other/CACHEDIR.TAG"), "something else").unwrap();
    let restic = Restic::new(&repository, "patterns");
    restic.init();
    restic.run(&["backup", "--exclude-caches", source.to_str().unwrap()]);
    let theirs = restic.run(&["ls", "latest"]);
    for name in ["cache", "other"] {
        let folder = fs::File::open(source.join(name)).unwrap();
        let marked = TagFile::cache().marks(std::os::fd::AsFd::as_fd(&folder)).unwrap();
        assert_eq!(marked, !theirs.contains(&format!("{name}/content")), "{name}");
        assert!(theirs.contains(&format!("{name}/CACHEDIR.TAG")), "{name}");
    }
}
