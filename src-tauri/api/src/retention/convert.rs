//! Retention, from the wire and back.

use undercroft_backup as backup;

use super::wire::{GuardAnswer, GuardKind, Retention};
use crate::base::mirror::same_names;

macro_rules! same_fields {
    ($from:ty => $to:ty { $($field:ident),* $(,)? }) => {
        impl From<$from> for $to {
            fn from(from: $from) -> Self {
                Self { $($field: from.$field),* }
            }
        }

        impl From<$to> for $from {
            fn from(from: $to) -> Self {
                Self { $($field: from.$field),* }
            }
        }
    };
}

same_fields!(Retention => backup::Retention {
    last,
    hourly,
    daily,
    weekly,
    monthly,
    yearly,
    within,
    within_hourly,
    within_daily,
    within_weekly,
    within_monthly,
    within_yearly,
    tags,
    budget_bytes,
});

same_names! {
    backup::AnomalyKind => GuardKind { Deletion, Rewriting, Growth };
    backup::AnomalyAnswer => GuardAnswer { Meant, NotMeant };
    GuardAnswer => backup::AnomalyAnswer { Meant, NotMeant };
}
