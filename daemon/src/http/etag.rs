//! Entity tags of projections.
//!
//! A projection is named by what was asked, the partition and the seq it shows: equal names, equal bytes. That makes
//! the tag strong and an unchanged answer free.

use super::PARTITION;
use super::params::header_text;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A strong tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl Tag {
    /// The tag of what `question` yields at `seq`. The question spells out route and parameters.
    pub(super) fn new(question: &str, seq: u64) -> Self {
        let digest = blake3::hash(question.as_bytes()).to_hex();
        Self(format!("\"{PARTITION}:{seq}:{}\"", &digest[..16]))
    }

    /// Whether the client holds this already (`If-None-Match`, weak comparison as RFC 9110 has it).
    pub(super) fn is_held(&self, headers: &HeaderMap) -> bool {
        let held = header_text(headers, header::IF_NONE_MATCH).unwrap_or_default();
        held.split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == self.0 || tag == "*")
    }

    /// A JSON answer under this tag. Caches have to ask each time, and mostly hear "unchanged".
    pub(super) fn json(&self, body: Vec<u8>) -> Response {
        self.mark((json_type(), body).into_response())
    }

    /// The answer to a client that holds it already.
    pub(super) fn not_modified(&self) -> Response {
        self.mark(StatusCode::NOT_MODIFIED.into_response())
    }

    fn mark(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&self.0) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response
    }
}

/// The header of a JSON answer.
pub(super) fn json_type() -> [(header::HeaderName, HeaderValue); 1] {
    [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]
}
