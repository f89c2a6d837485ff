//! The user's marks on versions: names, notes and pins. They lie beside the history, because the
//! catalog is only an index and a commit cannot be changed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, IoContext, Result, VersionId, escape_path, reach_write_point, replace_file, text,
};

use crate::store::HistoryStore;

/// The user's marks on one version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) pinned: bool,
}

/// The marks of a history, by version.
pub(crate) type Marks = BTreeMap<VersionId, Mark>;

pub(crate) fn read(store: &HistoryStore) -> Result<Marks> {
    let path = path_of(store);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Marks::new()),
        Err(source) => return Err(source).at("read", &path),
    };
    serde_json::from_slice(&bytes).map_err(|source| {
        Error::new(Code::Damaged, text!("Cannot understand {path}", path = escape_path(&path)))
            .why(source.to_string())
            .next("Bring the file back from a backup, or move it aside: only names, notes and pins are in it")
    })
}

/// The history's lock must be held from the reading on.
pub(crate) fn write(store: &HistoryStore, marks: &Marks) -> Result<()> {
    let text = serde_json::to_vec_pretty(marks).map_err(|source| {
        Error::new(Code::Internal, "The marks of versions have no form in JSON").because(source)
    })?;
    replace_file(&path_of(store), &text, 0o600)?;
    reach_write_point("history.marks-written");
    Ok(())
}

fn path_of(store: &HistoryStore) -> PathBuf {
    store.root().join("undercroft/marks.json")
}
