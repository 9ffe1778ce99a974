//! What all lists share: sizes, cursors, the page's frame, and the link to the next page.
//!
//! A page is `{"items": […], "next_cursor": …, "as_of_seq": …}`; items are written by whoever has them, straight into
//! the page's text. Must not know what is listed.

use super::problem::Problem;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use std::fmt::Write as _;

/// Most items of a page.
const LIMIT_MAX: u64 = 500;
/// Items of a page unless the client says otherwise.
const LIMIT_DEFAULT: u64 = 100;

/// The size of a page.
pub(super) fn limit(asked: Option<u64>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        other => Err(Problem::parameter(
            "limit",
            format!("expected 1 to {LIMIT_MAX}, got {other}"),
        )),
    }
}

/// Writes a cursor: where a list's next page begins. Clients hand it back and must not look inside.
pub(super) fn write_cursor(list: char, place: u64) -> String {
    format!("{list}{place:x}")
}

/// Reads a cursor of this list.
pub(super) fn read_cursor(list: char, cursor: &str) -> Result<u64, Problem> {
    let place = cursor
        .strip_prefix(list)
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    place.ok_or_else(|| Problem::parameter("cursor", "expected a next_cursor of this list"))
}

/// A page while it is written.
pub(super) struct Listing {
    body: Vec<u8>,
    listed: usize,
    count_max: usize,
    bytes_max: usize,
}

impl Listing {
    /// An empty page for so many items. It also counts as full once it is longer than `bytes_max`.
    pub(super) fn new(count_max: usize, bytes_max: usize) -> Self {
        Self {
            body: b"{\"items\":[".to_vec(),
            listed: 0,
            count_max,
            bytes_max,
        }
    }

    /// Whether the page takes no more items.
    pub(super) fn is_full(&self) -> bool {
        self.listed == self.count_max || self.body.len() >= self.bytes_max
    }

    /// Adds an item.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if self.listed > 0 {
            self.body.push(b',');
        }
        write(&mut self.body);
        self.listed += 1;
    }

    /// The page's text.
    pub(super) fn finish(mut self, next_cursor: Option<&str>, as_of_seq: u64) -> Vec<u8> {
        let cursor = next_cursor.map_or("null".to_owned(), |cursor| format!("\"{cursor}\""));
        let end = format!("],\"next_cursor\":{cursor},\"as_of_seq\":{as_of_seq}}}");
        self.body.extend_from_slice(end.as_bytes());
        self.body
    }
}

/// Appends a parameter to an address, percent-encoded.
pub(super) fn push_parameter(address: &mut String, name: &str, value: &str) {
    let _ = write!(address, "&{name}=");
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
}

/// Says where the next page is (RFC 8288).
pub(super) fn next_page(response: &mut Response, address: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("<{address}>; rel=\"next\"")) {
        response.headers_mut().insert(header::LINK, value);
    }
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
    fn addresses_are_percent_encoded() {
        let mut address = "?x".to_owned();
        push_parameter(&mut address, "q", "a b&ü");
        assert_eq!(address, "?x&q=a%20b%26%C3%BC");
    }

    #[test]
    fn a_page_is_full_by_count_or_by_size() {
        let mut page = Listing::new(2, 14);
        page.add(|body| body.push(b'1'));
        assert!(!page.is_full());
        page.add(|body| body.push(b'2'));
        assert!(page.is_full());
        assert_eq!(
            page.finish(Some("e1"), 7),
            br#"{"items":[1,2],"next_cursor":"e1","as_of_seq":7}"#
        );
        let mut long = Listing::new(9, 12);
        long.add(|body| body.extend_from_slice(b"123"));
        assert!(long.is_full());
    }
}
