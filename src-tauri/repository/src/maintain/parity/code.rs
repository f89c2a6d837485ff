//! Reed–Solomon over a column: as many blocks may be lost as there are recovery blocks.
//!
//! The code is that of Leopard-RS over GF(2^16), always at its high rate: `docs/parity.md` says
//! what that comes to.

use reed_solomon_simd::engine::DefaultEngine;
use reed_solomon_simd::rate::{HighRateDecoder, HighRateEncoder, RateDecoder, RateEncoder};
use undercroft_foundation::{Code, Error, Result};

/// Computes recovery blocks; keeps its tables and buffers between columns.
pub(super) struct Encoder {
    inner: HighRateEncoder<DefaultEngine>,
    members: usize,
    recoveries: usize,
    padded: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(members: usize, recoveries: usize, shard: usize) -> Result<Self> {
        let engine = DefaultEngine::new();
        let inner = HighRateEncoder::new(members, recoveries, shard, engine, None);
        Ok(Self { inner: inner.map_err(refused)?, members, recoveries, padded: Vec::new() })
    }

    /// The recovery blocks, each of length `shard`, of blocks that may be shorter.
    pub(super) fn encode<'a>(
        &mut self,
        blocks: impl Iterator<Item = &'a [u8]>,
        shard: usize,
    ) -> Result<Vec<Vec<u8>>> {
        self.inner.reset(self.members, self.recoveries, shard).map_err(refused)?;
        for block in blocks {
            self.inner
                .add_original_shard(padded(block, shard, &mut self.padded))
                .map_err(refused)?;
        }
        let encoded = self.inner.encode().map_err(refused)?;
        Ok(encoded.recovery_iter().map(<[u8]>::to_vec).collect())
    }
}

/// Computes the block of member `wanted` from at least as many others as there are members.
pub(super) fn decode(
    (members, recoveries): (usize, usize),
    shard: usize,
    sound: &[(usize, Vec<u8>)],
    sound_recoveries: &[(usize, Vec<u8>)],
    wanted: usize,
) -> Result<Vec<u8>> {
    let engine = DefaultEngine::new();
    let mut decoder =
        HighRateDecoder::new(members, recoveries, shard, engine, None).map_err(refused)?;
    let mut buffer = Vec::new();
    for (number, block) in sound {
        decoder.add_original_shard(*number, padded(block, shard, &mut buffer)).map_err(refused)?;
    }
    for (number, block) in sound_recoveries {
        decoder.add_recovery_shard(*number, block).map_err(refused)?;
    }
    let decoded = decoder.decode().map_err(refused)?;
    let block = decoded.restored_original(wanted).map(<[u8]>::to_vec);
    block.ok_or_else(|| Error::new(Code::Internal, "Parity gave back another block"))
}

fn padded<'a>(block: &'a [u8], shard: usize, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    if block.len() == shard {
        return block;
    }
    buffer.clear();
    buffer.extend_from_slice(block);
    buffer.resize(shard, 0);
    buffer
}

fn refused(source: reed_solomon_simd::Error) -> Error {
    Error::new(Code::Internal, "Cannot compute parity").because(source)
}
