//! Histories on the wire: what of a project is versioned, and what thinning would drop.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_history as history;

use crate::base::mirror::mirror;
use crate::versions::wire::{Layer, Version};

/// A preview of the first version of a project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPlan {
    /// When it was counted.
    #[specta(type = String)]
    pub counted: Timestamp,
    /// How many files.
    #[specta(type = Number)]
    pub files: u64,
    /// How large they are together.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The files and folders that are left out, largest first.
    pub left_out: Vec<LeftOut>,
    /// Files that look like secrets; they are kept, on this machine.
    pub secrets: Vec<Vec<String>>,
    /// The files and bytes that would go to each layer.
    pub layers: LayerTotals,
}

/// Something that versions do not hold.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Its path, name by name.
    pub path: Vec<String>,
    /// Why it is left out, a sentence.
    pub why: String,
    /// How many files it has.
    #[specta(type = Number)]
    pub files: u64,
    /// How large they are together.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// The number and size of the files in each layer.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LayerTotals {
    /// Files in git.
    #[specta(type = Number)]
    pub git_files: u64,
    /// Their bytes.
    #[specta(type = Number)]
    pub git_bytes: u64,
    /// Files in the object store.
    #[specta(type = Number)]
    pub object_files: u64,
    /// Their bytes.
    #[specta(type = Number)]
    pub object_bytes: u64,
}

/// The rules that decide which files of a project are versioned, and in which layer.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The id of the project.
    pub project: String,
    /// Whether what the project's `.gitignore` ignores is left out.
    pub follow_gitignore: bool,
    /// Patterns of what is left out.
    pub leave_out: Vec<String>,
    /// Patterns of what is kept whatever else says no.
    pub keep: Vec<String>,
    /// Which layer what goes to; the first that matches.
    pub layers: Vec<LayerRule>,
}

mirror! {
    /// Sends files to a layer.
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct LayerRule = history::rules::LayerRule {
        /// The pattern of their paths.
        pub pattern: String,
        /// The layer.
        pub layer: Layer,
    }
}

/// Changes a project's rules; what is left out stays as it is. Nothing already stored moves.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RulesChange {
    /// The project.
    pub project: String,
    /// Whether what the project's `.gitignore` ignores is left out.
    #[serde(default)]
    pub follow_gitignore: Option<bool>,
    /// Patterns of what is left out.
    #[serde(default)]
    pub leave_out: Option<Vec<String>>,
    /// Patterns of what is kept whatever else says no.
    #[serde(default)]
    pub keep: Option<Vec<String>>,
    /// Which layer what goes to.
    #[serde(default)]
    pub layers: Option<Vec<LayerRule>>,
}

/// A preview of thinning a project's versions.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ThinPlan {
    /// How many versions stay.
    #[specta(type = Number)]
    pub keep: u64,
    /// The versions that would be dropped, oldest first.
    pub drop: Vec<ThinDrop>,
    /// The storage that would be freed, in bytes.
    #[specta(type = Number)]
    pub frees_bytes: u64,
    /// How many file versions only those hold.
    #[specta(type = Number)]
    pub lost_files: u64,
}

/// A version that thinning would drop.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ThinDrop {
    /// The version.
    pub version: Version,
    /// Why it goes, a sentence.
    pub why: String,
}
