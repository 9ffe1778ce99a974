//! A card's action intents: replaced by most events, extended by neutral ones (dashboard contract §7).
//!
//! Owns the items, verbatim, and the keys that tell whether an intent is new. The keys are built only when a neutral
//! event asks, and kept, so a job with many neutral events does not read its intents again and again.
//! Must not know: what an intent permits.

use crate::bytes::equal;
use crate::dedupe::DedupeSet;
use crate::envelope::{Envelope, IntentSlots, Slot};
use crate::hash::Keyed;
use crate::json::Tape;
use alloc::sync::Arc;
use alloc::vec::Vec;

#[derive(Debug, Clone, Default)]
pub(crate) struct Intents {
    /// The items as they were written, joined by commas.
    joined: Vec<u8>,
    keys: Option<DedupeSet>,
}

impl Intents {
    pub(crate) fn joined(&self) -> &[u8] {
        &self.joined
    }

    /// What a card of its own shows after an event that is not neutral: exactly the event's intents.
    pub(crate) fn replace(current: &mut Arc<Self>, event: &Envelope, bytes: &[u8]) {
        if Arc::get_mut(current).is_none() {
            *current = Arc::default();
        }
        if let Some(own) = Arc::get_mut(current) {
            own.joined.clear();
            join(&mut own.joined, event.intents.iter(), bytes);
            own.keys = None;
        }
    }

    /// The same for a card that follows another one: equal intents are shared, so a checkpoint costs nothing for them.
    pub(crate) fn follow(
        own: &mut Arc<Self>,
        before: &Arc<Self>,
        event: &Envelope,
        bytes: &[u8],
        scratch: &mut Vec<u8>,
    ) {
        scratch.clear();
        join(scratch, event.intents.iter(), bytes);
        if equal(scratch, &before.joined) {
            *own = Arc::clone(before);
            return;
        }
        Self::replace(own, event, bytes);
    }

    /// What the card shows after a neutral event: its own intents and those of the event whose key is new.
    pub(crate) fn extend(current: &mut Arc<Self>, event: &Envelope, bytes: &[u8], keyed: &Keyed) {
        if event.intents.is_empty() {
            return;
        }
        let own = Arc::make_mut(current);
        let keys = own.keys.get_or_insert_with(|| keys_of(&own.joined, keyed));
        for intent in &event.intents {
            if keys.insert(key(keyed, intent, bytes)) {
                join(&mut own.joined, core::iter::once(intent), bytes);
            }
        }
    }
}

/// Appends intents as they were written, joined by commas.
fn join<'a>(out: &mut Vec<u8>, intents: impl Iterator<Item = &'a IntentSlots>, bytes: &[u8]) {
    let mut run: Option<Slot> = None;
    for intent in intents {
        match &mut run {
            // One byte between two items of a list can only be the comma: they are copied together.
            Some(run) if run.end + 1 == intent.whole.start => run.end = intent.whole.end,
            _ => {
                append(out, run.replace(intent.whole), bytes);
            }
        }
    }
    append(out, run, bytes);
}

fn append(out: &mut Vec<u8>, run: Option<Slot>, bytes: &[u8]) {
    let Some(run) = run else { return };
    if !out.is_empty() {
        out.push(b',');
    }
    out.extend_from_slice(run.bytes(bytes));
}

/// The key of an intent: trimmed kind, colon, trimmed effect.
fn key(keyed: &Keyed, intent: &IntentSlots, bytes: &[u8]) -> u128 {
    let mut text = Vec::new();
    push_trimmed(&mut text, intent.kind, bytes);
    text.push(b':');
    push_trimmed(&mut text, intent.effect, bytes);
    keyed.wide(&text)
}

/// Appends a text slot, decoded and trimmed.
pub(super) fn push_trimmed(out: &mut Vec<u8>, slot: Slot, bytes: &[u8]) {
    let content = slot.content(bytes);
    match (content.first(), content.last()) {
        // Nothing to trim, as nearly always.
        (Some(0x21..=0x7e), Some(0x21..=0x7e)) => out.extend_from_slice(&content),
        _ => out.extend_from_slice(slot.text(bytes).trim().as_bytes()),
    }
}

/// The keys of intents that a card already shows.
fn keys_of(joined: &[u8], keyed: &Keyed) -> DedupeSet {
    let mut list = Vec::with_capacity(joined.len() + 2);
    list.push(b'[');
    list.extend_from_slice(joined);
    list.push(b']');
    let mut tape = Tape::new();
    let mut keys = DedupeSet::default();
    if let Ok(items) = tape.read(&list) {
        for item in items.items() {
            keys.insert(key(keyed, &crate::envelope::intent_slots(item), &list));
        }
    }
    keys
}
