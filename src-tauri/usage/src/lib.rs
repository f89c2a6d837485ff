//! The space that files take on disk, counted once: scans of folders, questions to what a scan
//! found, saved scans and how one differs from another, samples over the years, and files of equal
//! content. It knows folders and files alone, nothing of projects or of the catalog.

mod class;
mod duplicates;
mod questions;
mod samples;
mod saved;
mod scan;
mod tree;

pub use class::FileClass;
pub use duplicates::{DuplicateFile, DuplicateSet, duplicates};
pub use questions::{
    Age, AgeRow, ExtensionRow, FileRow, FileRows, FileSelection, FolderPlace, FolderView,
    RebuildableFolder, Rest, Row, RowKind, TypeRow,
};
pub use samples::{Forecast, Sample, Samples, forecast};
pub use saved::{GrowthKind, GrowthRow, Scans, growth, load, save};
pub use scan::{ScanOptions, scan};
pub use tree::Tree;
