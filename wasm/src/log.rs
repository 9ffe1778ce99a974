//! `EventLog` and `verify_log`: the core's in-memory log behind a handle.
//!
//! Records cross as NDJSON lines, the log's own exchange format. The clock is JavaScript's.

use jobfold_core::json::Tape;
use jobfold_core::log::{MemoryLog, Verification as Found, ndjson, verify_lines, verify_records};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::{Answer, Refusal, milliseconds, number, small};
use crate::input::with_input;

/// A log in the module's memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct LogHandle {
    pub(crate) log: MemoryLog,
}

#[derive(Serialize)]
struct Appended {
    seq: u64,
    topic_seq: u64,
}

#[wasm_bindgen]
impl LogHandle {
    /// An empty log.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of records, and the seq of the newest.
    pub fn length(&self) -> f64 {
        number(self.log.head().seq)
    }

    /// Hash of the newest record in hex digits.
    pub fn head(&self) -> String {
        self.log.head().hash.to_string()
    }

    /// Appends one record. `headers` is name, value, name, value …; the payload must be JSON and is kept to the byte.
    pub fn append(
        &mut self,
        topic: &str,
        kind: &str,
        payload: &str,
        headers: Vec<String>,
        at_ms: f64,
    ) -> Result<JsValue, JsValue> {
        self.append_record(topic, kind, payload, headers, at_ms)
            .map_err(JsValue::from)
    }

    /// The records of a topic, or all, as the text of a JSON array.
    pub fn records(&self, topic: Option<String>) -> String {
        let mut out = vec![b'['];
        let mut write = |record| {
            if out.len() > 1 {
                out.push(b',');
            }
            ndjson::write_line(&mut out, record);
        };
        match topic {
            Some(topic) => self.log.records(&topic).for_each(&mut write),
            None => self.log.all().iter().for_each(&mut write),
        }
        out.push(b']');
        text(out)
    }

    /// All records as NDJSON.
    pub fn export_ndjson(&self) -> String {
        let mut out = Vec::new();
        for record in self.log.all() {
            ndjson::write_line(&mut out, record);
            out.push(b'\n');
        }
        text(out)
    }

    /// Takes the exported records in the input buffer's first `bytes`; answers how many were added.
    pub fn import_ndjson(&mut self, bytes: usize) -> Result<f64, JsValue> {
        with_input(bytes, |lines| self.import(lines))
            .map(number)
            .map_err(JsValue::from)
    }

    /// Checks the whole chain again.
    pub fn verify(&self) -> JsValue {
        Verification::of(verify_records(self.log.all()))
    }
}

impl LogHandle {
    fn append_record(
        &mut self,
        topic: &str,
        kind: &str,
        payload: &str,
        headers: Vec<String>,
        at_ms: f64,
    ) -> Answer<JsValue> {
        Tape::new().read(payload.as_bytes())?;
        let headers: Vec<(String, String)> = headers
            .chunks_exact(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect();
        let appended = self.log.append(topic, kind, payload, &headers, milliseconds(at_ms))?;
        Ok(small(&Appended {
            seq: appended.seq,
            topic_seq: appended.topic_seq,
        }))
    }

    fn import(&mut self, lines: &[u8]) -> Answer<u64> {
        let mut records = Vec::new();
        for line in ndjson::Lines::new(lines) {
            let record = line
                .record
                .map_err(|error| Refusal::from(error).in_item(line.ordinal, line.offset))?;
            records.push(record);
        }
        Ok(self.log.import(records)?)
    }
}

/// What a verification found, as `Verification` of the package's types has it.
#[derive(Serialize)]
struct Verification {
    ok: bool,
    records: u64,
    head: String,
    fault: Option<Fault>,
}

#[derive(Serialize)]
struct Fault {
    seq: u64,
    code: &'static str,
    message: String,
}

impl Verification {
    fn of(found: Found) -> JsValue {
        let fault = found.fault.map(|fault| Fault {
            seq: fault.seq,
            code: fault.code,
            message: fault.message,
        });
        let head = found.head;
        small(&Self {
            ok: fault.is_none(),
            records: head.seq,
            head: head.hash.to_string(),
            fault,
        })
    }
}

/// Checks exported NDJSON in the input buffer's first `bytes`.
#[wasm_bindgen]
pub fn verify_ndjson(bytes: usize) -> JsValue {
    Verification::of(with_input(bytes, verify_lines))
}

/// JSON is UTF-8 by construction; the check costs little and keeps this crate free of `unsafe`.
fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_default()
}
