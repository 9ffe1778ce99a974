//! What the event says about its own privacy (dashboard contract §3).
//!
//! Owns the three switches and the flags, which come from options or input, never from the payload. Must not know:
//! what is sensitive.

use super::chain::Levels;
use super::refs::list_expected;
use crate::error::Error;
use crate::json::write::{self, ObjectWriter};
use crate::json::{Kind, Node};
use crate::text;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Switches are carried raw: validation refuses those that are not booleans. `None` is the default.
pub(super) struct Privacy<'a> {
    redacted: Option<Node<'a>>,
    raw_payload_retained: Option<Node<'a>>,
    contains_sensitive: Option<Node<'a>>,
    flags: Vec<Cow<'a, str>>,
}

pub(super) fn read<'a>(levels: &Levels<'a>) -> Result<Privacy<'a>, Error> {
    let own = levels.input.usable("privacy");
    let switch = |option: &str, name: &str| {
        levels
            .options
            .and_then(|options| options.usable(option))
            .or_else(|| own?.usable(name))
    };
    let flags = switch("privacy_flags", "flags");
    Ok(Privacy {
        redacted: switch("redacted", "redacted"),
        raw_payload_retained: switch("raw_payload_retained", "raw_payload_retained"),
        contains_sensitive: switch("contains_sensitive", "contains_sensitive"),
        flags: flags.map(read_flags).transpose()?.unwrap_or_default(),
    })
}

/// Blank flags are dropped, repeated ones stay.
fn read_flags(flags: Node<'_>) -> Result<Vec<Cow<'_, str>>, Error> {
    if !flags.is_array() {
        return Err(list_expected(flags, "event.privacy.flags"));
    }
    Ok(flags.items().filter_map(text::usable).collect())
}

impl Privacy<'_> {
    /// Whether the event keeps the payload it was made from.
    pub(super) fn retains_payload(&self) -> bool {
        self.raw_payload_retained.is_none_or(|node| node.kind() == Kind::True)
    }

    /// Privacy is not a filtered record: all four members are always there.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let raw = |node: Option<Node<'_>>, default: &'static [u8]| {
            node.map_or(Vec::from(default), |node| Vec::from(node.raw().as_bytes()))
        };
        ObjectWriter::new(out)
            .raw("redacted", &raw(self.redacted, b"false"))
            .raw("raw_payload_retained", &raw(self.raw_payload_retained, b"true"))
            .raw("contains_sensitive", &raw(self.contains_sensitive, b"false"))
            .with("flags", |out| {
                write::list(out, &self.flags, |out, flag| write::string(out, flag));
            })
            .end();
    }
}
