//! Ids as types, so that a project's id is never taken for a run's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::{Clock, Code, Error, Random, TextArgument, TextValue};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $noun:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// A UUID of version 7 (RFC 9562): ids made later sort later.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id of the clock's moment and 74 random bits.
            pub fn new(clock: &dyn Clock, random: &dyn Random) -> Self {
                let mut bytes = [0; 10];
                random.fill(&mut bytes);
                let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.simple().fmt(f)
            }
        }

        impl TextArgument for $name {
            fn to_value(&self) -> TextValue {
                TextValue::Name(self.to_string())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($noun, " {}"), self)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Uuid::try_parse(text).map(Self).map_err(|source| {
                    Error::new(Code::Invalid, format!(concat!("Not the id of a ", $noun, ": {:?}"), text))
                        .because(source)
                })
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// The id of a library: the same wherever it is restored.
    LibraryId, "library";
    /// The id of a project.
    ProjectId, "project";
    /// The id of a workspace of a project.
    WorkspaceId, "workspace";
    /// The id of a version of a workspace: its own, whatever becomes of its commit.
    VersionId, "version";
    /// The id of a destination of backups.
    DestinationId, "destination";
    /// The id of a plan of backups.
    PlanId, "plan";
    /// The id of an archive.
    ArchiveId, "archive";
    /// The id of an alert of the guard.
    AlertId, "alert";
    /// The id of one execution that was recorded.
    RunId, "run";
    /// The id of a running job.
    JobId, "job";
    /// A place that the user pointed out (a dialog, a drop, a typed path), good for one session.
    PlaceId, "place";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OsRandom, SystemClock};

    #[test]
    fn an_id_survives_its_text() {
        let id = ProjectId::new(&SystemClock, &OsRandom);
        assert_eq!(id.to_string().parse::<ProjectId>().ok(), Some(id));
        assert_eq!("../etc".parse::<ProjectId>().map_err(|e| e.code()), Err(Code::Invalid));
    }
}
