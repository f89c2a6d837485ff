//! The outcome that an import would have.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use undercroft_archive::unpack::{Format, UnpackLimits, inspect};
use undercroft_foundation::{
    Code, Error, IoContext as _, Job, Result, Warning, configuration_folder, escape_name,
    escape_path, text,
};
use undercroft_library::{Overlap, overlap};

use super::names::default_name;
use super::wire::{ImportFormat, ImportPlan};
use crate::projects::measuring::measure;

/// The name of a project that is made of this place.
///
/// # Errors
/// Whatever keeps the place from being read.
pub(super) fn name_of(place: &Path, job: &Job) -> Result<String> {
    if fs::metadata(place).at("open", place)?.is_dir() {
        let name = place.file_name().unwrap_or_default().as_bytes();
        return Ok(default_name(&escape_name(name)));
    }
    Ok(default_name(&inspect(place, &UnpackLimits::default(), job)?.name))
}

/// Looks at an archive or a folder.
///
/// # Errors
/// Whatever keeps it from being read, and [`Code::Cancelled`].
pub(super) fn look(place: &Path, limits: &UnpackLimits, job: &Job) -> Result<ImportPlan> {
    let found = fs::metadata(place).at("open", place)?;
    if found.is_dir() {
        let measured = measure(place, job)?;
        return Ok(ImportPlan {
            name: name_of(place, job)?,
            format: ImportFormat::Folder,
            entries: measured.entries,
            size_bytes: measured.bytes,
            file_bytes: measured.bytes,
            warnings: Vec::new(),
            refusal: check_folder(place).err().map(|error| error.reason().into()),
        });
    }
    let plan = inspect(place, limits, job)?;
    Ok(ImportPlan {
        name: default_name(&plan.name),
        format: plan.format.map_or(ImportFormat::Tar, Into::into),
        entries: plan.entries,
        size_bytes: plan.bytes.unwrap_or_default(),
        file_bytes: found.len(),
        warnings: plan.warnings.into_iter().map(sentence).collect(),
        refusal: plan.refusal.map(Into::into),
    })
}

/// Goes on with a folder that may be copied.
pub(super) fn check_folder(folder: &Path) -> Result<()> {
    let own = configuration_folder();
    if own.is_some_and(|own| matches!(overlap(folder, &own), Overlap::Same | Overlap::Inside)) {
        return Err(Error::new(
            Code::Invalid,
            text!("Cannot import {folder}", folder = escape_path(folder)),
        )
        .why("It is Undercroft's own configuration, which is in no version and no backup")
        .next("Choose a folder of your own work"));
    }
    Ok(())
}

fn sentence(warning: Warning) -> String {
    format!("{}: {}", warning.item, warning.message)
}

impl From<Format> for ImportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Tar => Self::Tar,
            Format::TarGz => Self::TarGz,
            Format::TarXz => Self::TarXz,
            Format::TarZst => Self::TarZst,
            Format::Zip => Self::Zip,
        }
    }
}
