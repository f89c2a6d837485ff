//! Names of templates, variables and files.

use undercroft_foundation::{Code, Error, Result, escape_name, text};

/// Refuses a name that no template may have.
pub(crate) fn check_template(name: &str) -> Result<()> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&name.len())
        && name.chars().all(is_allowed)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Ok(());
    }
    let shown = escape_name(name.as_bytes());
    Err(Error::new(Code::Invalid, text!("Cannot name a template \"{shown}\"", shown))
        .why("A name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or a digit")
        .next("Choose another name"))
}

/// Refuses a name that no variable may have.
pub(crate) fn check_variable(name: &str) -> Result<()> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (1..=64).contains(&name.len())
        && name.chars().all(is_allowed)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Ok(());
    }
    let shown = escape_name(name.as_bytes());
    Err(Error::new(Code::Invalid, text!("Cannot name a variable \"{shown}\"", shown))
        .why("A name has 1 to 64 small letters, digits and underscores, and begins with a letter")
        .next("Choose another name"))
}

/// Refuses a file name that values were put into and that is none any more.
pub(crate) fn check_file(name: &[u8]) -> Result<()> {
    let is_bad = matches!(name, b"" | b"." | b"..")
        || name.len() > 255
        || name.eq_ignore_ascii_case(b".git")
        || name.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0));
    if !is_bad {
        return Ok(());
    }
    Err(Error::new(
        Code::Invalid,
        text!("Cannot make a file named \"{name}\"", name = escape_name(name)),
    )
    .why("A value that becomes part of a file name must leave it a name, without slashes")
    .next("Choose another value"))
}
