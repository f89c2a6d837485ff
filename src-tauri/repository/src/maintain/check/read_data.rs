//! The packs that a check reads whole.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Code, Error, Random, Result, text};

use super::report::ReadRound;
use crate::format::id::PackId;

/// The share of the packs that is read, and held against digests and seals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReadData {
    /// None: only that each is there, as long as it should be.
    #[default]
    Nothing,
    /// All; takes as long as reading all that is stored.
    All,
    /// These, as far as an index still lists them.
    Packs(Vec<PackId>),
    /// The `n`-th of `of` parts, which together are all: as restic parts them, by the first byte of
    /// their ids. There are at most 256 parts.
    Part {
        /// The number of the part, from 1.
        n: u32,
        /// The number of parts.
        of: u32,
    },
    /// The next ones by id, until so many thousandths of all bytes are read. Where the report says
    /// that it came to is where the next check goes on, so that all are read in time.
    Permille {
        /// Thousandths of all bytes; at least one pack is read.
        permille: u32,
        /// The last pack of the check before, `None` to begin a round.
        after: Option<PackId>,
    },
    /// Some by chance.
    Sample(SampleSize),
}

/// The amount that is read by chance; at least one pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleSize {
    /// Thousandths of all bytes.
    Permille(u32),
    /// Bytes.
    Bytes(u64),
}

/// The packs that a check is to read.
pub(super) struct Selection {
    /// The packs with their sizes.
    pub(super) packs: HashMap<PackId, u64>,
    /// The progress of a round.
    pub(super) round: Option<ReadRound>,
}

impl ReadData {
    /// Chooses among the packs that are there.
    pub(super) fn select(
        &self,
        present: &HashMap<PackId, u64>,
        random: &dyn Random,
    ) -> Result<Selection> {
        let some = |chosen: &dyn Fn(&PackId) -> bool| {
            let packs = present.iter().filter(|(pack, _)| chosen(pack));
            packs.map(|(pack, size)| (*pack, *size)).collect()
        };
        let mut round = None;
        let packs = match self {
            Self::Nothing => HashMap::new(),
            Self::All => present.clone(),
            Self::Packs(packs) => {
                let wanted: HashSet<_> = packs.iter().collect();
                some(&|pack| wanted.contains(pack))
            }
            Self::Part { n, of } => {
                if !(1..=256).contains(of) || !(1..=*of).contains(n) {
                    return Err(Error::new(
                        Code::Invalid,
                        text!("There is no part {n} of {of}", n, of),
                    )
                    .why("Parts are counted from 1, and there are at most 256"));
                }
                some(&|pack| u32::from(pack.0[0]) % of == n - 1)
            }
            Self::Permille { permille, after } => {
                let limit = share(present, *permille);
                let (packs, reached) = following(present, *after, limit);
                round = Some(reached);
                packs
            }
            Self::Sample(size) => {
                let limit = match size {
                    SampleSize::Permille(permille) => share(present, *permille),
                    SampleSize::Bytes(bytes) => *bytes,
                };
                by_chance(present, limit, random)
            }
        };
        Ok(Selection { packs, round })
    }
}

fn share(present: &HashMap<PackId, u64>, permille: u32) -> u64 {
    let total: u64 = present.values().sum();
    let share = u128::from(total) * u128::from(permille.min(1000)) / 1000;
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn by_id(present: &HashMap<PackId, u64>) -> Vec<(PackId, u64)> {
    let mut packs: Vec<_> = present.iter().map(|(pack, size)| (*pack, *size)).collect();
    packs.sort_unstable();
    packs
}

/// Takes packs until there are `limit` bytes of them, and at least one.
fn take(
    packs: impl Iterator<Item = (PackId, u64)>,
    limit: u64,
) -> impl Iterator<Item = (PackId, u64)> {
    let mut bytes = 0;
    packs.enumerate().map_while(move |(at, (pack, size))| {
        let goes_on = at == 0 || bytes < limit;
        bytes += size;
        goes_on.then_some((pack, size))
    })
}

fn following(
    present: &HashMap<PackId, u64>,
    after: Option<PackId>,
    limit: u64,
) -> (HashMap<PackId, u64>, ReadRound) {
    let packs = by_id(present);
    let start = packs.partition_point(|(pack, _)| after.is_some_and(|after| *pack <= after));
    let chosen: Vec<_> = take(packs[start..].iter().copied(), limit).collect();
    let complete = start + chosen.len() == packs.len();
    let up_to = chosen.last().map(|(pack, _)| *pack).or(after);
    (chosen.into_iter().collect(), ReadRound { up_to, complete })
}

/// Ids are spread evenly, so that a stretch of them from a place by chance is as good as any.
fn by_chance(
    present: &HashMap<PackId, u64>,
    limit: u64,
    random: &dyn Random,
) -> HashMap<PackId, u64> {
    let mut start = PackId([0; 32]);
    random.fill(&mut start.0);
    let mut packs = by_id(present);
    let first = packs.partition_point(|(pack, _)| *pack < start);
    packs.rotate_left(first);
    take(packs.into_iter(), limit).collect()
}
