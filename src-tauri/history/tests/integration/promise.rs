//! The promise: every version comes back with stock tools alone, from nothing but the library's
//! folder. `docs/restore-without-undercroft.md` tells users the same commands.

use crate::support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::Bench;
use undercroft_foundation::Job;
use undercroft_history::Version;
use undercroft_testkit::{
    Compare, ProjectKind, Restic, awkward_tree, edit_files, project_tree, random_bytes,
    tree_differences, write_file,
};

/// The commands of a user who has the library's folder and no Undercroft.
const COMMANDS: &str = r#"
    set -eu
    git clone --quiet --no-checkout "$LIBRARY/history/$PROJECT.git" "$TARGET"
    cp "$LIBRARY/history/$PROJECT.git/info/attributes" "$TARGET/.git/info/attributes"
    restic --quiet --no-cache -r "$LIBRARY/objects" --password-file "$LIBRARY/keys/objects" \
        restore latest --tag "project:$PROJECT" --target "$TARGET/.git"
    cd "$TARGET"
    git lfs install --local > /dev/null
    git checkout --quiet "$VERSION"
    git lfs checkout
"#;

#[test]
fn stock_tools_rebuild_any_version_byte_by_byte() {
    let (bench, first) = Bench::begun(|work| {
        awkward_tree(work.join("awkward"));
        project_tree(work.join("code"), ProjectKind::Rust, 1, 60);
        write_file(work.join("photo.raw"), random_bytes(1, 3 << 20));
        write_file(work.join("small.bin"), b"\0\x01\x02");
        write_file(work.join("crlf.txt"), "a\r\nb\r\n");
        write_file(work.join(".gitattributes"), "* text=auto eol=lf\n*.txt filter=evil ident\n");
        write_file(work.join("vendored/.git/config"), "[core]\n\tbare = false\n");
        write_file(work.join(".gitignore"), "*\n");
    });
    let mut kept = vec![(first, keep(&bench, 0))];
    for round in 1..4 {
        edit_files(bench.work().join("code"), round, 7);
        let mut photo = fs::read(bench.work().join("photo.raw")).unwrap();
        photo[(round as usize) << 19] ^= 1;
        bench.write("photo.raw", photo);
        fs::rename(bench.work().join("small.bin"), bench.work().join("renamed.bin")).ok();
        fs::remove_dir_all(bench.work().join("awkward/names")).ok();
        kept.push((bench.save().unwrap(), keep(&bench, round)));
    }
    bench.fsck();
    let password = fs::read_to_string(bench.library.root().join("keys/objects")).unwrap();
    Restic::new(bench.library.root().join("objects"), password.trim()).check();
    for (version, original) in &kept {
        let rebuilt = rebuild_by_hand(&bench, version);
        let differences = tree_differences(original, &rebuilt, Compare::CONTENT);
        let left: Vec<_> = differences.iter().filter(|it| !is_beyond_git(original, it)).collect();
        assert!(left.is_empty(), "{left:#?}");
    }
    // The catalog is not needed for any of it.
    let again = bench.history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!(again.versions, 4);
}

/// A copy of the workspace as it is now, without its own git.
fn keep(bench: &Bench, count: u64) -> PathBuf {
    let copy = bench.folder.path().join(format!("kept-{count}"));
    let done = Command::new("cp").arg("-a").arg(bench.work()).arg(&copy).status().unwrap();
    assert!(done.success());
    copy
}

fn rebuild_by_hand(bench: &Bench, version: &Version) -> PathBuf {
    let target = bench.folder.path().join(format!("rebuilt-{}", version.seq));
    let output = Command::new("sh")
        .args(["-c", COMMANDS])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", "/nonexistent")
        .env("LIBRARY", bench.library.root())
        .env("PROJECT", bench.project.to_string())
        .env("TARGET", &target)
        .env("VERSION", version.commit.to_string())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_dir_all(target.join(".git")).unwrap();
    fs::remove_dir_all(target.join(".undercroft")).unwrap();
    give_names_back(&target);
    target
}

/// Takes the `%` from the names that git would not have borne without it.
fn give_names_back(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            give_names_back(&path);
        }
        let name = path.file_name().unwrap().as_bytes();
        let plain = name.iter().skip_while(|byte| **byte == b'%').copied().collect::<Vec<_>>();
        let marked =
            [".git", ".gitattributes", ".gitmodules"].iter().any(|it| it.as_bytes() == plain);
        if marked && name.starts_with(b"%") {
            fs::rename(&path, path.with_file_name(OsStr::from_bytes(&name[1..]))).unwrap();
        }
    }
}

/// An entry that holds no file and no link, such as an empty folder or a pipe, is in the sidecar alone.
fn is_beyond_git(original: &Path, difference: &str) -> bool {
    fn holds_content(path: &Path) -> bool {
        let kind = fs::symlink_metadata(path).unwrap().file_type();
        let holds = |entry: fs::DirEntry| holds_content(&entry.path());
        kind.is_file()
            || kind.is_symlink()
            || (kind.is_dir() && fs::read_dir(path).unwrap().flatten().any(holds))
    }
    let path = difference.strip_suffix(" is missing");
    path.is_some_and(|path| !holds_content(&original.join(path)))
}
