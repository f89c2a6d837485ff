//! Leaving out of versions: only what is proven to be made again, or what the user names.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;
use undercroft_foundation::Code;
use undercroft_history::TreePath;
use undercroft_history::rules::{
    Decision, FolderRules, LeaveOut, LeaveOutReason, NotFollowed, ProjectRules, is_secret,
};
use undercroft_testkit::write_file;

const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n";

fn path(text: &str) -> TreePath {
    TreePath::new(text.as_bytes()).unwrap()
}

/// A workspace of these files; a name that ends in `/` is an empty folder.
fn workspace(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        match file.strip_suffix('/') {
            Some(empty) => fs::create_dir_all(folder.path().join(empty)).unwrap(),
            None => write_file(folder.path().join(file), "x"),
        }
    }
    folder
}

fn leave_out(root: &Path, rules: &ProjectRules) -> LeaveOut {
    LeaveOut::new(root, &rules.compile().unwrap())
}

fn defaults(root: &Path) -> LeaveOut {
    leave_out(root, &ProjectRules::default())
}

fn following() -> ProjectRules {
    ProjectRules { follow_gitignore: true, ..ProjectRules::default() }
}

fn texts(patterns: &[&str]) -> Vec<String> {
    patterns.iter().map(|pattern| (*pattern).to_owned()).collect()
}

/// Why something is left out, as seen from its folder.
fn why(rules: &LeaveOut, at: &str, is_dir: bool) -> Option<LeaveOutReason> {
    let at = path(at);
    let (parent, name) = at.split().unwrap();
    let folder = rules.folder(&parent).expect("the folder itself is versioned");
    match folder.decide(name, is_dir) {
        Decision::Keep => None,
        Decision::LeaveOut(why) => Some(why),
    }
}

fn is_rebuildable(rules: &LeaveOut, folder: &str) -> Option<&'static str> {
    match why(rules, folder, true) {
        Some(LeaveOutReason::Rebuildable { manifest, .. }) => Some(manifest),
        None => None,
        Some(other) => panic!("{folder}: {other:?}"),
    }
}

#[test]
fn a_rebuildable_folder_is_left_out_only_with_its_proof() {
    for (folder, proof, manifest) in [
        ("node_modules", "package.json", "package.json"),
        ("bower_components", "bower.json", "bower.json"),
        ("target", "Cargo.toml", "Cargo.toml"),
        ("target", "pom.xml", "pom.xml"),
        (".venv", ".venv/pyvenv.cfg", "pyvenv.cfg"),
        ("env", "env/pyvenv.cfg", "pyvenv.cfg"),
        (".tox", "tox.ini", "tox.ini"),
        (".nox", "noxfile.py", "noxfile.py"),
        (".gradle", "settings.gradle.kts", "settings.gradle.kts"),
        (".next", "package.json", "package.json"),
        ("Pods", "Podfile", "Podfile"),
        ("obj", "app.csproj", "*.csproj"),
        ("_build", "mix.exs", "mix.exs"),
        (".dart_tool", "pubspec.yaml", "pubspec.yaml"),
        (".terraform", "main.tf", "*.tf"),
        (".stack-work", "thing.cabal", "*.cabal"),
        ("elm-stuff", "elm.json", "elm.json"),
        ("zig-out", "build.zig", "build.zig"),
        ("vendor/bundle", "Gemfile", "Gemfile"),
    ] {
        for above in ["", "deep/down/"] {
            let inner = format!("{above}{folder}/x/file");
            let bare = workspace(&[&inner]);
            let at = format!("{above}{folder}");
            assert_eq!(is_rebuildable(&defaults(bare.path()), &at), None, "{at} without proof");
            write_file(bare.path().join(above).join(proof), "x");
            assert_eq!(is_rebuildable(&defaults(bare.path()), &at), Some(manifest), "{at}");
        }
    }
}

#[test]
fn a_manifest_elsewhere_proves_nothing() {
    let folder = workspace(&["package.json", "a/node_modules/x", "Cargo.toml/", "target/x"]);
    let rules = defaults(folder.path());
    assert_eq!(why(&rules, "a/node_modules", true), None);
    assert_eq!(why(&rules, "target", true), None, "a folder is no manifest");
    assert_eq!(why(&rules, "node_modules", false), None, "a file of that name is a file");
}

#[test]
fn an_ambiguous_name_needs_a_gitignore_too() {
    for (folder, proofs) in [
        ("build", &["build.gradle"][..]),
        ("build", &["CMakeLists.txt", "build/CMakeCache.txt"]),
        ("build", &["package.json"]),
        ("dist", &["package.json"]),
        ("dist", &["pyproject.toml"]),
        ("out", &["package.json"]),
        ("vendor", &["composer.json", "vendor/autoload.php"]),
        ("bin", &["a.fsproj"]),
        ("deps", &["mix.exs"]),
    ] {
        let root = workspace(&[&format!("{folder}/file")]);
        write_file(root.path().join(".gitignore"), format!("*.log\n/{folder}/\n"));
        assert_eq!(why(&defaults(root.path()), folder, true), None, "{folder}: ignored only");
        for proof in proofs {
            write_file(root.path().join(proof), "x");
        }
        assert!(is_rebuildable(&defaults(root.path()), folder).is_some(), "{folder}: both");
        fs::remove_file(root.path().join(".gitignore")).unwrap();
        assert_eq!(why(&defaults(root.path()), folder, true), None, "{folder}: manifest only");
    }
}

#[test]
fn the_gitignore_that_names_an_ambiguous_folder_may_lie_above_it() {
    let root = workspace(&["a/b/package.json", "a/b/dist/x", "a/b/out/x"]);
    write_file(root.path().join(".gitignore"), "dist\nout\n");
    write_file(root.path().join("a/.gitignore"), "!out\n");
    let rules = defaults(root.path());
    assert!(is_rebuildable(&rules, "a/b/dist").is_some());
    assert_eq!(why(&rules, "a/b/out", true), None, "a nearer list takes it back");
    write_file(root.path().join("a/.gitignore"), "/b/\n");
    assert!(is_rebuildable(&rules, "a/b/out").is_some(), "it is in a folder that is named");
}

#[test]
fn caches_are_known_by_their_signature() {
    let root = workspace(&["real/x", "fake/CACHEDIR.TAG", "__pycache__/", "m/__pycache__/a.pyc"]);
    write_file(root.path().join("real/CACHEDIR.TAG"), TAG);
    write_file(root.path().join("own/__pycache__/notes.md"), "mine");
    fs::create_dir(root.path().join("link")).unwrap();
    symlink(root.path().join("real/CACHEDIR.TAG"), root.path().join("link/CACHEDIR.TAG")).unwrap();
    let rules = defaults(root.path());
    assert_eq!(why(&rules, "real", true), Some(LeaveOutReason::Cache));
    assert_eq!(why(&rules, "fake", true), None);
    assert_eq!(why(&rules, "link", true), None);
    assert!(is_rebuildable(&rules, "m/__pycache__").is_some());
    assert_eq!(why(&rules, "own/__pycache__", true), None, "it holds more than compiled files");
}

#[test]
fn only_the_workspaces_own_git_is_left_out() {
    let root = workspace(&["README", "sub/.git/HEAD"]);
    let rules =
        leave_out(root.path(), &ProjectRules { keep: texts(&[".git"]), ..ProjectRules::default() });
    for is_dir in [true, false] {
        assert_eq!(why(&rules, ".git", is_dir), Some(LeaveOutReason::OwnGit));
        assert_eq!(why(&rules, "sub/.git", is_dir), None);
    }
    assert!(!rules.is_included(&path(".git/HEAD"), false));
    assert!(rules.is_included(&path("sub/.git/HEAD"), false));
    assert!(rules.is_included(&TreePath::root(), true));
}

#[test]
fn a_gitignore_alone_hides_nothing() {
    let root = workspace(&["notes.log", "private/x"]);
    write_file(root.path().join(".gitignore"), "*.log\nprivate/\n");
    let rules = defaults(root.path());
    assert_eq!(why(&rules, "notes.log", false), None);
    assert_eq!(why(&rules, "private", true), None);
}

#[test]
fn a_gitignore_is_followed_where_the_rules_say_so() {
    let root = workspace(&["a/keep.log", "a/other.log", "b/x.log"]);
    write_file(root.path().join(".gitignore"), "*.log\nprivate/\n.env\n*.pem\n");
    write_file(root.path().join("a/.gitignore"), "!keep.log\n/gen\n");
    write_file(root.path().join(".git/info/exclude"), "*.rs\n");
    let rules = leave_out(root.path(), &following());
    let by_top = |pattern: &str| {
        Some(LeaveOutReason::Gitignored { pattern: pattern.to_owned(), file: path(".gitignore") })
    };
    assert_eq!(why(&rules, "b/x.log", false), by_top("*.log"));
    assert_eq!(why(&rules, "a/other.log", false), by_top("*.log"));
    assert_eq!(why(&rules, "a/keep.log", false), None);
    assert_eq!(why(&rules, "b/private", true), by_top("private/"));
    assert_eq!(why(&rules, "b/private", false), None, "only folders are meant");
    let (pattern, file) = ("/gen".to_owned(), path("a/.gitignore"));
    let by_inner = LeaveOutReason::Gitignored { pattern, file };
    assert_eq!(why(&rules, "a/gen", true), Some(by_inner.clone()));
    assert_eq!(by_inner.to_string(), "/gen in a/.gitignore names it");
    assert_eq!(why(&rules, "b/gen", true), None);
    assert_eq!(why(&rules, "main.rs", false), None, "a list outside the work says nothing");
    for secret in [".env", "server.pem"] {
        assert!(is_secret(secret.as_bytes()));
        assert_eq!(why(&rules, secret, false), None, "{secret} cannot be had again");
    }
    assert!(!rules.is_included(&path("b/private/deep/file"), false));
}

#[test]
fn a_gitignore_that_ignores_everything_is_not_followed() {
    for list in ["*", "*\n!*.rs\n", "/*\n", "**", "**/*", "?*", "*/", "[a-z]*", "*.*"] {
        let root = workspace(&["work.txt", "src/", "package.json", "dist/x"]);
        write_file(root.path().join(".gitignore"), list);
        let rules = leave_out(root.path(), &following());
        for (name, is_dir) in [("work.txt", false), ("src", true), ("dist", true)] {
            assert_eq!(why(&rules, name, is_dir), None, "{list:?} hides {name}");
        }
        assert_eq!(rules.root().gitignore_not_followed(), Some(NotFollowed::Everything), "{list}");
    }
}

#[test]
fn a_hostile_gitignore_hides_nothing() {
    let outside = tempfile::tempdir().unwrap();
    write_file(outside.path().join("list"), "secret-work\n");
    type Make<'a> = &'a dyn Fn(&Path);
    let cases: [(&str, Make<'_>, Option<NotFollowed>); 9] = [
        ("large", &|at| write_file(at, "a\n".repeat(64 * 1024)), Some(NotFollowed::TooLarge)),
        ("binary", &|at| write_file(at, b"secret-work\n\0\xff"), Some(NotFollowed::NotText)),
        (
            "link",
            &|at| symlink(outside.path().join("list"), at).unwrap(),
            Some(NotFollowed::NotAFile),
        ),
        ("folder", &|at| fs::create_dir(at).unwrap(), Some(NotFollowed::NotAFile)),
        (
            "pipe",
            &|at| {
                rustix::fs::mkfifoat(rustix::fs::CWD, at, rustix::fs::Mode::from(0o600)).unwrap();
            },
            Some(NotFollowed::NotAFile),
        ),
        ("not UTF-8", &|at| write_file(at, b"\xff\xfe*\n"), None),
        ("long line", &|at| write_file(at, format!("{}secret-work", "*/".repeat(2000))), None),
        ("brackets", &|at| write_file(at, "{".repeat(900)), None),
        ("stars", &|at| write_file(at, "**/*a*b*c*d*e*f*g*h*i*j*k*l*\n".repeat(2000)), None),
    ];
    for (name, make, expected) in cases {
        let root = workspace(&["package.json", "dist/x"]);
        make(&root.path().join(".gitignore"));
        let rules = leave_out(root.path(), &following());
        for entry in ["secret-work", "dist"] {
            assert_eq!(why(&rules, entry, true), None, "{name}");
        }
        assert_eq!(rules.root().gitignore_not_followed(), expected, "{name}");
    }
}

#[test]
fn the_projects_rules_win_in_their_order() {
    let root = workspace(&["package.json", "node_modules/a/x", "a/b/", "logs/"]);
    let rules = leave_out(
        root.path(),
        &ProjectRules {
            follow_gitignore: true,
            leave_out: texts(&["/logs/", "*.tmp", "a/b"]),
            keep: texts(&["logs/keep.tmp", "node_modules"]),
            ..ProjectRules::default()
        },
    );
    write_file(root.path().join(".gitignore"), "node_modules\n!x.tmp\n");
    assert_eq!(why(&rules, "x.tmp", false), Some(LeaveOutReason::Rule("*.tmp".to_owned())));
    assert_eq!(why(&rules, "a/b", true), Some(LeaveOutReason::Rule("a/b".to_owned())));
    assert_eq!(why(&rules, "a/logs", true), None, "anchored");
    assert_eq!(why(&rules, "node_modules", true), None);
    assert!(rules.is_included(&path("node_modules/a/.cache.tmp"), false), "all of it is kept");
    // A rule with folders in it reaches into one that is left out, and keeps only what it names.
    assert_eq!(why(&rules, "logs", true), None);
    assert!(rules.is_included(&path("logs/keep.tmp"), false));
    assert_eq!(why(&rules, "logs/other", false), Some(LeaveOutReason::Rule("/logs/".to_owned())));
    assert_eq!(why(&rules, "logs/deep", true), Some(LeaveOutReason::Rule("/logs/".to_owned())));
}

#[test]
fn a_kept_folder_deep_in_one_that_is_left_out_is_reached() {
    let root = workspace(&["package.json", "node_modules/@me/patched/src/x", "node_modules/b/x"]);
    let rule = |keep: &str| {
        let rules = ProjectRules { keep: texts(&[keep]), ..ProjectRules::default() };
        leave_out(root.path(), &rules)
    };
    for keep in ["node_modules/@me/patched", "/node_modules/@*/patched/", "node_modules/@me/**"] {
        let rules = rule(keep);
        assert!(rules.is_included(&path("node_modules/@me/patched/src/x"), false), "{keep}");
        assert!(!rules.is_included(&path("node_modules/b/x"), false), "{keep}");
        assert!(!rules.is_included(&path("node_modules/b"), true), "{keep}");
    }
    for keep in ["patched", "**/patched"] {
        assert!(!rule(keep).is_included(&path("node_modules"), true), "{keep} reaches nowhere");
    }
}

#[test]
fn a_bad_pattern_is_an_error_that_says_why() {
    for bad in ["", "  ", "/", "# remark", "!x", "a\nb", "a[", "a[z-a]", "{a", &"x".repeat(2000)] {
        let rules = ProjectRules { leave_out: texts(&[bad]), ..ProjectRules::default() };
        let error = rules.compile().expect_err(bad);
        assert_eq!(error.code(), Code::Invalid, "{bad:?}");
        assert!(error.why_text().chars().next().is_some_and(char::is_uppercase), "{error}");
        assert!(!error.why_text().ends_with('.'), "{error}");
        let keep = ProjectRules { keep: texts(&[bad]), ..ProjectRules::default() };
        assert!(keep.compile().is_err(), "{bad:?}");
    }
    let many = ProjectRules { keep: vec!["a".to_owned(); 1001], ..ProjectRules::default() };
    assert!(many.compile().is_err());
}

#[test]
fn names_of_any_bytes_and_vanished_folders_are_simply_kept() {
    let root = workspace(&[]);
    let name = [0xff, b'\n', b'*'];
    for rules in [ProjectRules::default(), following()] {
        let rules = leave_out(root.path(), &rules);
        assert_eq!(rules.root().decide(&name, true), Decision::Keep);
        let gone: FolderRules = rules.root().enter(b"gone").unwrap().enter(&name).unwrap();
        assert_eq!(gone.decide(b"x", false), Decision::Keep);
        assert_eq!(gone.path().names().count(), 2);
    }
    let rules = ProjectRules { leave_out: texts(&["*.bin"]), ..ProjectRules::default() };
    let left = leave_out(root.path(), &rules).root().decide(b"\xff.bin", false);
    assert_eq!(left, Decision::LeaveOut(LeaveOutReason::Rule("*.bin".to_owned())));
}

#[test]
fn what_was_decided_is_asked_anew() {
    let root = workspace(&["package.json", "node_modules/x"]);
    let rules = defaults(root.path());
    assert!(!rules.is_included(&path("node_modules/x"), false));
    fs::remove_file(root.path().join("package.json")).unwrap();
    assert!(rules.is_included(&path("node_modules/x"), false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// With any list, following it and asking path by path agree, nothing panics, and
    /// without following it nothing but what is proven goes.
    #[test]
    fn any_gitignore_is_harmless(list in "([a-c*?!/.\\[\\]{}, \\\\]{0,8}\n){0,6}") {
        let root = workspace(&["a/b/c", "b.a", "c/"]);
        write_file(root.path().join(".gitignore"), &list);
        for at in ["a", "a/b", "c"] {
            prop_assert!(defaults(root.path()).is_included(&path(at), true));
        }
        let rules = leave_out(root.path(), &following());
        for (at, is_dir) in [("a/b/c", false), ("b.a", false), ("c", true)] {
            let at = path(at);
            let (parent, name) = at.split().unwrap();
            let down = rules.folder(&parent).map(|folder| folder.decide(name, is_dir));
            prop_assert_eq!(rules.is_included(&at, is_dir), down == Some(Decision::Keep));
        }
    }
}
