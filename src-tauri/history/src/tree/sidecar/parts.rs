//! The sidecar of a folder of very many entries, cut into parts, so that a change writes one of them.
//!
//! A line is in the part that the first bits of its name's CRC-32 say, so that a part is found
//! without looking into others. A part that grows too large becomes two, of one bit more; how a
//! folder is cut follows from the names in it alone.

use super::{ENTRIES, Line};

/// From more lines than this on, a folder is cut.
pub(crate) const UNCUT_LINES: usize = 1024;

/// A part of more lines than this becomes two.
const PART_LINES: usize = 256;

/// No part has a longer name: names that are so much alike stay together.
const MOST_BITS: usize = 24;

/// The first bits of a name's digest, as text: `0110…`.
fn bits_of(name: &[u8]) -> String {
    format!("{:032b}", crc32fast::hash(name))
}

/// The name in the sidecar's tree of the part with these bits.
fn part_name(bits: &str) -> Vec<u8> {
    [ENTRIES, b".", bits.as_bytes()].concat()
}

/// Whether a blob of the sidecar's tree is a part.
pub(crate) fn is_part(name: &[u8]) -> bool {
    let bits = name.strip_prefix(ENTRIES).and_then(|rest| rest.strip_prefix(b"."));
    bits.is_some_and(|bits| bits.iter().all(|bit| matches!(bit, b'0' | b'1')))
}

/// The names that the part of `name` may have, the longest first.
pub(crate) fn names_for(name: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let bits = bits_of(name);
    (0..=MOST_BITS).rev().map(move |length| part_name(&bits[..length]))
}

/// Cuts lines, each under the name of its part; their order within stays.
pub(crate) fn cut<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<(Vec<u8>, Vec<&'a Line>)> {
    let all = lines.into_iter().map(|line| (bits_of(&line.name), line)).collect();
    let mut parts = Vec::new();
    let mut open = vec![(0, all)];
    while let Some((length, lines)) = open.pop() {
        let lines: Vec<(String, &Line)> = lines;
        if lines.len() > PART_LINES && length < MOST_BITS {
            let is_one = |(bits, _): &(String, &Line)| bits.as_bytes()[length] == b'1';
            let (ones, zeros) = lines.into_iter().partition(is_one);
            open.push((length + 1, ones));
            open.push((length + 1, zeros));
        } else if let Some((bits, _)) = lines.first() {
            let name = part_name(&bits[..length]);
            parts.push((name, lines.into_iter().map(|(_, line)| line).collect()));
        }
    }
    parts
}
