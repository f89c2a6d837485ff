//! The finds of the threads, brought into the order of a walk.

use jiff::Timestamp;
use undercroft_foundation::Result;

use crate::tree::{Columns, EXTRA_LINK, Folder, Tree};

use super::queue::Found;
use super::worker::{Part, Read, too_many};

/// The place of a folder that was not read, because it was gone.
const NOWHERE: u32 = u32::MAX;

/// A folder in the parts: its part, and its place in there.
type Spot = (u32, u32);

/// Makes the tree: folders by name, each followed by all that is below it, so that the same files
/// give the same tree whichever thread read them.
pub(super) fn assemble(scanned: Timestamp, found: &[Found], parts: Vec<Part>) -> Result<Tree> {
    let spots = spots(found.len(), &parts);
    let order = walk_order(found, &spots);
    let names_length = order.iter().map(|number| found[*number as usize].name.len()).sum();
    let file_count = parts.iter().map(|part| part.files.len()).sum();
    let file_names = parts.iter().map(|part| part.files.names.len()).sum();

    let mut files = Columns::with_capacity(file_count, file_names);
    let mut folders: Vec<Folder> = Vec::with_capacity(order.len());
    let mut folder_names = Vec::with_capacity(names_length);
    let mut places = vec![NOWHERE; found.len()];
    for number in &order {
        let place = folders.len() as u32;
        places[*number as usize] = place;
        let (part, at) = spots[*number as usize];
        let part = &parts[part as usize];
        let read = &part.folders[at as usize];
        let first_file = files.len() as u32;
        let from = if at == 0 { 0 } else { part.folders[at as usize - 1].files_end };
        if !files.extend(&part.files, from as usize, read.files_end as usize) {
            return Err(too_many());
        }
        let Found { parent, name } = &found[*number as usize];
        folder_names.extend_from_slice(name);
        folders.push(Folder {
            parent: places[*parent as usize],
            end: place + 1,
            name_end: u32::try_from(folder_names.len()).map_err(|_| too_many())?,
            first_file,
            own_bytes: read.own_bytes,
            flags: read.flags,
        });
    }
    for at in (1..folders.len()).rev() {
        let (end, parent) = (folders[at].end, folders[at].parent as usize);
        folders[parent].end = folders[parent].end.max(end);
    }
    mark_extra_links(&mut files, &folders, &places, parts);
    Ok(Tree::new(scanned, folders, folder_names, files, Vec::new()))
}

fn spots(count: usize, parts: &[Part]) -> Vec<Spot> {
    let mut spots = vec![(NOWHERE, NOWHERE); count];
    for (part, found) in parts.iter().enumerate() {
        for (at, Read { number, .. }) in found.folders.iter().enumerate() {
            spots[*number as usize] = (part as u32, at as u32);
        }
    }
    spots
}

/// The numbers of the folders that were read, each followed by those below it, by name.
fn walk_order(found: &[Found], spots: &[Spot]) -> Vec<u32> {
    let is_there = |number: &u32| spots[*number as usize].0 != NOWHERE;
    let mut by_parent: Vec<u32> = (1..found.len() as u32).filter(is_there).collect();
    by_parent.sort_unstable_by(|a, b| {
        let (a, b) = (&found[*a as usize], &found[*b as usize]);
        // The last name first, since the last that is put onto the stack is taken first.
        a.parent.cmp(&b.parent).then_with(|| b.name.cmp(&a.name))
    });
    let mut starts = vec![0_u32; found.len() + 1];
    for number in &by_parent {
        starts[found[*number as usize].parent as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut order = Vec::with_capacity(by_parent.len() + 1);
    let mut stack: Vec<u32> = Some(0).filter(is_there).into_iter().collect();
    while let Some(number) = stack.pop() {
        order.push(number);
        let (from, to) = (starts[number as usize], starts[number as usize + 1]);
        stack.extend_from_slice(&by_parent[from as usize..to as usize]);
    }
    order
}

/// Of the names of one file the first in the order of the walk is counted.
fn mark_extra_links(files: &mut Columns, folders: &[Folder], places: &[u32], parts: Vec<Part>) {
    let links = parts.into_iter().flat_map(|part| part.links);
    let mut links: Vec<(u64, u32)> = links
        .map(|(inode, folder, at)| {
            (inode, folders[places[folder as usize] as usize].first_file + at)
        })
        .collect();
    links.sort_unstable();
    for pair in links.windows(2) {
        if pair[0].0 == pair[1].0 {
            files.marks[pair[1].1 as usize] |= EXTRA_LINK;
        }
    }
}
