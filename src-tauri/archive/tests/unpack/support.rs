//! A folder to unpack in, and archives that are written byte by byte, so that they can lie.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tar::{EntryType, Header};
use tempfile::TempDir;
use undercroft_archive::unpack::{
    UnpackLimits, UnpackOptions, UnpackPlan, UnpackReport, inspect, unpack,
};
use undercroft_foundation::{Error, Job};

/// A folder with an archive, beside which nothing may appear but the target.
pub(crate) struct Scene {
    folder: TempDir,
    pub(crate) options: UnpackOptions,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("out")).unwrap();
        fs::write(folder.path().join("outside"), "untouched").unwrap();
        Self { folder, options: UnpackOptions::default() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn archive(&self, bytes: &[u8]) -> PathBuf {
        let path = self.path("archive");
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.path("out/project")
    }

    pub(crate) fn unpack(&self, archive: &Path) -> Result<UnpackReport, Error> {
        let outcome = unpack(archive, &self.target(), &self.options, &Job::new());
        self.assert_nothing_else(outcome.is_ok());
        outcome
    }

    pub(crate) fn unpack_bytes(&self, bytes: &[u8]) -> Result<UnpackReport, Error> {
        self.unpack(&self.archive(bytes))
    }

    pub(crate) fn inspect_bytes(&self, bytes: &[u8]) -> UnpackPlan {
        inspect(&self.archive(bytes), &self.options.limits, &Job::new()).unwrap()
    }

    pub(crate) fn assert_nothing_else(&self, is_unpacked: bool) {
        let expected: &[&str] = if is_unpacked { &["project"] } else { &[] };
        assert_eq!(names(&self.path("out")), expected);
        assert_eq!(fs::read_to_string(self.path("outside")).unwrap(), "untouched");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.target().join(name)).unwrap()
    }
}

pub(crate) fn plan_of(archive: &Path) -> UnpackPlan {
    inspect(archive, &UnpackLimits::default(), &Job::new()).unwrap()
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let listed = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Runs a tool in a folder.
pub(crate) fn run(folder: &Path, line: &str) {
    let output = Command::new("sh").arg("-c").arg(line).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A tar, block by block.
#[derive(Default)]
pub(crate) struct TarBytes(Vec<u8>);

impl TarBytes {
    pub(crate) fn add(self, kind: u8, name: &str, link: &str, content: &[u8]) -> Self {
        let mode = if kind == b'5' { 0o755 } else { 0o644 };
        self.add_raw(kind, name.as_bytes(), link.as_bytes(), content, mode)
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        self.add(b'0', name, "", content.as_bytes())
    }

    pub(crate) fn add_raw(
        mut self,
        kind: u8,
        name: &[u8],
        link: &[u8],
        content: &[u8],
        mode: u32,
    ) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link);
        header.set_entry_type(EntryType::new(kind));
        header.set_mode(mode);
        header.set_mtime(1_000_000_000);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// Adds blocks as they are.
    pub(crate) fn blocks(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn unfinished(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// A pax extension header's content.
pub(crate) fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while length.to_string().len() + rest != length {
            length = length.to_string().len() + rest;
        }
        bytes.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
    }
    bytes
}

/// An entry of a zip, every field of which can be made to lie.
#[derive(Clone)]
pub(crate) struct ZipEntry {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) size: u32,
    pub(crate) local_size: u32,
    pub(crate) crc: u32,
    pub(crate) flags: u16,
    pub(crate) host: u8,
    pub(crate) mode: u32,
    /// The header of another entry, by its number.
    pub(crate) same_as: Option<usize>,
}

impl ZipEntry {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let size = u32::try_from(content.len()).unwrap();
        Self {
            name: name.into(),
            local_name: name.into(),
            content: content.into(),
            method: 0,
            size,
            local_size: size,
            crc: crc.sum(),
            flags: 0,
            host: 3,
            mode: 0o100_644,
            same_as: None,
        }
    }

    pub(crate) fn deflated(mut self) -> Self {
        use std::io::Write;
        let level = flate2::Compression::default();
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
        encoder.write_all(&self.content).unwrap();
        self.content = encoder.finish().unwrap();
        self.method = 8;
        self
    }

    pub(crate) fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }
}

pub(crate) fn zip_bytes(entries: &[ZipEntry]) -> Vec<u8> {
    let (mut bytes, mut offsets) = (Vec::new(), Vec::new());
    for entry in entries {
        if let Some(other) = entry.same_as {
            offsets.push(offsets[other]);
            continue;
        }
        offsets.push(bytes.len());
        bytes.extend_from_slice(b"PK\x03\x04");
        for field in [20, entry.flags, entry.method, 0, 0x21] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        let packed = u32::try_from(entry.content.len()).unwrap();
        for field in [entry.crc, packed, entry.local_size] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        bytes.extend_from_slice(&u16::try_from(entry.local_name.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&entry.local_name);
        bytes.extend_from_slice(&entry.content);
    }
    let start = bytes.len();
    for (entry, offset) in entries.iter().zip(&offsets) {
        bytes.extend_from_slice(b"PK\x01\x02");
        bytes.extend_from_slice(&[20, entry.host]);
        for field in [20, entry.flags, entry.method, 0, 0x21] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        let packed = u32::try_from(entry.content.len()).unwrap();
        for field in [entry.crc, packed, entry.size] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        bytes.extend_from_slice(&u16::try_from(entry.name.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&[0; 10 - 2]);
        bytes.extend_from_slice(&(entry.mode << 16).to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(*offset).unwrap().to_le_bytes());
        bytes.extend_from_slice(&entry.name);
    }
    let size = bytes.len() - start;
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        bytes.extend_from_slice(&u16::try_from(entries.len()).unwrap().to_le_bytes());
    }
    for field in [size, start] {
        bytes.extend_from_slice(&u32::try_from(field).unwrap().to_le_bytes());
    }
    bytes.extend_from_slice(&[0, 0]);
    bytes
}
