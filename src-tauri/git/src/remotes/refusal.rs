//! The errors of git when a remote does not do as told, in words with a code and advice.

use undercroft_foundation::{Code, Error, text};

use super::program::GitOutput;
use super::url::{RemoteUrl, shown};
use crate::repository::errors::sentence;

/// The texts that git's words contain, what that means, and what helps.
const MEANINGS: &[(&[&str], Code, &str)] = &[
    (
        &["(fetch first)", "(non-fast-forward)", "(stale info)"],
        Code::Invalid,
        "Pull first; if both sides have new commits, merge them with git",
    ),
    (
        &["Host key verification failed"],
        Code::PermissionDenied,
        "Connect once with `ssh` in a terminal to see and accept the host's key",
    ),
    (
        &["could not read Username", "could not read Password", "Authentication failed"],
        Code::PermissionDenied,
        "Set up a credential helper for git (`git config --global credential.helper`) and sign in",
    ),
    (
        &["Permission denied (", "Permission to ", "error: 403", "error: 401"],
        Code::PermissionDenied,
        "Check that your key or account may do this at the remote",
    ),
    (
        &["[remote rejected]"],
        Code::PermissionDenied,
        "The remote has rules for this branch; use another branch, or ask its owner",
    ),
    (
        &[
            "epository not found",
            "' not found",
            "does not appear to be a git repository",
            "error: 404",
        ],
        Code::NotFound,
        "Check the remote's address",
    ),
    (
        &["transport '", "not allowed"],
        Code::Unsupported,
        "Use https or ssh; your own url.*.insteadOf may have changed the address",
    ),
    (
        &["No space left on device"],
        Code::StorageFull,
        "Free some room and try again; nothing was lost",
    ),
];

/// The error for what git answered.
pub(super) fn refusal(url: &RemoteUrl, output: &GitOutput) -> Error {
    let all: Vec<&str> = output.stdout.iter().chain(&output.stderr).map(String::as_str).collect();
    let meaning = MEANINGS.iter().find_map(|(signs, code, next)| {
        let is_meant = |line: &&&str| signs.iter().any(|sign| line.contains(sign));
        all.iter().find(is_meant).map(|line| (*line, *code, *next))
    });
    let what = text!("{url} did not accept this", url);
    match meaning {
        Some((line, code, next)) => Error::new(code, what).why(plain(line, url)).next(next),
        None => {
            let is_reason = |line: &&&str| line.starts_with("fatal:") || line.starts_with("error:");
            let line = all.iter().find(is_reason).or(all.last()).copied().unwrap_or_default();
            Error::new(Code::Unavailable, text!("Cannot reach {url}", url)).why(match line {
                "" => "Git gave no reason".to_owned(),
                line => plain(line, url),
            })
        }
    }
}

/// A line of git's without marks for programs, and without what is secret in the address.
fn plain(line: &str, url: &RemoteUrl) -> String {
    let line = line.replace(url.text(), &url.to_string());
    // `!\tref:ref\t[rejected] (fetch first)`
    let line = line.rsplit('\t').next().unwrap_or_default();
    let line = line.trim_start_matches("fatal: ").trim_start_matches("error: ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let clean = line.split(' ').map(|word| {
        let is_secret = word.contains("://") && word.contains('@');
        if is_secret { shown(word) } else { word.to_owned() }
    });
    sentence(&clean.collect::<Vec<_>>().join(" "))
}
