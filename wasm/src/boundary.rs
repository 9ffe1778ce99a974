//! How small values and errors cross to JavaScript, and how a panic shows itself.
//!
//! An error crosses as a plain object `{code, message, path, item, offset}`, which the package turns into its
//! `JobfoldError`. A panic is a trap that the package sees as a `WebAssembly.RuntimeError`; it then asks
//! [`panic_place`] where it happened and refuses every later call. Must not know which call is being translated.
//!
//! Three ways, by measurement (what `push` answers, Node 20, processor time of pushing an empty batch): 164 ns a call
//! as four numbers, 316 ns as an object by serde-wasm-bindgen, 844 ns as JSON text. So `push` answers in numbers,
//! other small values and errors cross by serde-wasm-bindgen, and lists of cards and events as JSON text, where it is
//! the other way round.

use std::cell::RefCell;

use jobfold_core::Error;
use jobfold_core::json::write::ObjectWriter;
use jobfold_core::log::{LogError, ndjson::LineError};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// Largest integer that a JavaScript number holds exactly, as every position and count here must be.
const INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// An error on its way to JavaScript.
#[derive(Serialize)]
pub(crate) struct Refusal {
    code: &'static str,
    message: String,
    path: String,
    item: Option<u64>,
    offset: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: String) -> Self {
        Self {
            code,
            message,
            path: String::new(),
            item: None,
            offset: None,
        }
    }

    /// The same, about one line or record of several: its 1-based ordinal and where it begins.
    pub(crate) fn in_item(mut self, item: u64, offset: u64) -> Self {
        self.item = Some(item);
        self.offset = Some(offset);
        self
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            path: error.path().to_owned(),
            item: error.item(),
            offset: error.offset(),
        }
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<LineError> for Refusal {
    fn from(error: LineError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        small(&refusal)
    }
}

/// The answer of everything that may refuse.
pub(crate) type Answer<T> = Result<T, Refusal>;

/// A small value as a JavaScript object, built member by member.
pub(crate) fn small<T: Serialize>(value: &T) -> JsValue {
    let spell_null = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value.serialize(&spell_null).unwrap_or(JsValue::UNDEFINED)
}

/// A member that is a count.
pub(crate) fn count(members: &mut ObjectWriter<'_>, name: &str, count: u64) {
    members.raw(name, count.to_string().as_bytes());
}

/// JSON is UTF-8 by construction; the check costs little and keeps this crate free of `unsafe`.
pub(crate) fn json_text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_default()
}

/// A position or count from JavaScript. What is no integer, or too large to be exact, is answered by `None`.
pub(crate) fn integer(number: f64) -> Option<u64> {
    let exact = number.fract() == 0.0 && (0.0..=INTEGER_MAX).contains(&number);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked: a whole number from 0 to 2^53 - 1"
    )]
    exact.then_some(number as u64)
}

/// The same where every value is legal: what is no exact integer becomes the largest one, which is beyond any head.
pub(crate) fn position(number: f64) -> u64 {
    integer(number).unwrap_or(u64::MAX)
}

/// A position or count for JavaScript.
pub(crate) fn number(value: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of events in memory stay far below 2^53"
    )]
    let number = value as f64;
    number
}

/// Milliseconds since 1970 UTC from JavaScript's clock; fractions of a millisecond are cut off.
pub(crate) fn milliseconds(number: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and no clock comes near the limits"
    )]
    let milliseconds = number as i64;
    milliseconds
}

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs when the module is started: from now on a panic leaves its place behind.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANIC.with(|panic| *panic.borrow_mut() = place);
    }));
}

/// Source file and line of the panic that stopped the core; empty if there was none. The panic's message stays inside,
/// because it may quote what was being worked on.
#[wasm_bindgen]
pub fn panic_place() -> String {
    PANIC.with(|panic| panic.borrow().clone())
}

/// Panics. Only so that a test can see what happens then.
#[wasm_bindgen]
pub fn panic_on_purpose() {
    panic!("asked for");
}
