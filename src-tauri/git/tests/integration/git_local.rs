//! Git in a project, without a remote.

use crate::git_support;

use std::fs;
use std::os::unix::fs::symlink;

use git_support::{Stage, bea, bytes_name, path};
use undercroft_foundation::{Code, Job};
use undercroft_git::{
    ChangeKind, CommitOrder, DiffRange, FileState, GitHead, GitPerson, LineTag, LogFilter,
    Selection,
};

fn log(limit: usize) -> LogFilter {
    LogFilter { limit, ..LogFilter::default() }
}

fn states(stage: &Stage) -> Vec<(String, FileState, bool)> {
    let files = stage.opened().status().unwrap().unwrap().files;
    files.into_iter().map(|file| (file.path.to_string(), file.state, file.staged)).collect()
}

#[test]
fn a_repository_is_created_used_and_understood_by_git() {
    let stage = Stage::new();
    let git = stage.opened();
    assert_eq!(git.status().unwrap(), None);
    assert_eq!(git.log(&log(1)).unwrap_err().code(), Code::NotFound);
    assert_eq!(git.create("main").unwrap().inside, None);
    assert_eq!(git.create("main").unwrap_err().code(), Code::AlreadyExists);
    assert!(!stage.file(".git/hooks/pre-commit.sample").exists());
    let status = git.status().unwrap().unwrap();
    assert_eq!((status.head, status.commit), (GitHead::Unborn("main".into()), None));
    assert_eq!(git.log(&log(9)).unwrap(), []);
    assert!(git.sync(Some(&bea()), "Nothing", &Job::new()).unwrap().commit.is_none());

    stage.write("a.txt", "one\n");
    stage.write(".gitignore", "*.log\n");
    stage.write("x.log", "noise");
    let first = git.sync(Some(&bea()), "First\n\nMore of it", &Job::new()).unwrap();
    assert_eq!((first.files, first.left_out.len()), (2, 0));
    assert_eq!(git.sync(Some(&bea()), "Again", &Job::new()).unwrap().commit, None);
    assert_eq!(stage.git(&["status", "--porcelain"]), "");
    assert_eq!(
        stage.git(&["log", "--format=%an <%ae>|%s|%b"]).trim(),
        "Bea <bea@x>|First|More of it"
    );
    assert_eq!(stage.git(&["ls-files"]), ".gitignore\na.txt\n");
    stage.fsck();
}

#[test]
fn a_repository_inside_another_says_so() {
    let stage = Stage::with_commit();
    let inner = stage.file("inner");
    fs::create_dir(&inner).unwrap();
    let world = undercroft_foundation::World::real();
    let git = undercroft_git::ProjectGit::new(&inner, &world);
    assert_eq!(git.status().unwrap(), None);
    assert_eq!(git.create("main").unwrap().inside, Some(stage.project().canonicalize().unwrap()));
    fs::write(inner.join("x"), "x").unwrap();
    // The outer repository leaves the inner one alone, and says so.
    assert_eq!(states(&stage), [("inner".into(), FileState::Nested, false)]);
    stage.write("c.txt", "three");
    let committed = stage.commit("All", Selection::All);
    assert_eq!(committed.left_out[0].path, path("inner"));
    assert_eq!(stage.git(&["ls-files"]), "a.txt\nc.txt\nsub/b.txt\n");
}

#[test]
fn changes_are_found_and_committed_by_path_or_all() {
    let stage = Stage::with_commit();
    stage.write("a.txt", "other\n");
    fs::remove_file(stage.file("sub/b.txt")).unwrap();
    stage.write("sub/new/c.txt", "three\n");
    stage.write("staged.txt", "s");
    stage.git(&["add", "staged.txt"]);
    use FileState::{Added, Deleted, Modified, Untracked};
    let all = [
        ("a.txt".to_owned(), Modified, false),
        ("staged.txt".to_owned(), Added, true),
        ("sub/b.txt".to_owned(), Deleted, false),
        ("sub/new/c.txt".to_owned(), Untracked, false),
    ];
    assert_eq!(states(&stage), all);
    let committed = stage.commit("Sub only", Selection::Paths(vec![path("sub")]));
    assert_eq!(committed.files, 2);
    assert_eq!(stage.git(&["ls-tree", "-r", "--name-only", "HEAD"]), "a.txt\nsub/new/c.txt\n");
    assert_eq!(stage.git(&["status", "--porcelain"]), " M a.txt\nA  staged.txt\n");
    let order = CommitOrder {
        author: Some(bea()),
        message: "x".into(),
        selection: Selection::Paths(vec![path("nothing")]),
    };
    let error = stage.opened().commit(&order, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    stage.commit("Rest", Selection::All);
    assert_eq!(stage.git(&["status", "--porcelain"]), "");
    stage.fsck();
}

#[test]
fn messages_and_authors_are_checked() {
    for bad in ["Ann", "Ann ann@x", "<ann@x>", "Ann <>", "A\nB <a@x>", "A <a@x> <b@x>"] {
        assert!(GitPerson::parse(bad).is_err(), "{bad:?}");
    }
    let stage = Stage::with_commit();
    stage.write("a.txt", "x");
    let error = stage.opened().sync(Some(&bea()), " \n\n", &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
}

#[test]
fn any_name_and_kind_of_file_is_committed() {
    let stage = Stage::with_commit();
    let names: [&[u8]; 5] =
        [b"\xff\xfe.bin", b"line\nbreak", "größe".as_bytes(), b"-rf", b":(top)x"];
    for name in names {
        fs::write(stage.project().join(bytes_name(name)), name).unwrap();
    }
    symlink("nowhere", stage.file("link")).unwrap();
    stage.write("big", vec![b'x'; 3 << 20]);
    fs::remove_file(stage.file("a.txt")).unwrap();
    stage.write("a.txt/inside", "a file became a folder");
    fs::remove_dir_all(stage.file("sub")).unwrap();
    symlink("/etc", stage.file("sub")).unwrap();
    stage.commit("All kinds", Selection::All);
    assert_eq!(stage.git(&["status", "--porcelain"]), "");
    let listed = stage.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    assert!(listed.contains("\"\\377\\376.bin\"") && listed.contains("a.txt/inside"), "{listed}");
    assert!(!listed.contains("sub/"), "a link was followed: {listed}");
    stage.fsck();
}

#[test]
fn branches_are_made_and_switched_without_losing_anything() {
    let stage = Stage::with_commit();
    let git = stage.opened();
    git.create_branch("side", None).unwrap();
    assert_eq!(git.create_branch("side", None).unwrap_err().code(), Code::AlreadyExists);
    git.switch_branch("side").unwrap();
    stage.write("a.txt", "side\n");
    stage.write("side-only", "x");
    stage.commit("Side", Selection::All);
    git.switch_branch("main").unwrap();
    assert_eq!((stage.read("a.txt"), stage.file("side-only").exists()), ("one\n".into(), false));
    assert_eq!(stage.git(&["status", "--porcelain", "-b"]), "## main\n");

    // A changed file, an untracked one and an ignored one each stand in the way.
    stage.write(".git/info/exclude", "side-only\n");
    for (name, text) in [("a.txt", "mine\n"), ("side-only", "mine")] {
        stage.write(name, text);
        let error = git.switch_branch("side").unwrap_err();
        assert!(error.code() == Code::Invalid && error.why_text().contains(name), "{error}");
        assert_eq!(stage.read(name), text);
        assert_eq!(stage.git(&["symbolic-ref", "HEAD"]), "refs/heads/main\n");
        if name == "a.txt" {
            stage.git(&["checkout", "-q", "a.txt"]);
        }
    }
    // What is as it shall be already, say after a kill, is not in the way.
    stage.write("side-only", "x");
    // What is changed, but the same on both sides, goes along.
    stage.write("sub/b.txt", "mine\n");
    git.switch_branch("side").unwrap();
    assert_eq!((stage.read("sub/b.txt"), stage.read("a.txt")), ("mine\n".into(), "side\n".into()));
    assert_eq!(stage.git(&["status", "--porcelain"]), " M sub/b.txt\n");

    let branches = git.branches().unwrap();
    let names: Vec<_> = branches.iter().map(|b| (&*b.name, b.is_current)).collect();
    assert_eq!(names, [("main", false), ("side", true)]);
    git.create_branch("back", Some("main")).unwrap();
    git.create_branch("by-id", Some(&stage.rev("main")[..8])).unwrap();
    for bad in ["-x", "a..b", "a b", "", "HEAD", "x.lock", "a\nb", "@{-1}"] {
        assert!(git.create_branch(bad, None).is_err(), "{bad:?}");
    }
    for bad in ["nowhere", "main~1", ":/First", "HEAD^{/x}", "--all", "@{upstream}"] {
        assert_eq!(git.create_branch("n", Some(bad)).unwrap_err().code(), Code::NotFound, "{bad}");
    }
    assert_eq!(git.switch_branch("nowhere").unwrap_err().code(), Code::NotFound);
    stage.fsck();
}

#[test]
fn the_log_is_paged_and_text_that_is_none_is_shown() {
    let stage = Stage::with_commit();
    for n in 0..5 {
        stage.write("n", n.to_string());
        stage.commit(&format!("Number {n}"), Selection::All);
    }
    stage.git(&["-c", "i18n.commitEncoding=latin1", "commit", "-q", "--allow-empty", "-m", "x"]);
    let tree = stage.rev("HEAD^{tree}");
    let raw = [
        format!("tree {tree}\nauthor B").as_bytes(),
        b"\xf6rn <b@x> 99999999999999 +0000\ncommitter C <c@x> 1700000000 +0000\n\nM\xfcde\n",
    ]
    .concat();
    stage.write("../raw", raw);
    let odd = stage.git(&["hash-object", "-t", "commit", "-w", "--literally", "../raw"]);
    let git = stage.opened();
    let from_odd = LogFilter { from: Some(odd.trim().to_owned()), after: None, limit: 3 };
    let entry = &git.log(&from_odd).unwrap()[0];
    assert_eq!((&*entry.author.name, &*entry.message), ("B\u{fffd}rn", "M\u{fffd}de\n"));
    assert_eq!(entry.time.as_second(), 1_700_000_000);

    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = git.log(&LogFilter { from: None, after, limit: 2 }).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|entry| entry.id.to_string()));
    }
    let expected = stage.git(&["rev-list", "HEAD"]);
    assert_eq!(seen, expected.lines().collect::<Vec<_>>());
}

#[test]
fn differences_are_counted_as_git_counts_them() {
    let stage = Stage::with_commit();
    let lines: Vec<String> = (0..100).map(|n| format!("line {n}\n")).collect();
    stage.write("long", lines.concat());
    stage.write("moved", "a\nb\nc\nd\ne\n");
    stage.commit("Base", Selection::All);
    let mut changed = lines;
    changed[10] = "changed\n".into();
    changed.remove(80);
    stage.write("long", changed.concat());
    fs::rename(stage.file("moved"), stage.file("moved-on")).unwrap();
    stage.write("binary", b"\0\x01\x02");
    fs::remove_file(stage.file("a.txt")).unwrap();
    let git = stage.opened();
    let check = |range: &DiffRange| {
        let changes = git.diff(range).unwrap();
        let seen: Vec<_> = changes
            .iter()
            .map(|c| (c.path.to_string(), c.kind, c.added_lines, c.removed_lines, c.is_binary))
            .collect();
        use ChangeKind::{Added, Modified, Removed, Renamed};
        let expected = [
            ("a.txt".into(), Removed, 0, 1, false),
            ("binary".into(), Added, 0, 0, true),
            ("long".into(), Modified, 1, 2, false),
            ("moved-on".into(), Renamed, 0, 0, false),
        ];
        assert_eq!(seen, expected);
        assert_eq!(changes[3].from, Some(path("moved")));
        let diff = git.file_diff(range, &path("long")).unwrap();
        assert_eq!(diff.hunks.len(), 2);
        let hunk = &diff.hunks[0];
        assert_eq!((hunk.old_start, hunk.old_lines, hunk.new_lines), (8, 7, 7));
        let tags: Vec<_> = hunk.lines.iter().filter(|l| l.tag != LineTag::Same).collect();
        assert_eq!((tags[0].tag, &*tags[0].text), (LineTag::Removed, "line 10"));
        assert_eq!((tags[1].tag, &*tags[1].text), (LineTag::Added, "changed"));
    };
    // `git diff` finds renames only among what it tracks; here, among all.
    check(&DiffRange::WorkingTree);
    assert_eq!(
        git.file_diff(&DiffRange::WorkingTree, &path("x")).unwrap_err().code(),
        Code::NotFound
    );
    stage.commit("Changed", Selection::All);
    check(&DiffRange::Commit("HEAD".into()));
    check(&DiffRange::Between { from: stage.rev("HEAD~1"), to: "main".into() });
    assert_eq!(git.diff(&DiffRange::WorkingTree).unwrap(), []);
    let since = DiffRange::Since(stage.rev("HEAD~1"));
    check(&since);
    let (text, is_truncated) = git.diff_text(&since, 1 << 20).unwrap();
    assert_eq!((text, is_truncated), (stage.git(&["diff", "-M", "HEAD~1"]), false));
    let (text, is_truncated) = git.diff_text(&since, 200).unwrap();
    assert!(is_truncated && text.len() <= 200 && text.ends_with('\n'));
    assert_eq!(git.diff(&DiffRange::Commit(stage.rev("HEAD~2"))).unwrap().len(), 2);
}

#[test]
fn conflicts_and_unfinished_merges_are_left_to_git() {
    let stage = Stage::with_commit();
    stage.git(&["checkout", "-q", "-b", "side"]);
    stage.write("a.txt", "side\n");
    stage.git(&["commit", "-qam", "Side"]);
    stage.git(&["checkout", "-q", "main"]);
    stage.write("a.txt", "main\n");
    stage.git(&["commit", "-qam", "Main"]);
    assert!(!stage.try_git(&stage.project(), &["merge", "side"]).status.success());
    let status = stage.opened().status().unwrap().unwrap();
    assert_eq!(status.unfinished, Some("merge"));
    assert_eq!(states(&stage), [("a.txt".into(), FileState::Conflicted, false)]);
    let error = stage.opened().sync(Some(&bea()), "x", &Job::new()).unwrap_err();
    assert!(error.next_text().contains("git merge --abort"), "{error}");
    assert!(stage.opened().switch_branch("side").is_err());
    assert_eq!(stage.git(&["ls-files", "-u"]).lines().count(), 3);
    stage.git(&["merge", "--abort"]);
    stage.opened().switch_branch("side").unwrap();
}

#[test]
fn a_detached_head_is_said_and_not_synced() {
    let stage = Stage::with_commit();
    stage.git(&["checkout", "-q", "--detach"]);
    let git = stage.opened();
    let status = git.status().unwrap().unwrap();
    assert_eq!(status.head, GitHead::Detached(status.commit.unwrap()));
    stage.write("a.txt", "x");
    assert_eq!(git.sync(Some(&bea()), "x", &Job::new()).unwrap_err().code(), Code::Invalid);
    stage.commit("On purpose", Selection::All);
    assert_eq!(stage.git(&["log", "-1", "--format=%s"]), "On purpose\n");
    git.switch_branch("main").unwrap();
    assert_eq!(stage.read("a.txt"), "one\n");
}

#[test]
fn bare_shallow_linked_and_sparse_repositories_are_seen_as_they_are() {
    let stage = Stage::with_commit();
    stage.write("a.txt", "two\n");
    stage.commit("Second", Selection::All);
    let world = undercroft_foundation::World::real();
    let open = |name: &str| undercroft_git::ProjectGit::new(&stage.path(name), &world);

    stage.git(&["clone", "-q", "--bare", ".", "../bare"]);
    assert_eq!(open("bare").status().unwrap_err().code(), Code::Unsupported);

    let url = format!("file://{}", stage.project().display());
    stage.git(&["clone", "-q", "--depth=1", &url, "../shallow"]);
    let shallow = open("shallow");
    assert!(shallow.status().unwrap().unwrap().shallow);
    assert_eq!(shallow.log(&log(9)).unwrap().len(), 1);

    stage.git(&["worktree", "add", "-q", "-b", "linked", "../linked"]);
    let linked = open("linked");
    assert_eq!(linked.status().unwrap().unwrap().head, GitHead::Branch("linked".into()));
    fs::write(stage.path("linked/new"), "x").unwrap();
    linked.sync(Some(&bea()), "Linked", &Job::new()).unwrap().commit.unwrap();
    assert_eq!(stage.git(&["log", "-1", "--format=%s", "linked"]), "Linked\n");
    assert_eq!(stage.opened().switch_branch("linked").unwrap_err().code(), Code::Invalid);
    assert_eq!(linked.switch_branch("main").unwrap_err().code(), Code::Invalid);

    stage.git(&["sparse-checkout", "set", "--no-cone", "a.txt"]);
    assert!(!stage.file("sub/b.txt").exists());
    assert_eq!(states(&stage), []);
    stage.write("a.txt", "three\n");
    stage.commit("Sparse", Selection::All);
    assert_eq!(stage.git(&["ls-tree", "-r", "--name-only", "HEAD"]), "a.txt\nsub/b.txt\n");

    fs::remove_dir_all(stage.project()).unwrap();
    assert_eq!(stage.opened().status().unwrap_err().code(), Code::SourceMissing);
}

#[test]
fn a_damaged_repository_is_an_error_and_not_an_empty_one() {
    let stage = Stage::with_commit();
    let blob = stage.rev("HEAD^{tree}");
    let object = stage.file(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::set_permissions(&object, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(&object, "junk").unwrap();
    assert_eq!(stage.opened().status().unwrap_err().code(), Code::Damaged);
    fs::write(stage.file(".git/HEAD"), "junk").unwrap();
    assert!(stage.opened().status().is_err());
    fs::remove_dir_all(stage.file(".git")).unwrap();
    fs::create_dir(stage.file(".git")).unwrap();
    assert!(stage.opened().status().is_err());
}

#[test]
fn another_program_at_work_is_waited_for_by_the_user() {
    let stage = Stage::with_commit();
    stage.write("a.txt", "x");
    stage.write(".git/index.lock", "");
    let error = stage.opened().sync(Some(&bea()), "x", &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::Locked);
    fs::remove_file(stage.file(".git/index.lock")).unwrap();
    let job = Job::new();
    job.cancel();
    assert_eq!(stage.opened().sync(Some(&bea()), "x", &job).unwrap_err().code(), Code::Cancelled);
    assert_eq!(stage.git(&["status", "--porcelain"]), " M a.txt\n");
}

#[test]
fn looking_writes_nothing() {
    let stage = Stage::with_commit();
    stage.write("a.txt", "other\n");
    let seen = || {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(stage.file(".git")).sort_by_file_name() {
            let entry = entry.unwrap();
            let modified = entry.metadata().unwrap().modified().unwrap();
            files.push((entry.path().to_owned(), modified));
        }
        files
    };
    let before = seen();
    let git = stage.opened();
    git.status().unwrap();
    git.log(&log(5)).unwrap();
    git.branches().unwrap();
    git.remotes().unwrap();
    git.diff(&DiffRange::WorkingTree).unwrap();
    assert_eq!(seen(), before);
}
