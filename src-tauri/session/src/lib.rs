//! Session: the memory layer, which is content that is read again and again, and session work, which
//! is in no version. It owns `session/`, and knows no git, no catalog and no versions.
//!
//! [`ReadCache`] holds content of the other layers, bounded by bytes. Losing it costs time only.
//!
//! [`SessionWork`] holds scratch files and unsaved drafts. They are answered from memory and
//! written to a journal first: what was acknowledged survives the end of the process, however it
//! ends. Against a power cut the journal is synced in the background within a second, and when
//! it is closed or [`SessionWork::sync`] says so. Several processes may write at once.
//!
//! The journal, `session/journal`, is a line `undercroft session 1 CRC` and then records, one
//! after the other. Numbers are little-endian, checksums CRC-32 (IEEE). Each record is
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `D1 55 43 73` |
//! | 4 | length of the payload |
//! | 4 | checksum of the payload |
//! | 4 | checksum of the record's place in the file (8 bytes) and the 12 bytes above |
//! | … | the payload |
//!
//! and a payload is a kind, and what it says:
//!
//! | kind | what follows |
//! |---|---|
//! | 1: written | key, seconds (8) and nanoseconds (4) of the time, the content to the end |
//! | 2: deleted | key |
//! | 3: expired | seconds (8) and nanoseconds (4) of the time at which old work was last cleared |
//! | 4: changed | key, time as above, bytes kept at the start (4) and the end (4), checksum (4), bytes between |
//!
//! where a key is the project's id (32 hexadecimal digits), 1 for scratch or 2 for draft, the
//! length of the path (4), and the path. The last record of a key counts. A change keeps so many
//! bytes of what was there before at the start and the end, puts others between, and has the
//! checksum of the content that results: what does not result in that was made from something that
//! is damaged, and leaves what was there. At most 32 changes follow one another.
//!
//! A record that ends beyond the file was torn by a crash before it was acknowledged, and is
//! dropped. Whatever else is not as it was written is passed over and reported. Writers hold
//! `session/lock`. When most of the journal is of no use any more, it is written anew; a damaged
//! one is kept as `session/journal.damaged` until the next one is.

mod cache;
mod change;
mod items;
mod journal;
mod limits;
mod record;
mod scan;
mod session;
mod syncing;
mod transfer;

pub use cache::{CacheStats, ReadCache};
pub use journal::Damage;
pub use limits::SessionRules;
pub use record::{SessionKey, SessionKind};
pub use session::{SessionContent, SessionEntry, SessionStats, SessionTally, SessionWork};
pub use transfer::{Exported, Imported};
