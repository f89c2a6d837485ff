//! Frames of zstd (RFC 8878): each compressed by itself, with a checksum of its content.

use undercroft_foundation::{Code, Error, Result};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::{self, CParameter};

/// The most content that a frame holds. Larger frames compress hardly better, and cost time
/// whenever a single file is read.
pub(crate) const FRAME_BYTES: usize = 8 << 20;

/// The first bytes of a skippable frame that holds our index: one of the sixteen that are free to use.
pub(crate) const INDEX_MAGIC: u32 = 0x184D_2A55;
/// The first bytes of the skippable frame that holds a seek table.
pub(crate) const SEEK_TABLE_MAGIC: u32 = 0x184D_2A5E;
/// The first bytes of a frame with content.
pub(crate) const CONTENT_MAGIC: u32 = 0xFD2F_B528;

/// Compresses frames, and opens each again to compare.
pub(crate) struct FrameEncoder {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
    level: i32,
    opened: Vec<u8>,
}

impl FrameEncoder {
    pub(crate) fn new() -> Result<Self> {
        let mut compressor = Compressor::new(3).map_err(failed)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true)).map_err(failed)?;
        Ok(Self {
            compressor,
            decompressor: Decompressor::new().map_err(failed)?,
            level: 3,
            opened: Vec::new(),
        })
    }

    /// Compresses `plain` into `frame`, whose former content goes. The frame was opened again, and
    /// holds what was put in.
    pub(crate) fn encode(&mut self, plain: &[u8], level: i32, frame: &mut Vec<u8>) -> Result<()> {
        if level != self.level {
            self.compressor.set_compression_level(level).map_err(failed)?;
            // A new level resets what was set before.
            self.compressor.set_parameter(CParameter::ChecksumFlag(true)).map_err(failed)?;
            self.level = level;
        }
        frame.clear();
        frame.reserve(zstd_safe::compress_bound(plain.len()));
        self.compressor.compress_to_buffer(plain, frame).map_err(failed)?;
        self.opened.clear();
        self.opened.reserve(plain.len());
        self.decompressor.decompress_to_buffer(frame, &mut self.opened).map_err(failed)?;
        if self.opened != plain {
            return Err(Error::new(
                Code::Internal,
                "Compressed bytes do not open to what they were",
            )
            .next("Test this computer's memory"));
        }
        Ok(())
    }
}

/// Opens frames.
pub(crate) struct FrameDecoder(Decompressor<'static>);

impl FrameDecoder {
    pub(crate) fn new() -> Result<Self> {
        Decompressor::new().map(Self).map_err(failed)
    }

    /// The content of a frame, which is to have `length` bytes, into `plain`.
    pub(crate) fn decode(
        &mut self,
        frame: &[u8],
        length: usize,
        plain: &mut Vec<u8>,
    ) -> Result<()> {
        plain.clear();
        plain.reserve(length);
        let opened = self.0.decompress_to_buffer(frame, plain);
        match opened {
            Ok(found) if found == length => Ok(()),
            Ok(_) => Err(damaged()),
            Err(source) => Err(damaged().because(source)),
        }
    }
}

/// A frame that programs skip.
pub(crate) fn skippable(magic: u32, content: &[u8]) -> Result<Vec<u8>> {
    let length = u32::try_from(content.len()).map_err(|_| {
        Error::new(Code::Invalid, "The project has too many files for one archive")
            .next("Divide it into several projects")
    })?;
    let mut frame = Vec::with_capacity(content.len() + 8);
    frame.extend_from_slice(&magic.to_le_bytes());
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(content);
    Ok(frame)
}

fn failed(source: std::io::Error) -> Error {
    Error::new(Code::Internal, "Cannot compress").because(source)
}

/// The error of a frame that does not open.
pub(crate) fn damaged() -> Error {
    Error::new(Code::Damaged, "A part of the archive can no longer be read")
        .next("Check the archive to see which files this concerns, and restore the rest")
}
