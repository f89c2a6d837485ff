//! Bytes on their way to or from a file, held against the digest that they should have.

use std::io::{self, Read, Write};

use sha1::Sha1;
use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Job, Result};

use crate::version::{ContentId, GitId};

const PIECE: usize = 128 * 1024;

/// The digest of what passed.
enum Hash {
    Git(Sha1),
    Object(Sha256),
}

impl Hash {
    fn new(content: &ContentId, size: u64) -> Self {
        match content {
            ContentId::Git(_) => {
                Self::Git(Sha1::new().chain_update(format!("blob {size}\0").as_bytes()))
            }
            ContentId::Object(_) => Self::Object(Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Git(hash) => hash.update(bytes),
            Self::Object(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> ContentId {
        match self {
            Self::Git(hash) => ContentId::Git(GitId(hash.finalize().into())),
            Self::Object(hash) => ContentId::Object(hash.finalize().into()),
        }
    }
}

/// Passes bytes on; says whether they are those of `content`, `size` of them.
///
/// # Errors
/// [`Code::Cancelled`], or a failure of either side.
pub(crate) fn pass_on(
    from: &mut dyn Read,
    to: &mut dyn Write,
    (content, size): (&ContentId, u64),
    job: &Job,
) -> Result<bool> {
    let mut hash = Hash::new(content, size);
    let mut piece = vec![0; PIECE];
    let mut passed = 0;
    loop {
        job.check_cancelled()?;
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        passed += read as u64;
        // Whatever else comes, it is not what was asked for; and it could be without end.
        if passed > size {
            return Ok(false);
        }
        hash.update(&piece[..read]);
        to.write_all(&piece[..read]).map_err(unwritable)?;
    }
    Ok(passed == size && hash.finish() == *content)
}

/// Whether what can be read is this content, `size` bytes of it. What cannot be read is not.
///
/// # Errors
/// [`Code::Cancelled`].
pub(crate) fn is_content_of(
    from: &mut dyn Read,
    wanted: (&ContentId, u64),
    job: &Job,
) -> Result<bool> {
    match pass_on(from, &mut io::sink(), wanted, job) {
        Err(error) if error.code() != Code::Cancelled => Ok(false),
        read => read,
    }
}

fn unreadable(source: io::Error) -> Error {
    source.downcast::<Error>().unwrap_or_else(|source| {
        Error::new(Code::Unavailable, "The content cannot be read").because(source)
    })
}

fn unwritable(source: io::Error) -> Error {
    let code = match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Code::StorageFull,
        io::ErrorKind::PermissionDenied => Code::PermissionDenied,
        _ => Code::Unavailable,
    };
    Error::new(code, "The file cannot be written").because(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(bytes: &[u8], content: ContentId, size: u64) -> bool {
        let mut out = Vec::new();
        pass_on(&mut &*bytes, &mut out, (&content, size), &Job::new()).unwrap()
    }

    #[test]
    fn other_bytes_than_those_asked_for_are_found_out() {
        // `printf hello | git hash-object --stdin`.
        let git = hex::decode("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0").unwrap();
        let git = ContentId::Git(GitId(git.try_into().unwrap()));
        let object = ContentId::Object(Sha256::digest(b"hello").into());
        for content in [git, object] {
            assert!(passes(b"hello", content, 5));
            assert!(!passes(b"hellO", content, 5) && !passes(b"hell", content, 5));
            assert!(!passes(b"hello!", content, 5));
        }
    }

    #[test]
    fn a_cancelled_job_stops() {
        let job = Job::new();
        job.cancel();
        let object = ContentId::Object([0; 32]);
        let error = pass_on(&mut io::repeat(0), &mut io::sink(), (&object, 1), &job).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
    }
}
