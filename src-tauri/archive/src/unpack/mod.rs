//! Unpacking: archives that other programs made, and folders, become new folders, whole or not at
//! all, and nothing is ever written outside of them.

mod contents;
mod folder;
mod format;
mod left_out;
mod meter;
mod names;
mod plan;
mod refuse;
mod staging;
mod stream;
mod tar;
mod tree;
mod zip;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use undercroft_foundation::{IoContext, Job, Result, open_input};

use format::Detected;
use left_out::LeftOut;
use meter::Meter;
use staging::Staging;
use tree::Tree;

pub use contents::{Contents, PackedEntry, contents, may_be_archive};
pub use folder::copy_folder;
pub use plan::{Format, UnpackLimits, UnpackOptions, UnpackPlan, UnpackReport};
pub use staging::sweep;

/// Reads as much of an archive as is cheap, and tells what unpacking it would give.
///
/// An archive that would be refused is no error: [`UnpackPlan::refusal`] says why.
///
/// # Errors
/// Whatever keeps the file from being read, and [`undercroft_foundation::Code::Cancelled`].
pub fn inspect(file: &Path, limits: &UnpackLimits, job: &Job) -> Result<UnpackPlan> {
    let archive = open_input(file)?;
    let length = archive.metadata().at("read", file)?.len();
    let mut plan = UnpackPlan::empty(plan::stem(file));
    let surveyed = match format::detect(&archive, length)? {
        Detected::Other(reason) => {
            plan.refusal = Some(reason);
            return Ok(plan);
        }
        Detected::Known(format) => {
            plan.format = Some(format);
            let meter = Meter::new(limits, job, length);
            match format {
                Format::Zip => zip::survey(&archive, length, &meter, &mut plan),
                _ => tar::survey(archive, length, format, &meter, &mut plan),
            }
        }
    };
    match surveyed {
        Ok(()) => {}
        Err(error) if refuse::is_refusal(&error) => {
            plan.refusal = Some(error.reason());
        }
        Err(error) => return Err(error),
    }
    Ok(plan)
}

/// Unpacks an archive into the new folder `target`.
///
/// All is written to a hidden folder beside it, synced, and renamed last. After an error or a
/// cancellation nothing of it is left.
///
/// # Errors
/// [`undercroft_foundation::Code::AlreadyExists`] for a target that is there,
/// [`undercroft_foundation::Code::Invalid`] for an archive that is refused,
/// [`undercroft_foundation::Code::Damaged`] for one that is cut off or damaged,
/// [`undercroft_foundation::Code::StorageFull`], [`undercroft_foundation::Code::Cancelled`], and
/// whatever keeps the file from being read or the folder from being written.
pub fn unpack(
    file: &Path,
    target: &Path,
    options: &UnpackOptions,
    job: &Job,
) -> Result<UnpackReport> {
    staging::check_absent(target)?;
    let archive = open_input(file)?;
    let length = archive.metadata().at("read", file)?.len();
    let format = match format::detect(&archive, length)? {
        Detected::Known(format) => format,
        Detected::Other(reason) => return Err(refuse::named(refuse::invalid(reason), file)),
    };
    let staging = Staging::create(target, options.random.as_ref())?;
    fill(&archive, length, format, &staging, options, job)
        .and_then(|report| staging.publish(report, options.strip_top_folder))
        .inspect_err(|_| staging.discard())
        .map_err(|error| refuse::named(error, file))
}

fn fill(
    archive: &File,
    length: u64,
    format: Format,
    staging: &Staging,
    options: &UnpackOptions,
    job: &Job,
) -> Result<staging::Filled> {
    let left_out = LeftOut::default();
    let meter = Meter::new(&options.limits, job, length);
    meter.check_space(staging.root())?;
    let tree = Tree::new(staging.root(), &meter, &left_out);
    match format {
        Format::Zip => zip::extract(archive, length, &tree)?,
        _ => {
            let consumed = AtomicU64::new(0);
            tar::extract(archive, format, &consumed, &tree)?;
        }
    }
    job.check_cancelled()?;
    tree.finish(options.strip_top_folder)
}
