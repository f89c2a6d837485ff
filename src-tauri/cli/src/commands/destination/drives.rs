//! `undercroft destination drives`: where backups could go.

use undercroft_api::wire::{Drive, PlaceState};

use crate::output::format::size;
use crate::output::{Align, Output, Table};

pub(super) fn print(drives: &[Drive], out: &Output) {
    let mut table = Table::new(&[
        ("DRIVE", Align::Left),
        ("FREE", Align::Right),
        ("OF", Align::Right),
        ("FOLDER", Align::Left),
        ("NOTE", Align::Left),
    ]);
    for drive in drives {
        let same_disk = drive.place.same_disk.then_some("on the disk of your work");
        let held = (drive.place.state == PlaceState::Repository).then_some("holds backups");
        let notes: Vec<_> = same_disk.into_iter().chain(held).collect();
        table.row([
            drive.name.clone(),
            size(drive.free_bytes),
            size(drive.total_bytes),
            drive.place.display.clone(),
            notes.join(", "),
        ]);
    }
    table.print(out, "No drive can be written");
}
