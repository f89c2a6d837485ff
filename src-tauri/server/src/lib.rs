//! The face over HTTP: the window's pages and every use case, for a browser or a script on this
//! machine. It listens on loopback only; every route wants a token, names of other hosts and
//! origins are refused, and nothing is ever sent to anybody else.
//!
//! In reading order:
//!
//! - `server`: its life, from the port to the last answer;
//! - `routes`: the list of routes, and a file for what answers at each;
//! - `auth`: the gate before every route;
//! - `connections`, `requests` and `responses`: what comes in, and what goes out;
//! - `state`: what all requests share; `live` and `tokens`: parts of it.

mod auth;
mod connections;
mod live;
mod requests;
mod responses;
mod routes;
mod server;
mod state;
mod tokens;

pub use routes::{ROUTES, Route};
pub use server::{BrowserHost, Options, Server};
