//! Use cases that are declared and not there yet.

use undercroft_foundation::{Code, Error, Result};

use crate::Api;
use crate::wire::*;

macro_rules! awaited {
    ($($name:ident($request:ty) -> $reply:ty;)*) => {
        impl Api {
            $(
                /// Not there yet.
                ///
                /// # Errors
                /// Always.
                pub fn $name(&self, _: $request) -> Result<$reply> {
                    Err(Error::new(Code::Unsupported, concat!("Cannot do ", stringify!($name), " yet")))
                }
            )*
        }
    };
}

awaited! {
}
