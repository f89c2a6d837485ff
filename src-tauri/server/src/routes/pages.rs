//! The window's pages: carried inside the program, sent to any browser on this machine. They hold
//! nothing of the library; what they ask for needs a token.

use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use undercroft_foundation::{Code, Error};

use crate::responses::ErrorResponse;

/// Every file of the pages: its path, its bytes.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// `GET /`: the page that loads the rest.
pub(crate) async fn index() -> Result<Response, ErrorResponse> {
    send("/index.html")
}

/// `GET` of any other path: a file of the pages.
pub(crate) async fn file(uri: Uri) -> Result<Response, ErrorResponse> {
    send(uri.path())
}

fn send(path: &str) -> Result<Response, ErrorResponse> {
    let found = FILES.iter().find(|(name, _)| *name == path);
    let (name, bytes) = found.ok_or_else(|| {
        ErrorResponse::from(Error::new(Code::NotFound, format!("There is no page {path:?}")))
    })?;
    let mut response = (*bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind_of(name)));
    // The builder puts a digest into the names below this folder: what one holds never changes.
    if name.starts_with("/assets/") {
        let forever = HeaderValue::from_static("private, max-age=31536000, immutable");
        headers.insert(header::CACHE_CONTROL, forever);
    }
    Ok(response)
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
