//! A folder of very many entries of which a few were touched: only those are looked at, and only what
//! the version holds of them is read. All else stands as the last version has it.
//!
//! When any of them came, went, became another kind of thing or decides about others, the whole
//! folder is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use undercroft_foundation::Result;
use undercroft_library::is_proof;

use super::pending_folder::{PendingFolder, Slot};
use super::tree_scan::{Entered, Todo, TreeScan};
use crate::disk::{DiskFolder, Stat, is_in_place, stat_in};
use crate::rules::Decision;
use crate::store::{
    Base, Deflater, HistoryStore, ObjectKind, TreeEdits, TreeLine, TreeMode, edit_lines, edit_tree,
};
use crate::tree::folder_view::{FolderView, StoredFolder};
use crate::tree::names::{SIDECAR, stored_name};
use crate::tree::sidecar::{
    ENTRIES, Entries, Line, Totals, damaged, decode_lines, encode_head, encode_lines, folder_name,
    parts,
};
use crate::version::EntryKind;

/// The most touched names; beyond it, looking through all of the folder takes no longer.
const FEW: usize = 128;

/// All of a folder but the few entries, as the last version has it.
pub(super) struct Remainder {
    /// Its tree, as bytes, and the whole one that this is a delta of.
    tree: (Vec<u8>, Option<Base>),
    /// Its part of the sidecar.
    sidecar: Vec<TreeLine>,
    /// The parts of the sidecar that the few entries are in.
    parts: BTreeMap<Vec<u8>, Vec<Line>>,
    /// The files and bytes in it, the few entries left out.
    totals: Totals,
    /// The number of its entries, the few left out.
    lines: usize,
    /// The few entries, those that are not there included.
    names: BTreeSet<Vec<u8>>,
}

impl Remainder {
    /// Reads what a version says of a few entries of a folder; nothing when the folder is not cut
    /// into parts.
    fn open(
        store: &HistoryStore,
        stored: StoredFolder,
        names: BTreeSet<Vec<u8>>,
    ) -> Result<Option<(Self, FolderView)>> {
        let (Some(tree), Some(sidecar)) = (stored.tree, stored.sidecar) else { return Ok(None) };
        let sidecar = store.tree(sidecar)?;
        if !sidecar.iter().any(|line| parts::is_part(&line.name)) {
            return Ok(None);
        }
        let find = |name: &[u8]| sidecar.iter().find(|line| line.name == name);
        let Some(head) = find(ENTRIES) else { return Ok(None) };
        let (mut entries, lines) = Entries::decode(&store.read(ObjectKind::Blob, head.id)?)?;
        let mut parts = BTreeMap::new();
        for part in names.iter().filter_map(|name| parts::names_for(name).find_map(|it| find(&it)))
        {
            if !parts.contains_key(&part.name) {
                let blob = store.read(ObjectKind::Blob, part.id)?;
                parts.insert(part.name.clone(), decode_lines(&blob)?);
            }
        }
        let few = parts.values().flatten().filter(|line| names.contains(&line.name));
        entries.lines = few.cloned().collect();
        entries.lines.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let tree = store.tree_and_base(tree)?;
        let view = FolderView::of_some(stored, &tree.0, &sidecar, entries);
        let (all, few) = (view.entries.totals, &view.entries.lines);
        let lines = lines.saturating_sub(few.len());
        let few = totals_of(few.iter().map(|line| (line, view.holds_file(line))));
        let totals = Totals {
            files: all.files.saturating_sub(few.files),
            bytes: all.bytes.saturating_sub(few.bytes),
        };
        Ok(Some((Self { tree, sidecar, parts, totals, lines, names }, view)))
    }

    /// The few entries.
    pub(super) fn names(&self) -> BTreeSet<Vec<u8>> {
        self.names.clone()
    }
}

/// The totals of these entries; with each, whether it is a file or link that git holds.
pub(super) fn totals_of<'a>(lines: impl Iterator<Item = (&'a Line, bool)>) -> Totals {
    lines.fold(Totals::default(), |sum, (line, is_file)| {
        let is_folder = line.kind == EntryKind::Folder;
        let files = if is_folder { line.totals.files } else { u64::from(is_file) };
        Totals { files: sum.files + files, bytes: sum.bytes + line.totals.bytes }
    })
}

impl TreeScan<'_> {
    /// Looks at the few entries of a large folder that something happened to; nothing, when all of
    /// it has to be looked at.
    pub(super) fn enter_narrow(
        &self,
        todo: &Todo,
        deflater: &mut Deflater,
    ) -> Result<Option<Entered>> {
        let visit = &todo.visit;
        let decides = |name: &Vec<u8>| name == b".gitignore" || is_proof(name);
        if visit.deep || visit.list || visit.suspects.iter().any(decides) {
            return Ok(None);
        }
        if visit.suspects.len() + visit.children.len() > FEW {
            return Ok(None);
        }
        let names = visit.suspects.iter().chain(visit.children.keys()).cloned().collect();
        let Some((rest, view)) = Remainder::open(self.store, todo.previous, names)? else {
            return Ok(None);
        };
        let lacks = |name: &Vec<u8>| view.folder(name).sidecar.is_none();
        if visit.children.keys().any(lacks) {
            return Ok(None);
        }
        let (path, parent) = (todo.path.clone(), todo.parent.clone());
        if visit.suspects.is_empty() {
            let own = view.entries.own.clone();
            let folder = PendingFolder::new(path, parent, own, view, false).with_remainder(rest);
            return Ok(Some(self.enter_unchanged(Arc::new(folder), todo)));
        }
        let Ok(Some(disk)) = self.disk.folder(&path) else { return Ok(None) };
        let is_mount = !path.is_root() && disk.is_mount();
        let looked = self.look_at(&disk, &rest.names, &view, todo).zip(disk.own().ok());
        let Some((entries, own)) = looked.filter(|_| is_mount == self.mounts.contains(&path))
        else {
            return Ok(None);
        };
        self.job.set_current(path.to_string());
        let known = self.cache.files(&path, &rest.names).unwrap_or_default();
        let folder = PendingFolder::new(path, parent, own, view, true).with_remainder(rest);
        let opened = (Arc::new(folder), Arc::new(disk));
        self.place_entries(opened, entries, &known, todo, deflater).map(Some)
    }

    /// The few entries as they are; nothing when one came, went or is of another kind, or cannot be
    /// looked at.
    fn look_at(
        &self,
        disk: &DiskFolder,
        names: &BTreeSet<Vec<u8>>,
        view: &FolderView,
        todo: &Todo,
    ) -> Option<Vec<(Vec<u8>, Stat)>> {
        let mut entries = Vec::new();
        for name in names {
            let stat = match stat_in(disk.as_fd(), name) {
                Ok(stat) => Some(stat),
                Err(rustix::io::Errno::NOENT) => None,
                Err(_) => return None,
            };
            let is_kept = |stat: &Stat| {
                let is_folder = stat.kind == EntryKind::Folder;
                is_in_place(name) && todo.rules.decide(name, is_folder) == Decision::Keep
            };
            let stat = stat.filter(is_kept);
            let before = view.entries.find(name).map(|line| line.kind);
            if before != stat.as_ref().map(|stat| stat.kind) {
                return None;
            }
            entries.extend(stat.map(|stat| (name.clone(), stat)));
        }
        Some(entries)
    }

    /// Writes such a folder.
    pub(super) fn complete_narrow(
        &self,
        folder: &PendingFolder,
        rest: Remainder,
        slots: &[Slot],
        deflater: &mut Deflater,
    ) -> Result<(StoredFolder, Totals)> {
        let Remainder { tree: (tree, base), sidecar, parts, totals, lines, names } = rest;
        let few = totals_of(slots.iter().map(|slot| (&slot.line, slot.is_file())));
        let totals = Totals { files: totals.files + few.files, bytes: totals.bytes + few.bytes };
        let head = encode_head(&folder.own, totals, Some(lines + slots.len())).into_bytes();
        let mut blobs = vec![(ENTRIES.to_vec(), head)];
        for (name, mut part) in parts {
            // What went just now goes here, too.
            part.retain_mut(|line| {
                let slot = slots.binary_search_by(|slot| slot.line.name.cmp(&line.name));
                if let Ok(at) = slot {
                    *line = slots[at].line.clone();
                }
                slot.is_ok() || !names.contains(&line.name)
            });
            blobs.push((name, encode_lines(&part)));
        }
        let edits = |name: fn(&[u8]) -> Vec<u8>,
                     line: fn(&Slot) -> Option<TreeLine>|
         -> TreeEdits {
            let gone = names.iter().map(|it| (name(it), None));
            let there = slots.iter().filter_map(line).map(|line| (line.name.clone(), Some(line)));
            gone.chain(there).collect()
        };
        let mut sidecar_edits = edits(folder_name, Slot::sidecar_line);
        for (name, blob) in blobs {
            let id = self.writer.put(deflater, ObjectKind::Blob, &blob)?;
            sidecar_edits.insert(name.clone(), Some(TreeLine { name, mode: TreeMode::File, id }));
        }
        let sidecar = edit_lines(sidecar, sidecar_edits);
        let previous = folder.previous.stored;
        let sidecar = self.writer.put_tree(deflater, &sidecar, previous.sidecar)?;
        let mut tree_edits = edits(|name| stored_name(name).into_owned(), Slot::tree_line);
        if folder.path.is_root() {
            let (name, mode) = (SIDECAR.to_vec(), TreeMode::Folder);
            tree_edits.insert(name.clone(), Some(TreeLine { name, mode, id: sidecar }));
        }
        let tree = edit_tree(&tree, tree_edits).ok_or_else(|| damaged("Its tree is none"))?;
        let id = match tree.is_empty() {
            true => None,
            false => Some(self.writer.put_tree_on(deflater, &tree, || Ok(base))?),
        };
        Ok((StoredFolder { tree: id, sidecar: Some(sidecar) }, totals))
    }
}
