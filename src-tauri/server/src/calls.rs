//! `POST /api/call/{name}`: one use case.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use undercroft_foundation::{Code, Error};

use crate::answers::Refusal;
use crate::server::Shared;

/// The longest request.
const MOST_BYTES: usize = 1 << 20;

pub(crate) async fn call(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Refusal> {
    require_json(&headers)?;
    let bytes = to_bytes(body, MOST_BYTES).await.map_err(|source| {
        let error = Error::new(Code::Invalid, "The request is too long, or broke off")
            .why("A request has at most 1 MiB")
            .because(source);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    })?;
    let request = parse(&bytes)?;
    Ok(Json(shared.api.call_blocking(name, request).await?))
}

/// A form of another page can send text or forms, but never this type, without asking first.
fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if essence.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    let error = Error::new(Code::Invalid, "The request is not JSON")
        .why("Its content type is not application/json");
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error))
}

fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|source| {
        Error::new(Code::Invalid, "The request is not JSON").why(source.to_string()).into()
    })
}
