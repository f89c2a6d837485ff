//! The file system as the kernel asks for it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fuser::{
    Errno, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner, OpenFlags,
    ReplyAttr, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyXattr, Request,
};
use undercroft_foundation::Error;

use super::attributes::{AttributeDefaults, kind_of};
use super::contents::{Contents, OpenFile, lock};
use super::folders::Folders;
use super::items::{Item, Items, number};
use super::snapshot_dirs::{SnapshotDirs, VirtualEntry};
use crate::format::tree::NodeKind;
use crate::store::lock::Lock;

/// The content of a snapshot never changes.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);
/// Snapshots come and go.
const FOR_A_MOMENT: Duration = Duration::from_secs(1);

type Answer<T> = std::result::Result<T, Errno>;

/// An entry of a folder that is being listed.
type Listed = (u64, FileType, Vec<u8>);

#[derive(Clone)]
enum Opened {
    File(Arc<OpenFile>),
    Folder(Arc<Vec<Listed>>),
}

/// All snapshots of a repository as one read-only file system.
pub(super) struct SnapshotFiles {
    pub(super) snapshot_dirs: SnapshotDirs,
    pub(super) folders: Folders,
    pub(super) contents: Arc<Contents>,
    pub(super) items: Items,
    pub(super) defaults: AttributeDefaults,
    pub(super) handles: OpenHandles,
    /// Held as long as somebody may read.
    pub(super) _lock: Option<Lock>,
}

/// Open files and folders, by handle.
#[derive(Default)]
pub(super) struct OpenHandles {
    next: AtomicU64,
    opened: Mutex<HashMap<u64, Opened>>,
}

impl OpenHandles {
    fn add(&self, opened: Opened) -> FileHandle {
        let handle = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.opened).insert(handle, opened);
        FileHandle(handle)
    }

    fn get(&self, handle: FileHandle) -> Answer<Opened> {
        lock(&self.opened).get(&handle.0).cloned().ok_or(Errno::EBADF)
    }

    fn remove(&self, handle: FileHandle) {
        lock(&self.opened).remove(&handle.0);
    }
}

/// The error for the kernel where something cannot be read; the log says the rest.
fn unreadable(error: &Error) -> Errno {
    tracing::warn!(%error, "cannot read from the repository");
    Errno::EIO
}

impl SnapshotFiles {
    fn item(&self, number: INodeNo) -> Answer<Item> {
        self.items.get(number.0).ok_or(Errno::ENOENT)
    }

    /// The item of a folder by its name.
    fn find(&self, parent: u64, name: &[u8]) -> Answer<Item> {
        let item = self.item(INodeNo(parent))?;
        if let Item::VirtualDir(dir) = &item {
            let view = self.snapshot_dirs.view().map_err(|error| unreadable(&error))?;
            let name = std::str::from_utf8(name).map_err(|_| Errno::ENOENT)?;
            return view.find(dir, name).map(item_of).ok_or(Errno::ENOENT);
        }
        let (tree, root) = item.tree(parent).ok_or(Errno::ENOTDIR)?;
        let folder = self.folders.of(&tree).map_err(|error| unreadable(&error))?;
        let node = folder.find(name).ok_or(Errno::ENOENT)?;
        Ok(Item::Entry(Arc::clone(node), root))
    }

    /// All that a folder has.
    fn list(&self, own: u64) -> Answer<Vec<Listed>> {
        let item = self.item(INodeNo(own))?;
        let mut all = vec![
            (own, FileType::Directory, b".".to_vec()),
            (own, FileType::Directory, b"..".to_vec()),
        ];
        if let Item::VirtualDir(dir) = &item {
            let view = self.snapshot_dirs.view().map_err(|error| unreadable(&error))?;
            for (name, entry) in view.list(dir) {
                let item = item_of(entry);
                all.push((number(own, name.as_bytes(), &item), kind(&item), name.into_bytes()));
            }
            return Ok(all);
        }
        let (tree, root) = item.tree(own).ok_or(Errno::ENOTDIR)?;
        let folder = self.folders.of(&tree).map_err(|error| unreadable(&error))?;
        for node in folder.entries() {
            let item = Item::Entry(Arc::clone(node), root);
            all.push((number(own, &node.name, &item), kind(&item), node.name.clone()));
        }
        Ok(all)
    }

    fn open_file(&self, number: INodeNo) -> Answer<FileHandle> {
        let Item::Entry(node, _) = self.item(number)? else { return Err(Errno::EISDIR) };
        if node.kind != NodeKind::File {
            return Err(Errno::EINVAL);
        }
        let blobs = node.content.as_deref().unwrap_or_default();
        let file = self.contents.open(blobs).map_err(|error| unreadable(&error))?;
        Ok(self.handles.add(Opened::File(Arc::new(file))))
    }

    fn read_file(&self, handle: FileHandle, offset: u64, size: u32) -> Answer<Vec<u8>> {
        let Opened::File(file) = self.handles.get(handle)? else { return Err(Errno::EISDIR) };
        self.contents.read(&file, offset, size as usize).map_err(|error| unreadable(&error))
    }

    fn target(&self, number: INodeNo) -> Answer<Vec<u8>> {
        match self.item(number)? {
            Item::Link(target) => Ok(target.into_bytes()),
            Item::Entry(node, _) if node.kind == NodeKind::Symlink => Ok(node.linktarget.clone()),
            _ => Err(Errno::EINVAL),
        }
    }

    /// The value of an extended attribute.
    fn attribute(&self, number: INodeNo, name: &OsStr) -> Answer<Vec<u8>> {
        let Item::Entry(node, _) = self.item(number)? else { return Err(Errno::ENODATA) };
        let mut all = node.extended_attributes.iter();
        let found = all.find(|attribute| attribute.name.as_bytes() == name.as_bytes());
        found.and_then(|attribute| attribute.value.clone()).ok_or(Errno::ENODATA)
    }

    /// The names of the extended attributes, each with a zero behind it.
    fn attributes(&self, number: INodeNo) -> Answer<Vec<u8>> {
        let Item::Entry(node, _) = self.item(number)? else { return Ok(Vec::new()) };
        let names = node.extended_attributes.iter();
        Ok(names.flat_map(|attribute| [attribute.name.as_bytes(), b"\0"].concat()).collect())
    }
}

fn item_of(entry: VirtualEntry) -> Item {
    match entry {
        VirtualEntry::Dir(dir) => Item::VirtualDir(dir),
        VirtualEntry::Snapshot(snapshot) => Item::Snapshot(snapshot),
        VirtualEntry::Link(target) => Item::Link(target),
    }
}

fn kind(item: &Item) -> FileType {
    match item {
        Item::VirtualDir(_) | Item::Snapshot(_) => FileType::Directory,
        Item::Link(_) => FileType::Symlink,
        Item::Entry(node, _) => kind_of(&node.kind),
    }
}

/// The time for which the kernel may believe what it is told of an item.
fn cache_time(item: &Item) -> Duration {
    match item {
        Item::Entry(..) => FOR_EVER,
        _ => FOR_A_MOMENT,
    }
}

/// Answers with a length to who asks for that, else with the bytes where they fit.
fn give(reply: ReplyXattr, size: u32, bytes: Answer<Vec<u8>>) {
    match bytes {
        Err(error) => reply.error(error),
        Ok(bytes) if size == 0 => reply.size(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
        Ok(bytes) if bytes.len() > size as usize => reply.error(Errno::ERANGE),
        Ok(bytes) => reply.data(&bytes),
    }
}

impl Filesystem for SnapshotFiles {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match self.find(parent.0, name.as_bytes()) {
            Err(error) => reply.error(error),
            Ok(item) => {
                let number = self.items.enter(parent.0, name.as_bytes(), item.clone());
                let attributes = self.defaults.attributes(number, &item);
                reply.entry(&cache_time(&item), &attributes, Generation(0));
            }
        }
    }

    fn forget(&self, _: &Request, number: INodeNo, lookups: u64) {
        self.items.forget(number.0, lookups);
    }

    fn getattr(&self, _: &Request, number: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.item(number) {
            Err(error) => reply.error(error),
            Ok(item) => {
                reply.attr(&cache_time(&item), &self.defaults.attributes(number.0, &item));
            }
        }
    }

    fn readlink(&self, _: &Request, number: INodeNo, reply: ReplyData) {
        match self.target(number) {
            Err(error) => reply.error(error),
            Ok(target) => reply.data(&target),
        }
    }

    fn open(&self, _: &Request, number: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.open_file(number) {
            Err(error) => reply.error(error),
            Ok(handle) => reply.opened(handle, FopenFlags::FOPEN_KEEP_CACHE),
        }
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.read_file(handle, offset, size) {
            Err(error) => reply.error(error),
            Ok(bytes) => reply.data(&bytes),
        }
    }

    fn release(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        self.handles.remove(handle);
        reply.ok();
    }

    fn opendir(&self, _: &Request, number: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.list(number.0) {
            Err(error) => reply.error(error),
            Ok(listed) => {
                let handle = self.handles.add(Opened::Folder(Arc::new(listed)));
                reply.opened(handle, FopenFlags::empty());
            }
        }
    }

    fn readdir(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let listed = match self.handles.get(handle) {
            Ok(Opened::Folder(listed)) => listed,
            Ok(Opened::File(_)) => return reply.error(Errno::ENOTDIR),
            Err(error) => return reply.error(error),
        };
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        for ((number, kind, name), next) in listed.iter().zip(1u64..).skip(from) {
            if reply.add(INodeNo(*number), next, *kind, OsStr::from_bytes(name)) {
                break;
            }
        }
        reply.ok();
    }

    fn releasedir(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        reply: ReplyEmpty,
    ) {
        self.handles.remove(handle);
        reply.ok();
    }

    fn getxattr(&self, _: &Request, number: INodeNo, name: &OsStr, size: u32, reply: ReplyXattr) {
        give(reply, size, self.attribute(number, name));
    }

    fn listxattr(&self, _: &Request, number: INodeNo, size: u32, reply: ReplyXattr) {
        give(reply, size, self.attributes(number));
    }
}
