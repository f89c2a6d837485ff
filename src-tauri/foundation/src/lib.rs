//! The ground that every room stands on: errors that say what, why and what next; sentences that
//! can be said in other languages; typed ids; the clock and randomness as parameters; jobs with
//! progress and cancel; names of any bytes as text; paths inside a workspace; kinds of file
//! systems; records of what is under way; the register of write points. It knows nothing of files' formats, databases or windows.

mod clock;
mod durable;
mod error;
mod file_systems;
mod folder_lock;
mod folders;
mod held_record;
mod ids;
mod input;
mod job;
mod lookup;
mod mounts;
mod name_query;
mod names;
mod number_text;
mod racy;
mod random;
mod settings;
mod shell_word;
mod silent;
mod text;
mod tree_path;
mod world;
mod write_points;

pub use clock::{Clock, SystemClock};
pub use durable::{replace_file, sync_folder};
pub use error::{Code, Error, IoContext, Result};
pub use file_systems::{is_remote, is_virtual};
pub use folder_lock::{lock_folder, lock_new_folder};
pub use folders::{
    canonicalize_missing, canonicalize_or_keep, configuration_folder, is_normalized_absolute,
    make_folders,
};
pub use held_record::{EndedRecord, HeldRecord};
pub use ids::{
    AlertId, ArchiveId, DestinationId, JobId, LibraryId, PlaceId, PlanId, ProjectId, RunId,
    VersionId, WorkspaceId,
};
pub use input::{open_input, read_input, read_text_input};
pub use job::{Job, JobPart, JobReport, JobState, LogLevel, LogLine, Progress, Warning};
pub use lookup::{Candidate, find_by_name};
pub use mounts::{Mount, mount_points, prepare_removal, remove_tree};
pub use name_query::{NameMatch, NameQuery, check_sought};
pub use names::{escape_name, escape_path, unescape_name, unescape_path};
pub use number_text::{count_text, group_digits, size_text};
pub use racy::is_past_racy_window;
pub use random::{OsRandom, Random};
pub use settings::{
    ImportedSettings, SETTING_RULES, Setting, SettingKind, SettingRule, SettingValue, Settings,
    SettingsLayer, SettingsOverrides,
};
pub use shell_word::shell_word;
pub use silent::answer_within;
pub use text::{Language, Text, TextArgument, TextParts, TextValue};
pub use tree_path::TreePath;
pub use world::World;
#[cfg(debug_assertions)]
pub use write_points::on_write_point;
pub use write_points::{WRITE_POINTS, reach_write_point};
