//! The dashboard page, from inside the binary.
//!
//! Owns content types, caching and compression of the embedded files. Files with a hash in their name never change
//! under it; everything else is asked for again. The page is no secret, so it needs no session: what it shows does.
//! Must not know what the page does.

use super::App;
use super::problem::{Problem, not_found};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// The page as it was built when this binary was; empty when it had not been built.
#[derive(RustEmbed)]
#[folder = "../web-demo/dist"]
#[allow_missing = true]
struct Built;

/// What `/` says in a binary without a page.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Jobfold</title>\n\
<h1>Jobfold is running</h1>\n\
<p>This binary was compiled before the dashboard page was built.\n\
Run <code>cargo xtask web</code>, then build the daemon again.</p>\n\
<p>The API is there all the same: <a href=\"/openapi.json\">/openapi.json</a>.</p>\n";

/// Answers whatever no other route does.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().fallback(file).layer(CompressionLayer::new())
}

async fn file(request: Request) -> Result<Response, Problem> {
    if !request.method().is_safe() {
        return Err(not_found());
    }
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match Built::get(path) {
        Some(file) => Ok(answer(path, file, request.headers())),
        None if path == "index.html" => Ok(axum::response::Html(NOT_BUILT).into_response()),
        None => Err(not_found()),
    }
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let digest = blake3::Hash::from_bytes(file.metadata.sha256_hash()).to_hex();
    // Weak, because a compressed answer is the same page in other bytes.
    let tag = format!("W/\"{}\"", &digest[..16]);
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let held = headers.get(header::IF_NONE_MATCH).and_then(|held| held.to_str().ok());
    let mut response = if held.is_some_and(|held| held.split(',').any(|held| held.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = content_type(path, file.metadata.mimetype());
        ([(header::CONTENT_TYPE, content_type)], file.data).into_response()
    };
    let own = response.headers_mut();
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, tag);
    }
    response
}

/// Text is UTF-8 here, and says so.
fn content_type(path: &str, guessed: &str) -> HeaderValue {
    let lines = path
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("ndjson"));
    let guessed = if lines { "application/x-ndjson" } else { guessed };
    let text = guessed.starts_with("text/");
    let value = if text {
        format!("{guessed}; charset=utf-8")
    } else {
        guessed.to_owned()
    };
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
