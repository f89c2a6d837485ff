//! The face over HTTP: the window's pages and every use case, for a browser or a script on this
//! machine. It listens on loopback only; every route wants a token, names of other hosts and
//! origins are refused, and nothing is ever sent to anybody else.

mod auth;
mod calls;
mod connections;
mod events;
mod pages;
mod responses;
mod routes;
mod server;
mod session;
mod tokens;

pub use routes::{ROUTES, Route};
pub use server::{BrowserHost, Options, Server};
