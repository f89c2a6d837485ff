//! A tree as a file: a header that tells the version and the hash of what follows, then the columns,
//! compressed.

use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, replace_file, text};

use crate::class::CLASSES;
use crate::tree::{Columns, Folder, Sums, Tree};

const MAGIC: &[u8; 8] = b"UCUSAGE\0";
const VERSION: u32 = 1;
const HEADER: usize = 8 + 4 + 8 + 32;
/// A header that tells of more is not believed.
const LARGEST: u64 = 64 << 30;

/// Keeps a tree at `file`: it is there whole or not at all.
///
/// # Errors
/// Whatever keeps the file from being written.
pub fn save(tree: &Tree, file: &Path) -> Result<()> {
    let body = write_body(tree);
    let packed = zstd::bulk::compress(&body, 1).at("compress", file)?;
    let mut bytes = Vec::with_capacity(HEADER + packed.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&hash(&bytes, &packed));
    bytes.extend_from_slice(&packed);
    replace_file(file, &bytes, 0o600)
}

/// The tree that was kept at `file`.
///
/// # Errors
/// [`Code::Damaged`] where it is not what was written (scan again), [`Code::TooNew`], and whatever
/// keeps the file from being read.
pub fn load(file: &Path) -> Result<Tree> {
    let bytes = std::fs::read(file).at("read", file)?;
    let damaged = || damaged(file);
    let (header, packed) = bytes.split_at_checked(HEADER).ok_or_else(damaged)?;
    let mut fields = Reader(header);
    if fields.take(8) != Some(MAGIC) {
        return Err(damaged());
    }
    let (version, length) = (fields.u32(), fields.u64());
    if version.is_some_and(|version| version > VERSION) {
        let what = text!("Cannot read {file}", file = escape_path(file));
        return Err(Error::new(Code::TooNew, what));
    }
    let length = length.filter(|length| *length <= LARGEST).ok_or_else(damaged)?;
    if fields.0 != hash(&header[..HEADER - 32], packed) {
        return Err(damaged());
    }
    let body = zstd::bulk::decompress(packed, length as usize).map_err(|_| damaged())?;
    read_body(&body).ok_or_else(damaged)
}

fn hash(header: &[u8], packed: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(header).chain_update(packed).finalize().into()
}

fn damaged(file: &Path) -> Error {
    Error::new(Code::Damaged, text!("Cannot read {file}", file = escape_path(file)))
        .why("It is not what was written")
        .next("Count the files again")
}

fn write_body(tree: &Tree) -> Vec<u8> {
    let (folders, files) = (&tree.folders, &tree.files);
    let mut body = Vec::with_capacity(files.len() * 25 + files.names.len() + folders.len() * 32);
    let mut put = |bytes: &[u8]| body.extend_from_slice(bytes);
    put(&tree.scanned.as_second().to_le_bytes());
    for length in
        [folders.len(), tree.folder_names.len(), files.len(), files.names.len(), tree.thinned.len()]
    {
        put(&(length as u64).to_le_bytes());
    }
    folders.iter().for_each(|it| put(&it.parent.to_le_bytes()));
    folders.iter().for_each(|it| put(&it.end.to_le_bytes()));
    folders.iter().for_each(|it| put(&it.name_end.to_le_bytes()));
    folders.iter().for_each(|it| put(&it.first_file.to_le_bytes()));
    folders.iter().for_each(|it| put(&it.own_bytes.to_le_bytes()));
    folders.iter().for_each(|it| put(&[it.flags]));
    put(&tree.folder_names);
    let mut start = 0;
    for end in &files.name_ends {
        // A name that the system lists is far shorter.
        put(&((end - start) as u16).to_le_bytes());
        start = *end;
    }
    files.apparent.iter().for_each(|it| put(&it.to_le_bytes()));
    files.bytes.iter().for_each(|it| put(&it.to_le_bytes()));
    files.modified.iter().for_each(|it| put(&it.to_le_bytes()));
    put(&files.marks);
    put(&files.names);
    for sums in &tree.thinned {
        [sums.bytes, sums.apparent, sums.files].iter().for_each(|it| put(&it.to_le_bytes()));
        sums.by_class.iter().for_each(|it| put(&it.to_le_bytes()));
        put(&sums.newest.to_le_bytes());
    }
    body
}

fn read_body(body: &[u8]) -> Option<Tree> {
    let mut reader = Reader(body);
    let scanned = Timestamp::from_second(reader.u64()? as i64).ok()?;
    let mut length = || usize::try_from(reader.u64()?).ok();
    let (folder_count, folder_names) = (length()?, length()?);
    let (file_count, file_names, thinned) = (length()?, length()?, length()?);
    let parents = reader.u32s(folder_count)?;
    let ends = reader.u32s(folder_count)?;
    let name_ends = reader.u32s(folder_count)?;
    let first_files = reader.u32s(folder_count)?;
    let own_bytes = reader.u64s(folder_count)?;
    let flags = reader.take(folder_count)?;
    let folders: Vec<_> = (0..folder_count)
        .map(|at| Folder {
            parent: parents[at],
            end: ends[at],
            name_end: name_ends[at],
            first_file: first_files[at],
            own_bytes: own_bytes[at],
            flags: flags[at],
        })
        .collect();
    let folder_names = reader.take(folder_names)?.to_vec();
    let mut end = 0_u32;
    let name_lengths = reader.take(file_count.checked_mul(2)?)?.as_chunks::<2>().0;
    let mut name_ends = Vec::with_capacity(file_count);
    for length in name_lengths {
        end = end.checked_add(u32::from(u16::from_le_bytes(*length)))?;
        name_ends.push(end);
    }
    let files = Columns {
        name_ends,
        apparent: reader.u64s(file_count)?,
        bytes: reader.u64s(file_count)?,
        modified: reader.u32s(file_count)?,
        marks: reader.take(file_count)?.to_vec(),
        names: reader.take(file_names)?.to_vec(),
    };
    let thinned = (0..thinned).map(|_| reader.sums()).collect::<Option<Vec<_>>>()?;
    let is_whole = reader.0.is_empty()
        && files.names.len() == end as usize
        && (thinned.is_empty() || thinned.len() == folder_count)
        && is_in_order(&folders, folder_names.len(), file_count);
    is_whole.then(|| Tree::new(scanned, folders, folder_names, files, thinned))
}

/// Whether each folder lies wholly in its parent, and names and files go on without a gap.
fn is_in_order(folders: &[Folder], names: usize, files: usize) -> bool {
    if folders.first().is_none_or(|root| root.end as usize != folders.len() || root.first_file != 0)
    {
        return false;
    }
    let (mut name_end, mut first_file) = (0, 0);
    for (at, folder) in folders.iter().enumerate() {
        let parent = folder.parent as usize;
        let fits = at == 0 || (parent < at && folder.end <= folders[parent].end);
        let ranges = folder.end as usize > at && folder.end as usize <= folders.len();
        if !fits || !ranges || folder.name_end < name_end || folder.first_file < first_file {
            return false;
        }
        (name_end, first_file) = (folder.name_end, folder.first_file);
    }
    name_end as usize <= names && first_file as usize <= files
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn u32s(&mut self, count: usize) -> Option<Vec<u32>> {
        let taken = self.take(count.checked_mul(4)?)?.as_chunks::<4>().0;
        Some(taken.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    fn u64s(&mut self, count: usize) -> Option<Vec<u64>> {
        let taken = self.take(count.checked_mul(8)?)?.as_chunks::<8>().0;
        Some(taken.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }

    fn sums(&mut self) -> Option<Sums> {
        let (bytes, apparent, files) = (self.u64()?, self.u64()?, self.u64()?);
        let by_class: [u64; CLASSES] = self.u64s(CLASSES)?.try_into().ok()?;
        Some(Sums { bytes, apparent, files, by_class, newest: self.u32()? })
    }
}
