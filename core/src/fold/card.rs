//! One card: the texts of its members in one buffer, built anew from the card before and one event.
//!
//! Owns the table of card members and how each takes its value (dashboard contract §7). A card is immutable once it
//! is shared, which is what makes checkpoints cheap. Must not know: refs' contents (see `refs`), the job's name.

use super::intents::Intents;
use super::jobs::Job;
use crate::bytes::copy;
use crate::envelope::{Envelope, Member, RefList, Slot};
use crate::json::Kind;
use crate::json::tape::decode;
use crate::json::write;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Schema of every card.
pub(crate) const CARD_SCHEMA: &str = "harn.dashboard_job_card.v1";

/// The members that live in a card's buffer, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(
    dead_code,
    reason = "the variants number the rows of RULES; not every row is asked for by name"
)]
pub(crate) enum Field {
    Title,
    Status,
    LatestEventId,
    UpdatedAt,
    RunId,
    WorkflowId,
    TriggerId,
    BindingId,
    Queue,
    QueueDepth,
    Priority,
    Approval,
    Dlq,
    LastResult,
    LastError,
}

const FIELD_COUNT: usize = Field::LastError as usize + 1;

/// When a later event's value replaces the card's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Take {
    Always,
    UnlessNeutral,
    IfPresent,
}

struct Rule {
    name: &'static str,
    member: Member,
    take: Take,
    text: bool,
}

const fn text(name: &'static str, member: Member, take: Take) -> Rule {
    Rule {
        name,
        member,
        take,
        text: true,
    }
}

const fn raw(name: &'static str, member: Member) -> Rule {
    Rule {
        name,
        member,
        take: Take::IfPresent,
        text: false,
    }
}

/// One line per [`Field`], in its order.
const RULES: [Rule; FIELD_COUNT] = [
    text("title", Member::Title, Take::UnlessNeutral),
    text("status", Member::Status, Take::UnlessNeutral),
    text("latest_event_id", Member::Id, Take::Always),
    text("updated_at", Member::ClockTimestamp, Take::Always),
    text("run_id", Member::RunId, Take::IfPresent),
    text("workflow_id", Member::WorkflowId, Take::IfPresent),
    text("trigger_id", Member::TriggerId, Take::IfPresent),
    text("binding_id", Member::BindingId, Take::IfPresent),
    text("queue", Member::Queue, Take::IfPresent),
    raw("queue_depth", Member::QueueDepth),
    text("priority", Member::Priority, Take::IfPresent),
    raw("approval", Member::Approval),
    raw("dlq", Member::Dlq),
    raw("last_result", Member::Result),
    text("last_error", Member::Error, Take::IfPresent),
];

/// A job's state after some event. Texts are kept as the content of a JSON string in canonical spelling.
#[derive(Debug, Default)]
pub(crate) struct Card {
    heap: Vec<u8>,
    ends: [u32; FIELD_COUNT],
    /// How many of the job's refs, per list, this card shows.
    pub refs: [u32; 3],
    pub intents: Arc<Intents>,
}

impl Card {
    /// The buffer and ends of the card that follows `before` (nothing for a job's first event) after `event`.
    /// Refs and intents follow separately.
    pub(crate) fn texts(
        before: Option<&Self>,
        event: &Envelope,
        bytes: &[u8],
        neutral: bool,
        heap: &mut Vec<u8>,
    ) -> [u32; FIELD_COUNT] {
        // One growth for all members; each is then copied into its place without a call.
        let kept = before.map_or(0, |card| card.heap.len());
        let bound = kept
            + RULES
                .iter()
                .map(|rule| event.slot(rule.member).bytes_len())
                .sum::<usize>();
        if heap.len() < bound {
            heap.resize(bound, 0);
        }
        let mut ends = [0; FIELD_COUNT];
        let mut at = 0;
        for (index, rule) in RULES.iter().enumerate() {
            let slot = event.slot(rule.member);
            at = match before {
                Some(card) if !takes(rule.take, slot, neutral) => place(heap, at, card.at(index)),
                _ if slot.is_nothing() => at,
                _ => place_new(heap, at, slot, bytes, rule.text),
            };
            ends[index] = u32::try_from(at).unwrap_or(u32::MAX);
        }
        heap.truncate(at);
        ends
    }

    pub(crate) const fn new(heap: Vec<u8>, ends: [u32; FIELD_COUNT], refs: [u32; 3], intents: Arc<Intents>) -> Self {
        Self {
            heap,
            ends,
            refs,
            intents,
        }
    }

    /// Takes over new texts and leaves the old buffer in `heap` for the next event to reuse; a card without a buffer
    /// gets one of its size.
    pub(crate) fn replace_texts(&mut self, heap: &mut Vec<u8>, ends: [u32; FIELD_COUNT]) {
        if self.heap.capacity() == 0 {
            self.heap.clone_from(heap);
        } else {
            core::mem::swap(&mut self.heap, heap);
        }
        self.ends = ends;
    }

    #[inline]
    fn at(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.heap[start as usize..self.ends[index] as usize]
    }

    /// A member as it stands in the card's JSON, without quotes; empty when the card has none.
    pub(crate) fn field(&self, field: Field) -> &[u8] {
        self.at(field as usize)
    }

    /// Appends the card as JSON.
    pub(crate) fn write(&self, job: &Job, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"schema\":\"");
        out.extend_from_slice(CARD_SCHEMA.as_bytes());
        out.push(b'"');
        if job.id() != b"null" {
            member(out, "job_id");
            quoted(out, job.id());
        }
        for (index, rule) in RULES.iter().enumerate() {
            let value = self.at(index);
            if value.is_empty() {
                continue;
            }
            member(out, rule.name);
            if rule.text {
                quoted(out, value);
            } else {
                out.extend_from_slice(value);
            }
        }
        for (list, name) in RefList::ALL
            .into_iter()
            .zip(["receipt_refs", "replay_refs", "related_refs"])
        {
            member(out, name);
            write::list(out, job.refs(list, self.refs[list as usize]), Vec::extend_from_slice);
        }
        member(out, "action_intents");
        out.push(b'[');
        out.extend_from_slice(self.intents.joined());
        out.extend_from_slice(b"]}");
    }
}

#[inline]
fn takes(take: Take, slot: Slot, neutral: bool) -> bool {
    match take {
        Take::Always => true,
        Take::UnlessNeutral => !neutral,
        Take::IfPresent => !slot.is_nothing(),
    }
}

/// Copies a value to `at`, where there is room for it; answers where the next one goes.
#[inline]
fn place(heap: &mut [u8], at: usize, value: &[u8]) -> usize {
    copy(&mut heap[at..], value);
    at + value.len()
}

/// The same for an event's value. A text that is exactly `null` vanishes, as the empty one does (dashboard contract
/// §2).
#[inline]
fn place_new(heap: &mut Vec<u8>, at: usize, slot: Slot, bytes: &[u8], text: bool) -> usize {
    if slot.kind == Some(Kind::EscapedString) {
        return place_escaped(heap, at, slot, bytes);
    }
    let value = slot.bytes(bytes);
    if text && value == b"null" {
        at
    } else {
        place(heap, at, value)
    }
}

/// Escaped texts may become longer in canonical spelling.
#[cold]
fn place_escaped(heap: &mut Vec<u8>, at: usize, slot: Slot, bytes: &[u8]) -> usize {
    let mut value = Vec::new();
    canonical(&mut value, slot, bytes);
    if value == b"null" {
        return at;
    }
    heap.resize(heap.len() + value.len(), 0);
    place(heap, at, &value)
}

/// Appends a string's content in canonical spelling, or any other value as it was written.
#[inline]
pub(crate) fn canonical(out: &mut Vec<u8>, slot: Slot, bytes: &[u8]) {
    if slot.kind == Some(Kind::EscapedString) {
        write::escaped(out, decode(slot.bytes(bytes)).as_bytes());
    } else {
        out.extend_from_slice(slot.bytes(bytes));
    }
}

fn member(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn quoted(out: &mut Vec<u8>, content: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(content);
    out.push(b'"');
}
