//! The space that histories take: thinning drops versions, compacting gives room back, and
//! maintenance does both while nobody waits.

pub(crate) mod compact;
mod estimate;
pub(crate) mod low_priority;
mod maintenance;
mod months;
pub(crate) mod thin;

pub use compact::CompactReport;
pub use maintenance::MaintenanceReport;
pub use months::MonthOfVersions;
pub use thin::{DropReason, KeepReason, LostFile, ThinDrop, ThinPlan};
