//! The entries of a tree one after the other; the text of a large one is never held whole.

use std::io::Read;
use std::vec;

use serde::Deserialize;
use undercroft_foundation::{Code, Error, Result};

use super::decode::{decode_node, decode_tree, not_a_tree};
use super::encode::START;
use super::links::{Links, decode_links};
use super::node::Node;
use crate::format::blob::{BlobDecoder, LargeBlob};
use crate::format::crypto::Key;
use crate::format::id::BlobId;

/// Bytes of text that are held at first; one entry may need more.
const BUFFER: usize = 256 << 10;

/// A tree that was read and not parsed yet.
#[derive(Debug)]
pub(crate) enum TreeText {
    /// All of it.
    Whole(Vec<u8>),
    /// One that is decompressed bit by bit.
    Large(LargeBlob),
}

impl TreeText {
    /// Opens a tree, and holds it against its id.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub(crate) fn decode(
        decoder: &mut BlobDecoder,
        key: &Key,
        id: &BlobId,
        mut sealed: Vec<u8>,
        raw_length: Option<u32>,
    ) -> Result<Self> {
        if let Some(length) = LargeBlob::length_of(raw_length) {
            return LargeBlob::open(key, id, sealed, length).map(Self::Large);
        }
        let mut json = Vec::new();
        decoder.decode(key, id, &mut sealed, raw_length, &mut json)?;
        Ok(Self::Whole(json))
    }

    /// The tree's entries.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is no tree.
    pub(crate) fn nodes(self) -> Result<Nodes> {
        match self.entries()? {
            Ok(entries) => Ok(Nodes(Inner::Streamed(Box::new(entries)))),
            Err(json) => Ok(Nodes::of(decode_tree(&json)?.nodes)),
        }
    }

    /// The links of the tree.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is no tree, or a folder in it names none.
    pub(crate) fn links(self) -> Result<Links> {
        let mut entries = match self.entries()? {
            Ok(entries) => entries,
            Err(json) => return decode_links(&json),
        };
        let mut links = Links::default();
        while entries.next(|json| first(json, |raw| links.add(raw)))?.is_some() {}
        Ok(links)
    }

    /// The entries of a large tree; the text of any other.
    fn entries(self) -> Result<std::result::Result<Entries, Vec<u8>>> {
        let unreadable = |source| Error::new(Code::Internal, "Cannot read a tree").because(source);
        let blob = match self {
            Self::Whole(json) => return Ok(Err(json)),
            Self::Large(blob) => blob,
        };
        let mut json = Vec::new();
        blob.read()
            .and_then(|text| text.take(START.len() as u64).read_to_end(&mut json))
            .map_err(unreadable)?;
        if json == START {
            let mut text = blob.into_read().map_err(unreadable)?;
            text.read_exact(&mut json).map_err(unreadable)?;
            return Ok(Ok(Entries::new(Box::new(text))));
        }
        // Another program's, with its own spaces and fields.
        json.clear();
        blob.into_read().and_then(|mut text| text.read_to_end(&mut json)).map_err(unreadable)?;
        Ok(Err(json))
    }
}

/// The entries of a tree, in its order; after an error there are no more.
pub(crate) struct Nodes(Inner);

enum Inner {
    Whole(vec::IntoIter<Node>),
    Streamed(Box<Entries>),
}

impl Nodes {
    /// Nodes that are held already.
    pub(crate) fn of(nodes: Vec<Node>) -> Self {
        Self(Inner::Whole(nodes.into_iter()))
    }

    /// The number of nodes, where all are held.
    pub(crate) fn known_length(&self) -> Option<usize> {
        match &self.0 {
            Inner::Whole(nodes) => Some(nodes.len()),
            Inner::Streamed(_) => None,
        }
    }
}

impl Iterator for Nodes {
    type Item = Result<Node>;

    fn next(&mut self) -> Option<Result<Node>> {
        let entries = match &mut self.0 {
            Inner::Whole(nodes) => return nodes.next().map(Ok),
            Inner::Streamed(entries) => entries,
        };
        let node = entries.next(|json| first(json, decode_node)).transpose();
        if !matches!(node, Some(Ok(_))) {
            *self = Self::of(Vec::new());
        }
        node
    }
}

/// The entries of a text.
struct Entries {
    text: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// The bounds of the part of the buffer that was not parsed yet.
    at: usize,
    end: usize,
    /// The text has no more than is in the buffer.
    ended: bool,
    before: Before,
}

/// The last thing that was parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Entry,
    Comma,
}

impl Entries {
    fn new(text: Box<dyn Read + Send>) -> Self {
        let buffer = vec![0; BUFFER];
        Self { text, buffer, at: 0, end: 0, ended: false, before: Before::Start }
    }
}

impl Entries {
    /// The next entry as `parse` makes it of the text that begins with it.
    fn next<T>(&mut self, mut parse: impl FnMut(&[u8]) -> Parsed<T>) -> Result<Option<T>> {
        loop {
            if self.skip_to_entry()? {
                match parse(&self.buffer[self.at..self.end]) {
                    Some(Ok((entry, length))) => {
                        self.at += length;
                        self.before = Before::Entry;
                        return entry.map(Some);
                    }
                    Some(Err(error)) if self.ended || !error.is_eof() => {
                        return Err(not_a_tree(error));
                    }
                    _ => {}
                }
            } else if self.at < self.end {
                return self.finish().map(|()| None);
            }
            self.fill()?;
        }
    }

    /// Goes on to where an entry begins; whether one does, as far as the buffer goes.
    fn skip_to_entry(&mut self) -> Result<bool> {
        loop {
            match self.buffer[self.at..self.end].first() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => {}
                None => return Ok(false),
                Some(b']') if self.before != Before::Comma => return Ok(false),
                Some(b',') if self.before == Before::Entry => self.before = Before::Comma,
                Some(_) if self.before == Before::Entry => {
                    return Err(unsound("Between two entries is no comma"));
                }
                Some(_) => return Ok(true),
            }
            self.at += 1;
        }
    }

    /// Reads on; makes room for more where an entry fills the buffer.
    fn fill(&mut self) -> Result<()> {
        if self.ended {
            return Err(unsound("It ends too early"));
        }
        self.buffer.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        let read = self.text.read(&mut self.buffer[self.end..]);
        let read = read.map_err(|source| unsound("It does not decompress").because(source))?;
        self.end += read;
        self.ended = read == 0;
        Ok(())
    }

    /// Makes sure that what comes after the entries is the end of a tree.
    fn finish(&mut self) -> Result<()> {
        let mut rest = [START, &self.buffer[self.at..self.end]].concat();
        let read = self.text.read_to_end(&mut rest);
        read.map_err(|source| unsound("It does not decompress").because(source))?;
        decode_tree(&rest).map(drop)
    }
}

/// An entry and the length of its text; nothing where there is nothing but space.
type Parsed<T> = Option<serde_json::Result<(Result<T>, usize)>>;

/// Takes the entry that a text begins with.
fn first<'a, R: Deserialize<'a>, T>(
    json: &'a [u8],
    take: impl FnOnce(R) -> Result<T>,
) -> Parsed<T> {
    let mut entries = serde_json::Deserializer::from_slice(json).into_iter();
    let entry = entries.next()?;
    Some(entry.map(|entry| (take(entry), entries.byte_offset())))
}

fn unsound(why: &str) -> Error {
    Error::new(Code::Damaged, "Cannot read a tree").why(why)
}
