//! Names that say what a thing is: none that would fit everything.

use super::Source;

/// File names that say nothing of what is inside.
const EMPTY_FILES: &[&str] = &[
    "util",
    "utils",
    "helper",
    "helpers",
    "misc",
    "common",
    "manager",
    "service",
    "services",
    "handler",
    "handlers",
    "processor",
    "stuff",
    "shared",
];

/// Endings of types that say only that something is done.
const EMPTY_TYPES: &[&str] =
    &["Manager", "Helper", "Util", "Utils", "Processor", "Handler", "Service"];

pub(super) fn check(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    let folders = source.path.split('/').rev().skip(1);
    for name in folders.chain([source.stem()]).filter(|name| EMPTY_FILES.contains(name)) {
        breaches.push(format!("{name:?} says nothing; name what is inside"));
    }
    for (n, line) in source.text.lines().enumerate() {
        if let Some(name) = type_named_in(line).filter(|name| is_empty_type(name)) {
            breaches.push(format!("line {}: {name} says nothing; name what it is", n + 1));
        }
    }
    breaches
}

/// The name of the type that a line declares, in Rust or TypeScript.
fn type_named_in(line: &str) -> Option<&str> {
    let mut words =
        line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    let declared = ["struct", "enum", "trait", "class", "interface"];
    let before = ["pub", "crate", "super", "export", "default", "abstract", "declare"];
    let keyword = words.find(|word| !before.contains(word))?;
    declared.contains(&keyword).then(|| words.next())?
}

fn is_empty_type(name: &str) -> bool {
    EMPTY_TYPES.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str) -> Vec<String> {
        check(&Source { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn empty_names_are_found_in_files_folders_and_types() {
        assert_eq!(check_text("ui/src/lib/utils/a.ts", "").len(), 1);
        assert_eq!(check_text("ui/src/lib/utils.ts", "").len(), 1);
        assert_eq!(check_text("a/b.rs", "pub(crate) struct LockManager;").len(), 1);
        assert_eq!(check_text("a/b.ts", "export abstract class FileHelper {").len(), 1);
        assert_eq!(check_text("a/lock.rs", "/// A struct that is no Manager.").len(), 0);
    }
}
