//! `POST /api/call/{name}`: one use case.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::Value;

use crate::requests;
use crate::responses::ErrorResponse;
use crate::state::Shared;

pub(crate) async fn call(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ErrorResponse> {
    let language = requests::language(&headers);
    let request = requests::read(&headers, body).await?;
    let called = shared.api.call_blocking(name, request, language).await;
    Ok(Json(called.map_err(|error| ErrorResponse::from(error).in_language(language))?))
}
