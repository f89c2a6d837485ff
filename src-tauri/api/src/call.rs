//! Calls by name and JSON: what the window and HTTP use. A panic in one call is that call's error
//! and nobody else's.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use undercroft_foundation::{Code, Error, Language, Result, text};

use crate::use_cases::{Audience, find_use_case, with_use_cases};
use crate::wire::*;
use crate::{Api, UseCase, in_language};

macro_rules! dispatch {
    ($(#[doc = $doc:literal] $name:ident($request:ty) -> $reply:ty, $audience:ident, $hint:literal;)*) => {
        impl Api {
            fn dispatch(&self, name: &str, request: Value) -> Result<Value> {
                match name {
                    $(stringify!($name) => {
                        let reply: $reply = self.$name(parse(name, request)?)?;
                        to_json(name, &reply)
                    })*
                    _ => Err(unknown(name)),
                }
            }
        }
    };
}
with_use_cases!(dispatch);

impl Api {
    /// Calls the use case `name`, on this thread.
    ///
    /// # Errors
    /// The errors of the use case; [`Code::NotFound`] for a name that there is not,
    /// [`Code::Invalid`] for a request of another shape, [`Code::Unsupported`] for what this face
    /// may not ask for.
    pub fn call(&self, name: &str, request: Value) -> Result<Value, WireError> {
        let done = catch_unwind(AssertUnwindSafe(|| {
            let use_case = find_use_case(name).ok_or_else(|| unknown(name))?;
            self.admit(use_case)?;
            self.dispatch(name, request)
        }));
        let result = done.unwrap_or_else(|panic| Err(broke_off(name, &*panic)));
        result.map_err(|error| {
            tracing::debug!(use_case = name, %error, "refused");
            WireError::from(error)
        })
    }

    /// Calls the use case `name` on a thread where it may block; the sentences of the reply are in
    /// `language`.
    ///
    /// # Errors
    /// The errors of [`Api::call`].
    pub async fn call_blocking(
        &self,
        name: String,
        request: Value,
        language: Language,
    ) -> Result<Value, WireError> {
        let api = self.clone();
        let work = move || in_language(language, || api.call(&name, request));
        let called = tokio::task::spawn_blocking(work).await;
        called.unwrap_or_else(|_| {
            Err(Error::new(Code::Cancelled, "The call was dropped")
                .why("Undercroft is about to end")
                .into())
        })
    }

    fn admit(&self, use_case: &UseCase) -> Result<()> {
        let abilities = self.0.host.abilities();
        let admitted = match use_case.audience {
            Audience::Everyone => true,
            Audience::Window => abilities.can_pick,
            Audience::Typist => abilities.can_type,
        };
        if admitted {
            return Ok(());
        }
        Err(Error::new(
            Code::Unsupported,
            text!("{use_case} cannot be asked for here", use_case = use_case.name),
        ))
    }
}

fn parse<T: DeserializeOwned>(name: &str, request: Value) -> Result<T> {
    // A use case that needs nothing may be asked for with nothing.
    let request = if request.is_null() { Value::Object(Default::default()) } else { request };
    serde_json::from_value(request).map_err(|source| {
        Error::new(
            Code::Invalid,
            text!("The request for {name} has another shape than it must", name),
        )
        .why(source.to_string())
        .next("See the bindings for its shape")
    })
}

fn to_json<T: Serialize>(name: &str, reply: &T) -> Result<Value> {
    serde_json::to_value(reply).map_err(|source| {
        Error::new(Code::Internal, text!("The reply of {name} has no form in JSON", name))
            .because(source)
    })
}

fn unknown(name: &str) -> Error {
    Error::new(Code::NotFound, text!("There is no use case {name}", name = format!("{name:?}")))
        .next("Use one of the names in the bindings")
}

fn broke_off(name: &str, panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("nothing");
    tracing::error!(use_case = name, said, "panicked");
    Error::new(Code::Internal, text!("{name} broke off", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The replies that the pages are tested with.
    const RECORDINGS: [&str; 2] = [
        include_str!("../../../ui/src/test/recorded/library.json"),
        include_str!("../../../ui/src/test/recorded/empty.json"),
    ];

    macro_rules! read_again {
        ($(#[doc = $doc:literal] $name:ident($request:ty) -> $reply:ty, $audience:ident, $hint:literal;)*) => {
            /// A reply as the type that it has on the wire reads and writes it.
            fn read_again(name: &str, request: &Value, reply: &Value) -> Value {
                match name {
                    $(stringify!($name) => {
                        parse::<$request>(name, request.clone()).unwrap();
                        to_json(name, &serde_json::from_value::<$reply>(reply.clone()).unwrap())
                    })*
                    _ => Err(unknown(name)),
                }
                .unwrap()
            }
        };
    }
    with_use_cases!(read_again);

    #[test]
    fn what_was_recorded_has_the_shape_that_it_has_on_the_wire() {
        for recording in RECORDINGS {
            let recording: Value = serde_json::from_str(recording).unwrap();
            for call in recording["calls"].as_array().unwrap() {
                let name = call["name"].as_str().unwrap();
                let stale = || format!("{name}: run `npm run record`");
                if let Some(error) = call.get("error") {
                    let again: WireError = serde_json::from_value(error.clone()).unwrap();
                    assert_eq!(serde_json::to_value(again).unwrap(), *error, "{}", stale());
                } else {
                    let again = read_again(name, &call["request"], &call["reply"]);
                    assert_eq!(again, call["reply"], "{}", stale());
                }
            }
        }
    }
}
