//! The parts that the tests of all rooms share: trees with every awkward thing a disk can hold, a
//! judge of whether two trees are the same, time and chance under the test's control, storage that
//! fails on demand or remembers every call, damage to files, a disk that is soon full, a drive that
//! is pulled out, and the real restic. It panics with plain words instead of returning errors, and
//! no room uses it outside its tests.

mod awkward;
mod clock;
mod compare;
mod content;
mod damage;
mod failing;
mod files;
mod loop_drive;
mod project;
mod random;
mod recording;
mod restic;
mod skip;
mod small_disk;
mod test_name;
mod zip;

pub use awkward::{AWKWARD_NAMES, add_link_to_bytes, awkward_names, awkward_tree};
pub use clock::ManualClock;
pub use compare::{Compare, assert_same_tree, tree_differences};
pub use content::{random_bytes, text_bytes};
pub use damage::{flip_bit, truncate_file};
pub use failing::{FailingProvider, Fault, Operation};
pub use files::{set_modified, write_file};
pub use loop_drive::LoopDrive;
pub use project::{ProjectKind, edit_files, project_tree};
pub use random::{SeededRandom, simulated_world};
pub use recording::{Call, RecordingProvider};
pub use restic::Restic;
pub use skip::skip;
pub use small_disk::SmallDisk;
pub use test_name::{is_alone, test_name};
pub use zip::zip_of;
