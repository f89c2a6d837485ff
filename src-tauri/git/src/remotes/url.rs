//! Addresses of remotes: what is let through to git, which would run programs for some forms.

use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, Result, TextArgument, TextValue, escape_name, text};

/// The address of a remote.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteUrl {
    text: String,
    way: Way,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// A folder of this machine.
    Folder(PathBuf),
    Ssh,
    Https,
    /// Nothing on the way could listen: only this machine itself.
    HttpHere,
}

impl RemoteUrl {
    /// Reads an address: `https://…`, `ssh://…`, `user@host:path`, `file:///…`, or an absolute
    /// path; `http://` only for this machine itself.
    ///
    /// # Errors
    /// [`Code::Invalid`] for all else.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            let what = text!("{shown} is no address of a remote", shown = shown(text));
            Error::new(Code::Invalid, what)
                .why(why)
                .next("Use https://…, ssh://…, user@host:path, or an absolute path")
        };
        if text.is_empty() || text.starts_with('-') || text.chars().any(char::is_control) {
            return Err(refused("It is empty, looks like an option, or has control characters"));
        }
        let way = match text.split_once("://") {
            _ if text.starts_with('/') => Some(Way::Folder(PathBuf::from(text))),
            Some(("https", rest)) => host_of(rest).map(|_| Way::Https),
            Some(("http", rest)) => host_of(rest).filter(|h| is_here(h)).map(|_| Way::HttpHere),
            Some(("ssh", rest)) => host_of(rest).map(|_| Way::Ssh),
            Some(("file", rest)) => folder_of(rest).map(Way::Folder),
            Some(_) => None,
            None => host_and_path(text).map(|()| Way::Ssh),
        };
        let way = way.ok_or_else(|| refused("It is of none of the forms that are allowed"))?;
        Ok(Self { text: text.to_owned(), way })
    }

    /// The folder, when it is one of this machine.
    pub fn folder(&self) -> Option<&Path> {
        match &self.way {
            Way::Folder(folder) => Some(folder),
            _ => None,
        }
    }

    /// Whether a password stands in it, where every program that lists programs could read it.
    pub fn has_password(&self) -> bool {
        let authority = self.text.split_once("://").map(|(_, rest)| authority_of(rest));
        let user = authority.and_then(|authority| authority.rsplit_once('@'));
        user.is_some_and(|(user, _)| user.contains(':'))
    }

    /// The address as git is given it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_ssh(&self) -> bool {
        self.way == Way::Ssh
    }

    /// The protocols that git may use on behalf of this address.
    pub(super) fn protocols(&self) -> &'static str {
        match self.way {
            Way::HttpHere => "http:https:ssh",
            _ => "https:ssh",
        }
    }
}

/// Without passwords and tokens.
impl TextArgument for RemoteUrl {
    fn to_value(&self) -> TextValue {
        TextValue::Name(self.to_string())
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.text))
    }
}

impl fmt::Debug for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An address as people may see it: on one line, and without passwords and tokens.
pub(super) fn shown(text: &str) -> String {
    let clean = escape_name(text.as_bytes());
    let Some((scheme, rest)) = clean.split_once("://") else { return clean };
    let authority = authority_of(rest);
    let path = rest[authority.len()..].split(['?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if scheme == "ssh" => {
            format!("{}@{host}", user.split(':').next().unwrap_or_default())
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    format!("{scheme}://{host}{path}")
}

fn authority_of(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The host of `user@host:port/path`, when all of it is harmless.
fn host_of(rest: &str) -> Option<&str> {
    let authority = authority_of(rest);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = match host.strip_prefix('[') {
        Some(address) => address.split_once(']')?,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let port_is_fine = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    let path_is_fine = !rest[authority.len()..].starts_with("/-");
    let is_one_word = !rest.contains(char::is_whitespace);
    let is_fine = is_user(user) && is_host(host) && port_is_fine && path_is_fine && is_one_word;
    is_fine.then_some(host)
}

fn is_host(host: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    !host.is_empty() && !host.starts_with('-') && host.chars().all(is_letter)
}

fn is_user(user: &str) -> bool {
    !user.starts_with('-') && !user.contains(char::is_whitespace)
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `user@host:path`, as ssh's own copy program writes it.
fn host_and_path(text: &str) -> Option<()> {
    let at = match text.find("]:") {
        Some(at) => at + 1,
        None => text.find(':')?,
    };
    let (place, path) = (&text[..at], &text[at + 1..]);
    let (user, host) = place.rsplit_once('@').unwrap_or(("", place));
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    // `name::address` would have git run `git-remote-name`.
    let path_is_fine = !path.is_empty() && !path.starts_with(['-', ':']);
    (path_is_fine && is_user(user) && !user.contains(['/', ':']) && is_host(host)).then_some(())
}

/// `file:///folder`, with `%20` and the like for bytes that do not stand in addresses.
fn folder_of(rest: &str) -> Option<PathBuf> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut letters = path.strip_prefix('/').map(|_| path.bytes())?;
    let mut bytes = Vec::new();
    while let Some(letter) = letters.next() {
        let digit = |letter: Option<u8>| char::from(letter?).to_digit(16);
        bytes.push(match letter {
            b'%' => u8::try_from(digit(letters.next())? * 16 + digit(letters.next())?).ok()?,
            letter => letter,
        });
    }
    (!bytes.contains(&0)).then(|| PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_run_nothing_are_let_through() {
        for good in [
            "https://host/a/b.git",
            "https://user@host:8443/a.git",
            "http://localhost:80/a",
            "http://127.0.0.1:8080/a",
            "http://[::1]:8080/a",
            "ssh://git@host:22/a.git",
            "ssh://[fe80::1]/a",
            "git@host:a/b.git",
            "host:a",
            "git@[fe80::1]:a",
            "file:///srv/a%20b.git",
            "/srv/git/a b.git",
        ] {
            assert!(RemoteUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "--upload-pack=touch x",
            "-oProxyCommand=x:y",
            "ext::sh -c touch% x",
            "fd::3",
            "http://host/a",
            "http://127.0.0.1.evil/a",
            "http://localhost@evil/a",
            "ftp://host/a",
            "git://host/a",
            "git+ssh://host/a",
            "ssh://-oProxyCommand=x/a",
            "ssh://-oProxyCommand=x@host/a",
            "ssh://host/-a",
            "ssh://host:-22/a",
            "ssh://ho%0ast/a",
            "-host:a",
            "-user@host:a",
            "git@-host:a",
            "host:-a",
            "host::a",
            "a/b:c",
            "relative/path",
            "./evil.git",
            "file://host/a",
            "file:///a%00b",
            "file:///a%zz",
            "https:///a",
            "https://ho st/a",
            "https://host/a b",
            "https://host/a\nb",
            "/srv/a\nb",
        ] {
            assert!(RemoteUrl::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn folders_are_found_and_passwords_not_shown() {
        let folder = |text| RemoteUrl::parse(text).unwrap().folder().map(Path::to_owned);
        assert_eq!(folder("file:///srv/a%20b.git"), Some("/srv/a b.git".into()));
        assert_eq!(folder("file://localhost/srv/a"), Some("/srv/a".into()));
        assert_eq!(folder("/srv/a%20b"), Some("/srv/a%20b".into()));
        assert_eq!(folder("https://host/a"), None);
        let url = RemoteUrl::parse("https://user:s3cret@host:8443/a?token=s3cret").unwrap();
        assert!(url.has_password());
        assert_eq!(format!("{url} {url:?}"), "https://host:8443/a https://host:8443/a");
        assert!(!RemoteUrl::parse("git@host:a:b").unwrap().has_password());
    }
}
