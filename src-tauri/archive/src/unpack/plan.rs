//! The words between this module and its callers: limits, options, the plan, the report.

use std::path::Path;
use std::sync::Arc;

use undercroft_foundation::{OsRandom, Random, Text, Warning, escape_name};

/// The format of an archive, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A plain tar.
    Tar,
    /// A tar in gzip.
    TarGz,
    /// A tar in xz.
    TarXz,
    /// A tar in Zstandard.
    TarZst,
    /// A zip.
    Zip,
}

impl Format {
    /// The stable name: `tar.gz`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::TarGz => "tar.gz",
            Self::TarXz => "tar.xz",
            Self::TarZst => "tar.zst",
            Self::Zip => "zip",
        }
    }
}

/// The bounds of an archive that is unpacked; one beyond them is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackLimits {
    /// The most bytes that it may unpack to.
    pub bytes: u64,
    /// The most entries.
    pub entries: u64,
    /// The most folders in each other.
    pub depth: usize,
    /// The longest path, in bytes.
    pub path_bytes: usize,
    /// The most bytes that one byte of the archive may become.
    pub ratio: u64,
    /// The number of unpacked bytes from which on the ratio counts.
    pub ratio_from: u64,
    /// The space that must stay free on the disk.
    pub free_bytes: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self {
            bytes: 64 << 30,
            entries: 5_000_000,
            depth: 255,
            path_bytes: 4000,
            ratio: 1000,
            ratio_from: 100_000_000,
            free_bytes: 64 << 20,
        }
    }
}

/// The choices of an unpacking.
#[derive(Debug, Clone)]
pub struct UnpackOptions {
    /// The bounds.
    pub limits: UnpackLimits,
    /// Whether a folder in which everything lies becomes the target itself.
    pub strip_top_folder: bool,
    /// The source of the temporary folder's name.
    pub random: Arc<dyn Random>,
}

impl Default for UnpackOptions {
    fn default() -> Self {
        let limits = UnpackLimits::default();
        Self { limits, strip_top_folder: true, random: Arc::new(OsRandom) }
    }
}

/// The outcome that unpacking an archive would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackPlan {
    /// The format; `None` for a file that is no archive which can be unpacked.
    pub format: Option<Format>,
    /// The entries that were counted.
    pub entries: u64,
    /// The size of the files, where the whole archive was read.
    pub bytes: Option<u64>,
    /// Whether the whole archive was read; a long compressed tar is read in part.
    pub complete: bool,
    /// The name for the project: of the single top folder, or of the file without its ending.
    pub name: String,
    /// The folder in which everything lies that was read, if it is one, as escaped text.
    pub top_folder: Option<String>,
    /// The number of entries that would be left out.
    pub left_out: u64,
    /// The entries that would be left out and why; the first 200.
    pub warnings: Vec<Warning>,
    /// The reason for which the archive is refused, in a sentence.
    pub refusal: Option<Text>,
}

impl UnpackPlan {
    pub(super) fn empty(name: String) -> Self {
        Self {
            format: None,
            entries: 0,
            bytes: None,
            complete: false,
            name,
            top_folder: None,
            left_out: 0,
            warnings: Vec::new(),
            refusal: None,
        }
    }
}

/// The outcome of an unpacking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnpackReport {
    /// Files, hard links included.
    pub files: u64,
    /// Folders that the archive names.
    pub folders: u64,
    /// Symbolic links.
    pub symlinks: u64,
    /// The bytes of the files.
    pub bytes: u64,
    /// The folder whose layer was taken away, as escaped text.
    pub stripped: Option<String>,
    /// The number of entries that were left out.
    pub left_out: u64,
    /// The entries that were left out and why; the first 200.
    pub warnings: Vec<Warning>,
}

/// The file's name without the endings of archives.
pub(super) fn stem(file: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    const OUTER: [&[u8]; 9] =
        [b".gz", b".xz", b".zst", b".tgz", b".txz", b".tzst", b".zip", b".tar", b".jar"];
    let name = file.file_name().unwrap_or_default().as_bytes();
    let without = |name: &[u8], endings: &[&[u8]]| {
        let ending = endings.iter().find(|ending| {
            name.len() > ending.len()
                && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
        });
        name[..name.len() - ending.map_or(0, |ending| ending.len())].to_vec()
    };
    let name = without(&without(name, &OUTER), &[b".tar"]);
    escape_name(&name)
}
