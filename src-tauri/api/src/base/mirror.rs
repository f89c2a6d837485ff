//! Wire types that say the same as a room's, and the ways between the two.

/// Two enums with the same names, and the way from one to the other.
macro_rules! same_names {
    ($($from:path => $to:ty { $($name:ident),* };)*) => {$(
        impl From<$from> for $to {
            fn from(from: $from) -> Self {
                match from {
                    $(<$from>::$name => Self::$name,)*
                }
            }
        }
    )*};
}
pub(crate) use same_names;
