//! Push, fetch and pull: to folders, through ssh, and over http with the user's credential helper.

use crate::git_support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use git_support::{Stage, bea, http};
use undercroft_foundation::{Code, Job};
use undercroft_git::{LogFilter, Selection};

/// Pushes, is overtaken, is refused, pulls, pushes again, and is told of what has diverged.
fn goes_there_and_back(stage: &Stage, remote: &Path, url: &str) {
    let (git, network, job) = (stage.opened(), stage.network(), Job::new());
    git.set_remote("origin", url).unwrap();
    let pushed = git.push(&network, None, None, &job).unwrap();
    assert_eq!((&*pushed.remote, &*pushed.branch, pushed.is_news), ("origin", "main", true));
    assert!(!git.push(&network, None, None, &job).unwrap().is_news);
    let head = |folder: &Path, name: &str| stage.git_in(folder, &["rev-parse", name]);
    assert_eq!(head(remote, "main"), head(&stage.project(), "main"));
    let upstream = git.status().unwrap().unwrap().upstream.unwrap();
    assert_eq!((&*upstream.name, upstream.ahead, upstream.behind), ("origin/main", 0, 0));
    assert_eq!(git.pull(&network, None, &job).unwrap().commits, 0);

    stage.someone_pushes(remote, "main", "theirs");
    stage.someone_pushes(remote, "feature/x", "feature");
    assert_eq!(git.fetch(&network, None, &job).unwrap(), 2);
    assert_eq!(git.status().unwrap().unwrap().upstream.unwrap().behind, 1);
    assert_eq!(git.pull(&network, None, &job).unwrap().commits, 1);
    assert_eq!(stage.read("theirs"), "theirs");
    assert_eq!(stage.git(&["status", "--porcelain", "-b"]), "## main...origin/main\n");

    stage.someone_pushes(remote, "main", "more");
    stage.write("ours", "x");
    stage.commit("Ours", Selection::All);
    let error = git.push(&network, None, None, &job).unwrap_err();
    assert_eq!(error.code(), Code::Invalid, "{error}");
    assert!(error.next_text().starts_with("Pull first"), "{error} {}", error.next_text());
    let error = git.pull(&network, None, &job).unwrap_err();
    assert!(error.next_text().contains("git merge origin/main"), "{error}");
    assert!(!stage.file("more").exists());
    stage.git(&["-c", "core.editor=true", "rebase", "-q", "origin/main"]);
    assert!(git.push(&network, None, None, &job).unwrap().is_news);
    // Another branch, which the remote has not.
    git.create_branch("side", None).unwrap();
    assert!(git.push(&network, Some("side"), None, &job).unwrap().is_news);
    stage.git_in(remote, &["fsck", "--strict"]);
    stage.fsck();
    assert_eq!(fs::read_dir(stage.path("scratch")).map_or(0, Iterator::count), 0);
}

#[test]
fn a_folder_is_a_remote() {
    let stage = Stage::with_commit();
    let remote = stage.remote("by path.git");
    goes_there_and_back(&stage, &remote, remote.to_str().unwrap());
}

#[test]
fn a_file_url_is_a_remote() {
    let stage = Stage::with_commit();
    let remote = stage.remote("by url.git");
    let url = format!("file://{}", remote.to_str().unwrap().replace(' ', "%20"));
    goes_there_and_back(&stage, &remote, &url);
}

/// A program called ssh that notes what it is asked and runs the command here.
fn stand_in_for_ssh(stage: &Stage) -> std::path::PathBuf {
    let asked = stage.path("asked");
    let program = stage.path("bin/ssh");
    let line = format!(
        "printf '%s|' \"$@\" >> {0}; echo \"$GIT_DIR$GIT_OBJECT_DIRECTORY$SSH_ASKPASS$UNDERCROFT_PASSWORD\" >> {0}\n\
         for command; do :; done\nexec sh -c \"$command\"",
        asked.display()
    );
    stage.script(&program, &line);
    let config = format!("[core]\n\tsshCommand = {} -i key\n", program.display());
    fs::write(stage.path("home/.gitconfig"), config).unwrap();
    asked
}

#[test]
fn ssh_is_the_users_own_and_asks_nothing() {
    let stage = Stage::with_commit();
    let remote = stage.remote("ssh.git");
    let asked = stand_in_for_ssh(&stage);
    goes_there_and_back(&stage, &remote, &format!("ssh://git@host:2222{}", remote.display()));
    let asked = fs::read_to_string(asked).unwrap();
    for line in asked.lines() {
        let start = "-i|key|-o|BatchMode=yes|-o|ConnectTimeout=30|-o|ServerAliveInterval=20|";
        assert!(line.starts_with(start), "{line}");
        assert!(line.contains("|-p|2222|git@host|git-"), "{line}");
        assert!(line.ends_with('|'), "of our environment, this went to the remote: {line}");
    }
}

#[test]
fn the_short_form_of_ssh_is_understood() {
    let stage = Stage::with_commit();
    let remote = stage.remote("short.git");
    stand_in_for_ssh(&stage);
    goes_there_and_back(&stage, &remote, &format!("git@host:{}", remote.display()));
}

/// A helper that knows the password only once it is asked.
fn credential_helper(stage: &Stage) {
    let helper = stage.path("home/helper");
    stage.script(&helper, "[ \"$1\" = get ] && printf 'username=user\\npassword=s3cret\\n'");
    let config = format!("[credential]\n\thelper = {}\n", helper.display());
    fs::write(stage.path("home/.gitconfig"), config).unwrap();
}

#[test]
fn http_uses_the_users_credential_helper() {
    let stage = Stage::with_commit();
    let remote = stage.remote("http.git");
    credential_helper(&stage);
    let port = http::serve(&stage.path("remotes"));
    goes_there_and_back(&stage, &remote, &format!("http://127.0.0.1:{port}/http.git"));
}

#[test]
fn what_a_remote_says_is_said_in_plain_words() {
    let stage = Stage::with_commit();
    let remote = stage.remote("r.git");
    let port = http::serve(&stage.path("remotes"));
    let (git, network, job) = (stage.opened(), stage.network(), Job::new());
    let answer = |url: &str| {
        git.set_remote("origin", url).unwrap();
        git.push(&network, None, None, &job).unwrap_err()
    };
    let error = answer(&format!("http://127.0.0.1:{port}/r.git"));
    assert_eq!(error.code(), Code::PermissionDenied, "{error}");
    assert!(error.next_text().contains("credential helper"));
    credential_helper(&stage);
    let error = answer(&format!("http://127.0.0.1:{port}/none.git"));
    assert_eq!(error.code(), Code::NotFound, "{error}");
    let error = answer("http://127.0.0.1:1/r.git");
    assert_eq!(error.code(), Code::Unavailable, "{error}");
    let error = answer(stage.path("remotes/none.git").to_str().unwrap());
    assert_eq!(error.code(), Code::NotFound, "{error}");
    stage.script(&remote.join("hooks/update"), "echo 'No entry.' >&2; exit 1");
    let error = answer(&format!("http://127.0.0.1:{port}/r.git"));
    assert_eq!(error.code(), Code::PermissionDenied, "{error}");
    assert!(error.why_text().contains("ook declined"), "{error}");
}

#[test]
fn a_password_in_an_address_goes_nowhere_but_to_its_host() {
    let stage = Stage::with_commit();
    let remote = stage.remote("r.git");
    let port = http::serve(&stage.path("remotes"));
    let git = stage.opened();
    let url = format!("http://user:s3cret@127.0.0.1:{port}/r.git");
    assert_eq!(git.set_remote("origin", &url).unwrap_err().code(), Code::Invalid);
    stage.git(&["remote", "add", "origin", &url]);
    assert!(!git.remotes().unwrap()[0].url.contains("s3cret"));
    git.push(&stage.network(), None, None, &Job::new()).unwrap();
    assert_eq!(stage.git_in(&remote, &["rev-parse", "main"]).trim(), stage.rev("main"));
    stage.git(&["remote", "set-url", "origin", "http://user:s3cret@127.0.0.1:1/r.git"]);
    let error = git.push(&stage.network(), None, None, &Job::new()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
}

#[test]
fn a_silent_remote_is_given_up_and_a_cancelled_exchange_ends_at_once() {
    let stage = Stage::with_commit();
    let port = http::serve_silence();
    let (git, mut network) = (stage.opened(), stage.network());
    git.set_remote("origin", &format!("http://127.0.0.1:{port}/r.git")).unwrap();
    network.silence = Duration::from_secs(1);
    let error = git.fetch(&network, None, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::Unavailable, "{error}");
    network.silence = Duration::from_secs(600);
    let job = Arc::new(Job::new());
    let cancel = job.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        cancel.cancel();
    });
    let error = git.fetch(&network, None, &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
    assert_eq!(fs::read_dir(stage.path("scratch")).unwrap().count(), 0);
}

#[test]
fn pulling_never_overwrites_what_is_not_committed() {
    let stage = Stage::with_commit();
    let remote = stage.remote("r.git");
    let (git, network, job) = (stage.opened(), stage.network(), Job::new());
    git.set_remote("origin", remote.to_str().unwrap()).unwrap();
    git.push(&network, None, None, &job).unwrap();
    stage.someone_pushes(&remote, "main", "new");
    stage.write("new", "mine");
    let before = stage.rev("HEAD");
    let error = git.pull(&network, None, &job).unwrap_err();
    assert!(error.why_text().contains("new"), "{error}");
    assert_eq!((stage.read("new"), stage.rev("HEAD")), ("mine".to_owned(), before));
    fs::remove_file(stage.file("new")).unwrap();
    stage.write("a.txt", "mine");
    git.pull(&network, None, &job).unwrap();
    assert_eq!((stage.read("new"), stage.read("a.txt")), ("new".to_owned(), "mine".to_owned()));
}

#[test]
fn a_new_repository_pulls_its_first_commits() {
    let other = Stage::with_commit();
    let stage = Stage::new();
    let (git, network, job) = (stage.opened(), stage.network(), Job::new());
    git.create("main").unwrap();
    git.set_remote("origin", other.project().to_str().unwrap()).unwrap();
    assert_eq!(git.pull(&network, None, &job).unwrap().commits, 1);
    assert_eq!(stage.read("sub/b.txt"), "two\n");
    assert_eq!(stage.git(&["status", "--porcelain"]), "");
    stage.write("c", "c");
    git.sync(Some(&bea()), "C", &job).unwrap();
    // Its branch is checked out there.
    let error = git.push(&network, None, None, &job).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
    git.create_branch("side", None).unwrap();
    git.push(&network, Some("side"), None, &job).unwrap();
    assert_eq!(other.rev("side"), stage.rev("main"));
    other.fsck();
}

#[test]
fn shallow_clones_exchange_through_git_and_are_refused_by_folders() {
    let stage = Stage::with_commit();
    stage.write("a.txt", "two\n");
    stage.commit("Second", Selection::All);
    let remote = stage.remote("r.git");
    stage.git(&["push", "-q", remote.to_str().unwrap(), "main"]);
    let shallow = Stage::new();
    let url = format!("file://{}", remote.display());
    shallow.git(&["clone", "-q", "--depth=1", &url, "."]);
    shallow.write("c", "c");
    let git = shallow.opened();
    git.sync(Some(&bea()), "Third", &Job::new()).unwrap();
    let error = git.push(&shallow.network(), None, None, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::Unsupported, "{error}");
    stand_in_for_ssh(&shallow);
    git.set_remote("origin", &format!("ssh://host{}", remote.display())).unwrap();
    git.push(&shallow.network(), None, None, &Job::new()).unwrap();
    stage.git_in(&remote, &["fsck", "--strict"]);
    assert_eq!(stage.git_in(&remote, &["rev-list", "--count", "main"]), "3\n");
    stage.someone_pushes(&remote, "main", "new");
    assert_eq!(git.pull(&shallow.network(), None, &Job::new()).unwrap().commits, 1);
    let all = LogFilter { limit: 9, ..LogFilter::default() };
    assert_eq!(git.log(&all).unwrap().len(), 3);
}

#[test]
fn remotes_are_set_changed_and_refused() {
    let stage = Stage::with_commit();
    let git = stage.opened();
    assert_eq!(
        git.push(&stage.network(), None, None, &Job::new()).unwrap_err().code(),
        Code::NotFound
    );
    git.set_remote("my.re\"mote", "https://host/a b").unwrap_err();
    git.set_remote("origin", "https://host/a").unwrap();
    stage.git(&["config", "remote.origin.pushurl", "https://elsewhere/a"]);
    let remote = &git.remotes().unwrap()[0];
    assert_eq!(remote.push_url.as_deref(), Some("https://elsewhere/a"));
    git.set_remote("origin", "git@host:b").unwrap();
    assert_eq!(stage.git(&["remote", "-v"]).lines().last(), Some("origin\tgit@host:b (push)"));
    assert_eq!(
        stage.git(&["config", "remote.origin.fetch"]),
        "+refs/heads/*:refs/remotes/origin/*\n"
    );
    for bad in ["-x", "", "a b", "a\nb", "a..b"] {
        assert!(git.set_remote(bad, "https://host/a").is_err(), "{bad:?}");
    }
    for bad in ["ext::sh -c x", "--upload-pack=x", "../evil"] {
        stage.git(&["config", "remote.origin.url", bad]);
        assert!(git.remotes().unwrap()[0].refused.is_some());
        assert!(git.fetch(&stage.network(), None, &Job::new()).is_err(), "{bad}");
    }
}

#[test]
fn without_git_only_folders_are_reached() {
    let stage = Stage::with_commit();
    let remote = stage.remote("r.git");
    let (git, mut network) = (stage.opened(), stage.network());
    network.program = None;
    git.set_remote("origin", remote.to_str().unwrap()).unwrap();
    git.push(&network, None, None, &Job::new()).unwrap();
    git.set_remote("origin", "https://host/a").unwrap();
    let error = git.push(&network, None, None, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
}
