//! The names of new projects and of their folders.

use std::io;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, Result, escape_path, text};

/// The letters of a project's name at most.
const LONGEST_NAME: usize = 200;
/// The bytes of a folder's name at most: what is unpacked has a longer one meanwhile.
const LONGEST_FOLDER: usize = 120;
/// How many folders of one name are told apart.
const MOST_OF_ONE_NAME: u32 = 10_000;

/// The name of a project that nobody named, from that of its archive or folder.
pub(super) fn default_name(found: &str) -> String {
    let plain: String =
        found.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    match plain.trim() {
        "" => "Project".to_owned(),
        name => name.to_owned(),
    }
}

/// The name of a folder for a project of this name, on any file system.
pub(super) fn folder_name(project: &str) -> String {
    let is_bad = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    let mut name = String::new();
    for letter in project.chars().map(|letter| if is_bad(letter) { '-' } else { letter }) {
        if name.len() + letter.len_utf8() > LONGEST_FOLDER {
            break;
        }
        name.push(letter);
    }
    // A dot would hide it; no other system takes one at the end.
    match name.trim_matches(|letter: char| letter == '.' || letter.is_whitespace()) {
        "" => "project".to_owned(),
        name => name.to_owned(),
    }
}

/// The first place in a folder that nothing has: `NAME`, `NAME 2`, and so on.
///
/// # Errors
/// [`Code::AlreadyExists`] where there is none, and whatever keeps the folder from being read.
pub(super) fn free_place(parent: &Path, project: &str) -> Result<PathBuf> {
    let name = folder_name(project);
    for number in 1..=MOST_OF_ONE_NAME {
        let place = match number {
            1 => parent.join(&name),
            _ => parent.join(format!("{name} {number}")),
        };
        match place.symlink_metadata() {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(place),
            Err(source) => return Err(Error::io("look at", &place, source)),
            Ok(_) => {}
        }
    }
    let what = text!("Cannot make a folder {name} in {parent}", name, parent = escape_path(parent));
    Err(Error::new(Code::AlreadyExists, what).next("Choose another name or another folder"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_names_that_any_file_system_takes() {
        assert_eq!(folder_name("a/b\\c: \"d\""), "a-b-c- -d-");
        assert_eq!(folder_name(".. "), "project");
        assert_eq!(folder_name(".hidden."), "hidden");
        let long = folder_name(&"ä".repeat(200));
        assert!(long.len() <= LONGEST_FOLDER && long.chars().all(|letter| letter == 'ä'));
    }

    #[test]
    fn a_project_that_nobody_named_has_a_name() {
        assert_eq!(default_name(" a\tb\n"), "ab");
        assert_eq!(default_name("\n"), "Project");
    }
}
