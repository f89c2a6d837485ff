//! The names that destinations and plans may have.

use undercroft_foundation::{Code, Error, Result, escape_name, text};

/// The longest name, in characters.
pub(crate) const LONGEST_NAME: usize = 100;

/// The name of a `kind` of thing, such as `plan`, without spaces around it.
pub(crate) fn check_name(kind: &str, name: &str) -> Result<String> {
    let name = name.trim();
    let is_sound = !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && !name.chars().any(char::is_control);
    if is_sound {
        return Ok(name.to_owned());
    }
    let what = text!("Cannot call a {kind} \"{name}\"", kind, name = escape_name(name.as_bytes()));
    Err(Error::new(Code::Invalid, what)
        .why("A name is one line of 1 to 100 letters")
        .next("Choose another name"))
}
