//! The body of a request: JSON, short enough, and in time. And the language of the one who asks.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::time::timeout;
use undercroft_foundation::{Code, Error, Language};

use crate::responses::ErrorResponse;

/// The longest request.
const MOST_BYTES: usize = 1 << 20;
/// The time that it may take to come.
const BODY: Duration = Duration::from_secs(30);

/// The request's JSON, if it comes in time.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Value, ErrorResponse> {
    require_json(headers)?;
    let Ok(read) = timeout(BODY, to_bytes(body, MOST_BYTES)).await else {
        let error = Error::new(Code::Invalid, "The request did not come whole in time");
        return Err(ErrorResponse::new(StatusCode::REQUEST_TIMEOUT, error));
    };
    let bytes = read.map_err(|source| {
        let error = Error::new(Code::Invalid, "The request is too long, or broke off")
            .why("A request has at most 1 MiB")
            .because(source);
        ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    })?;
    parse(&bytes)
}

/// The language that the caller reads.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wanted.and_then(Language::first_of).unwrap_or_default()
}

/// A form of another page can send text or forms, but never this type, without asking first.
fn require_json(headers: &HeaderMap) -> Result<(), ErrorResponse> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if essence.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    let error = Error::new(Code::Invalid, "The request is not JSON")
        .why("Its content type is not application/json");
    Err(ErrorResponse::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error))
}

fn parse(bytes: &[u8]) -> Result<Value, ErrorResponse> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|source| {
        Error::new(Code::Invalid, "The request is not JSON").why(source.to_string()).into()
    })
}
