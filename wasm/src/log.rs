//! `EventLog` and `verify_log`: the core's in-memory log behind a handle.
//!
//! Records cross as NDJSON lines, the log's own exchange format. The clock is JavaScript's.

use jobfold_core::json::Tape;
use jobfold_core::log::{MemoryLog, Record, Verification, ndjson, verify_lines, verify_records};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::{Answer, Refusal, json_text, milliseconds, number, small};
use crate::input::{with_input, with_text, with_texts};

/// Where a record went.
#[derive(Serialize)]
struct Place {
    seq: u64,
    topic_seq: u64,
}

#[derive(Serialize)]
struct Verdict<'v> {
    ok: bool,
    records: u64,
    head: String,
    fault: Option<Fault<'v>>,
}

#[derive(Serialize)]
struct Fault<'v> {
    seq: u64,
    code: &'v str,
    message: &'v str,
}

/// A log in the module's memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct LogHandle {
    pub(crate) log: MemoryLog,
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

    /// Appends one record. The texts: topic, kind, payload, then name and value of each header. The payload must be
    /// JSON and is kept to the byte.
    pub fn append(&mut self, lengths: &[u32], at_ms: f64) -> Result<JsValue, JsValue> {
        with_texts(lengths, |texts| self.append_record(texts, at_ms)).map_err(JsValue::from)
    }

    /// All records as the text of a JSON array.
    pub fn records(&self) -> String {
        array(self.log.all().iter())
    }

    /// The records of the topic named in the input buffer's first `bytes`, as the text of a JSON array.
    pub fn records_of(&self, bytes: usize) -> String {
        with_text(bytes, |topic| array(self.log.records(topic)))
    }

    /// All records as NDJSON.
    pub fn export_ndjson(&self) -> String {
        let mut out = Vec::new();
        for record in self.log.all() {
            ndjson::write_line(&mut out, record);
            out.push(b'\n');
        }
        json_text(out)
    }

    /// Takes the exported records in the input buffer's first `bytes`; answers how many were added.
    pub fn import_ndjson(&mut self, bytes: usize) -> Result<f64, JsValue> {
        with_input(bytes, |lines| self.import(lines))
            .map(number)
            .map_err(JsValue::from)
    }

    /// Checks the whole chain again.
    pub fn verify(&self) -> JsValue {
        verification(&verify_records(self.log.all()))
    }
}

impl LogHandle {
    fn append_record(&mut self, texts: &[&str], at_ms: f64) -> Answer<JsValue> {
        let [topic, kind, payload, headers @ ..] = texts else {
            return Err(Refusal::new(
                "arguments_invalid",
                "expected topic, kind and payload".to_owned(),
            ));
        };
        Tape::new().read(payload.as_bytes())?;
        let pairs = headers.chunks_exact(2);
        let headers: Vec<(String, String)> = pairs.map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
        let appended = self.log.append(topic, kind, payload, &headers, milliseconds(at_ms))?;
        Ok(small(&Place {
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
fn verification(found: &Verification) -> JsValue {
    small(&Verdict {
        ok: found.fault.is_none(),
        records: found.head.seq,
        head: found.head.hash.to_string(),
        fault: found.fault.as_ref().map(|fault| Fault {
            seq: fault.seq,
            code: fault.code,
            message: &fault.message,
        }),
    })
}

/// Checks exported NDJSON in the input buffer's first `bytes`.
#[wasm_bindgen]
pub fn verify_ndjson(bytes: usize) -> JsValue {
    verification(&with_input(bytes, verify_lines))
}

/// Records as the text of a JSON array of lines.
fn array<'a>(records: impl Iterator<Item = &'a Record>) -> String {
    let mut out = vec![b'['];
    for record in records {
        if out.len() > 1 {
            out.push(b',');
        }
        ndjson::write_line(&mut out, record);
    }
    out.push(b']');
    json_text(out)
}
