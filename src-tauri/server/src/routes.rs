//! Every route, once: the router and the tests' matrix expand from this list.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::server::Shared;
use crate::{calls, events, guard, pages};

/// The path that a link begins with; its code follows.
const LINK: &str = "/open/";

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method: `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{placeholders}`.
    pub path: &'static str,
    /// Whether a token must come with it; all but the link's own.
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
    get "/open/{code}" => pages::open, needs_token: false;
    get "/" => pages::index, needs_token: true;
}

/// The router: the list, the pages' files for all else, and the gate before everything.
pub(crate) fn router(shared: Shared) -> Router {
    listed()
        .fallback(get(pages::file))
        .layer(from_fn_with_state(shared.clone(), guard::guard))
        .with_state(shared)
}

/// Whether this path is a link's, which brings its own code.
pub(crate) fn is_link(path: &str) -> bool {
    path.strip_prefix(LINK).is_some_and(|code| !code.is_empty() && !code.contains('/'))
}

/// The path of a link.
pub(crate) fn link(code: &str) -> String {
    format!("{LINK}{code}")
}
