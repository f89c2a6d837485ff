//! A zip of a few texts, to hand to somebody.

use std::io::{Cursor, Write};

use undercroft_foundation::{Code, Error, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip that has these files, by name.
///
/// # Errors
/// [`Code::Internal`] for a name that no file in a zip can have.
pub fn zip_of(members: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, options).map_err(failed)?;
        zip.write_all(bytes).map_err(|source| failed(source.into()))?;
    }
    Ok(zip.finish().map_err(failed)?.into_inner())
}

fn failed(source: zip::result::ZipError) -> Error {
    Error::new(Code::Internal, "Cannot make a zip").because(source)
}
