//! A tree with every awkward thing that a disk can hold: names of any bytes, links of all kinds,
//! holes, pipes, devices, attributes, odd modes and times.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use rustix::process::geteuid;

use crate::content::{random_bytes, text_bytes};
use crate::files::{must, set_modified, write_file};

const MIB: usize = 1024 * 1024;

/// Names that break programs which take names for text, for markup or for arguments.
pub const AWKWARD_NAMES: &[&[u8]] = &[
    b"two\nlines",
    b"tab\tand\rreturn",
    b"not utf-8 \xff\xfe",
    b"half a character \xe2\x82",
    b"<img src=x onerror=alert(1)>",
    b"<script>document.title='owned'<\\script>",
    b"&amp; \"quoted\" 'twice'",
    "gpj.\u{202e}exe".as_bytes(),
    "zero\u{200b}width".as_bytes(),
    "cafe\u{301}".as_bytes(),
    "caf\u{e9}".as_bytes(),
    "größe 日本語 🏛".as_bytes(),
    b"Case",
    b"case",
    b"-rf",
    b"--help",
    b" leading and trailing ",
    b"trailing dot.",
    b"back\\slash\\x41",
    b"$(touch owned)`id`;&|",
    b"*?[a-z]{x,y}!",
    b"~root",
    b"#comment",
    b"CON",
    b"\x1b[31mred\x1b[0m\x07",
    b"\x01\x7f",
    b"...",
];

/// [`AWKWARD_NAMES`] and one as long as a name can be.
pub fn awkward_names() -> Vec<Vec<u8>> {
    let mut names: Vec<_> = AWKWARD_NAMES.iter().map(|name| name.to_vec()).collect();
    names.push(vec![b'n'; 255]);
    names
}

/// Makes the tree in the folder `root`, which may be missing: some 25 MB, mostly one large file.
///
/// Owners, devices and attributes are set where the system allows it, so two trees that one
/// process made are comparable and no test needs to be root.
pub fn awkward_tree(root: impl AsRef<Path>) {
    let root = root.as_ref();
    must(fs::create_dir_all(root), "make the folder", root);
    make_names(&root.join("names"));
    make_sizes(&root.join("sizes"));
    make_links(&root.join("links"));
    make_specials(&root.join("specials"));
    make_modes(&root.join("modes"));
    make_attributes(&root.join("attributes"));
    make_shapes(&root.join("shapes"));
    make_times(&root.join("times"));
    set_modified(root, 1_600_000_000, 987_654_321);
}

fn make_names(folder: &Path) {
    for (n, name) in awkward_names().iter().enumerate() {
        let path = folder.join(OsStr::from_bytes(name));
        match n % 3 {
            0 => write_file(path.join("inside"), text_bytes(n as u64, 100)),
            1 => write_file(path, name),
            _ => write_file(path, text_bytes(n as u64, 3000)),
        }
    }
}

fn make_sizes(folder: &Path) {
    for size in [0, 1, 15, 16, 4095, 4096, 4097, 512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1] {
        write_file(folder.join(format!("random-{size}")), random_bytes(size as u64, size));
        write_file(folder.join(format!("text-{size}")), text_bytes(size as u64, size));
    }
    write_file(folder.join("large"), random_bytes(9, 9 * MIB + 3));
    write_file(folder.join("same as large"), random_bytes(9, 9 * MIB + 3));
    write_file(folder.join("zeros"), vec![0; 3 * MIB]);
    make_holes(&folder.join("holes"), 4 * MIB as u64, &[0, 2 * MIB as u64 + 17]);
    make_holes(&folder.join("only a hole"), 2 * MIB as u64 + 1, &[]);
    make_holes(&folder.join("hole, then data"), 5 * MIB as u64, &[5 * MIB as u64 - 5]);
}

fn make_holes(path: &Path, length: u64, islands: &[u64]) {
    let file = must(File::create(path), "create", path);
    must(file.set_len(length), "lengthen", path);
    for at in islands {
        must(file.write_all_at(b"islet", *at), "write", path);
    }
}

fn make_links(folder: &Path) {
    write_file(folder.join("target"), "a file with four names");
    write_file(folder.join("below/other"), "a file with two names");
    let hard_links = [
        ("target", "second"),
        ("target", "below/third"),
        ("target", "below/fourth"),
        ("below/other", "fifth"),
    ];
    for (from, to) in hard_links {
        must(fs::hard_link(folder.join(from), folder.join(to)), "link", &folder.join(to));
    }
    let targets: &[(&[u8], &str)] = &[
        (b"target", "to a file"),
        (b"below", "to a folder"),
        (b".", "loop"),
        (b"ring b", "ring a"),
        (b"ring a", "ring b"),
        (b"/nonexistent/place", "dangling"),
        (b"../../../../../../etc/hostname", "out of the tree"),
        (b"two\nlines", "to two lines"),
        (&[b'l'; 1000], "to far away"),
    ];
    for (target, name) in targets {
        let path = folder.join(name);
        must(symlink(OsStr::from_bytes(target), &path), "link", &path);
        set_modified(&path, 1_500_000_000, 5);
    }
}

/// Adds to the folder what restic before 0.16 could not bring back: a symlink whose target is
/// not UTF-8.
pub fn add_link_to_bytes(folder: impl AsRef<Path>) {
    let path = folder.as_ref().join("to bytes");
    must(symlink(OsStr::from_bytes(b"not utf-8 \xff"), &path), "link", &path);
}

fn make_specials(folder: &Path) {
    must(fs::create_dir_all(folder), "make the folder", folder);
    let pipe = folder.join("pipe");
    must(mknodat(CWD, &pipe, FileType::Fifo, Mode::from(0o640), 0), "make the pipe", &pipe);
    // Only root may make devices, and not in every container.
    let (null, disk) = (folder.join("null"), folder.join("disk"));
    let _ = mknodat(CWD, &null, FileType::CharacterDevice, Mode::from(0o666), makedev(1, 3));
    let _ = mknodat(CWD, &disk, FileType::BlockDevice, Mode::from(0o600), makedev(7, 250));
}

fn make_modes(folder: &Path) {
    for mode in [0o400, 0o644, 0o755, 0o777, 0o600, 0o4755, 0o2755] {
        let path = folder.join(format!("file-{mode:o}"));
        write_file(&path, format!("{mode:o}"));
        set_mode(&path, mode);
    }
    for mode in [0o500, 0o700, 0o1777, 0o2775] {
        let path = folder.join(format!("folder-{mode:o}"));
        write_file(path.join("inside"), format!("{mode:o}"));
        set_mode(&path, mode);
    }
    if geteuid().is_root() {
        make_owned(folder);
    }
}

fn make_owned(folder: &Path) {
    let file = folder.join("of somebody");
    write_file(&file, "not root's");
    must(chown(&file, Some(12345), Some(54321)), "give away", &file);
    let link = folder.join("link of somebody");
    must(symlink("of somebody", &link), "link", &link);
    must(lchown(&link, Some(12345), Some(54321)), "give away", &link);
    let unreadable = folder.join("file-0");
    write_file(&unreadable, "only root reads this");
    set_mode(&unreadable, 0);
}

fn set_mode(path: &Path, mode: u32) {
    must(fs::set_permissions(path, Permissions::from_mode(mode)), "set the mode of", path);
}

fn make_attributes(folder: &Path) {
    let file = folder.join("file");
    write_file(&file, "with attributes");
    for (name, value) in
        [("user.note", &b"kept"[..]), ("user.empty", b""), ("user.bytes", b"\x00\xff\n\"<")]
    {
        // Not every file system has them.
        let _ = xattr::set(&file, name, value);
        let _ = xattr::set(folder, name, value);
    }
}

fn make_shapes(folder: &Path) {
    let empty = folder.join("empty/also empty");
    must(fs::create_dir_all(&empty), "make the folder", &empty);
    let mut deep = folder.join("deep");
    for level in 0..60 {
        deep.push(format!("level {level}"));
    }
    write_file(deep.join("bottom"), "here");
    for n in 0..300 {
        write_file(folder.join(format!("many/{n:03}")), format!("{n}"));
    }
}

fn make_times(folder: &Path) {
    let times = [
        ("nanoseconds", 1_700_000_000, 123_456_789),
        ("one nanosecond", 1_700_000_000, 1),
        ("epoch", 0, 0),
        ("before the epoch", -86_400, 500_000_000),
        ("year 2100", 4_102_444_800, 0),
    ];
    for (name, seconds, nanoseconds) in times {
        let path: PathBuf = folder.join(name);
        write_file(&path, name);
        set_modified(&path, seconds, nanoseconds);
    }
    set_modified(folder, 1_234_567_890, 42);
}
