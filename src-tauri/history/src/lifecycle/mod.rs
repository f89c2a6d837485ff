//! The life of workspaces: a project begins to have versions, any version is opened as another
//! workspace, and that is closed.

mod begin;
mod claim;
mod opening;
