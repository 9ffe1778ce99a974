//! The source clock (dashboard contract §3): when an event happened, in the words of who saw it.
//!
//! Owns the timestamp's chain and the clock's kind. A timestamp is text and is never parsed. Must not know: today.

use super::chain::{Levels, Step};
use crate::json::Node;
use crate::json::write::ObjectWriter;
use crate::text;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The environment whose clock is the cloud's.
const CLOUD: &str = "cloud";

/// Where a level of input or payload may keep its time once it has no timestamp of its own.
const TIMES: [&str; 7] = [
    "queued_at",
    "started_at",
    "completed_at",
    "created_at",
    "updated_at",
    "requested_at",
    "decided_at",
];

/// The first timestamp in options, then in the whole input, then in the whole payload.
pub(super) fn timestamp<'a>(levels: &Levels<'a>) -> Option<Cow<'a, str>> {
    levels
        .options
        .and_then(stamp)
        .or_else(|| stamp_or_time(levels.input))
        .or_else(|| stamp_or_time(levels.payload))
}

fn stamp(level: Node<'_>) -> Option<Cow<'_, str>> {
    let clock = || level.usable("source_clock")?.usable("timestamp");
    [level.usable("source_timestamp"), level.usable("timestamp"), clock()]
        .into_iter()
        .flatten()
        .find_map(text::usable)
}

fn stamp_or_time(level: Node<'_>) -> Option<Cow<'_, str>> {
    stamp(level).or_else(|| TIMES.iter().find_map(|name| text::usable(level.usable(name)?)))
}

/// The clock's kind. One level's clock is picked whole, so an empty one hides the levels behind it.
pub(super) fn kind<'a>(levels: &Levels<'a>, environment: &str) -> Cow<'a, str> {
    let picked = levels
        .raw(&[
            Step::Options("source_clock"),
            Step::Input("source_clock"),
            Step::Payload("source_clock"),
        ])
        .and_then(|clock| {
            if clock.is_object() {
                text::usable(clock.usable("kind")?)
            } else {
                text::usable(clock)
            }
        });
    let default = if environment == CLOUD {
        "harn-cloud"
    } else {
        "harn-local"
    };
    picked.unwrap_or(Cow::Borrowed(default))
}

/// The clock is not a filtered record: a kind of `null` stays.
pub(super) fn write(out: &mut Vec<u8>, kind: &str, timestamp: &str) {
    ObjectWriter::new(out)
        .text("kind", kind)
        .text("timestamp", timestamp)
        .end();
}
