//! JSON as the contracts compare it: integers and floats are different kinds, and nothing is rounded on the way.
//!
//! A reader of our own, because the usual ones lose what matters here: which spelling a number had, and the very text
//! of an argument, which is handed on untouched. Not the core's reader, which is what is being tested.

use std::collections::BTreeMap;
use std::fmt;

/// Deeper than any case; the reader recurses, and callers give it a stack to match.
const DEPTH_MAX: u32 = 20_000;

/// Largest integer that JavaScript's numbers hold together with all smaller ones.
const JS_INTEGER_MAX: u64 = (1 << 53) - 1;

/// A JSON value. Of members with one name the last counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer token within signed 64 bit.
    Int(i64),
    /// Any other number token: with a fraction or exponent, or an integer too large.
    Float(f64),
    /// A string, unescaped.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; order does not matter in any comparison.
    Map(BTreeMap<String, Json>),
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was expected.
    pub expected: &'static str,
    /// Byte offset of what was found instead.
    pub offset: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "expected {} at byte {}", self.expected, self.offset)
    }
}

impl Json {
    /// Reads one value; nothing but white space may follow.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        let value = reader.value()?;
        reader.end()?;
        Ok(value)
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        if let Self::Map(members) = self {
            members.get(name)
        } else {
            None
        }
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items of an array.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// Whether JavaScript's numbers keep every number in here apart from every other: a float with a whole value turns
    /// into an integer there, and large integers are rounded.
    pub fn fits_javascript(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Text(_) => true,
            Self::Int(value) => value.unsigned_abs() <= JS_INTEGER_MAX,
            Self::Float(value) => value.is_finite() && value.fract() != 0.0,
            Self::List(items) => items.iter().all(Self::fits_javascript),
            Self::Map(members) => members.values().all(Self::fits_javascript),
        }
    }
}

/// The very texts of an array's items.
pub fn items(text: &str) -> Result<Vec<&str>, Fault> {
    let mut reader = Reader::new(text);
    let mut found = Vec::new();
    reader.list(|reader| {
        found.push(reader.verbatim()?);
        Ok(())
    })?;
    reader.end()?;
    Ok(found)
}

/// The very texts of an object's members.
pub fn members(text: &str) -> Result<BTreeMap<String, &str>, Fault> {
    let mut reader = Reader::new(text);
    let mut found = BTreeMap::new();
    reader.map(|reader, name| {
        found.insert(name, reader.verbatim()?);
        Ok(())
    })?;
    reader.end()?;
    Ok(found)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn fault<T>(&self, expected: &'static str) -> Result<T, Fault> {
        Err(Fault {
            expected,
            offset: self.at,
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, Fault> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        self.fault("a value")
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.space();
        if self.peek().is_none() {
            Ok(())
        } else {
            self.fault("the end")
        }
    }

    fn verbatim(&mut self) -> Result<&'a str, Fault> {
        self.space();
        let start = self.at;
        self.value()?;
        Ok(&self.text[start..self.at])
    }

    fn value(&mut self) -> Result<Json, Fault> {
        self.space();
        match self.peek() {
            Some(b'{') => {
                let mut members = BTreeMap::new();
                self.map(|reader, name| {
                    let value = reader.value()?;
                    members.insert(name, value);
                    Ok(())
                })?;
                Ok(Json::Map(members))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.list(|reader| {
                    items.push(reader.value()?);
                    Ok(())
                })?;
                Ok(Json::List(items))
            }
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            _ => self.word("null", Json::Null),
        }
    }

    fn nested(&mut self, open: u8, expected: &'static str) -> Result<(), Fault> {
        self.space();
        if self.depth == DEPTH_MAX {
            return self.fault("less nesting");
        }
        self.depth += 1;
        if self.take(open) { Ok(()) } else { self.fault(expected) }
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.nested(b'[', "an array")?;
        self.space();
        let mut more = !self.take(b']');
        while more {
            item(self)?;
            self.space();
            more = self.take(b',');
            if !more && !self.take(b']') {
                return self.fault("',' or ']'");
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn map(&mut self, mut member: impl FnMut(&mut Self, String) -> Result<(), Fault>) -> Result<(), Fault> {
        self.nested(b'{', "an object")?;
        self.space();
        let mut more = !self.take(b'}');
        while more {
            self.space();
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return self.fault("':'");
            }
            member(self, name)?;
            self.space();
            more = self.take(b',');
            if !more && !self.take(b'}') {
                return self.fault("',' or '}'");
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fault("a digit");
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Json, Fault> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        let mut integer = true;
        if self.take(b'.') {
            integer = false;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            integer = false;
            self.at += 1;
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let token = &self.text[start..self.at];
        match token.parse() {
            Ok(value) if integer => Ok(Json::Int(value)),
            _ => token.parse().map(Json::Float).or_else(|_| self.fault("a number")),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        if !self.take(b'"') {
            return self.fault("a string");
        }
        let mut value = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return self.fault("'\"'");
            };
            value.push_str(&rest[..length]);
            self.at += length;
            if self.take(b'"') {
                return Ok(value);
            }
            if !self.take(b'\\') {
                return self.fault("no control character");
            }
            value.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => {
                self.at -= 1;
                return self.fault("an escape");
            }
        })
    }

    fn code_point(&mut self) -> Result<char, Fault> {
        let first = self.unit()?;
        let code = if (0xD800..0xDC00).contains(&first) && self.take(b'\\') && self.take(b'u') {
            let second = self.unit()?;
            if !(0xDC00..0xE000).contains(&second) {
                return self.fault("the second half of a surrogate pair");
            }
            0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        char::from_u32(code).map_or_else(|| self.fault("a code point"), Ok)
    }

    fn unit(&mut self) -> Result<u32, Fault> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|text| u32::from_str_radix(text, 16).ok()) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => self.fault("four hexadecimal digits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_are_different_kinds() {
        assert_eq!(Json::parse("1"), Ok(Json::Int(1)));
        assert_eq!(Json::parse("1.0"), Ok(Json::Float(1.0)));
        assert_ne!(Json::parse("1"), Json::parse("1.0"));
        assert_eq!(Json::parse("1e21"), Json::parse("1E+21"));
    }

    #[test]
    fn an_integer_token_beyond_64_bit_is_a_float() {
        assert_eq!(Json::parse("9223372036854775807"), Ok(Json::Int(i64::MAX)));
        assert_eq!(
            Json::parse("9223372036854775808"),
            Json::parse("9.223372036854775808e18")
        );
        assert_eq!(Json::parse("-9223372036854775808"), Ok(Json::Int(i64::MIN)));
    }

    #[test]
    fn strings_compare_by_code_points() {
        assert_eq!(Json::parse(r#""\ud83d\ude80 \u00e9\/""#), Json::parse("\"🚀 é/\""));
        assert!(Json::parse(r#""\ud83d""#).is_err());
        assert!(Json::parse("\"\u{1}\"").is_err());
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in [
            "",
            "{",
            "[1,]",
            "01",
            "1.",
            "-",
            "{\"a\" 1}",
            "nul",
            "[1] 2",
            "\"\\x\"",
            "+1",
        ] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hands_out_the_very_text() {
        assert_eq!(items(" [ 1.0 ,{\"a\": 1e2}] "), Ok(vec!["1.0", "{\"a\": 1e2}"]));
        let found = members(r#"{"a": [1, 2], "b":{ }}"#).expect("an object");
        assert_eq!(found.get("a"), Some(&"[1, 2]"));
        assert_eq!(found.get("b"), Some(&"{ }"));
    }

    #[test]
    fn knows_what_javascript_can_hold() {
        let fits = |text| Json::parse(text).expect("JSON").fits_javascript();
        assert!(fits(r#"{"a":[9007199254740991, 0.5, null]}"#));
        assert!(!fits("[9007199254740992]"));
        assert!(!fits("[1.0]"));
        assert!(!fits("1e21"));
        assert!(!fits("18446744073709551616"));
    }
}
