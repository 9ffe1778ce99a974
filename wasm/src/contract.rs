//! The contract's functions in JSON text, by the names the contract gives them.
//!
//! Every argument and answer is a JSON text, so nothing is lost to JavaScript's numbers. The two functions that can
//! append take the log they append to; the clock is JavaScript's.

use jobfold_core::contract;
use wasm_bindgen::prelude::*;

use crate::boundary::{Refusal, milliseconds};
use crate::log::LogHandle;

fn cross(answer: Result<String, jobfold_core::Error>) -> Result<String, JsValue> {
    answer.map_err(|error| Refusal::from(error).into())
}

/// Builds an event.
#[wasm_bindgen]
pub fn dashboard_job_event(kind: &str, input: &str, options: Option<String>) -> Result<String, JsValue> {
    cross(contract::dashboard_job_event(kind, input, options.as_deref()))
}

/// Checks an event. The answer would be the text that was given, which the caller has.
#[wasm_bindgen]
pub fn dashboard_job_validate(event: &str) -> Result<(), JsValue> {
    contract::dashboard_job_validate(event)
        .map(drop)
        .map_err(|error| Refusal::from(error).into())
}

/// The key that tells duplicates.
#[wasm_bindgen]
pub fn dashboard_job_dedupe_key(
    kind: &str,
    job_id: &str,
    run_id: Option<String>,
    timestamp: Option<String>,
    source_id: Option<String>,
) -> Result<String, JsValue> {
    let optional = [run_id.as_deref(), timestamp.as_deref(), source_id.as_deref()];
    cross(contract::dashboard_job_dedupe_key(
        kind,
        job_id,
        optional[0],
        optional[1],
        optional[2],
    ))
}

/// The events without duplicates.
#[wasm_bindgen]
pub fn dashboard_job_dedupe_events(events: &str) -> Result<String, JsValue> {
    cross(contract::dashboard_job_dedupe_events(events))
}

/// The cards of events.
#[wasm_bindgen]
pub fn dashboard_jobs_snapshot(events: &str, options: Option<String>) -> Result<String, JsValue> {
    cross(contract::dashboard_jobs_snapshot(events, options.as_deref()))
}

/// The cards and the events; appends to the log if the options say so.
#[wasm_bindgen]
pub fn dashboard_jobs_view(
    log: &mut LogHandle,
    at_ms: f64,
    events: &str,
    options: Option<String>,
) -> Result<String, JsValue> {
    let at_ms = milliseconds(at_ms);
    cross(contract::dashboard_jobs_view(
        &mut log.log,
        at_ms,
        events,
        options.as_deref(),
    ))
}

/// Appends one event to the log.
#[wasm_bindgen]
pub fn dashboard_job_emit(
    log: &mut LogHandle,
    at_ms: f64,
    event: &str,
    options: Option<String>,
) -> Result<String, JsValue> {
    let at_ms = milliseconds(at_ms);
    cross(contract::dashboard_job_emit(
        &mut log.log,
        at_ms,
        event,
        options.as_deref(),
    ))
}

/// Any of the above by name, with its arguments as one JSON array.
#[wasm_bindgen]
pub fn call(log: &mut LogHandle, at_ms: f64, function: &str, args: &str) -> Result<String, JsValue> {
    cross(contract::call(&mut log.log, milliseconds(at_ms), function, args))
}
