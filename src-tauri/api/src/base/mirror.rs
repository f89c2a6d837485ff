//! Wire types that say the same as a type of a room.

/// Declares an enum or a struct of the wire that has the variants or fields of a room's type, and
/// the ways between the two. What one has and the other has not, does not compile.
macro_rules! mirror {
    ($(#[$meta:meta])* pub enum $name:ident = $room:path {
        $($(#[$variant_meta:meta])* $variant:ident),* $(,)?
    }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[derive(serde::Serialize, serde::Deserialize, specta::Type)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl From<$room> for $name {
            fn from(from: $room) -> Self {
                match from {
                    $(<$room>::$variant => Self::$variant,)*
                }
            }
        }

        impl From<$name> for $room {
            fn from(from: $name) -> Self {
                match from {
                    $($name::$variant => Self::$variant,)*
                }
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident = $room:path {
        $($(#[$variant_meta:meta])* $variant:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)?
        }),* $(,)?
    }) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[derive(serde::Serialize, serde::Deserialize, specta::Type)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$variant_meta])* $variant { $($(#[$field_meta])* $field: $type),* },)*
        }

        impl From<$room> for $name {
            fn from(from: $room) -> Self {
                type Room = $room;
                match from {
                    $(Room::$variant { $($field),* } => {
                        Self::$variant { $($field: $field.into()),* }
                    })*
                }
            }
        }

        impl From<$name> for $room {
            fn from(from: $name) -> Self {
                match from {
                    $($name::$variant { $($field),* } => {
                        Self::$variant { $($field: $field.into()),* }
                    })*
                }
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident = $room:path {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty),* $(,)?
    }) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[derive(serde::Serialize, serde::Deserialize, specta::Type)]
        $(#[$meta])*
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl From<$room> for $name {
            fn from(from: $room) -> Self {
                let $room { $($field),* } = from;
                Self { $($field: $field.into()),* }
            }
        }

        impl From<$name> for $room {
            fn from(from: $name) -> Self {
                let $name { $($field),* } = from;
                Self { $($field: $field.into()),* }
            }
        }
    };
}
pub(crate) use mirror;
