//! The remote that a git repository is pushed to, from its configuration's text: git itself is not
//! run, so that nobody's hooks and filters are.

use std::path::{Path, PathBuf};

use super::manifest::read_text;

/// The address of `origin`, or of the first remote, without credentials.
pub(super) fn remote_of(root: &Path) -> Option<String> {
    let config = read_text(&config_path(&root.join(".git"))?)?;
    let remotes = remotes(&config);
    let origin = remotes.iter().find(|(name, _)| name == "origin");
    let (_, url) = origin.or(remotes.first())?;
    Some(without_credentials(url))
}

/// In a worktree or submodule `.git` is a file that names the folder.
fn config_path(git: &Path) -> Option<PathBuf> {
    if git.symlink_metadata().ok()?.is_dir() {
        return Some(git.join("config"));
    }
    let text = read_text(git)?;
    let folder = git.parent()?.join(text.strip_prefix("gitdir:")?.trim());
    // A worktree's own folder names the one that all worktrees share.
    let shared = read_text(&folder.join("commondir"));
    let folder = shared.map_or(folder.clone(), |shared| folder.join(shared.trim()));
    Some(folder.join("config"))
}

/// Name and first address of each remote, in the file's order.
fn remotes(config: &str) -> Vec<(String, String)> {
    let mut remotes: Vec<(String, String)> = Vec::new();
    let mut remote: Option<String> = None;
    for line in config.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default().trim();
            remote = header
                .split_once(char::is_whitespace)
                .filter(|(section, _)| section.eq_ignore_ascii_case("remote"))
                .map(|(_, name)| name.trim().trim_matches('"').to_owned());
            continue;
        }
        let (Some(name), Some((key, value))) = (&remote, line.split_once('=')) else { continue };
        let is_first = remotes.iter().all(|(known, _)| known != name);
        if is_first && key.trim().eq_ignore_ascii_case("url") {
            remotes.push((name.clone(), plain(value)));
        }
    }
    remotes.retain(|(_, url)| !url.is_empty());
    remotes
}

/// A value without its quotes, escapes and the comment behind it.
fn plain(value: &str) -> String {
    let (mut text, mut quoted) = (String::new(), false);
    let mut letters = value.trim().chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            '\\' => text.extend(letters.next()),
            '#' | ';' if !quoted => break,
            letter => text.push(letter),
        }
    }
    text.trim().to_owned()
}

/// No token or password leaves somebody's configuration: user names stay only where they are
/// part of the address (`git@` of ssh), queries go.
pub(super) fn without_credentials(url: &str) -> String {
    let url: String = url.chars().filter(|c| !c.is_control()).collect();
    let Some((scheme, rest)) = url.split_once("://") else { return without_password(&url) };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if scheme.contains("ssh") => {
            format!("{}@{host}", user.split(':').next().unwrap_or_default())
        }
        Some((_, host)) => host.to_owned(),
        None => authority.split(['?', '#']).next().unwrap_or_default().to_owned(),
    };
    format!("{scheme}://{host}{path}")
}

/// `user:password@host:path`, which ssh would not take, but somebody may have typed.
fn without_password(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((user, rest)) if user.contains(':') && !user.contains('/') => {
            format!("{}@{rest}", user.split(':').next().unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_leave_the_configuration() {
        for (url, clean) in [
            ("https://user:s3cret@host/a/b.git", "https://host/a/b.git"),
            ("https://s3cret@host:8443/a.git?token=s3cret#s3cret", "https://host:8443/a.git"),
            ("https://us@er:s3cret@host/a", "https://host/a"),
            ("https://host?token=s3cret", "https://host"),
            ("ssh://git:s3cret@host:22/a.git", "ssh://git@host:22/a.git"),
            ("git@host:a/b.git", "git@host:a/b.git"),
            ("git:s3cret@host:a/b.git", "git@host:a/b.git"),
            ("/srv/git/a@b.git", "/srv/git/a@b.git"),
        ] {
            assert_eq!(without_credentials(url), clean);
        }
    }

    #[test]
    fn origin_wins_and_quotes_and_comments_go() {
        let config = "[core]\n\turl = no\n[remote \"up\"]\n\turl = \"https://up/x\" ; note\n\
                      [Remote \"origin\"]\n\tURL = https://o/x # note\n\turl = https://second/x\n";
        let remotes = remotes(config);
        assert_eq!(remotes[0], ("up".to_owned(), "https://up/x".to_owned()));
        assert_eq!(remotes[1], ("origin".to_owned(), "https://o/x".to_owned()));
    }
}
