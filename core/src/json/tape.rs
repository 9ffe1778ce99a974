//! The tape: a JSON text's tokens in document order, and [`Node`], a place on it.
//!
//! Owns navigation (members, items, raw text, decoded strings). A tape is reused from text to text, so reading an
//! event allocates nothing once the tape has grown. Must not know: what members mean.

use super::scan;
use crate::error::Error;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// What a token is. Integers are split by what the contract can hold (dashboard contract §2): an integer outside
/// signed 64 bit is a [`Kind::Float`], as is `-0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number without point or exponent, within signed 64 bit.
    Int,
    /// Any other number.
    Float,
    /// A string without escapes: its text is its content.
    String,
    /// A string with escapes.
    EscapedString,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The name used in error texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::True | Self::False => "boolean",
            Self::Int => "integer",
            Self::Float => "float",
            Self::String | Self::EscapedString => "string",
            Self::Array => "list",
            Self::Object => "object",
        }
    }
}

/// One token: for strings the span is the content between the quotes, for everything else the whole token.
/// `next` is the index of the token after this one's subtree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
    pub next: u32,
}

/// The tokens of one JSON text. Reusable: see [`Tape::read`].
#[derive(Debug, Default)]
pub struct Tape {
    tokens: Vec<Token>,
}

#[allow(clippy::cast_possible_truncation)] // scan_document bounds texts to SIZE_MAX, so positions fit 32 bits
impl Tape {
    /// An empty tape.
    pub const fn new() -> Self {
        Self { tokens: Vec::new() }
    }

    /// Checks `bytes` as one JSON text and answers its root.
    ///
    /// # Errors
    /// `json_invalid` with the byte offset of the fault, `json_too_deep`, `event_too_large`.
    pub fn read<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Node<'a>, Error> {
        scan::scan_document(bytes, self)?;
        Ok(self.root(bytes))
    }

    /// The root of the text that was read last; `bytes` must be that text.
    pub(crate) fn root<'a>(&'a self, bytes: &'a [u8]) -> Node<'a> {
        Node {
            tokens: &self.tokens,
            bytes,
            index: 0,
        }
    }

    /// The tokens that are values, in text order: names of members are left out.
    pub(crate) fn values(&self) -> impl Iterator<Item = Token> {
        let mut open: Vec<(u32, bool)> = Vec::new();
        let mut name_next = false;
        self.tokens.iter().enumerate().filter_map(move |(index, token)| {
            while open.last().is_some_and(|(end, _)| *end as usize <= index) {
                open.pop();
                name_next = open.last().is_some_and(|(_, object)| *object);
            }
            if name_next {
                name_next = false;
                return None;
            }
            match token.kind {
                Kind::Object | Kind::Array => {
                    open.push((token.next, token.kind == Kind::Object));
                    name_next = token.kind == Kind::Object;
                }
                _ => name_next = open.last().is_some_and(|(_, object)| *object),
            }
            Some(*token)
        })
    }

    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
    }

    #[inline]
    pub(crate) fn leaf(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.tokens.len() as u32 + 1;
        self.tokens.push(Token::new(kind, start as u32, end as u32, next));
    }

    #[inline]
    pub(crate) fn open(&mut self, kind: Kind, start: usize) -> u32 {
        let token = self.tokens.len() as u32;
        self.tokens.push(Token::new(kind, start as u32, 0, 0));
        token
    }

    #[inline]
    pub(crate) fn close(&mut self, token: u32, end: usize) {
        let next = self.tokens.len() as u32;
        let open = &mut self.tokens[token as usize];
        open.end = end as u32;
        open.next = next;
    }
}

/// A value inside a text that has been read. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tokens: &'a [Token],
    bytes: &'a [u8],
    index: u32,
}

impl<'a> Node<'a> {
    #[inline]
    pub(crate) fn token(self) -> Token {
        self.tokens[self.index as usize]
    }

    #[inline]
    const fn at(self, index: u32) -> Self {
        Self {
            tokens: self.tokens,
            bytes: self.bytes,
            index,
        }
    }

    /// What the value is.
    #[inline]
    pub fn kind(self) -> Kind {
        self.token().kind
    }

    /// Whether the value is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether the value is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether the value is a list.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// Whether the value is a string.
    pub fn is_string(self) -> bool {
        matches!(self.kind(), Kind::String | Kind::EscapedString)
    }

    /// The span of the whole value in the text, quotes included.
    pub(crate) fn span(self) -> (u32, u32) {
        let token = self.token();
        match token.kind {
            Kind::String | Kind::EscapedString => (token.start - 1, token.end + 1),
            _ => (token.start, token.end),
        }
    }

    /// The whole text that this node's tape was read from.
    pub(crate) const fn text_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The value exactly as it was written.
    pub fn raw(self) -> &'a str {
        let (start, end) = self.span();
        as_text(&self.bytes[start as usize..end as usize])
    }

    /// The decoded content of a string; `None` for everything else.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let token = self.token();
        let content = &self.bytes[token.start as usize..token.end as usize];
        match token.kind {
            Kind::String => Some(Cow::Borrowed(as_text(content))),
            Kind::EscapedString => Some(Cow::Owned(decode(content))),
            _ => None,
        }
    }

    /// Whether this is a string with exactly this content.
    pub fn is_text(self, content: &str) -> bool {
        let token = self.token();
        match token.kind {
            Kind::String => &self.bytes[token.start as usize..token.end as usize] == content.as_bytes(),
            Kind::EscapedString => self.string().is_some_and(|own| own == content),
            _ => false,
        }
    }

    /// The value as an integer within signed 64 bit.
    pub fn int(self) -> Option<i64> {
        if self.kind() == Kind::Int {
            self.raw().parse().ok()
        } else {
            None
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(self) -> Items<'a> {
        let end = if self.is_array() { self.token().next } else { 0 };
        Items {
            node: self.at(self.index + 1),
            end,
        }
    }

    /// The members of an object in the order they are written, repeated names included.
    pub fn members(self) -> Members<'a> {
        let end = if self.is_object() { self.token().next } else { 0 };
        Members {
            node: self.at(self.index + 1),
            end,
        }
    }

    /// The member of this name; where a name is repeated the last one counts, as in every common JSON reader.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        self.members()
            .filter(|(key, _)| key.is_text(name))
            .map(|(_, value)| value)
            .last()
    }

    /// Like [`Node::get`], with `null` treated as missing (dashboard contract §1).
    pub fn usable(self, name: &str) -> Option<Node<'a>> {
        self.get(name).filter(|value| !value.is_null())
    }
}

impl core::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.kind().name())
    }
}

/// Iterates the items of a list.
#[derive(Clone)]
pub struct Items<'a> {
    node: Node<'a>,
    end: u32,
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.node.index >= self.end {
            return None;
        }
        let node = self.node;
        self.node.index = node.token().next;
        Some(node)
    }
}

/// Iterates the members of an object as (name, value).
#[derive(Clone)]
pub struct Members<'a> {
    node: Node<'a>,
    end: u32,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Node<'a>, Node<'a>);

    #[inline]
    fn next(&mut self) -> Option<(Node<'a>, Node<'a>)> {
        if self.node.index >= self.end {
            return None;
        }
        let key = self.node;
        let value = key.at(key.index + 1);
        self.node.index = value.token().next;
        Some((key, value))
    }
}

/// Text that the reader has already checked. The fallback is never reached; it exists because the core has no unsafe.
#[inline]
pub(crate) fn as_text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

/// Decodes the content of a string whose escapes the scanner has checked.
pub(crate) fn decode(content: &[u8]) -> String {
    let mut out = Vec::with_capacity(content.len());
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let (character, length) = decode_escape(content, at);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        at += length;
    }
    String::from_utf8(out).unwrap_or_default()
}

fn decode_escape(content: &[u8], at: usize) -> (char, usize) {
    let simple = match content.get(at + 1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return decode_unicode(content, at),
        Some(&other) => char::from(other),
        None => '\\',
    };
    (simple, 2)
}

fn decode_unicode(content: &[u8], at: usize) -> (char, usize) {
    let first = scan::hex4(content, at + 2).unwrap_or(0xFFFD);
    if (0xD800..0xDC00).contains(&first) {
        let second = scan::hex4(content, at + 8).unwrap_or(0xDC00);
        let point = 0x1_0000 + ((first - 0xD800) << 10) + (second.wrapping_sub(0xDC00) & 0x3FF);
        return (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}
