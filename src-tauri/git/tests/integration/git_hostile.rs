//! Repositories that somebody prepared: whatever is done with them, no program of theirs runs and
//! nothing outside is read or written.

use crate::git_support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use git_support::{Stage, bea, http, path};
use undercroft_foundation::{Code, Job};
use undercroft_git::{DiffRange, FileState, LogFilter, Selection};

/// Every key of git's configuration that names a program, or a file that names more.
const PROGRAM_KEYS: &[&str] = &[
    "core.fsmonitor",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "core.editor",
    "core.pager",
    "core.alternateRefsCommand",
    "sequence.editor",
    "credential.helper",
    "credential.http://127.0.0.1.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "interactive.diffFilter",
    "pager.log",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "uploadpack.packObjectsHook",
    "gc.recentObjectsHook",
    "trailer.evil.command",
    "trailer.evil.cmd",
    "submodule.evil.update",
    "browser.evil.cmd",
    "sendemail.smtpServer",
    "alias.status",
    "alias.fetch",
    "alias.push",
];

const HOOKS: &[&str] = &[
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-push",
    "post-checkout",
    "post-merge",
    "pre-merge-commit",
    "reference-transaction",
    "post-index-change",
    "fsmonitor-watchman",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "proc-receive",
    "push-to-checkout",
    "pre-auto-gc",
];

/// Fills a repository's folder with everything that git might run.
fn poison(stage: &Stage, git_dir: &Path) {
    for hook in HOOKS {
        stage.script(&git_dir.join("hooks").join(hook), &stage.sing(hook));
        stage.script(&git_dir.join("other-hooks").join(hook), &stage.sing(hook));
    }
    let mut config = fs::read_to_string(git_dir.join("config")).unwrap();
    let mut set = |key: &str, value: &str| {
        let (section, rest) = key.split_once('.').unwrap();
        let (name, key) = rest.rsplit_once('.').map_or(("", rest), |(name, key)| (name, key));
        let section = if name.is_empty() { section } else { &format!("{section} \"{name}\"") };
        config.push_str(&format!("[{section}]\n\t{key} = \"{value}\"\n"));
    };
    for key in PROGRAM_KEYS {
        set(key, &format!("!{}", stage.sing(key)));
        set(key, &stage.sing(key));
    }
    set("core.hooksPath", git_dir.join("other-hooks").to_str().unwrap());
    set("filter.evil.required", "true");
    set("commit.gpgSign", "true");
    set("push.gpgSign", "true");
    set("gc.auto", "1");
    set("receive.autogc", "true");
    set("receive.denyCurrentBranch", "updateInstead");
    set("receive.procReceiveRefs", "refs");
    set("protocol.allow", "always");
    set("protocol.ext.allow", "always");
    set("submodule.recurse", "true");
    set("remote.origin.vcs", "evil");
    set(&format!("url.ext::sh -c {}.insteadOf", "canary"), "http://");
    set("url./nowhere/.insteadOf", "/");
    fs::write(git_dir.join("config"), config).unwrap();
    fs::write(git_dir.join("info/attributes"), "*.evil filter=evil diff=evil merge=evil\n")
        .unwrap();
}

/// Does everything that can be done, with a remote.
fn do_everything(stage: &Stage, url: &str) {
    let (git, network, job) = (stage.opened(), stage.network(), Job::new());
    git.set_remote("origin", url).unwrap();
    stage.write("x.evil", "content");
    stage.write("plain", "content");
    git.status().unwrap();
    git.diff(&DiffRange::WorkingTree).unwrap();
    git.file_diff(&DiffRange::WorkingTree, &path("x.evil")).unwrap();
    let synced = git.sync(Some(&bea()), "Everything", &job).unwrap();
    assert!(synced.commit.is_some());
    assert_eq!(synced.left_out[0].path, path("x.evil"));
    assert!(synced.left_out[0].why.contains("evil"));
    git.push(&network, None, None, &job).unwrap();
    git.fetch(&network, None, &job).unwrap();
    git.pull(&network, None, &job).unwrap();
    git.create_branch("side", None).unwrap();
    git.switch_branch("side").unwrap();
    stage.write("plain", "side");
    stage.commit("Side", Selection::All);
    git.switch_branch("main").unwrap();
    git.log(&LogFilter { limit: 9, ..LogFilter::default() }).unwrap();
    git.diff(&DiffRange::Between { from: "main".into(), to: "side".into() }).unwrap();
    git.branches().unwrap();
    git.remotes().unwrap();
    stage.assert_no_canary();
}

#[test]
fn nothing_of_a_project_is_run_over_http() {
    let stage = Stage::with_commit();
    let port = http::serve(&stage.path("remotes"));
    stage.remote("r.git");
    let helper = stage.path("home/helper");
    stage.script(&helper, "[ \"$1\" = get ] && printf 'username=user\\npassword=s3cret\\n'");
    // Hooks and monitors of the user's own are for his work in a terminal.
    poison(&stage, &stage.file(".git"));
    let config = format!(
        "[credential]\n\thelper = {}\n[core]\n\thooksPath = {}\n\tfsmonitor = {}\n",
        helper.display(),
        stage.file(".git/other-hooks").display(),
        stage.sing("global monitor"),
    );
    fs::write(stage.path("home/.gitconfig"), config).unwrap();
    do_everything(&stage, &format!("http://127.0.0.1:{port}/r.git"));
}

#[test]
fn nothing_of_a_project_is_run_over_ssh() {
    let stage = Stage::with_commit();
    let remote = stage.remote("r.git");
    let ssh = stage.path("bin/ssh");
    stage.script(&ssh, "for command; do :; done\nexec sh -c \"$command\"");
    let config = format!("[core]\n\tsshCommand = {}\n", ssh.display());
    fs::write(stage.path("home/.gitconfig"), config).unwrap();
    poison(&stage, &stage.file(".git"));
    do_everything(&stage, &format!("ssh://host{}", remote.display()));
}

#[test]
fn nothing_of_a_remote_in_a_folder_is_run() {
    let stage = Stage::with_commit();
    let remote = stage.remote("r.git");
    fs::create_dir_all(remote.join("info")).unwrap();
    poison(&stage, &remote);
    // Alternates make receive-pack ask them for refs, by a program that the configuration names.
    let other = stage.remote("other.git");
    let objects = other.join("objects").display().to_string();
    fs::write(remote.join("objects/info/alternates"), format!("{objects}\n")).unwrap();
    poison(&stage, &stage.file(".git"));
    fs::write(stage.file(".git/objects/info/alternates"), format!("{objects}\n")).unwrap();
    do_everything(&stage, remote.to_str().unwrap());
}

#[test]
fn the_canaries_would_sing() {
    let stage = Stage::with_commit();
    poison(&stage, &stage.file(".git"));
    stage.write("x.evil", "content");
    let _ = stage.try_git(&stage.project(), &["add", "-A"]);
    let song = fs::read_to_string(stage.canary()).unwrap();
    assert!(song.contains("filter.evil") && song.contains("core.fsmonitor"), "{song}");
    // What is included could be anything, so it is not asked.
    stage.git(&["config", "include.path", "more"]);
    assert_eq!(stage.opened().status().unwrap_err().code(), Code::Unsupported);
}

#[test]
fn files_behind_a_filter_are_not_written_by_a_switch() {
    let stage = Stage::with_commit();
    stage.git(&["checkout", "-q", "-b", "side"]);
    stage.write(".gitattributes", "*.bin filter=lfs -text\n");
    stage.write("x.bin", "pointer");
    stage.git(&["add", "-A"]);
    stage.git(&["commit", "-qm", "Side"]);
    let git = stage.opened();
    git.switch_branch("main").unwrap();
    stage.write(".gitattributes", "*.bin filter=lfs -text\n");
    stage.commit("Attributes", Selection::All);
    let error = git.switch_branch("side").unwrap_err();
    assert!(error.code() == Code::Unsupported && error.what_text().contains("lfs"), "{error}");
    assert!(!stage.file("x.bin").exists());
}

#[test]
fn the_content_of_a_pointer_is_no_change() {
    let stage = Stage::with_commit();
    let content = "large\n";
    stage.write(".gitattributes", "*.bin filter=lfs -text\n");
    let digest = sha256(content);
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {}\n",
        content.len()
    );
    stage.write("x.bin", pointer);
    stage.git(&["add", "-A"]);
    stage.git(&["commit", "-qm", "Pointer"]);
    stage.write("x.bin", content);
    let git = stage.opened();
    assert_eq!(git.status().unwrap().unwrap().files, []);
    assert_eq!(git.diff(&DiffRange::WorkingTree).unwrap(), []);
    stage.write("x.bin", "LARGE\n");
    assert_eq!(git.status().unwrap().unwrap().files[0].state, FileState::Modified);
    let synced = git.sync(Some(&bea()), "x", &Job::new()).unwrap();
    assert!(synced.commit.is_none() && synced.left_out.len() == 1);
    let remote = stage.remote("r.git");
    git.set_remote("origin", remote.to_str().unwrap()).unwrap();
    let job = Job::new();
    git.push(&stage.network(), None, None, &job).unwrap();
    assert!(job.warnings()[0].message.contains("git lfs push"));
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(text))
}

#[test]
fn a_repository_that_leads_elsewhere_is_refused() {
    let stage = Stage::with_commit();
    let victim = Stage::with_commit();
    let code = || stage.opened().status().unwrap_err().code();
    let config = fs::read_to_string(stage.file(".git/config")).unwrap();
    type Attempt<'a> = (&'a str, Box<dyn Fn() + 'a>);
    let attempts: [Attempt<'_>; 6] = [
        (
            "another working tree",
            Box::new(|| {
                let tree = victim.project().display().to_string();
                stage.git(&["config", "core.worktree", &tree]);
            }),
        ),
        (
            "refs behind a link",
            Box::new(|| {
                fs::rename(stage.file(".git/refs"), stage.path("refs")).unwrap();
                symlink(stage.path("refs"), stage.file(".git/refs")).unwrap();
            }),
        ),
        (
            "an index behind a link",
            Box::new(|| {
                fs::remove_file(stage.file(".git/refs")).unwrap();
                fs::rename(stage.path("refs"), stage.file(".git/refs")).unwrap();
                fs::remove_file(stage.file(".git/index")).unwrap();
                symlink(victim.file("a.txt"), stage.file(".git/index")).unwrap();
            }),
        ),
        (
            "somebody's commons",
            Box::new(|| {
                fs::remove_file(stage.file(".git/index")).unwrap();
                let commons = victim.file(".git").display().to_string();
                fs::write(stage.file(".git/commondir"), commons).unwrap();
            }),
        ),
        (
            "a file that names another's",
            Box::new(|| {
                fs::remove_dir_all(stage.file(".git")).unwrap();
                let there = format!("gitdir: {}\n", victim.file(".git").display());
                fs::write(stage.file(".git"), there).unwrap();
            }),
        ),
        (
            "a link",
            Box::new(|| {
                fs::remove_file(stage.file(".git")).unwrap();
                symlink(victim.file(".git"), stage.file(".git")).unwrap();
            }),
        ),
    ];
    for (what, attempt) in attempts {
        attempt();
        assert_eq!(code(), Code::Unsupported, "{what}");
        let synced = stage.opened().sync(Some(&bea()), "x", &Job::new());
        assert!(synced.is_err(), "{what}");
        if stage.file(".git/config").is_file() && !stage.file(".git").is_symlink() {
            fs::write(stage.file(".git/config"), &config).unwrap();
        }
    }
    assert_eq!(victim.git(&["status", "--porcelain"]), "");
    assert_eq!(victim.read("a.txt"), "one\n");
}

fn make_pipe(path: &Path) {
    let _ = fs::remove_file(path);
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
}

#[test]
fn a_pipe_stops_nobody() {
    let places = [
        ".git/packed-refs",
        ".git/HEAD",
        ".git/objects/info/alternates",
        ".git/info/exclude",
        ".git/pipe-include",
        ".git/pipe-ignore",
        ".git/pipe-attributes",
        "pipe-include",
        "pipe-ignore",
        "pipe-attributes",
        ".gitignore",
        ".gitattributes",
        ".gitmodules",
        "x",
    ];
    for place in places {
        let stage = Stage::with_commit();
        let key = match place.rsplit_once("pipe-").map(|(_, key)| key) {
            Some("include") => "include.path",
            Some("ignore") => "core.excludesFile",
            Some("attributes") => "core.attributesFile",
            _ => "user.x",
        };
        stage.git(&["config", key, stage.file(place).to_str().unwrap()]);
        make_pipe(&stage.file(place));
        stage.write("new.txt", "new");
        let git = stage.opened();
        let (sender, done) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let _ = git.status();
            let _ = git.sync(Some(&bea()), "x", &Job::new());
            sender.send(()).unwrap();
        });
        let waited = done.recv_timeout(std::time::Duration::from_secs(20));
        assert!(waited.is_ok(), "a pipe at {place} stops the reader");
    }
}

#[test]
fn loops_end() {
    let stage = Stage::with_commit();
    let objects = stage.file(".git/objects");
    let alternates = format!("{}\n/nowhere\n", objects.display());
    fs::write(objects.join("info/alternates"), alternates).unwrap();
    assert_eq!(stage.opened().status().unwrap().unwrap().files, []);
    fs::write(stage.file(".git/refs/heads/a"), "ref: refs/heads/b\n").unwrap();
    fs::write(stage.file(".git/refs/heads/b"), "ref: refs/heads/a\n").unwrap();
    stage.opened().branches().unwrap();
    fs::write(stage.file(".git/HEAD"), "ref: refs/heads/a\n").unwrap();
    assert!(stage.opened().status().is_err());
}

#[test]
fn the_repository_of_another_user_is_not_touched() {
    if !rustix::process::geteuid().is_root() {
        return undercroft_testkit::skip("only root can give a folder away");
    }
    let stage = Stage::with_commit();
    for folder in [stage.project(), stage.file(".git")] {
        std::os::unix::fs::chown(folder, Some(65534), Some(65534)).unwrap();
    }
    let error = stage.opened().status().unwrap_err();
    assert_eq!(error.code(), Code::PermissionDenied);
    assert!(error.next_text().contains("safe.directory"), "{}", error.next_text());
}

#[test]
fn repositories_inside_are_not_looked_into() {
    let stage = Stage::with_commit();
    // A bare one among the files, as in CVE-2022-24765 and its kin.
    stage.git(&["init", "-q", "--bare", "nested-bare"]);
    poison(&stage, &stage.file("nested-bare"));
    stage.git(&["init", "-q", "module"]);
    stage.write("module/x", "x");
    stage.git_in(&stage.file("module"), &["add", "x"]);
    stage.git_in(&stage.file("module"), &["commit", "-q", "-m", "Inside"]);
    poison(&stage, &stage.file("module/.git"));
    stage
        .write(".gitmodules", "[submodule \"m\"]\n\tpath = elsewhere\n\turl = ext::sh -c canary\n");
    let git = stage.opened();
    let synced = git.sync(Some(&bea()), "All", &Job::new()).unwrap();
    assert_eq!(synced.left_out.len(), 1);
    let listed = stage.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    assert!(listed.contains("nested-bare/HEAD") && !listed.contains("module/"), "{listed}");
    git.diff(&DiffRange::WorkingTree).unwrap();
    stage.assert_no_canary();
}

#[test]
fn trees_that_lead_outside_are_not_checked_out() {
    let stage = Stage::with_commit();
    let outside = stage.path("outside");
    fs::create_dir(&outside).unwrap();
    let blob = stage.rev("HEAD:a.txt");
    let tree = stage.rev("HEAD:sub");
    stage.write("../target", outside.to_str().unwrap());
    let link = stage.git(&["hash-object", "-w", "../target"]).trim().to_owned();
    let entry = |mode: &str, name: &str, id: &str| {
        let digits: Vec<u8> =
            (0..20).map(|n| u8::from_str_radix(&id[2 * n..2 * n + 2], 16).unwrap()).collect();
        [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &digits].concat()
    };
    let trees = [
        (
            "a link and a folder of one name",
            [entry("120000", "x", &link), entry("40000", "x", &tree)].concat(),
        ),
        ("the way up", entry("40000", "..", &tree)),
        ("the repository itself", entry("40000", ".git", &tree)),
        ("in another case", entry("40000", ".GIT", &tree)),
        ("a path as a name", entry("100644", "../outside/y", &blob)),
    ];
    let before = fs::read_to_string(stage.file(".git/config")).unwrap();
    for (n, (what, bytes)) in trees.into_iter().enumerate() {
        fs::write(stage.path("tree"), bytes).unwrap();
        let file = stage.path("tree").display().to_string();
        let tree = stage.git(&["hash-object", "-t", "tree", "-w", "--literally", &file]);
        let commit = stage.git(&["commit-tree", tree.trim(), "-m", "Evil"]);
        stage.git(&["update-ref", &format!("refs/heads/evil{n}"), commit.trim()]);
        let _ = stage.opened().switch_branch(&format!("evil{n}"));
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "{what}");
        assert_eq!(fs::read_to_string(stage.file(".git/config")).unwrap(), before, "{what}");
        assert!(!stage.file(".git/b.txt").exists(), "{what}");
        stage.git(&["checkout", "-qf", "main"]);
        stage.git(&["clean", "-qfd"]);
    }
}

#[test]
fn names_are_never_options() {
    let stage = Stage::with_commit();
    let head = stage.rev("HEAD");
    for name in ["--upload-pack=touch canary", "-c"] {
        let name = name.replace(' ', "_");
        stage.write(&format!(".git/refs/heads/{name}"), format!("{head}\n"));
        stage.git(&["config", &format!("remote.{name}.url"), "/nowhere"]);
        let git = stage.opened();
        assert!(git.branches().unwrap().iter().any(|branch| branch.name == name));
        assert!(git.switch_branch(&name).is_err());
        assert!(git.push(&stage.network(), Some(&name), Some(&name), &Job::new()).is_err());
        assert!(git.fetch(&stage.network(), Some(&name), &Job::new()).is_err());
    }
    stage.assert_no_canary();
}
