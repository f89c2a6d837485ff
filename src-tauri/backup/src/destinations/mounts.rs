//! The file systems that are mounted, and looking through them for a repository.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use undercroft_foundation::{answer_within, mount_points as system_mounts};

const TABLE: &str = "/proc/self/mountinfo";
/// A drive gets this time to tell whether a repository is on it: one that has to wake up is there
/// when it is looked for next.
const LIMIT: Duration = Duration::from_secs(2);
/// A repository's config is a few hundred bytes; what is longer is none.
const CONFIG_MAX: u64 = 64 << 10;

/// File systems that hold no drive, and those that may not answer for a long time.
const PASSED_OVER: &[&str] = &[
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "cifs",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fusectl",
    "fuse.gvfsd-fuse",
    "fuse.portal",
    "fuse.sshfs",
    "hugetlbfs",
    "mqueue",
    "nfs",
    "nfs4",
    "nsfs",
    "proc",
    "pstore",
    "rpc_pipefs",
    "securityfs",
    "smb3",
    "squashfs",
    "sysfs",
    "tracefs",
];

/// The table of mounts as it stands, as the kernel writes it; nothing where the system has none.
pub fn table() -> Vec<u8> {
    fs::read(TABLE).unwrap_or_default()
}

/// The digest of the config of the repository at `path`; nothing when there is none.
///
/// # Errors
/// Whatever but its absence keeps it from being read.
pub(super) fn digest_at(path: &Path) -> io::Result<Option<String>> {
    let config = path.join("config");
    let found = match fs::metadata(&config) {
        Ok(found) => found,
        Err(source) if is_absence(&source) => return Ok(None),
        Err(source) => return Err(source),
    };
    if !found.is_file() || found.len() > CONFIG_MAX {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    fs::File::open(&config)?.take(CONFIG_MAX).read_to_end(&mut bytes)?;
    Ok(Some(hex::encode(Sha256::digest(&bytes))))
}

fn is_absence(source: &io::Error) -> bool {
    matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The path at which the repository with this config is mounted, that was at `known` before: at the
/// same path below some mount point, or in one of the folders at its top.
pub(super) fn find(table: &[u8], known: &Path, digest: &str) -> Option<PathBuf> {
    let tails = tails(known);
    mount_points(table).into_iter().find_map(|mount| {
        let (tails, digest) = (tails.clone(), digest.to_owned());
        let look = move |mount: &Path| find_in(mount, &tails, &digest);
        answer_within(LIMIT, &mount, look).flatten()
    })
}

fn find_in(mount: &Path, tails: &[PathBuf], digest: &str) -> Option<PathBuf> {
    let is_it = |path: &PathBuf| matches!(digest_at(path), Ok(Some(found)) if found == digest);
    if let Some(found) = tails.iter().map(|tail| mount.join(tail)).find(is_it) {
        return Some(found);
    }
    let others = system_mounts();
    let entries = fs::read_dir(mount).ok()?.flatten().map(|entry| entry.path());
    // What is mounted there has its own turn, and may not answer.
    let mut folders: Vec<_> = entries.filter(|path| !others.contains(path)).collect();
    folders.sort();
    folders.into_iter().find(is_it)
}

/// All ends of a path, the longest first, down to nothing: any of its folders may have been the
/// mount point.
fn tails(path: &Path) -> Vec<PathBuf> {
    let names: Vec<_> = path.components().skip(1).collect();
    (0..=names.len()).map(|from| names[from..].iter().collect()).collect()
}

/// The places of the drives in the table.
pub(super) fn mount_points(table: &[u8]) -> BTreeSet<PathBuf> {
    let drives = all(table).into_iter().filter(|mount| !PASSED_OVER.contains(&&*mount.kind));
    drives.map(|mount| mount.point).collect()
}

/// A file system and where it is mounted.
#[derive(Debug)]
pub(super) struct Mount {
    pub(super) point: PathBuf,
    /// Its number, `8:1`.
    pub(super) device: String,
    /// Whether the top of the file system is seen there, and not a folder in it.
    pub(super) is_whole: bool,
    pub(super) is_read_only: bool,
    /// `ext4` and the like.
    pub(super) kind: String,
    /// The thing that is mounted: a device's path, or any text.
    pub(super) source: Vec<u8>,
}

/// The mounts in the table, in its order.
pub(super) fn all(table: &[u8]) -> Vec<Mount> {
    let lines = table.split(|byte| *byte == b'\n');
    lines.filter_map(Mount::parse).collect()
}

impl Mount {
    fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = line.split(|byte| *byte == b' ');
        let device = String::from_utf8(fields.nth(2)?.to_vec()).ok()?;
        let is_whole = fields.next()? == b"/";
        let point = PathBuf::from(OsString::from_vec(unescape(fields.next()?)));
        let is_locked = |options: &[u8]| options.split(|byte| *byte == b',').any(|it| it == b"ro");
        let is_read_only = is_locked(fields.next()?);
        let mut rest = fields.skip_while(|field| *field != b"-").skip(1);
        let kind = String::from_utf8(rest.next()?.to_vec()).ok()?;
        let source = unescape(rest.next()?);
        let is_read_only = is_read_only || rest.next().is_some_and(is_locked);
        Some(Self { point, device, is_whole, is_read_only, kind, source })
    }
}

/// The kernel writes spaces and the like as three octal digits.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| first == b'\\');
        let code =
            octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        let (byte, after) = match code {
            Some(byte) => (byte, &after[3..]),
            None => (first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_with_its_escapes_and_without_what_holds_no_drive() {
        let table = b"22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
                      30 22 0:5 / /proc rw - proc proc rw\n\
                      31 22 8:2 / /media/My\\040Disk rw,nosuid shared:2 master:3 - vfat /dev/b rw\n";
        let points: Vec<_> = mount_points(table).into_iter().collect();
        assert_eq!(points, [Path::new("/"), Path::new("/media/My Disk")]);
        let last = all(table).pop().unwrap();
        assert_eq!((&*last.device, &*last.source), ("8:2", &b"/dev/b"[..]));
        assert!(mount_points(b"nonsense\n\n1 2 3").is_empty());
    }

    #[test]
    fn a_path_ends_in_all_its_ends() {
        let ends = tails(Path::new("/media/disk/a"));
        assert_eq!(
            ends,
            [Path::new("media/disk/a"), Path::new("disk/a"), Path::new("a"), Path::new("")]
        );
    }
}
