//! The dead letter an event is about (dashboard contract §3).
//!
//! Owns the dead letter's chains and when one exists at all. Must not know: how often a run may be tried.

use super::chain::{
    Levels,
    Step::{Input as I, Options as O, Payload as P, Record as R},
};
use super::record::Record;
use crate::json::Node;
use alloc::borrow::Cow;
use alloc::vec::Vec;

#[allow(clippy::struct_field_names)] // `dlq_id` is the contract's word
pub(super) struct Dlq<'a> {
    /// Absent only when the raw dead letter brings no id, which validation refuses.
    pub dlq_id: Option<Cow<'a, str>>,
    state: Cow<'a, str>,
    attempts: Option<Node<'a>>,
    error_class: Option<Cow<'a, str>>,
    final_error: Option<Cow<'a, str>>,
    replay_of_event_id: Option<Cow<'a, str>>,
}

/// Exists when there is a raw dead letter of any type, or an id.
pub(super) fn read<'a>(levels: &Levels<'a>) -> Option<Dlq<'a>> {
    let raw = levels.raw_named("dlq");
    let levels = levels.with_record(raw);
    let dlq_id = levels.text(&[R("dlq_id"), O("dlq_id"), I("dlq_id"), P("dlq_id")]);
    if raw.is_none() && dlq_id.is_none() {
        return None;
    }
    let named = |name| levels.text(&[R(name), I(name), P(name)]);
    Some(Dlq {
        dlq_id,
        state: levels
            .text(&[R("state"), I("dlq_state"), P("dlq_state")])
            .unwrap_or(Cow::Borrowed("pending")),
        attempts: levels.raw(&[R("attempts"), I("attempts"), P("attempts")]),
        error_class: named("error_class"),
        final_error: levels.text(&[R("final_error"), I("final_error"), I("error"), P("final_error")]),
        replay_of_event_id: named("replay_of_event_id"),
    })
}

impl Dlq<'_> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        Record::new(out)
            .text("dlq_id", self.dlq_id.as_deref())
            .text("state", Some(&self.state))
            .raw("attempts", self.attempts)
            .text("error_class", self.error_class.as_deref())
            .text("final_error", self.final_error.as_deref())
            .text("replay_of_event_id", self.replay_of_event_id.as_deref())
            .end();
    }
}
