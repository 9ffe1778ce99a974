//! The approval an event is about (dashboard contract §3).
//!
//! Owns the approval's chains and when an approval exists at all. Must not know: who may decide.

use super::chain::{
    Levels,
    Step::{Input as I, Options as O, Payload as P, Record as R},
};
use super::record::Record;
use alloc::borrow::Cow;
use alloc::vec::Vec;

pub(super) struct Approval<'a> {
    /// Absent only when the raw approval brings no id, which validation refuses.
    pub request_id: Option<Cow<'a, str>>,
    status: Cow<'a, str>,
    requested_at: Option<Cow<'a, str>>,
    decided_at: Option<Cow<'a, str>>,
    reviewer: Option<Cow<'a, str>>,
    expires_at: Option<Cow<'a, str>>,
    summary: Option<Cow<'a, str>>,
}

/// A plain `request_id` gives any event an approval; so does any raw approval, even one that is no object.
pub(super) fn read<'a>(levels: &Levels<'a>) -> Option<Approval<'a>> {
    let raw = levels.raw_named("approval");
    let levels = levels.with_record(raw);
    let request_id = levels.text(&[
        R("request_id"),
        O("approval_request_id"),
        I("approval_request_id"),
        P("approval_request_id"),
        I("request_id"),
        P("request_id"),
    ]);
    if raw.is_none() && request_id.is_none() {
        return None;
    }
    let named = |name| levels.text(&[R(name), I(name), P(name)]);
    Some(Approval {
        request_id,
        status: levels
            .text(&[R("status"), O("approval_status"), I("approval_status")])
            .unwrap_or(Cow::Borrowed("requested")),
        requested_at: named("requested_at"),
        decided_at: named("decided_at"),
        reviewer: named("reviewer"),
        expires_at: named("expires_at"),
        summary: levels.text(&[R("summary"), I("approval_summary"), P("approval_summary")]),
    })
}

impl Approval<'_> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        Record::new(out)
            .text("request_id", self.request_id.as_deref())
            .text("status", Some(&self.status))
            .text("requested_at", self.requested_at.as_deref())
            .text("decided_at", self.decided_at.as_deref())
            .text("reviewer", self.reviewer.as_deref())
            .text("expires_at", self.expires_at.as_deref())
            .text("summary", self.summary.as_deref())
            .end();
    }
}
