//! Writing a record of the contract: an object that loses members without content (dashboard contract §2).
//!
//! Owns the place where the `"null"` rule meets the writer, so that no record can forget it. Must not know: which
//! members a record has.

use crate::json::Node;
use crate::json::write::ObjectWriter;
use crate::text;
use alloc::vec::Vec;

/// An object under construction; a member whose value is `null`, empty or the text `null` is not written.
pub(super) struct Record<'o>(ObjectWriter<'o>);

impl<'o> Record<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self(ObjectWriter::new(out))
    }

    /// A member of text.
    pub(super) fn text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value.filter(|value| !text::vanishes(value)) {
            self.0.text(name, value);
        }
        self
    }

    /// A member carried verbatim.
    pub(super) fn raw(&mut self, name: &str, value: Option<Node<'_>>) -> &mut Self {
        if let Some(value) = value.filter(|value| !text::node_vanishes(*value)) {
            self.0.raw(name, value.raw().as_bytes());
        }
        self
    }

    /// A member of booleans: never without content.
    pub(super) fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.0.bool(name, value);
        self
    }

    /// A member that the caller writes: a list or an object, never without content.
    pub(super) fn with(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        self.0.with(name, write);
        self
    }

    pub(super) fn end(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::json::{Tape, write::into_text};
    use alloc::vec::Vec;

    #[test]
    fn members_without_content_vanish() {
        let mut tape = Tape::new();
        let raw = tape.read(br#"["null",0,{},null,""]"#).unwrap();
        let mut out = Vec::new();
        let mut record = Record::new(&mut out);
        for (name, value) in ["a", "b", "c", "d", "e"].iter().zip(raw.items()) {
            record.raw(name, Some(value));
        }
        record
            .text("f", Some("null"))
            .text("g", Some(""))
            .text("h", None)
            .text("i", Some("Null"))
            .end();
        assert_eq!(into_text(out), r#"{"b":0,"c":{},"i":"Null"}"#);
    }
}
