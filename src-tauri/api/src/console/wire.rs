//! Commands in words, on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;
use crate::jobs::wire::JobView;

/// A command in words, as it is typed: `create project atlas`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsoleWords {
    /// The words.
    pub text: String,
}

/// The meaning that words were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConsoleState {
    /// A question that is answered, or a command that was carried out.
    Done,
    /// A command that changes something, and was only looked at.
    Ready,
    /// Words from which a command is not far.
    Near,
    /// Words that are like no command.
    Unknown,
}

/// The answer to words.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleAnswer {
    /// The meaning they were given.
    pub state: ConsoleState,
    /// The answer in a sentence, without its full stop.
    pub sentence: Sentence,
    /// Everything else there is to say, one thing a line.
    pub lines: Vec<ConsoleLine>,
    /// The number of lines that were left out.
    #[specta(type = Number)]
    pub more: u64,
    /// The page that shows it all.
    #[serde(default)]
    pub link: Option<ConsoleLink>,
    /// Commands that may be meant, the nearest first.
    pub suggestions: Vec<ConsoleSuggestion>,
    /// The job that carries it out.
    #[serde(default)]
    pub job: Option<JobView>,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleLine {
    /// The thing.
    pub text: String,
    /// A fact about it.
    pub about: Sentence,
    /// The page that shows it.
    #[serde(default)]
    pub link: Option<ConsoleLink>,
}

/// A command that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleSuggestion {
    /// Its words, as far as they are known.
    pub text: String,
    /// The name that has to follow, in capital letters; empty for a whole command.
    pub missing: String,
    /// Its purpose, or what it is about.
    pub about: Sentence,
}

/// A page that an answer leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "page")]
pub enum ConsoleLink {
    /// All projects.
    Projects,
    /// One project.
    Project {
        /// Its id.
        project: String,
    },
    /// A folder of a workspace.
    Files {
        /// The id of its project.
        project: String,
        /// The id of the workspace.
        workspace: String,
        /// The names on the way to the folder.
        path: Vec<String>,
    },
    /// The storage.
    Storage,
}
