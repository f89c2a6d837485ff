//! The window's pages: carried inside the program, sent to any browser on this machine. They hold
//! nothing of the library; what they ask for needs a token.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use undercroft_foundation::{Code, Error};

use crate::responses::ErrorResponse;

/// Every file of the pages: its path, its bytes.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page that a browser gets for a path that there is not.
const NOT_FOUND: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
    <meta name=viewport content=\"width=device-width\"><meta name=color-scheme content=\"light dark\">\
    <title>Nothing here · Undercroft</title>\
    <body style=\"font:16px/1.5 system-ui;max-width:32em;margin:20vh auto;padding:0 1em\">\
    <h1>Nothing here</h1><p>This address leads nowhere.</p><p><a href=\"/\">Open Undercroft</a></p>";

/// `GET /`: the page that loads the rest.
pub(crate) async fn index() -> Result<Response, ErrorResponse> {
    send("/index.html")
}

/// Any other path: a file of the pages, for whoever reads. A browser that asks for one that there is
/// not gets a page, everybody else, and below `/api`, JSON.
pub(crate) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    let reads = matches!(method, Method::GET | Method::HEAD);
    match send(path) {
        Ok(file) if reads => file,
        Err(_) if reads && is_read_by_people(path, &headers) => {
            (StatusCode::NOT_FOUND, Html(NOT_FOUND)).into_response()
        }
        _ => missing(path).into_response(),
    }
}

fn is_read_by_people(path: &str, headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    let is_call = path == "/api" || path.starts_with("/api/");
    !is_call && accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn missing(path: &str) -> ErrorResponse {
    Error::new(Code::NotFound, format!("There is nothing at {path:?}"))
        .next("Use / for the window's pages, or a use case below /api/call")
        .into()
}

fn send(path: &str) -> Result<Response, ErrorResponse> {
    let found = FILES.iter().find(|(name, _)| *name == path);
    let (name, bytes) = found.ok_or_else(|| missing(path))?;
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
