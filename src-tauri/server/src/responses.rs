//! The answers: errors in the wire's form with the status that fits, and the headers that
//! every answer carries.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use undercroft_api::in_language;
use undercroft_api::wire::{ErrorCode, WireError};
use undercroft_foundation::{Code, Error, Language};

/// Pages may load what this server sends, and nothing else; nobody may frame them.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; media-src blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The headers that every answer carries.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts the headers on, over whatever a handler said.
pub(crate) fn set_security_headers(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// An error as an answer.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    error: Box<WireError>,
    language: Language,
}

impl ErrorResponse {
    /// With a status of its own, where the code's is too general.
    pub(crate) fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error: Box::new(error.into()), language: Language::default() }
    }

    /// The same, said in a language.
    pub(crate) fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// No valid token came.
    pub(crate) fn unauthorized() -> Self {
        Error::new(Code::Unauthorized, "This needs a token").into()
    }

    /// Somebody else's page, or another name for this machine.
    pub(crate) fn forbidden(what: &str) -> Self {
        let error = Error::new(Code::Unauthorized, what)
            .why("Only this server's own pages, and scripts on this machine, may call");
        Self::new(StatusCode::FORBIDDEN, error)
    }
}

impl From<WireError> for ErrorResponse {
    fn from(error: WireError) -> Self {
        let status = status_of(error.code);
        Self { status, error: Box::new(error), language: Language::default() }
    }
}

impl From<Error> for ErrorResponse {
    fn from(error: Error) -> Self {
        WireError::from(error).into()
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        in_language(self.language, || (self.status, Json(self.error)).into_response())
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound | ErrorCode::RepositoryMissing | ErrorCode::SourceMissing => {
            StatusCode::NOT_FOUND
        }
        ErrorCode::Invalid => StatusCode::BAD_REQUEST,
        ErrorCode::AlreadyExists
        | ErrorCode::NotKept
        | ErrorCode::Locked
        | ErrorCode::Cancelled
        | ErrorCode::Interrupted
        | ErrorCode::TooNew => StatusCode::CONFLICT,
        ErrorCode::WrongPassword | ErrorCode::Unsupported => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Damaged | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
