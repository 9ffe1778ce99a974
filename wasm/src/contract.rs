//! The contract's functions in JSON text, by the names the contract gives them.
//!
//! Name and arguments are texts in the input buffer, each argument a JSON text, so nothing is lost to JavaScript's
//! numbers; an argument that is missing is `null`. Functions that can append take the log they append to; the clock is
//! JavaScript's.

use jobfold_core::{Error, contract};
use wasm_bindgen::prelude::*;

use crate::boundary::{Refusal, milliseconds};
use crate::input::with_texts;
use crate::log::LogHandle;

/// Calls a function that appends nothing.
#[wasm_bindgen]
pub fn call_pure(lengths: &[u32]) -> Result<String, JsValue> {
    cross(with_texts(lengths, |texts| match *texts {
        ["dashboard_job_event", kind, input, options] => contract::dashboard_job_event(kind, input, Some(options)),
        // The answer would be the text that was given, which the caller has.
        ["dashboard_job_validate", event] => contract::dashboard_job_validate(event).map(|_| String::new()),
        ["dashboard_job_dedupe_key", kind, job_id, run_id, timestamp, source_id] => {
            contract::dashboard_job_dedupe_key(kind, job_id, Some(run_id), Some(timestamp), Some(source_id))
        }
        ["dashboard_job_dedupe_events", events] => contract::dashboard_job_dedupe_events(events),
        ["dashboard_jobs_snapshot", events, options] => contract::dashboard_jobs_snapshot(events, Some(options)),
        _ => Ok(String::new()),
    }))
}

/// Calls a function that may append to `log`.
#[wasm_bindgen]
pub fn call_logged(log: &mut LogHandle, at_ms: f64, lengths: &[u32]) -> Result<String, JsValue> {
    let (log, at_ms) = (&mut log.log, milliseconds(at_ms));
    cross(with_texts(lengths, |texts| match *texts {
        ["dashboard_jobs_view", events, options] => contract::dashboard_jobs_view(log, at_ms, events, Some(options)),
        ["dashboard_job_emit", event, options] => contract::dashboard_job_emit(log, at_ms, event, Some(options)),
        // Any function by its name, with its arguments as one JSON array.
        ["call", function, args] => contract::call(log, at_ms, function, args),
        _ => Ok(String::new()),
    }))
}

fn cross(answer: Result<String, Error>) -> Result<String, JsValue> {
    answer.map_err(|error| Refusal::from(error).into())
}
