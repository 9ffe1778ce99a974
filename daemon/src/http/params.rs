//! Reading what stands in an address and in headers.
//!
//! Owns the extractor that turns unreadable queries into problems. Must not know routes.

use super::problem::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::de::DeserializeOwned;

/// A query string, read strictly: a parameter that is not known is a mistake, not a wish to be ignored.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(params)| Self(params))
            .map_err(|error| Problem::parameter("query", error.body_text()))
    }
}

/// A header's text, if it is there and is text.
pub fn header_text(headers: &HeaderMap, name: impl Into<HeaderName>) -> Option<&str> {
    headers.get(name.into())?.to_str().ok()
}

/// Reads `default:17`, the way a place in the log is written in event ids and entity tags.
pub fn read_place(text: &str) -> Option<u64> {
    text.strip_prefix(super::PARTITION)?.strip_prefix(':')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_name_the_partition() {
        assert_eq!(read_place("default:17"), Some(17));
        for other in ["17", "default:", "default:x", "other:1", "default:-1"] {
            assert_eq!(read_place(other), None, "{other}");
        }
    }
}
