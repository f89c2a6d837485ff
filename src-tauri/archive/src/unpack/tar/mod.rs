//! Tar: GNU, pax, ustar and v7, entry by entry in the order in which they were written.

mod pax;
mod reader;
mod sparse;

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use undercroft_foundation::{Result, escape_name};

use super::contents::PackedEntry;
use super::left_out::LeftOut;
use super::meter::Meter;
use super::names::{Backslash, EntryPath, Lead, Named, TopFolder, lead};
use super::plan::{Format, UnpackPlan};
use super::refuse;
use super::stream::{self, At, Chunks, Metered, Reading, Seeking, Source};
use super::tree::{Cursor, Put, Replace, Tree};

pub(super) use reader::is_header;
use reader::{Kind, Reader, Record};

/// The unpacked bytes of a compressed tar that are read for its plan.
const SURVEYED: u64 = 128 << 20;
const COPY: usize = 256 * 1024;

/// Reads the entries for the plan; of a compressed tar, the first.
pub(super) fn survey(
    file: File,
    length: u64,
    format: Format,
    meter: &Meter<'_>,
    plan: &mut UnpackPlan,
) -> Result<()> {
    if format == Format::Tar {
        let source = Seeking::new(file, length).map_err(refuse::read)?;
        return survey_entries(Reader::new(source), meter, plan, &AtomicU64::new(0));
    }
    let (consumed, unpacked) = (AtomicU64::new(0), AtomicU64::new(0));
    let decoder = stream::decoder(At::new(&file, Some(&consumed)), format).map_err(refuse::read)?;
    let counted = Counted { source: decoder, bytes: &unpacked };
    let metered = Metered { source: counted, meter, consumed: &consumed };
    let source = Reading(BufReader::with_capacity(COPY, metered));
    survey_entries(Reader::new(source), meter, plan, &unpacked)
}

/// Tells each name of a tar.
pub(super) fn each_name<S: Source>(
    source: S,
    add: &mut dyn FnMut(PackedEntry) -> Result<()>,
) -> Result<()> {
    let mut reader = Reader::new(source);
    while let Some(record) = reader.next()? {
        let size_bytes = record.unpacked_size();
        let is_folder = record.kind == Kind::Folder;
        add(PackedEntry { name: record.path, is_folder, size_bytes })?;
    }
    Ok(())
}

struct Counted<'a, R> {
    source: R,
    bytes: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

fn survey_entries<S: Source>(
    mut reader: Reader<S>,
    meter: &Meter<'_>,
    plan: &mut UnpackPlan,
    unpacked: &AtomicU64,
) -> Result<()> {
    let (left_out, mut top, mut bytes) = (LeftOut::default(), TopFolder::default(), 0_u64);
    let outcome = loop {
        // An entry may itself be longer than what is read: its content is not waited for.
        let position = unpacked.load(Relaxed);
        if position.saturating_add(reader.waiting()) > SURVEYED && position > 0 {
            break Ok(false);
        }
        let record = match reader.next() {
            Ok(Some(record)) => record,
            Ok(None) => break Ok(true),
            Err(error) => break Err(error),
        };
        if let Err(error) = meter.add_entry() {
            break Err(error);
        }
        plan.entries += 1;
        match EntryPath::read(&record.path, Backslash::Character, meter.limits) {
            Err(error) => break Err(error),
            Ok(Named::Root) => {}
            Ok(Named::LeftOut(reason)) => left_out.add(&record.path, reason),
            Ok(Named::Path(path)) => match reason_to_leave_out(&record, &path) {
                Some(reason) => left_out.add(&record.path, reason),
                None => {
                    top.add(&path, record.kind == Kind::Folder);
                    bytes = bytes.saturating_add(record.unpacked_size());
                }
            },
        }
        if let Err(error) = meter.check_bytes(bytes) {
            break Err(error);
        }
    };
    (plan.left_out, plan.warnings) = left_out.take();
    if let Some(name) = top.single() {
        plan.name = escape_name(&name);
        plan.top_folder = Some(plan.name.clone());
    }
    plan.complete = outcome?;
    plan.bytes = plan.complete.then_some(bytes);
    Ok(())
}

fn reason_to_leave_out(record: &Record, path: &EntryPath) -> Option<&'static str> {
    match record.kind {
        Kind::LeftOut(reason) => Some(reason),
        Kind::Symlink => match lead(path, &record.link) {
            Lead::LeftOut(reason) => Some(reason),
            Lead::Inside | Lead::ThroughRoot => None,
        },
        Kind::File | Kind::Folder | Kind::HardLink => None,
    }
}

/// Unpacks the entries; the decoder works in a thread of its own.
pub(super) fn extract(
    file: &File,
    format: Format,
    consumed: &AtomicU64,
    tree: &Tree<'_>,
) -> Result<()> {
    let decoder = stream::decoder(At::new(file, Some(consumed)), format).map_err(refuse::read)?;
    let (sender, receiver) = crossbeam_channel::bounded(stream::CHUNKS);
    std::thread::scope(|scope| {
        let pump = std::thread::Builder::new()
            .name("unpack".to_owned())
            .spawn_scoped(scope, move || {
                stream::pump(decoder, &sender);
            })
            .map_err(refuse::read)?;
        let source = Metered { source: Chunks::new(receiver), meter: tree.meter, consumed };
        let extracted = extract_entries(Reader::new(Reading(source)), tree);
        // The reader is gone, so the thread is at its end, too.
        match pump.join() {
            Ok(()) => extracted,
            Err(_) => Err(refuse::damaged("Its bytes are damaged in a way nobody foresaw")),
        }
    })
}

fn extract_entries<S: Source>(mut reader: Reader<S>, tree: &Tree<'_>) -> Result<()> {
    let (mut cursor, mut buffer) = (Cursor::default(), vec![0; COPY]);
    while let Some(record) = reader.next()? {
        tree.meter.add_entry()?;
        let path = match EntryPath::read(&record.path, Backslash::Character, tree.meter.limits)? {
            Named::Path(path) => path,
            Named::Root => continue,
            Named::LeftOut(reason) => {
                tree.left_out.add(&record.path, reason);
                continue;
            }
        };
        let put = match record.kind {
            Kind::LeftOut(reason) => Put::Blocked(reason),
            Kind::Folder => tree.folder(&mut cursor, &path, record.attributes, Replace::Yes)?,
            Kind::Symlink => {
                tree.symlink(&mut cursor, &path, &record.link, record.attributes, Replace::Yes)?
            }
            Kind::HardLink => hard_link(tree, &mut cursor, &path, &record)?,
            Kind::File => match tree.file(&mut cursor, &path, Replace::Yes)? {
                Put::Done(mut file) => {
                    tree.meter.check_bytes(record.unpacked_size())?;
                    copy(&mut reader, &record, &path, &mut file, tree, &mut buffer)?;
                    let size = record.unpacked_size();
                    tree.finish_file(&file, &path, size, record.attributes)?;
                    Put::Done(())
                }
                Put::Blocked(reason) => Put::Blocked(reason),
            },
        };
        if let Put::Blocked(reason) = put {
            tree.left_out.add(&record.path, reason);
        }
    }
    reader.drain(&mut buffer)
}

fn hard_link(
    tree: &Tree<'_>,
    cursor: &mut Cursor,
    path: &EntryPath,
    record: &Record,
) -> Result<Put<()>> {
    match EntryPath::read(&record.link, Backslash::Character, tree.meter.limits)? {
        Named::Path(source) => tree.hard_link(cursor, path, &source),
        Named::Root | Named::LeftOut(_) => {
            Ok(Put::Blocked("It is a hard link to a file outside of the archive"))
        }
    }
}

fn copy<S: Source>(
    reader: &mut Reader<S>,
    record: &Record,
    path: &EntryPath,
    file: &mut File,
    tree: &Tree<'_>,
    buffer: &mut [u8],
) -> Result<()> {
    if let Some(map) = &record.sparse {
        return sparse::copy(reader, map, path, file, tree, buffer);
    }
    loop {
        let read = reader.read(buffer)?;
        if read == 0 {
            return Ok(());
        }
        tree.meter.add_written(read as u64, tree.root())?;
        file.write_all(&buffer[..read]).map_err(|error| refuse::write(path.bytes(), error))?;
    }
}
