//! The gate before every route: the right host name, no other origin, and a token.
//!
//! The host name keeps out pages that point a name of theirs at this machine (DNS rebinding);
//! the origin keeps out every other page that the browser has open; the token keeps out other
//! users and programs.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::responses::{ErrorResponse, set_security_headers};
use crate::state::Shared;

/// Below it lies all that does something; the rest are the pages' files.
const CALLS: &str = "/api/";
/// The path at which a link's code is given for a token.
const SESSION: &str = "/api/session";

/// Lets a request through or answers it, and puts the headers on the answer.
pub(crate) async fn authorize(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&shared, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    set_security_headers(response.headers_mut());
    response
}

fn admit(shared: &Shared, request: &Request) -> Result<(), ErrorResponse> {
    let headers = request.headers();
    let host = only(headers, header::HOST)
        .ok_or_else(|| ErrorResponse::forbidden("Which host is meant?"))?;
    if !shared.hosts().iter().any(|own| own == host) {
        return Err(ErrorResponse::forbidden("This host is not served here"));
    }
    if headers.contains_key(header::ORIGIN) {
        let own = format!("http://{host}");
        if only(headers, header::ORIGIN) != Some(own.as_str()) {
            return Err(ErrorResponse::forbidden("Pages of other origins may not call"));
        }
    }
    // The pages' own files hold no secret, and a browser that asks for them has no header yet.
    if is_open(request.uri().path()) || has_token(shared, headers) {
        return Ok(());
    }
    Err(ErrorResponse::unauthorized())
}

/// A header, and never a cookie: a browser sends those to every port of this machine.
fn has_token(shared: &Shared, headers: &HeaderMap) -> bool {
    let token = only(headers, header::AUTHORIZATION).and_then(|it| it.strip_prefix("Bearer "));
    token.is_some_and(|token| shared.tokens.is_valid(token))
}

/// The header's value, if it came once and is text: two different ones are a trick.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether this path may be asked for without a token.
fn is_open(path: &str) -> bool {
    path == SESSION || !path.starts_with(CALLS)
}
