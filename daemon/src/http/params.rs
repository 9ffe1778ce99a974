//! Reading what stands in an address and in headers.
//!
//! Owns the extractor that turns unreadable queries into problems, cursors, and page sizes. Must not know routes.

use super::problem::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::de::DeserializeOwned;

/// Most items of a page.
pub const LIMIT_MAX: u64 = 500;
/// Items of a page unless the client says otherwise.
const LIMIT_DEFAULT: u64 = 100;

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

/// The size of a page.
pub fn limit(asked: Option<u64>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        other => Err(Problem::parameter(
            "limit",
            format!("expected 1 to {LIMIT_MAX}, got {other}"),
        )),
    }
}

/// Writes a cursor: where a list's next page begins. Clients hand it back and must not look inside.
pub fn write_cursor(list: char, place: u64) -> String {
    format!("{list}{place:x}")
}

/// Reads a cursor of this list.
pub fn read_cursor(list: char, cursor: &str) -> Result<u64, Problem> {
    let place = cursor
        .strip_prefix(list)
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    place.ok_or_else(|| Problem::parameter("cursor", "expected a next_cursor of this list"))
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
    fn cursors_belong_to_their_list() {
        assert_eq!(read_cursor('e', &write_cursor('e', 300)).unwrap(), 300);
        for other in ["", "e", "j1", "e-1", "ezz"] {
            assert!(read_cursor('e', other).is_err(), "{other}");
        }
    }

    #[test]
    fn places_name_the_partition() {
        assert_eq!(read_place("default:17"), Some(17));
        for other in ["17", "default:", "default:x", "other:1", "default:-1"] {
            assert_eq!(read_place(other), None, "{other}");
        }
    }
}
