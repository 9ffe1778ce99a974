//! `JobsView`: the core's fold behind a handle.
//!
//! Bytes come in through the input buffer. Lists of cards and events leave as JSON text, indices and counts as typed
//! arrays, single numbers as numbers.

use jobfold_core::json::write::{ObjectWriter, list};
use jobfold_core::log::Hash;
use jobfold_core::view::{HistoryOptions, JobsView, ViewOptions};
use js_sys::Uint32Array;
use wasm_bindgen::prelude::*;

use crate::boundary::{Refusal, count, json_text, number, position};
use crate::input::{with_input, with_text};

/// A view in the module's memory.
#[wasm_bindgen]
pub struct ViewHandle {
    view: JobsView,
}

fn refuse(error: jobfold_core::Error) -> JsValue {
    Refusal::from(error).into()
}

#[wasm_bindgen]
impl ViewHandle {
    /// An empty view. `checkpoint_events` undefined: no history; 0: the core's own spacing. `event_bytes_max` 0: the
    /// core's own limit. `key` is 16 random bytes for hashing, as four numbers; it never shows in an answer.
    #[wasm_bindgen(constructor)]
    pub fn new(checkpoint_events: Option<u32>, event_bytes_max: u32, key: &[u32]) -> Self {
        let defaults = ViewOptions::default();
        let history = checkpoint_events.map(|given| {
            let spaced = HistoryOptions::default().checkpoint_events;
            HistoryOptions {
                checkpoint_events: if given > 0 { given } else { spaced },
            }
        });
        let view = JobsView::new(ViewOptions {
            history,
            key: bytes_of(key),
            event_bytes_max: if event_bytes_max > 0 {
                event_bytes_max
            } else {
                defaults.event_bytes_max
            },
        });
        Self { view }
    }

    /// Takes in the events in the input buffer's first `bytes`; answers how many were offered, were unique, were
    /// duplicates, and the head: the one small value that crosses often, so it crosses as numbers.
    pub fn push(&mut self, bytes: usize) -> Result<Vec<f64>, JsValue> {
        let pushed = with_input(bytes, |events| self.view.push(events)).map_err(refuse)?;
        let counts = [pushed.offered, pushed.unique, pushed.duplicates, pushed.position];
        Ok(counts.map(number).to_vec())
    }

    /// Events offered so far.
    pub fn head(&self) -> f64 {
        number(self.view.head())
    }

    /// The shown position.
    pub fn position(&self) -> f64 {
        number(self.view.position())
    }

    /// Whether the shown position follows the head.
    pub fn is_live(&self) -> bool {
        self.view.is_live()
    }

    /// Cards at the shown position.
    pub fn length(&self) -> u32 {
        self.view.len()
    }

    /// Shows another position.
    pub fn seek(&mut self, to: f64) -> Result<(), JsValue> {
        self.view.seek(position(to)).map_err(refuse)
    }

    /// Goes back to following the head.
    pub fn live(&mut self) {
        self.view.live();
    }

    /// All cards as the text of a JSON array.
    pub fn cards_json(&self) -> String {
        self.view.cards_json()
    }

    /// The cards of these indices as the text of a JSON array, null where there is none.
    pub fn cards_json_at(&self, indices: &[u32]) -> String {
        let cards: Vec<String> = indices
            .iter()
            .map(|index| or_null(self.view.card_json(*index)))
            .collect();
        format!("[{}]", cards.join(","))
    }

    /// One card as JSON text.
    pub fn card_json(&self, index: u32) -> Option<String> {
        self.view.card_json(index)
    }

    /// Index of the card of the job named in the input buffer's first `bytes`.
    pub fn find(&self, bytes: usize) -> Option<u32> {
        with_text(bytes, |job_id| self.view.find(job_id))
    }

    /// Indices of the cards that a reader with this cursor has not seen.
    pub fn changes(&self, cursor: f64) -> Vec<u32> {
        self.view.changes(position(cursor)).indices
    }

    /// Cursor of a reader who has seen everything.
    pub fn cursor(&self) -> f64 {
        number(self.view.cursor())
    }

    /// BLAKE3 of the cards, in hex digits.
    pub fn digest(&self) -> String {
        Hash(self.view.digest()).to_string()
    }

    /// Indices of the cards that match the query in the input buffer's first `bytes`.
    pub fn query(&self, bytes: usize) -> Result<Uint32Array, JsValue> {
        let found = with_text(bytes, |query| self.view.query(query)).map_err(refuse)?;
        Ok(Uint32Array::from(found.as_slice()))
    }

    /// Cards by status, as the text of a JSON array.
    pub fn status_counts(&self) -> String {
        let mut out = Vec::new();
        list(&mut out, self.view.status_counts(), |out, (status, cards)| {
            let mut members = ObjectWriter::new(out);
            members.text("status", &status);
            count(&mut members, "count", cards.into());
            members.end();
        });
        json_text(out)
    }

    /// The event at a position as JSON text.
    pub fn event_json(&self, at: f64) -> Option<String> {
        self.view.event_json(position(at)).map(ToOwned::to_owned)
    }

    /// Positions of a job's events.
    pub fn job_events(&self, index: u32) -> Vec<f64> {
        self.view.job_events(index).into_iter().map(number).collect()
    }

    /// Four columns, one after the other: events, failures, approvals, dead letters.
    pub fn density(&self, buckets: u32) -> Vec<u32> {
        let density = self.view.density(buckets);
        let columns = [
            density.iter().map(|bucket| bucket.events).collect::<Vec<u32>>(),
            density.iter().map(|bucket| bucket.failures).collect(),
            density.iter().map(|bucket| bucket.approvals).collect(),
            density.iter().map(|bucket| bucket.dead_letters).collect(),
        ];
        columns.concat()
    }

    /// Position of the first failure after a position.
    pub fn next_failure(&self, after: f64) -> Option<f64> {
        self.view.next_failure(position(after)).map(number)
    }

    /// Position of the last failure before a position.
    pub fn previous_failure(&self, before: f64) -> Option<f64> {
        self.view.previous_failure(position(before)).map(number)
    }

    /// The contract's snapshot, with the options in the input buffer's first `bytes`.
    pub fn snapshot_json(&self, bytes: usize) -> Result<String, JsValue> {
        with_text(bytes, |options| self.view.snapshot_json(Some(options))).map_err(refuse)
    }

    /// The contract's view, with the options in the input buffer's first `bytes`.
    pub fn view_json(&self, bytes: usize) -> Result<String, JsValue> {
        with_text(bytes, |options| self.view.view_json(Some(options))).map_err(refuse)
    }
}

fn or_null(card: Option<String>) -> String {
    card.unwrap_or_else(|| "null".to_owned())
}

fn bytes_of(key: &[u32]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (four, number) in bytes.chunks_exact_mut(4).zip(key) {
        four.copy_from_slice(&number.to_le_bytes());
    }
    bytes
}
