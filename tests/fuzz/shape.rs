//! From a fuzzer's bytes to inputs that are nearly right.
//!
//! Owns two shapes: a soup of JSON tokens, and a good line with a few edits. Plain random bytes never get past the
//! first brace, and a fuzzer without coverage has no other guide. Must not know: who reads the result.

use jobfold_tests::fixtures;
use std::sync::LazyLock;

const TOKENS: [&[u8]; 64] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b",",
    b",",
    b":",
    b":",
    b":",
    b" ",
    b"\n",
    b"\"a\"",
    b"\"b\"",
    b"\"a\":",
    b"\"b\":",
    b"\"",
    b"\"",
    b"\\",
    b"\\u",
    b"\\n",
    b"\\/",
    b"d83d",
    b"de00",
    b"0041",
    b"\\ud83d\\ude00",
    b"null",
    b"true",
    b"false",
    b"nul",
    b"0",
    b"1",
    b"-",
    b"-0",
    b".",
    b"0.5",
    b"e",
    b"E+",
    b"e-7",
    b"12",
    b"1e999",
    b"00",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"9007199254740993",
    b"\xc3\xa9",
    b"\xf0\x9f\x98\x80",
    b"\xff",
    b"\xed\xa0\x80",
    b"\x00",
    b"\x1f",
    b"\x7f",
    b"\t",
    b"\r",
    b"\xef\xbb\xbf",
    b"[[[[[[[[[[[[[[[[",
    b"]]]]]]]]]]]]]]]]",
    b"abcdefghijklmnopqrstuvwxyz",
];

/// One token a byte; bytes above the table stand for themselves.
pub(crate) fn soup(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 3);
    for byte in bytes {
        match TOKENS.get(usize::from(byte % 72)) {
            Some(token) => out.extend_from_slice(token),
            None => out.push(*byte),
        }
    }
    out
}

/// The lines of all short histories.
static LINES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let names = fixtures::scenario_names();
    let lines = names.iter().flat_map(|name| fixtures::lines(name).into_iter().take(40));
    lines.filter(|line| line.len() < 4_000).collect()
});

/// One replacement in a line: where, how many bytes go, which token comes.
pub(crate) type Edit = (u16, u8, u8);

/// A line of the histories, edited.
pub(crate) fn edited(choice: u16, edits: &[Edit]) -> Vec<u8> {
    let mut line = LINES[usize::from(choice) % LINES.len()].clone().into_bytes();
    for (at, gone, token) in edits.iter().take(6) {
        let at = usize::from(*at) % (line.len() + 1);
        let until = (at + usize::from(gone % 4)).min(line.len());
        line.splice(at..until, soup(&[*token]));
    }
    line
}
