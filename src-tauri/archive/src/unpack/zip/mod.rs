//! Zip: the table of contents is checked as a whole first, then files are unpacked on all cores.

mod bytes;
mod checks;
mod content;
mod directory;
mod entry;
mod times;

use std::fs::File;
use std::sync::Mutex;

use undercroft_foundation::{Error, Result, escape_name};

use super::contents::PackedEntry;
use super::left_out::LeftOut;
use super::meter::Meter;
use super::names::{EntryPath, Lead, Named, lead};
use super::plan::UnpackPlan;
use super::refuse;
use super::tree::{Cursor, Put, Replace, Tree};
use checks::{Checked, fingerprint};
use directory::Directory;
use entry::{Entry, Kind};

/// The most threads: more do not make a disk faster.
const MOST_THREADS: usize = 8;
/// The entries that wait for a thread at most.
const WAITING: usize = 64;
/// The longest target of a symbolic link.
const LONGEST_LINK: u64 = 4095;

/// Checks the table of contents and makes the plan from it.
pub(super) fn survey(
    file: &File,
    length: u64,
    meter: &Meter<'_>,
    plan: &mut UnpackPlan,
) -> Result<()> {
    let left_out = LeftOut::default();
    let directory = Directory::find(file, length)?;
    plan.entries = directory.entries;
    let checked = checks::check(file, directory, meter, &left_out, |entry, path| {
        survey_link(file, directory, entry, path, meter, &left_out)
    });
    (plan.left_out, plan.warnings) = left_out.take();
    let checked = checked?;
    plan.complete = true;
    plan.bytes = Some(checked.bytes);
    if let Some(name) = checked.top.single() {
        plan.name = escape_name(&name);
        plan.top_folder = Some(plan.name.clone());
    }
    Ok(())
}

/// Tells each name of the table of contents.
pub(super) fn each_name(
    file: &File,
    length: u64,
    add: &mut dyn FnMut(PackedEntry) -> Result<()>,
) -> Result<()> {
    Directory::find(file, length)?.read(file, |entry| {
        let (name, is_folder) = (entry.name().to_vec(), entry.kind == Kind::Folder);
        add(PackedEntry { name, is_folder, size_bytes: entry.size })
    })
}

fn survey_link(
    file: &File,
    directory: Directory,
    entry: &Entry,
    path: &EntryPath,
    meter: &Meter<'_>,
    left_out: &LeftOut,
) -> Result<()> {
    if entry.kind == Kind::Symlink {
        let target = link_target(file, directory, entry, meter)?;
        if let Lead::LeftOut(reason) = lead(path, &target) {
            left_out.add(entry.name(), reason);
        }
    }
    Ok(())
}

/// Unpacks a zip.
pub(super) fn extract(file: &File, length: u64, tree: &Tree<'_>) -> Result<()> {
    let directory = Directory::find(file, length)?;
    let unheard = LeftOut::default();
    let checked = checks::check(file, directory, tree.meter, &unheard, |_, _| Ok(()))?;
    tree.meter.check_room_for(checked.bytes, tree.root())?;
    tree.meter.job.add_total(directory.entries, checked.bytes);
    tree.meter.job.settle_totals();
    extract_files(file, directory, &checked, tree)?;
    extract_rest(file, directory, &checked, tree)
}

/// Unpacks folders and all files whose name is no other's, in any order.
fn extract_files(
    file: &File,
    directory: Directory,
    checked: &Checked,
    tree: &Tree<'_>,
) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let first_error: Mutex<Option<Error>> = Mutex::new(None);
    let (sender, receiver) = crossbeam_channel::bounded::<(Entry, EntryPath)>(WAITING);
    let work = &|receiver: crossbeam_channel::Receiver<(Entry, EntryPath)>| {
        let (mut cursor, mut buffer) = (Cursor::default(), vec![0; content::OUTPUT]);
        for (entry, path) in receiver {
            if let Err(error) =
                put(file, directory, &entry, &path, tree, &mut cursor, &mut buffer, Replace::No)
            {
                let mut first =
                    first_error.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                first.get_or_insert(error);
                return;
            }
        }
    };
    let outcome = std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..threads {
            let named = std::thread::Builder::new().name("unpack".to_owned());
            let receiver = receiver.clone();
            workers.push(named.spawn_scoped(scope, move || work(receiver)).map_err(refuse::read)?);
        }
        // With the last thread the channel ends, and nobody waits for it.
        drop(receiver);
        let read = directory.read(file, |entry| {
            tree.meter.job.check_cancelled()?;
            match EntryPath::read(entry.name(), entry.backslash, tree.meter.limits)? {
                Named::Path(path) if checks::is_left_to_others(&path) => Ok(()),
                Named::Path(path) => match entry.kind {
                    Kind::Symlink => Ok(()),
                    Kind::LeftOut(reason) => {
                        tree.left_out.add(entry.name(), reason);
                        Ok(())
                    }
                    Kind::File if checked.is_double(fingerprint(&path)) => Ok(()),
                    Kind::File | Kind::Folder => send(&sender, &first_error, entry, path),
                },
                Named::LeftOut(reason) => {
                    tree.left_out.add(entry.name(), reason);
                    Ok(())
                }
                Named::Root => Ok(()),
            }
        });
        drop(sender);
        let panicked =
            workers.into_iter().map(|worker| worker.join().is_err()).fold(false, |a, b| a | b);
        if panicked {
            return Err(refuse::damaged("Its bytes are damaged in a way nobody foresaw"));
        }
        read
    });
    checks::tell_left_out(checked, tree.left_out);
    match first_error.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        Some(error) => Err(error),
        None => outcome,
    }
}

/// Hands an entry to a thread, unless one of them failed.
fn send(
    sender: &crossbeam_channel::Sender<(Entry, EntryPath)>,
    first_error: &Mutex<Option<Error>>,
    entry: Entry,
    path: EntryPath,
) -> Result<()> {
    let failed = || first_error.lock().is_ok_and(|first| first.is_some());
    if failed() {
        return Err(refuse::damaged("An entry could not be unpacked"));
    }
    // A thread goes on unless it fails, so somebody always takes it.
    sender.send((entry, path)).map_err(|_| refuse::damaged("An entry could not be unpacked"))
}

/// Unpacks symbolic links and names that come twice, in order: the last wins, and no link is
/// there while files are written.
fn extract_rest(
    file: &File,
    directory: Directory,
    checked: &Checked,
    tree: &Tree<'_>,
) -> Result<()> {
    if !checked.has_rest {
        return Ok(());
    }
    let (mut cursor, mut buffer) = (Cursor::default(), vec![0; content::OUTPUT]);
    directory.read(file, |entry| {
        let Named::Path(path) = EntryPath::read(entry.name(), entry.backslash, tree.meter.limits)?
        else {
            return Ok(());
        };
        let is_double = entry.kind == Kind::File && checked.is_double(fingerprint(&path));
        if checks::is_left_to_others(&path) || !(is_double || entry.kind == Kind::Symlink) {
            return Ok(());
        }
        put(file, directory, &entry, &path, tree, &mut cursor, &mut buffer, Replace::Yes)
    })
}

#[expect(clippy::too_many_arguments, reason = "it is the step of two loops")]
fn put(
    file: &File,
    directory: Directory,
    entry: &Entry,
    path: &EntryPath,
    tree: &Tree<'_>,
    cursor: &mut Cursor,
    buffer: &mut [u8],
    replace: Replace,
) -> Result<()> {
    let blocked = |reason| Err(entry.wrong(&format!("cannot be unpacked. {reason}")));
    match entry.kind {
        Kind::LeftOut(_) => Ok(()),
        Kind::Folder => match tree.folder(cursor, path, entry.attributes, Replace::No)? {
            Put::Done(()) => Ok(()),
            Put::Blocked(reason) => blocked(reason),
        },
        Kind::Symlink => {
            let target = link_target(file, directory, entry, tree.meter)?;
            match tree.symlink(cursor, path, &target, entry.attributes, replace)? {
                Put::Done(()) => Ok(()),
                Put::Blocked(reason) => {
                    tree.left_out.add(entry.name(), reason);
                    Ok(())
                }
            }
        }
        Kind::File => {
            let mut made = match tree.file(cursor, path, replace)? {
                Put::Done(made) => made,
                Put::Blocked(reason) => return blocked(reason),
            };
            let place = entry.locate(file, directory.start)?;
            content::unpack(file, entry, place, tree.meter, buffer, |bytes| {
                tree.meter.add_written(bytes.len() as u64, tree.root())?;
                content::write_all(&mut made, path.bytes(), bytes)
            })?;
            tree.finish_file(&made, path, entry.size, entry.attributes)
        }
    }
}

fn link_target(
    file: &File,
    directory: Directory,
    entry: &Entry,
    meter: &Meter<'_>,
) -> Result<Vec<u8>> {
    if entry.size > LONGEST_LINK {
        return Ok(Vec::new());
    }
    let (mut target, mut buffer) = (Vec::new(), [0; 4096]);
    let place = entry.locate(file, directory.start)?;
    content::unpack(file, entry, place, meter, &mut buffer, |bytes| {
        target.extend_from_slice(bytes);
        Ok(())
    })?;
    Ok(target)
}
