//! The ground that every room stands on: errors that say what, why and what next; typed ids;
//! the clock and the dice as parameters; jobs with progress and cancel; names of any bytes as
//! text; the register of write points. It knows nothing of files' formats, databases or windows.

mod clock;
mod durable;
mod error;
mod folders;
mod ids;
mod input;
mod job;
mod names;
mod naming;
mod random;
mod settings;
mod settled;
mod words;
mod world;
mod write_points;

pub use clock::{Clock, SystemClock};
pub use durable::{replace_file, sync_folder};
pub use error::{Code, Error, IoContext, Result};
pub use folders::{configuration_folder, leads_down, make_folders, planned_path, resolved_path};
pub use ids::{
    AlertId, DestinationId, JobId, LibraryId, PlaceId, PlanId, ProjectId, RunId, VersionId,
    WorkspaceId,
};
pub use input::{open_input, read_input, read_text_input};
pub use job::{Job, JobPart, JobReport, JobState, LogLevel, LogLine, Progress, Warning};
pub use names::{escape_name, escape_path, unescape_name, unescape_path};
pub use naming::{Called, find_called};
pub use random::{OsRandom, Random};
pub use settings::{
    SETTING_RULES, Setting, SettingKind, SettingRule, SettingValue, Settings, SettingsLayer,
    SettingsOverrides,
};
pub use settled::is_settled;
pub use words::{count_text, grouped, size_text};
pub use world::World;
#[cfg(debug_assertions)]
pub use write_points::on_write_point;
pub use write_points::{WRITE_POINTS, reach_write_point};
