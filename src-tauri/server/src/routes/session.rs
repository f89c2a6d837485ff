//! `POST /api/session`: a link's code for a token, which the page keeps for itself.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};
use undercroft_foundation::{Code, Error};

use crate::requests;
use crate::responses::ErrorResponse;
use crate::state::Shared;

pub(crate) async fn begin(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ErrorResponse> {
    let request = requests::read(&headers, body).await?;
    let code = request["code"].as_str().unwrap_or_default();
    let token = shared.tokens.redeem(code).ok_or_else(|| {
        ErrorResponse::from(
            Error::new(Code::Unauthorized, "This link does not work any more")
                .why("A link works once")
                .next("Open the newest link that `undercroft serve` printed"),
        )
    })?;
    shared.print_link();
    Ok(Json(json!({"token": token.text()})))
}
