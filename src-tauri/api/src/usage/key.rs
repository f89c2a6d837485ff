//! Keys of rows: the text that a face hands back to look into a row. A key names places in what was
//! counted, never on the disk, so that one made up leads nowhere.

use std::fmt;

use undercroft_foundation::{
    Code, DestinationId, Error, ProjectId, Result, TreePath, escape_name, text, unescape_name,
};
use undercroft_usage::{Age, FileClass};

use super::wire::UsageLayer;

/// A longer key names no path that a disk could hold.
const LONGEST: usize = 32 << 10;

const LAYERS: &[(&str, UsageLayer)] = &[
    ("working", UsageLayer::Working),
    ("versions", UsageLayer::Versions),
    ("objects", UsageLayer::Objects),
    ("drafts", UsageLayer::Drafts),
    ("archives", UsageLayer::Archives),
    ("trash", UsageLayer::Trash),
    ("backups", UsageLayer::Backups),
    ("cache", UsageLayer::Cache),
    ("catalog", UsageLayer::Catalog),
];

const CLASSES: &[(&str, FileClass)] = &[
    ("code", FileClass::Code),
    ("text", FileClass::Text),
    ("data", FileClass::Data),
    ("image", FileClass::Image),
    ("media", FileClass::Media),
    ("archive", FileClass::Archive),
    ("binary", FileClass::Binary),
    ("other", FileClass::Other),
    ("mixed", FileClass::Mixed),
];

const AGES: &[(&str, Age)] = &[
    ("day", Age::Day),
    ("week", Age::Week),
    ("month", Age::Month),
    ("quarter", Age::Quarter),
    ("year", Age::Year),
    ("older", Age::Older),
];

/// The stable name of a layer.
pub(super) fn layer_name(layer: UsageLayer) -> &'static str {
    name_in(LAYERS, layer)
}

/// The layer of a stable name.
pub(super) fn layer_of(name: &str) -> Option<UsageLayer> {
    value_in(LAYERS, name)
}

/// The stable name of a class.
pub(super) fn class_name(class: FileClass) -> &'static str {
    name_in(CLASSES, class)
}

/// The class of a stable name.
pub(super) fn class_of(name: &str) -> Option<FileClass> {
    value_in(CLASSES, name)
}

/// The stable name of an age.
pub(super) fn age_name(age: Age) -> &'static str {
    name_in(AGES, age)
}

/// The age of a stable name.
pub(super) fn age_of(name: &str) -> Option<Age> {
    value_in(AGES, name)
}

fn name_in<T: PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, each)| *each == value).map_or("", |(name, _)| name)
}

fn value_in<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(each, _)| *each == name).map(|(_, value)| *value)
}

/// The files of a folder that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// All, folder by folder.
    All,
    /// Files of a class.
    Class(FileClass),
    /// Files of a class whose names end alike.
    Extension(FileClass, String),
    /// Files that were last changed so long ago.
    Age(Age),
}

/// A place in the picture of the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// All of it.
    Whole,
    /// A layer of all.
    Layer(UsageLayer),
    /// A folder or file of the library's own.
    Library(UsageLayer, TreePath),
    /// The files of a class in all projects.
    Class(FileClass),
    /// The files of an age in all projects.
    Age(Age),
    /// A destination.
    Destination(DestinationId),
    /// A project.
    Project(ProjectId),
    /// A layer of a project.
    ProjectLayer(ProjectId, UsageLayer),
    /// The versions that a project got in a month: `2026-11`.
    Month(ProjectId, String),
    /// Files that a project is worked on with, in and below a folder.
    Files(ProjectId, Filter, TreePath),
}

impl Key {
    /// The key that `text` says.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what no row has.
    pub(super) fn parse(text: &str) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(unknown(text));
        }
        Self::read(text).ok_or_else(|| unknown(text))
    }

    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Whole);
        }
        let (first, rest) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let (kind, value) = first.split_once(':')?;
        match (kind, rest) {
            ("layer", None) => layer_of(value).map(Self::Layer),
            ("layer", Some(path)) => Some(Self::Library(layer_of(value)?, path_of(path)?)),
            ("type", None) => class_of(value).map(Self::Class),
            ("age", None) => age_of(value).map(Self::Age),
            ("destination", None) => value.parse().ok().map(Self::Destination),
            ("project", None) => value.parse().ok().map(Self::Project),
            ("project", Some(rest)) => Self::in_project(value.parse().ok()?, rest),
            _ => None,
        }
    }

    fn in_project(project: ProjectId, rest: &str) -> Option<Self> {
        let (what, path) = match rest.split_once('/') {
            Some((what, path)) => (what, path_of(path)?),
            None => (rest, TreePath::root()),
        };
        let filter = match what.split_once(':') {
            None if what == "files" => Filter::All,
            Some(("layer", layer)) if path.is_root() && !rest.contains('/') => {
                return Some(Self::ProjectLayer(project, layer_of(layer)?));
            }
            Some(("month", month)) if is_month(month) && !rest.contains('/') => {
                return Some(Self::Month(project, month.to_owned()));
            }
            Some(("age", age)) => Filter::Age(age_of(age)?),
            Some(("type", class)) => match class.split_once(':') {
                None => Filter::Class(class_of(class)?),
                Some((class, extension)) => {
                    let is_plain =
                        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '~');
                    if !extension.chars().all(is_plain) {
                        return None;
                    }
                    Filter::Extension(class_of(class)?, extension.to_owned())
                }
            },
            _ => return None,
        };
        Some(Self::Files(project, filter, path))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => write!(f, "files"),
            Self::Class(class) => write!(f, "type:{}", class_name(*class)),
            Self::Extension(class, extension) => {
                write!(f, "type:{}:{extension}", class_name(*class))
            }
            Self::Age(age) => write!(f, "age:{}", age_name(*age)),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |f: &mut fmt::Formatter<'_>, path: &TreePath| {
            path.names().try_for_each(|name| write!(f, "/{}", escape_name(name)))
        };
        match self {
            Self::Whole => Ok(()),
            Self::Layer(layer) => write!(f, "layer:{}", layer_name(*layer)),
            Self::Library(layer, at) => {
                write!(f, "layer:{}", layer_name(*layer))?;
                path(f, at)
            }
            Self::Class(class) => write!(f, "type:{}", class_name(*class)),
            Self::Age(age) => write!(f, "age:{}", age_name(*age)),
            Self::Destination(id) => write!(f, "destination:{id}"),
            Self::Project(id) => write!(f, "project:{id}"),
            Self::ProjectLayer(id, layer) => {
                write!(f, "project:{id}/layer:{}", layer_name(*layer))
            }
            Self::Month(id, month) => write!(f, "project:{id}/month:{month}"),
            Self::Files(id, filter, at) => {
                write!(f, "project:{id}/{filter}")?;
                path(f, at)
            }
        }
    }
}

fn is_month(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    text.len() <= 12
        && text.rsplit_once('-').is_some_and(|(year, month)| is_digits(year) && is_digits(month))
}

/// The path of escaped names, which lies below whatever it is looked up in.
fn path_of(text: &str) -> Option<TreePath> {
    let names = text.split('/').map(unescape_name).collect::<Option<Vec<_>>>()?;
    TreePath::from_names(names).ok().filter(|path| !path.is_root())
}

fn unknown(text: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::new(
        Code::Invalid,
        text!(
            "{name} is the key of nothing",
            name = format!("{:?}", escape_name(shown.as_bytes()))
        ),
    )
    .next("Use the keys of the rows as they are")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_was() {
        let id =
            ProjectId::new(&undercroft_foundation::SystemClock, &undercroft_foundation::OsRandom);
        let path = TreePath::new(b"a/b \n\xff/type:code").unwrap();
        for key in [
            Key::Whole,
            Key::Layer(UsageLayer::Trash),
            Key::Library(UsageLayer::Cache, path.clone()),
            Key::Class(FileClass::Media),
            Key::Age(Age::Older),
            Key::Project(id),
            Key::ProjectLayer(id, UsageLayer::Versions),
            Key::Month(id, "2026-11".to_owned()),
            Key::Files(id, Filter::All, TreePath::root()),
            Key::Files(id, Filter::All, path.clone()),
            Key::Files(id, Filter::Class(FileClass::Code), path.clone()),
            Key::Files(id, Filter::Extension(FileClass::Code, "rs".to_owned()), path.clone()),
            Key::Files(id, Filter::Extension(FileClass::Other, String::new()), path.clone()),
            Key::Files(id, Filter::Age(Age::Week), path),
        ] {
            assert_eq!(Key::parse(&key.to_string()).unwrap(), key, "{key}");
        }
    }

    #[test]
    fn a_hostile_key_is_the_key_of_nothing() {
        let id =
            ProjectId::new(&undercroft_foundation::SystemClock, &undercroft_foundation::OsRandom);
        let in_project = |rest: &str| format!("project:{id}/{rest}");
        for text in [
            "/",
            "..",
            "layer",
            "layer:",
            "layer:all",
            "layer:trash/",
            "layer:trash/..",
            "layer:trash/../../etc",
            "layer:trash//a",
            "type:code/x",
            "age:x",
            "project:",
            "project:..",
            "project:../../etc",
            "destination:a/b",
            "\0",
            "project:a\0",
        ] {
            assert_eq!(Key::parse(text).unwrap_err().code(), Code::Invalid, "{text:?}");
        }
        for rest in [
            "",
            "files/",
            "files/..",
            "files/a/../b",
            "files//a",
            "files/.",
            "file",
            "files/\\x00",
            "files/\\x2f",
            "type:",
            "type:x",
            "type:code:a/..",
            "type:code:a.b",
            "age:",
            "month:",
            "month:2026-11/a",
            "month:-",
            "layer:x",
            "layer:working/a",
            "files:a",
        ] {
            let text = in_project(rest);
            assert_eq!(Key::parse(&text).unwrap_err().code(), Code::Invalid, "{text:?}");
        }
        assert!(Key::parse(&in_project(&"a/".repeat(40_000))).is_err());
    }
}
