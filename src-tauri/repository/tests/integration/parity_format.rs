//! A second implementation of what `docs/parity.md` says, slow and plain, that knows nothing of the
//! first: it reads a group's file, checks each byte of it, and computes the recovery blocks.

use crate::support;

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use support::{Scene, back_up};
use undercroft_foundation::Job;
use undercroft_testkit::{random_bytes, write_file};

const BLOCK: usize = 65_536;

struct Field {
    /// The element that a symbol stands for.
    element: Vec<u16>,
    symbol: Vec<u16>,
}

impl Field {
    fn new() -> Self {
        let basis: [u16; 16] = [
            0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012, 0x6C98, 0x10D8, 0x6A72,
            0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E,
        ];
        let of = |symbol: usize| {
            let chosen = (0..16).filter(|bit| symbol >> bit & 1 == 1);
            chosen.fold(0, |sum, bit| sum ^ basis[bit])
        };
        let element: Vec<u16> = (0..65_536).map(of).collect();
        let mut symbol = vec![0; 65_536];
        for (at, value) in element.iter().enumerate() {
            symbol[usize::from(*value)] = u16::try_from(at).unwrap();
        }
        Self { element, symbol }
    }

    fn multiply(&self, one: u16, two: u16) -> u16 {
        let (mut a, mut b) =
            (u32::from(self.element[usize::from(one)]), self.element[usize::from(two)]);
        let mut product = 0;
        while b != 0 {
            if b & 1 == 1 {
                product ^= a;
            }
            a <<= 1;
            if a & 0x1_0000 != 0 {
                a ^= 0x1_002D;
            }
            b >>= 1;
        }
        self.symbol[usize::try_from(product).unwrap()]
    }

    fn invert(&self, one: u16) -> u16 {
        // a^(2^16 - 2)
        let mut result = self.symbol[1];
        for _ in 0..15 {
            result = self.multiply(result, one);
            result = self.multiply(result, result);
        }
        result
    }

    /// The share of each of the M values of a run in the recovery symbol at `point` (Lagrange).
    fn weights(&self, first: u16, count: u16, point: u16) -> Vec<u16> {
        let points: Vec<u16> = (first..first + count).collect();
        let weight = |own: &u16| {
            let others = points.iter().filter(|other| *other != own);
            others.fold(self.symbol[1], |product, other| {
                let factor = self.multiply(point ^ other, self.invert(own ^ other));
                self.multiply(product, factor)
            })
        };
        points.iter().map(weight).collect()
    }
}

fn half(parts: &[&[u8]]) -> Vec<u8> {
    Sha256::digest(parts.concat())[..16].to_vec()
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn symbol(block: &[u8], at: usize) -> u16 {
    let (stretch, place) = (at / 32 * 64, at % 32);
    let byte = |at: usize| block.get(at).copied().unwrap_or(0);
    u16::from_le_bytes([byte(stretch + place), byte(stretch + 32 + place)])
}

/// Checks a group's file against its packs; says how many members and recovery blocks it has.
fn verify(repository: &Path, file: &Path, field: &Field) -> (usize, usize) {
    let bytes = fs::read(file).unwrap();
    let head = &bytes[..696];
    assert_eq!(&head[..8], b"UCPARITY");
    assert_eq!((number(&head[8..12]), number(&head[12..16])), (1, BLOCK));
    let (k, m) = (number(&head[16..20]), number(&head[20..24]));
    assert_eq!(Sha256::digest(&head[..664])[..], head[664..]);
    assert_eq!(hex::encode(&head[664..]), file.file_name().unwrap().to_str().unwrap());
    let mut members = Vec::new();
    for member in head[24..664].chunks(40).take(k) {
        let id = hex::encode(&member[..32]);
        let pack = fs::read(repository.join("data").join(&id[..2]).join(&id)).unwrap();
        assert_eq!(pack.len(), number(&member[32..]));
        members.push(pack);
    }
    assert!(head[24 + k * 40..664].iter().all(|byte| *byte == 0));

    let columns = members.iter().map(|pack| pack.len().div_ceil(BLOCK)).max().unwrap();
    let (mut at, mut all_digests) = (696, Vec::new());
    for column in 0..columns {
        let block = |pack: &'_ Vec<u8>| {
            let end = pack.len().min((column + 1) * BLOCK);
            pack.get(column * BLOCK..end).unwrap_or_default().to_vec()
        };
        let blocks: Vec<Vec<u8>> = members.iter().map(block).collect();
        let shard = blocks.iter().map(Vec::len).max().unwrap().next_multiple_of(64);
        let digests = &bytes[at..at + (k + m + 1) * 16];
        at += digests.len();
        let recovery: Vec<&[u8]> = bytes[at..at + m * shard].chunks(shard).collect();
        at += m * shard;

        let mut wanted = Vec::new();
        for block in &blocks {
            wanted.extend(if block.is_empty() { vec![0; 16] } else { half(&[block]) });
        }
        recovery.iter().for_each(|block| wanted.extend(half(&[block])));
        let own = half(&[&head[664..], &(column as u64).to_le_bytes(), &wanted]);
        wanted.extend(own);
        assert_eq!(digests, wanted);
        all_digests.extend(wanted);
        verify_code(field, &blocks, &recovery, shard / 2);
    }
    assert_eq!(&bytes[at..at + all_digests.len()], all_digests);
    assert_eq!(&bytes[at + all_digests.len()..], head);
    (k, m)
}

fn verify_code(field: &Field, blocks: &[Vec<u8>], recovery: &[&[u8]], symbols: usize) {
    let run = recovery.len().next_power_of_two();
    for (number, wanted) in recovery.iter().enumerate() {
        let weights: Vec<u16> = (0..blocks.len().div_ceil(run))
            .flat_map(|c| {
                let first = u16::try_from(run * (c + 1)).unwrap();
                field.weights(first, u16::try_from(run).unwrap(), u16::try_from(number).unwrap())
            })
            .collect();
        // All would take long: some here and there, and the first and last.
        let chosen = (0..symbols).filter(|at| at % 97 == 0 || *at + 1 == symbols);
        for at in chosen {
            let terms = blocks.iter().zip(&weights);
            let sum = terms
                .fold(0, |sum, (block, weight)| sum ^ field.multiply(symbol(block, at), *weight));
            assert_eq!(sum, symbol(wanted, at), "symbol {at} of recovery block {number}");
        }
    }
}

#[test]
fn each_byte_of_a_group_is_as_the_documentation_says() {
    let scene = Scene::new();
    let repository = scene.init().without_locks();
    for round in 0..17 {
        let size = 60_000 + 7_919 * round as usize;
        write_file(scene.source().join(format!("{round}")), random_bytes(round, size));
        back_up(&repository, &scene.request());
    }
    let field = Field::new();
    let mut shapes = Vec::new();
    for percent in [6, 12, 19, 50] {
        repository.set_parity(percent).unwrap();
        repository.parity_update(&Job::new()).unwrap();
        let groups = scene.repository().join("parity/groups");
        for entry in fs::read_dir(groups).unwrap() {
            shapes.push(verify(&scene.repository(), &entry.unwrap().path(), &field));
        }
    }
    shapes.sort_unstable();
    shapes.dedup();
    // Full groups and small ones, and numbers of recovery blocks that are no power of two.
    for shape in [(16, 1), (16, 2), (16, 3), (16, 8)] {
        assert!(shapes.contains(&shape), "{shapes:?}");
    }
    assert!(shapes.iter().any(|(k, _)| *k < 8), "{shapes:?}");
}
