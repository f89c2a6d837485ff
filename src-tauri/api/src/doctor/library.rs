//! The library under the doctor's eye: its folder, its room, its catalog, its settings.

use std::path::Path;

use undercroft_foundation::{Error, IoContext, Result, TextValue, escape_path, replace_file, text};

use super::finding::{failed, passed, warning};
use super::fixes::Fix;
use super::wire::Finding;
use crate::Api;
use crate::base::wire::Nothing;

/// With less room than this, work is about to fail.
const LOW_BYTES: u64 = 1 << 30;
/// With less room than this, the catalog itself is in danger.
const CRITICAL_BYTES: u64 = 64 << 20;

impl Api {
    pub(super) fn examine_library(&self) -> Vec<Finding> {
        let mut findings = vec![
            self.examine_folder(),
            self.examine_room(),
            self.examine_catalog(),
            self.examine_settings(),
        ];
        findings.extend(self.examine_places());
        findings.extend(self.examine_limits());
        findings
    }

    /// The places of a recovered library that the user has not confirmed.
    fn examine_places(&self) -> Vec<Finding> {
        let places = match self.library_places(Nothing {}) {
            Ok(places) => places,
            Err(error) => return vec![failed("library", &error)],
        };
        let waiting = places.iter().filter(|place| !place.confirmed);
        let told = waiting.map(|place| {
            warning(
                "library",
                text!(
                    "{path} is not confirmed, the place of {of}",
                    path = place.path,
                    of = place.of
                ),
                text!("The library was recovered: it uses only the places that you have confirmed"),
                text!("Confirm it if it is yours"),
            )
            .with_fix(Fix::ConfirmPlace(&place.path))
        });
        told.collect()
    }

    /// The sizes that are near the limits of the settings.
    fn examine_limits(&self) -> Vec<Finding> {
        let near = match self.near_limits() {
            Ok(near) => near,
            Err(error) => return vec![failed("library", &error)],
        };
        let told = near.into_iter().map(|near| {
            let (area, subject, next) = match near.project {
                Some(project) => {
                    ("project", TextValue::Name(project.name), text!("Free some of its space"))
                }
                None => ("library", TextValue::Text(text!("The library")), text!("Clean up")),
            };
            let what = match near.is_reached {
                true => text!("{subject} has reached its limit", subject),
                false => text!("{subject} is near its limit", subject),
            };
            let next =
                text!("{next}, or raise the setting {setting}", next, setting = near.setting);
            warning(area, what, near.reason, next)
        });
        told.collect()
    }

    fn examine_folder(&self) -> Finding {
        let root = self.root();
        match write_something(root) {
            Ok(()) => passed(
                "library",
                text!("The library {root} can be written", root = escape_path(root)),
            ),
            Err(error) => failed("library", &error),
        }
    }

    fn examine_room(&self) -> Finding {
        let root = self.root();
        let room = match free_bytes(root) {
            Ok(room) => room,
            Err(error) => return failed("library", &error),
        };
        let what = text!("{size} free where the library is", size = TextValue::Size(room));
        match room {
            CRITICAL_BYTES.. if room >= LOW_BYTES => passed("library", what),
            CRITICAL_BYTES.. => warning(
                "library",
                what,
                text!("Little room is left: backups that are kept there may fail"),
                text!("Free some room on that disk"),
            ),
            _ => warning(
                "library",
                what,
                text!("Not even the catalog may have room to grow"),
                text!("Free some room on that disk now"),
            )
            .into_error(),
        }
    }

    fn examine_catalog(&self) -> Finding {
        match self.0.library.catalog().check() {
            Ok(faults) if faults.is_empty() => passed("catalog", text!("The catalog is whole")),
            Ok(faults) => warning(
                "catalog",
                text!("The catalog is damaged: {faults}", faults = faults.join("; ")),
                text!("Stored bytes are not the bytes that were written"),
                text!("Move catalog.db aside and run: undercroft library rebuild"),
            )
            .into_error(),
            Err(error) => failed("catalog", &error),
        }
    }

    fn examine_settings(&self) -> Finding {
        let settings = match self.0.library.settings(&self.0.overrides) {
            Ok(settings) => settings,
            Err(error) => return failed("settings", &error),
        };
        let file = escape_path(settings.path());
        match settings.unknown_keys() {
            [] => passed("settings", text!("The settings in {file} are understood", file)),
            unknown => warning(
                "settings",
                text!(
                    "{file} has settings that mean nothing here: {unknown}",
                    file,
                    unknown = unknown.join(", ")
                ),
                text!("They are misspelt, or a newer Undercroft wrote them"),
                text!("Correct them, or take them out"),
            ),
        }
    }
}

fn write_something(folder: &Path) -> Result<()> {
    let path = folder.join(".doctor");
    replace_file(&path, b"written by the doctor", 0o600)?;
    std::fs::remove_file(&path).at("remove", &path)
}

fn free_bytes(folder: &Path) -> Result<u64> {
    let room = rustix::fs::statvfs(folder)
        .map_err(|source| Error::io("ask for the free room of", folder, source.into()))?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}
