//! The names of files as they travel: text of `escape_name`, name by name.

use undercroft_foundation::{Code, Error, Result, escape_name, text, unescape_name};
use undercroft_history::TreePath;

/// The names of a path, as a face shows and sends them.
pub(crate) fn names(path: &TreePath) -> Vec<String> {
    path.names().map(escape_name).collect()
}

/// The path of these names.
///
/// # Errors
/// [`Code::Invalid`] for a name that no listing shows.
pub(crate) fn tree_path(names: &[String]) -> Result<TreePath> {
    let name = |text: &String| {
        unescape_name(text).ok_or_else(|| {
            Error::new(
                Code::Invalid,
                text!("{text} is not the name of a file", text = format!("{text:?}")),
            )
            .next("Use the names of a listing as they are")
        })
    };
    TreePath::from_names(names.iter().map(name).collect::<Result<Vec<_>>>()?)
}

pub(crate) fn unescape(path: &[String]) -> Result<Vec<Vec<u8>>> {
    let name = |text: &String| {
        unescape_name(text).filter(|name| !name.is_empty() && !name.contains(&b'/')).ok_or_else(
            || {
                Error::new(
                    Code::Invalid,
                    text!("{text} is not the name of an entry", text = format!("{text:?}")),
                )
                .next("Use the names of a listing as they are")
            },
        )
    };
    path.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_out() {
        for bad in [&[".."][..], &["a/b"], &[""], &["a", "."], &["\\q"]] {
            let names: Vec<_> = bad.iter().map(|name| (*name).to_owned()).collect();
            assert!(tree_path(&names).is_err(), "{bad:?}");
        }
        let path = tree_path(&["a".to_owned(), "b\\n".to_owned()]).unwrap();
        assert_eq!(path.as_bytes(), b"a/b\n");
        assert_eq!(names(&path), ["a", "b\\n"]);
    }
}
