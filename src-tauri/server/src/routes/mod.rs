//! Every route, once: the router and the tests' matrix expand from this list.

mod calls;
mod events;
mod pages;
mod session;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::auth;
use crate::state::Shared;

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method: `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{placeholders}`.
    pub path: &'static str,
    /// Whether a token must come with it: to all but the pages, and the way in by a link's code.
    pub needs_token: bool,
}

macro_rules! routes {
    ($($method:ident $path:literal => $handler:path, needs_token: $needs_token:literal;)*) => {
        /// Every route, but for the pages' own files.
        pub const ROUTES: &[Route] = &[$(Route {
            method: match stringify!($method).as_bytes() { b"get" => "GET", _ => "POST" },
            path: $path,
            needs_token: $needs_token,
        },)*];

        fn listed() -> Router<Shared> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

routes! {
    post "/api/call/{name}" => calls::call, needs_token: true;
    get "/api/events" => events::events, needs_token: true;
    post "/api/session" => session::begin, needs_token: false;
    get "/" => pages::index, needs_token: false;
}

/// The router: the list, the pages' files for all else, and the gate before everything.
pub(crate) fn router(shared: Shared) -> Router {
    listed()
        .fallback(pages::file)
        .layer(from_fn_with_state(shared.clone(), auth::authorize))
        .with_state(shared)
}
