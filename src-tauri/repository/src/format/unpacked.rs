//! The text of files that are no packs, as it is sealed: compressed since the format's version 2.

use std::fmt::Display;

use undercroft_foundation::{Code, Error, Result, text};

use super::file_kind::{FileKind, damaged};

/// Marks an unpacked file whose JSON is compressed.
const COMPRESSED: u8 = 2;

/// No unpacked file may grow beyond this when it is decompressed.
const UNPACKED_MAX: usize = 1 << 30;

/// The text as it is sealed, compressed where the version of the format allows it.
pub(crate) fn encode_text(text: Vec<u8>, version: u32) -> Result<Vec<u8>> {
    if version < 2 { Ok(text) } else { compress(&text) }
}

/// The text of what was sealed.
pub(crate) fn decode_text(plain: &[u8], kind: FileKind, id: impl Display) -> Result<Vec<u8>> {
    match plain.first() {
        Some(b'{' | b'[') => Ok(plain.to_vec()),
        Some(&COMPRESSED) => decompress(&plain[1..])
            .map_err(|source| damaged(kind, id, "It does not decompress").because(source)),
        _ => Err(Error::new(
            Code::TooNew,
            text!("Cannot read {noun} {id}", noun = kind.noun(), id = id.to_string()),
        )),
    }
}

/// Compresses, and makes sure that it decompresses to the same.
fn compress(text: &[u8]) -> Result<Vec<u8>> {
    let wrong =
        |source: std::io::Error| Error::new(Code::Internal, "Cannot compress").because(source);
    let compressed = zstd::bulk::compress(text, 3).map_err(wrong)?;
    if decompress(&compressed).map_err(wrong)? != text {
        return Err(Error::new(Code::Internal, "Compressed bytes did not decompress to the same"));
    }
    Ok([&[COMPRESSED][..], &compressed].concat())
}

fn decompress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut text = Vec::new();
    let limit = UNPACKED_MAX as u64 + 1;
    zstd::stream::read::Decoder::with_buffer(bytes)?.take(limit).read_to_end(&mut text)?;
    if text.len() > UNPACKED_MAX {
        return Err(std::io::Error::other("it grows beyond all bounds"));
    }
    Ok(text)
}
