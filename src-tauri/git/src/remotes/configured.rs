//! The remotes of a repository.

use git2::{Config, ConfigLevel, Remote, Repository};
use undercroft_foundation::{Code, Error, Result, escape_name, text};

use super::url::{RemoteUrl, shown};
use crate::ProjectGit;
use crate::repository::create::sync_all;
use crate::repository::errors::GitContext;

/// A place that commits are pushed to and fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitRemote {
    /// Its name: `origin`.
    pub name: String,
    /// Its address, without passwords.
    pub url: String,
    /// The address for pushing, when it is another.
    pub push_url: Option<String>,
    /// Why Undercroft would not use the address, if so.
    pub refused: Option<String>,
}

impl ProjectGit {
    /// The remotes, in the order of their names.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn remotes(&self) -> Result<Vec<GitRemote>> {
        let repository = self.repository()?;
        let config = config_of(&repository)?;
        let mut remotes = Vec::new();
        for name in names(&repository)? {
            let Some(url) = value(&config, &name, "url") else { continue };
            let push_url = value(&config, &name, "pushurl").filter(|push_url| *push_url != url);
            let mut urls = [Some(&url), push_url.as_ref()].into_iter().flatten();
            let refused = urls.find_map(|url| RemoteUrl::parse(url).err());
            remotes.push(GitRemote {
                name: escape_name(name.as_bytes()),
                url: shown(&url),
                push_url: push_url.as_deref().map(shown),
                refused: refused.map(|error| error.why_text().to_owned()),
            });
        }
        remotes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(remotes)
    }

    /// Sets where a remote is, for fetching and pushing; makes it when there is none of this name.
    ///
    /// # Errors
    /// [`Code::Invalid`] for an address that is not let through, see [`RemoteUrl::parse`].
    pub fn set_remote(&self, name: &str, url: &str) -> Result<()> {
        let url = RemoteUrl::parse(url)?;
        if url.has_password() {
            return Err(Error::new(Code::Invalid, text!("{url} has a password in it", url))
                .why("It would stand in the configuration for everybody to read")
                .next("Leave it out; git's credential helper asks for it and keeps it"));
        }
        if !Remote::is_valid_name(name) || name.starts_with('-') {
            let what = text!(
                "{name} cannot be a remote's name",
                name = format!("{:?}", escape_name(name.as_bytes()))
            );
            return Err(Error::new(Code::Invalid, what));
        }
        let (repository, what) = (self.repository()?, "set the remote");
        let is_new = !names(&repository)?.iter().any(|known| known == name);
        let mut config = config_of(&repository)?.open_level(ConfigLevel::Local).when(what)?;
        for key in ["url", "pushurl"] {
            // There may be several of each, and none but the new one is to be left.
            let _ = config.remove_multivar(&key_of(name, key), ".*");
        }
        config.set_str(&key_of(name, "url"), url.text()).when(what)?;
        if is_new {
            let fetched = format!("+refs/heads/*:refs/remotes/{name}/*");
            config.set_str(&key_of(name, "fetch"), &fetched).when(what)?;
        }
        sync_all(&repository)
    }
}

fn config_of(repository: &Repository) -> Result<Config> {
    repository.config().when("read the repository's configuration")
}

fn names(repository: &Repository) -> Result<Vec<String>> {
    let names = repository.remotes().when("list the remotes")?;
    Ok(names.iter().flatten().flatten().map(str::to_owned).collect())
}

fn key_of(remote: &str, key: &str) -> String {
    format!("remote.{remote}.{key}")
}

/// The first value: git fetches from that. What is configured is taken as it stands; a project's
/// own rewriting of addresses does not count.
fn value(config: &Config, remote: &str, key: &str) -> Option<String> {
    let mut entries = config.multivar(&key_of(remote, key), None).ok()?;
    entries.next()?.ok()?.value().ok().map(str::to_owned)
}

/// The address to fetch from.
pub(super) fn fetch_url(repository: &Repository, remote: &str) -> Result<RemoteUrl> {
    let url = value(&config_of(repository)?, remote, "url").ok_or_else(|| {
        let what = text!("There is no remote {name}", name = escape_name(remote.as_bytes()));
        Error::new(Code::NotFound, what).next("Set its address first")
    })?;
    RemoteUrl::parse(&url)
}

/// The address to push to.
pub(super) fn push_url(repository: &Repository, remote: &str) -> Result<RemoteUrl> {
    match value(&config_of(repository)?, remote, "pushurl") {
        Some(url) => RemoteUrl::parse(&url),
        None => fetch_url(repository, remote),
    }
}
