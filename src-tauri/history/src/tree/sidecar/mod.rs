//! The facts on a folder that git cannot hold, as text beside it in the same commit.
//!
//! The folder `.undercroft` of a version's tree mirrors the folders of the workspace. In each lies
//! a blob `entries`, and for each folder in it a tree `<name>.d`. `entries` has one line for the
//! folder itself and one for each thing in it, sorted by name:
//!
//! ```text
//! undercroft-entries 1
//! . 0755 0 1700000000.000000000 1000:1000 - - <files> <bytes>
//! f 0644 5 1700000000.123456789 1000:1000 git text notes.txt
//! ```
//!
//! The columns: kind (`d` folder, `f` file, `l` symbolic link, `o` anything else), permission bits,
//! size in bytes (of a folder: of all files below it), time of last modification, owner, layer,
//! reason for the layer (of a folder: how many files are below it), name. Names are escaped as
//! `escape_name` does. Extended attributes follow after tabs, as `name=value` in hexadecimal.
//!
//! Of a folder of very many entries, `entries` has the first line alone and how many others there
//! are; those lie beside it in parts.

pub(crate) mod parts;

use undercroft_foundation::{Code, Error, Result, escape_name, text, unescape_name};

use crate::tree::names::is_special;
use crate::version::{EntryKind, Layer, LayerReason};

const HEAD: &str = "undercroft-entries 1";

/// The form that is cut into parts.
const HEAD_OF_PARTS: &str = "undercroft-entries 2";

/// The blob of each folder.
pub(crate) const ENTRIES: &[u8] = b"entries";

/// The facts that a file system knows of an entry beside its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// Permission bits, setuid, setgid and sticky included.
    pub(crate) mode: u32,
    pub(crate) modified: FileTime,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Name and value.
    pub(crate) extended: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A moment as file systems keep it: before 1970 the seconds are negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileTime {
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
}

/// The number of files and bytes in a folder and below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The real name.
    pub(crate) name: Vec<u8>,
    pub(crate) kind: EntryKind,
    /// Of a file: its size. Of a folder: what is below it.
    pub(crate) totals: Totals,
    pub(crate) attributes: Attributes,
    /// Of a file: where its bytes are, and why.
    pub(crate) layer: Option<(Layer, LayerReason)>,
}

/// A folder's blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    pub(crate) own: Attributes,
    pub(crate) totals: Totals,
    /// Sorted by name.
    pub(crate) lines: Vec<Line>,
}

impl Entries {
    /// The line of this name.
    pub(crate) fn find(&self, name: &[u8]) -> Option<&Line> {
        let at = self.lines.binary_search_by(|line| (*line.name).cmp(name)).ok()?;
        self.lines.get(at)
    }

    /// The blobs that it is stored as, by name.
    pub(crate) fn encode(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let is_cut = self.lines.len() > parts::UNCUT_LINES;
        let (own, totals) = (&self.own, self.totals);
        if !is_cut {
            let mut text = encode_head(own, totals, None);
            self.lines.iter().for_each(|line| push_entry(&mut text, line));
            return vec![(ENTRIES.to_vec(), text.into_bytes())];
        }
        let head = encode_head(own, totals, Some(self.lines.len()));
        let mut blobs = vec![(ENTRIES.to_vec(), head.into_bytes())];
        let parts = parts::cut(&self.lines).into_iter();
        blobs.extend(parts.map(|(name, lines)| (name, encode_lines(lines))));
        blobs
    }

    /// Reads the blob `entries`; says how many lines are in parts.
    ///
    /// # Errors
    /// [`Code::Damaged`], or [`Code::TooNew`] for a later form.
    pub(crate) fn decode(bytes: &[u8]) -> Result<(Self, usize)> {
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("It is not text"))?;
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default();
        if head != HEAD && head != HEAD_OF_PARTS {
            let newer = head.starts_with("undercroft-entries ");
            let code = if newer { Code::TooNew } else { Code::Damaged };
            return Err(Error::new(code, "Cannot read what a version says of a folder"));
        }
        let own = lines.next().and_then(parse_line).ok_or_else(|| damaged("Its first line"))?;
        let (files, bytes) = own.rest.split_once(' ').ok_or_else(|| damaged("Its first line"))?;
        let number = |text: &str| text.parse().map_err(|_| damaged("Its first line"));
        let totals = Totals { files: number(files)?, bytes: number(bytes)? };
        let mut entries = Self { own: own.attributes, totals, lines: Vec::new() };
        if head == HEAD_OF_PARTS {
            let count = lines.next().and_then(|line| line.strip_prefix("parts ")?.parse().ok());
            return Ok((entries, count.ok_or_else(|| damaged("How many lines are in parts"))?));
        }
        entries.lines = lines.map(decode_line).collect::<Result<_>>()?;
        Ok((entries, 0))
    }
}

/// The beginning of `entries`; of a folder that is cut, all of it.
pub(crate) fn encode_head(own: &Attributes, totals: Totals, in_parts: Option<usize>) -> String {
    let mut text = if in_parts.is_some() { HEAD_OF_PARTS } else { HEAD }.to_owned();
    text.push('\n');
    push_line(&mut text, '.', own, 0, "- -");
    text.push_str(&format!(" {} {}", totals.files, totals.bytes));
    push_extended(&mut text, own);
    if let Some(lines) = in_parts {
        text.push_str(&format!("parts {lines}\n"));
    }
    text
}

/// A part.
pub(crate) fn encode_lines<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<u8> {
    let mut text = String::new();
    lines.into_iter().for_each(|line| push_entry(&mut text, line));
    text.into_bytes()
}

/// The lines of a part.
///
/// # Errors
/// [`Code::Damaged`].
pub(crate) fn decode_lines(bytes: &[u8]) -> Result<Vec<Line>> {
    let text = std::str::from_utf8(bytes).map_err(|_| damaged("It is not text"))?;
    text.lines().map(decode_line).collect()
}

fn decode_line(text: &str) -> Result<Line> {
    parse_line(text).and_then(Parsed::line).ok_or_else(|| damaged(text))
}

fn push_entry(text: &mut String, line: &Line) {
    let kind = kind_letter(line.kind);
    let why = match line.layer {
        Some((layer, reason)) => format!("{} {}", layer.name(), reason.name()),
        None if line.kind == EntryKind::Folder => format!("- {}", line.totals.files),
        None => "- -".to_owned(),
    };
    push_line(text, kind, &line.attributes, line.totals.bytes, &why);
    text.push(' ');
    text.push_str(&escape_name(&line.name));
    push_extended(text, &line.attributes);
}

/// The tree of a folder's part of the sidecar. A name that would be too long for a disk when stock
/// git checks it out, or that git would refuse, is known by its digest.
pub(crate) fn folder_name(name: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 250;
    let folder = [name, b".d"].concat();
    if folder.len() <= LONGEST && !is_special(&folder) && !name.starts_with(b"~") {
        return folder;
    }
    let digest = <sha2::Sha256 as sha2::Digest>::digest(name);
    format!("~{}.d", hex::encode(digest)).into_bytes()
}

pub(crate) fn damaged(what: &str) -> Error {
    Error::new(Code::Damaged, "Cannot read what a version says of a folder")
        .why(text!("A line of it makes no sense: {what}", what))
        .next("Run `undercroft history check` to see which versions it touches")
}

fn kind_letter(kind: EntryKind) -> char {
    match kind {
        EntryKind::Folder => 'd',
        EntryKind::File => 'f',
        EntryKind::Symlink => 'l',
        EntryKind::Other => 'o',
    }
}

fn push_line(text: &mut String, kind: char, attributes: &Attributes, bytes: u64, why: &str) {
    use std::fmt::Write as _;
    let Attributes { mode, modified: FileTime { seconds, nanos }, uid, gid, .. } = attributes;
    let _ = write!(text, "{kind} {mode:04o} {bytes} {seconds}.{nanos:09} {uid}:{gid} {why}");
}

fn push_extended(text: &mut String, attributes: &Attributes) {
    for (name, value) in &attributes.extended {
        text.push('\t');
        text.push_str(&hex::encode(name));
        text.push('=');
        text.push_str(&hex::encode(value));
    }
    text.push('\n');
}

struct Parsed<'t> {
    kind: &'t str,
    attributes: Attributes,
    bytes: u64,
    layer: &'t str,
    why: &'t str,
    rest: &'t str,
}

fn parse_line(text: &str) -> Option<Parsed<'_>> {
    let mut fields = text.split('\t');
    let mut columns = fields.next()?.splitn(8, ' ');
    let mut next = || columns.next();
    let kind = next()?;
    let mode = u32::from_str_radix(next()?, 8).ok()?;
    let bytes = next()?.parse().ok()?;
    let (seconds, nanos) = next()?.split_once('.')?;
    let modified = FileTime { seconds: seconds.parse().ok()?, nanos: nanos.parse().ok()? };
    let (uid, gid) = next()?.split_once(':')?;
    let (uid, gid) = (uid.parse().ok()?, gid.parse().ok()?);
    let (layer, why, rest) = (next()?, next()?, next()?);
    let extended = fields
        .map(|field| {
            let (name, value) = field.split_once('=')?;
            Some((hex::decode(name).ok()?, hex::decode(value).ok()?))
        })
        .collect::<Option<_>>()?;
    let attributes = Attributes { mode, modified, uid, gid, extended };
    Some(Parsed { kind, attributes, bytes, layer, why, rest })
}

impl Parsed<'_> {
    fn line(self) -> Option<Line> {
        let kind = match self.kind {
            "d" => EntryKind::Folder,
            "f" => EntryKind::File,
            "l" => EntryKind::Symlink,
            "o" => EntryKind::Other,
            _ => return None,
        };
        let files = if kind == EntryKind::Folder { self.why.parse().ok()? } else { 0 };
        let layer = match (Layer::from_name(self.layer), LayerReason::from_name(self.why)) {
            (Some(layer), Some(reason)) => Some((layer, reason)),
            _ if kind == EntryKind::File => return None,
            _ => None,
        };
        Some(Line {
            name: unescape_name(self.rest)?,
            kind,
            totals: Totals { files, bytes: self.bytes },
            attributes: self.attributes,
            layer,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn attributes() -> impl Strategy<Value = Attributes> {
        let extended = proptest::collection::vec(
            (
                proptest::collection::vec(any::<u8>(), 1..9),
                proptest::collection::vec(any::<u8>(), 0..9),
            ),
            0..3,
        );
        let times = (any::<i64>(), 0_u32..1_000_000_000);
        (0_u32..0o10_000, times, any::<u32>(), any::<u32>(), extended).prop_map(
            |(mode, (seconds, nanos), uid, gid, extended)| Attributes {
                mode,
                modified: FileTime { seconds, nanos },
                uid,
                gid,
                extended,
            },
        )
    }

    fn line() -> impl Strategy<Value = Line> {
        let name = proptest::collection::vec(1_u8.., 1..30);
        (name, attributes(), 0..4, any::<u32>(), any::<u64>()).prop_map(
            |(name, attributes, kind, files, bytes)| {
                let kinds =
                    [EntryKind::Folder, EntryKind::File, EntryKind::Symlink, EntryKind::Other];
                let kind = kinds[kind as usize];
                let files = if kind == EntryKind::Folder { files.into() } else { 0 };
                let layer =
                    (kind == EntryKind::File).then_some((Layer::Objects, LayerReason::Large));
                Line { name, kind, totals: Totals { files, bytes }, attributes, layer }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(own in attributes(), lines in proptest::collection::vec(line(), 0..9)) {
            let mut entries = Entries { own, totals: Totals { files: 3, bytes: 9 }, lines };
            entries.lines.sort_by(|a, b| a.name.cmp(&b.name));
            let blobs = entries.encode();
            prop_assert_eq!(Entries::decode(&blobs[0].1).unwrap(), (entries, 0));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Entries::decode(&bytes);
        }
    }

    #[test]
    fn a_later_form_is_told_from_damage() {
        assert_eq!(Entries::decode(b"undercroft-entries 3\n").unwrap_err().code(), Code::TooNew);
        assert_eq!(Entries::decode(b"something\n").unwrap_err().code(), Code::Damaged);
    }

    #[test]
    fn the_longest_name_fits_on_a_disk() {
        assert!(folder_name(&[b'x'; 255]).len() <= 255);
        assert_eq!(folder_name(b"src"), b"src.d");
        assert_ne!(folder_name(&[b'x'; 255]), folder_name(&[b'y'; 255]));
    }
}
