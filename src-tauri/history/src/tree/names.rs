//! The names of files as the history's trees hold them.
//!
//! git refuses `.git` in every disguise that a file system may take for it, and gives `.gitmodules`,
//! `.gitattributes` and `.lfsconfig` powers over those who check the tree out. Such names, and the
//! one that we use ourselves, get a `%` put before them; so do those that already look like that, so
//! that every name comes back.

use std::borrow::Cow;

/// The folder in the root of each version's tree that holds what git cannot.
pub(crate) const SIDECAR: &[u8] = b".undercroft";

const MARK: u8 = b'%';

/// The name that stands for `name` in a tree.
pub(crate) fn stored_name(name: &[u8]) -> Cow<'_, [u8]> {
    if !is_special(name) {
        return Cow::Borrowed(name);
    }
    Cow::Owned([&[MARK], name].concat())
}

/// The name that `stored` stands for.
pub(crate) fn real_name(stored: &[u8]) -> &[u8] {
    match stored.strip_prefix(&[MARK]) {
        Some(name) if is_special(name) => name,
        _ => stored,
    }
}

/// Whether the name is `.git` in any case, as which a file system may take it for git's own.
pub(crate) fn is_git(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b".git")
}

/// Whether git, or a version's tree, gives the name a meaning of its own.
pub(crate) fn is_special(name: &[u8]) -> bool {
    // Nearly every name is done with after one look.
    if !matches!(name.first(), Some(b'.' | b'g' | b'G' | 0x80.. | b'%')) {
        return false;
    }
    let start = name.iter().position(|byte| *byte != MARK).unwrap_or(name.len());
    let plain = fold(&name[start..]);
    let short_name = |start: &[u8]| plain.starts_with(start) && plain.contains(&b'~');
    matches!(&*plain, b".git" | b".gitmodules" | b".gitattributes" | b".lfsconfig" | SIDECAR)
        || [&b"git~"[..], b"gitmod~", b"gitatt~", b"gi7"].into_iter().any(short_name)
}

/// The name as Windows and macOS compare it: without case, streams, trailing dots and spaces, and
/// characters that nobody sees (git's `is_ntfs_dotgit` and `is_hfs_dotgit`).
fn fold(name: &[u8]) -> Vec<u8> {
    let visible = match std::str::from_utf8(name) {
        Ok(text) => text.chars().filter(|c| !is_unseen(*c)).collect::<String>().into_bytes(),
        Err(_) => name.to_vec(),
    };
    let stream = visible.iter().position(|byte| matches!(byte, b':' | b'\\'));
    let mut plain = visible[..stream.unwrap_or(visible.len())].to_ascii_lowercase();
    while matches!(plain.last(), Some(b' ' | b'.')) {
        plain.pop();
    }
    plain
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_with_powers_are_marked_and_no_others() {
        let special = [".git", ".GIT", ".git.", ".git ", "git~1", ".g\u{200c}it", ".git::$INDEX"];
        for name in special.into_iter().chain([".gitmodules", ".gitattributes", ".undercroft"]) {
            assert_eq!(&*stored_name(name.as_bytes()), [b"%", name.as_bytes()].concat());
        }
        for name in [".gitignore", ".github", "git", "a%", "100%", "%", ".gitlab-ci.yml", "gi7"] {
            assert_eq!(&*stored_name(name.as_bytes()), name.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back(
            name in prop_oneof![
                proptest::collection::vec(1u8.., 1..20),
                "%{0,3}(\\.git|\\.GIT|git~1|\\.undercroft|\\.gitmodules|a)[.% :]{0,4}".prop_map(String::into_bytes),
            ]
        ) {
            let stored = stored_name(&name).into_owned();
            prop_assert!(!is_special(&stored) || stored.starts_with(b"%"));
            prop_assert_eq!(real_name(&stored), &name[..]);
        }
    }
}
