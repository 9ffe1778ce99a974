//! Byte-level scanning: strings, numbers, white space and the recursive shape of a JSON text.
//!
//! Owns the strictness rules.
//! Must not know: members, values, allocation beyond the tape it fills.

use super::tape::{Kind, Tape, Token};
use crate::bytes::plain_run;
use crate::error::{Code, Error};
use alloc::vec::Vec;

/// How deep arrays and objects may nest. Everything deeper is refused, so no reader of ours recurses without bound.
pub const DEPTH_MAX: usize = 128;

/// The largest text the reader accepts, in bytes: token positions are 32 bits wide.
pub const SIZE_MAX: usize = (1 << 31) - 1;

/// So many digits fit signed 64 bit, whatever they are.
const DIGITS_SHORT: usize = 18;

/// What a string's scan found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScannedString {
    /// Position of the closing quote.
    pub end: usize,
    /// Whether the text holds escapes.
    pub escaped: bool,
    /// Whether the text holds bytes above ASCII.
    pub wide: bool,
}

/// Scans a string whose first content byte is at `start`. UTF-8 is not checked here; `wide` says that it must be.
#[inline]
pub(crate) fn scan_string(bytes: &[u8], start: usize) -> Result<ScannedString, Error> {
    let (end, wide) = plain_run(bytes, start);
    if bytes.get(end) == Some(&b'"') {
        return Ok(ScannedString {
            end,
            escaped: false,
            wide,
        });
    }
    scan_escaped(bytes, end, wide)
}

#[cold]
fn scan_escaped(bytes: &[u8], mut at: usize, mut wide: bool) -> Result<ScannedString, Error> {
    let mut escaped = false;
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(ScannedString { end: at, escaped, wide }),
            Some(b'\\') => {
                escaped = true;
                at = skip_escape(bytes, at)?;
            }
            Some(_) => return Err(invalid(at, "control character inside a string")),
            None => return Err(invalid(at, "string without an end")),
        }
        let (next, more) = plain_run(bytes, at);
        at = next;
        wide |= more;
    }
}

/// Skips one escape, surrogate pairs included: a lone surrogate is no character and is refused.
fn skip_escape(bytes: &[u8], at: usize) -> Result<usize, Error> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match hex4(bytes, at + 2) {
            Some(0xD800..=0xDBFF) => match (bytes.get(at + 6..at + 8), hex4(bytes, at + 8)) {
                (Some(b"\\u"), Some(0xDC00..=0xDFFF)) => Ok(at + 12),
                _ => Err(invalid(at, "high surrogate without its low half")),
            },
            Some(0xDC00..=0xDFFF) => Err(invalid(at, "low surrogate without its high half")),
            Some(_) => Ok(at + 6),
            None => Err(invalid(at, "expected four hexadecimal digits after \\u")),
        },
        _ => Err(invalid(at, "unknown escape in a string")),
    }
}

pub(crate) fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |value, &byte| {
        char::from(byte).to_digit(16).map(|digit| (value << 4) | digit)
    })
}

/// Scans a number that starts at `start`; answers its end and whether it is an integer within signed 64 bit.
#[inline]
pub(crate) fn scan_number(bytes: &[u8], start: usize) -> Result<(usize, Kind), Error> {
    let end = skip_digits(bytes, start);
    let plain = matches!(bytes.get(start), Some(b'1'..=b'9')) && end - start <= DIGITS_SHORT;
    if plain && !matches!(bytes.get(end), Some(b'.' | b'e' | b'E')) {
        return Ok((end, Kind::Int));
    }
    scan_any_number(bytes, start)
}

/// Signs, zeros, fractions, exponents and many digits.
fn scan_any_number(bytes: &[u8], start: usize) -> Result<(usize, Kind), Error> {
    let mut at = start;
    let negative = bytes.get(at) == Some(&b'-');
    at += usize::from(negative);
    let digits = at;
    at = skip_digits(bytes, at);
    let count = at - digits;
    if count == 0 || (count > 1 && bytes[digits] == b'0') {
        return Err(invalid(start, "number with a missing or leading-zero integer part"));
    }
    let mut float = false;
    if bytes.get(at) == Some(&b'.') {
        float = true;
        let fraction = at + 1;
        at = skip_digits(bytes, fraction);
        if at == fraction {
            return Err(invalid(start, "number without digits after the point"));
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        float = true;
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        let exponent = at;
        at = skip_digits(bytes, exponent);
        if at == exponent {
            return Err(invalid(start, "number without digits in its exponent"));
        }
    }
    let integer = !float && fits_i64(negative, &bytes[digits..digits + count]);
    Ok((at, if integer { Kind::Int } else { Kind::Float }))
}

#[inline]
fn skip_digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// Whether the digits stay inside signed 64 bit. `-0` does not: read as an integer it would lose its sign.
fn fits_i64(negative: bool, digits: &[u8]) -> bool {
    if negative && digits == b"0" {
        return false;
    }
    let limit: &[u8] = if negative {
        b"9223372036854775808"
    } else {
        b"9223372036854775807"
    };
    digits.len() < limit.len() || (digits.len() == limit.len() && digits <= limit)
}

#[inline]
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

#[cold]
pub(crate) fn invalid(at: usize, detail: &'static str) -> Error {
    Error::new(Code::JsonInvalid, "", detail).at_offset(at as u64)
}

/// Fills `tape` with the tokens of the one JSON value in `bytes`. White space around it is allowed, nothing else is.
pub(crate) fn scan_document(bytes: &[u8], tape: &mut Tape) -> Result<(), Error> {
    tape.clear();
    if bytes.len() > SIZE_MAX {
        return Err(Error::new(
            Code::EventTooLarge,
            "",
            alloc::format!("expected at most {SIZE_MAX} bytes of json"),
        ));
    }
    let (end, wide) = scan_value(bytes, 0, tape)?;
    let rest = skip_space(bytes, end);
    if rest != bytes.len() {
        return Err(invalid(rest, "unexpected text after the json value"));
    }
    if wide {
        check_utf8(bytes)?;
    }
    Ok(())
}

/// Strings may hold bytes above ASCII; everywhere else such a byte is already a syntax error.
fn check_utf8(bytes: &[u8]) -> Result<(), Error> {
    core::str::from_utf8(bytes)
        .map(|_| ())
        .map_err(|error| invalid(error.valid_up_to(), "text is not utf-8"))
}

/// Scans one value at or after `start`; answers its end and whether bytes above ASCII were seen.
pub(crate) fn scan_value(bytes: &[u8], start: usize, tape: &mut Tape) -> Result<(usize, bool), Error> {
    Scanner {
        bytes,
        tape,
        open: Vec::new(),
        wide: false,
    }
    .run(start)
}

/// An array or object that has begun: its token, and whether it is an object.
struct Open {
    token: u32,
    object: bool,
}

struct Scanner<'b, 't> {
    bytes: &'b [u8],
    tape: &'t mut Tape,
    open: Vec<Open>,
    wide: bool,
}

impl Scanner<'_, '_> {
    /// The loop alternates: read a value, then close whatever ends after it, until nothing is open.
    fn run(mut self, start: usize) -> Result<(usize, bool), Error> {
        let mut at = skip_space(self.bytes, start);
        loop {
            let (next, entered) = self.value(at)?;
            at = next;
            if entered {
                continue;
            }
            loop {
                let Some(top) = self.open.last() else {
                    return Ok((at, self.wide));
                };
                let object = top.object;
                at = skip_space(self.bytes, at);
                match self.bytes.get(at) {
                    Some(b',') => {
                        at = skip_space(self.bytes, at + 1);
                        if object {
                            at = self.key(at)?;
                        }
                        break;
                    }
                    Some(b'}') if object => at = self.close(at),
                    Some(b']') if !object => at = self.close(at),
                    _ if object => return Err(invalid(at, "expected a comma or the end of the object")),
                    _ => return Err(invalid(at, "expected a comma or the end of the array")),
                }
            }
        }
    }

    /// Reads a scalar or opens a container; answers the next position and whether a container with content began.
    #[inline]
    fn value(&mut self, at: usize) -> Result<(usize, bool), Error> {
        match self.bytes.get(at) {
            Some(b'"') => Ok((self.string(at)?, false)),
            Some(b'{') => self.enter(at, true),
            Some(b'[') => self.enter(at, false),
            Some(b'-' | b'0'..=b'9') => {
                let (end, kind) = scan_number(self.bytes, at)?;
                self.tape.leaf(kind, at, end);
                Ok((end, false))
            }
            Some(b't') => self.literal(at, b"true", Kind::True),
            Some(b'f') => self.literal(at, b"false", Kind::False),
            Some(b'n') => self.literal(at, b"null", Kind::Null),
            Some(_) => Err(invalid(at, "expected a json value")),
            None => Err(invalid(at, "expected a json value, found the end")),
        }
    }

    #[inline]
    fn string(&mut self, at: usize) -> Result<usize, Error> {
        let string = scan_string(self.bytes, at + 1)?;
        self.wide |= string.wide;
        self.tape.leaf(
            if string.escaped {
                Kind::EscapedString
            } else {
                Kind::String
            },
            at + 1,
            string.end,
        );
        Ok(string.end + 1)
    }

    #[inline]
    fn key(&mut self, at: usize) -> Result<usize, Error> {
        if self.bytes.get(at) != Some(&b'"') {
            return Err(invalid(at, "expected a member name in quotes"));
        }
        let end = self.string(at)?;
        let colon = skip_space(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(invalid(colon, "expected a colon after the member name"));
        }
        Ok(skip_space(self.bytes, colon + 1))
    }

    fn literal(&mut self, at: usize, word: &'static [u8], kind: Kind) -> Result<(usize, bool), Error> {
        if self.bytes.get(at..at + word.len()) != Some(word) {
            return Err(invalid(at, "expected true, false or null"));
        }
        self.tape.leaf(kind, at, at + word.len());
        Ok((at + word.len(), false))
    }

    fn enter(&mut self, at: usize, object: bool) -> Result<(usize, bool), Error> {
        if self.open.len() == DEPTH_MAX {
            return Err(Error::new(
                Code::JsonTooDeep,
                "",
                alloc::format!("expected at most {DEPTH_MAX} levels of nesting"),
            )
            .at_offset(at as u64));
        }
        let token = self.tape.open(if object { Kind::Object } else { Kind::Array }, at);
        self.open.push(Open { token, object });
        let next = skip_space(self.bytes, at + 1);
        match self.bytes.get(next) {
            Some(b'}') if object => Ok((self.close(next), false)),
            Some(b']') if !object => Ok((self.close(next), false)),
            _ if object => Ok((self.key(next)?, true)),
            _ => Ok((next, true)),
        }
    }

    fn close(&mut self, at: usize) -> usize {
        if let Some(open) = self.open.pop() {
            self.tape.close(open.token, at + 1);
        }
        at + 1
    }
}

impl Token {
    pub(crate) const fn new(kind: Kind, start: u32, end: u32, next: u32) -> Self {
        Self { kind, start, end, next }
    }
}
