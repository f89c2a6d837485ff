//! Content that a command is given: a file, or standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use undercroft_foundation::{IoContext, Result, read_input};

/// A larger file is uploaded rather than saved: it is in memory as a whole.
const MAX_CONTENT: u64 = 256 << 20;

/// Content that is read from elsewhere than standard input.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Read the content from this file, instead of from standard input
    #[arg(long, short, value_name = "FILE", alias = "from")]
    input: Option<PathBuf>,
}

impl Input {
    /// The bytes of a file, or of standard input.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        let Some(path) = &self.input else {
            let mut content = Vec::new();
            std::io::stdin().read_to_end(&mut content).at("read", Path::new("standard input"))?;
            return Ok(content);
        };
        read_input(path, MAX_CONTENT)
    }
}
