//! The names that projects and tags may have.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use undercroft_foundation::{Code, Error, Result, escape_name, text};

const LONGEST_NAME: usize = 200;
const LONGEST_TAG: usize = 64;
const MOST_TAGS: usize = 50;

/// The name of a project, without spaces around it.
pub(super) fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let refuse = |why: &str| {
        let what = text!("Cannot call a project \"{name}\"", name = escape_name(name.as_bytes()));
        Err(Error::new(Code::Invalid, what).why(why).next("Choose another name"))
    };
    if name.is_empty() {
        return refuse("A name has at least one letter");
    }
    if name.chars().count() > LONGEST_NAME {
        return refuse("A name has at most 200 letters");
    }
    if name.chars().any(char::is_control) {
        return refuse("A name is one line of plain text");
    }
    Ok(name.to_owned())
}

/// The name that a folder gives its project.
pub(super) fn of_folder(root: &Path) -> String {
    let name = root.file_name().map(|name| escape_name(name.as_bytes())).unwrap_or_default();
    check_name(&name.chars().take(LONGEST_NAME).collect::<String>())
        .unwrap_or_else(|_| "Project".to_owned())
}

/// Tags, sorted, each once.
pub(super) fn check_tags(tags: &[String]) -> Result<Vec<String>> {
    let mut checked = tags.iter().map(|tag| check_tag(tag)).collect::<Result<Vec<_>>>()?;
    checked.sort_unstable();
    checked.dedup();
    if checked.len() > MOST_TAGS {
        return Err(Error::new(
            Code::Invalid,
            text!("Cannot keep {checked} tags", checked = checked.len()),
        )
        .why("A project has at most 50 tags")
        .next("Take some away"));
    }
    Ok(checked)
}

fn check_tag(tag: &str) -> Result<String> {
    let tag = tag.trim();
    let refuse = |why: &str| {
        let what = text!("Cannot use the tag \"{name}\"", name = escape_name(tag.as_bytes()));
        Err(Error::new(Code::Invalid, what).why(why).next("Choose another tag"))
    };
    if tag.is_empty() {
        return refuse("A tag has at least one letter");
    }
    if tag.chars().count() > LONGEST_TAG {
        return refuse("A tag has at most 64 letters");
    }
    if tag.starts_with(['+', '-']) {
        return refuse("A tag does not begin with + or -, which add and remove tags");
    }
    if tag.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',') {
        return refuse("A tag has no spaces and no commas");
    }
    Ok(tag.to_owned())
}
