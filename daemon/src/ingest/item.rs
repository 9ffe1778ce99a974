//! What one item of a body is, and what becomes of it.
//!
//! Owns the three meanings: an object with `schema` is an envelope and is validated; an object of `input` and at most
//! `kind` and `options` beside it is a specification and is normalised; any other object is an input with its own
//! kind. Plain ingestion passes no approval gate. The judging is the core's contract functions.

use super::EVENT_BYTES_MAX;
use super::pointer::{self, Within};
use jobfold_core::Error;
use jobfold_core::contract::{dashboard_job_event, dashboard_job_validate};
use jobfold_core::json::{Node, Tape};
use std::borrow::Cow;

/// An item that passed.
#[derive(Debug)]
pub(super) struct Admitted {
    pub payload: String,
    pub headers: Vec<(String, String)>,
    pub id: String,
    pub dedupe_key: String,
}

/// An item that did not.
#[derive(Debug)]
pub(super) enum Refused {
    NotObject,
    TooLarge { bytes: usize },
    Contract { error: Error, within: Within },
}

impl Refused {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotObject => "item_not_object",
            Self::TooLarge { .. } => "event_too_large",
            Self::Contract { error, .. } => error.code(),
        }
    }

    pub(super) fn detail(&self) -> String {
        match self {
            Self::NotObject => "expected an object".to_owned(),
            Self::TooLarge { bytes } => format!("expected an event of at most {EVENT_BYTES_MAX} bytes, got {bytes}"),
            Self::Contract { error, .. } => error.detail().to_owned(),
        }
    }

    pub(super) fn pointer(&self) -> String {
        match self {
            Self::NotObject | Self::TooLarge { .. } => String::new(),
            Self::Contract { error, within } => pointer::of(error.path(), *within),
        }
    }
}

/// Judges one item. `tape` is scratch space.
pub(super) fn admit(tape: &mut Tape, text: &str) -> Result<Admitted, Refused> {
    let contract = |within| move |error| Refused::Contract { error, within };
    let root = tape.read(text.as_bytes()).map_err(contract(Within::Item))?;
    if !root.is_object() {
        return Err(Refused::NotObject);
    }
    let payload = if root.get("schema").is_some() {
        dashboard_job_validate(text).map_err(contract(Within::Item))?
    } else if let Some(input) = specified_input(root) {
        let raw = |name| root.get(name).map(Node::raw);
        dashboard_job_event(raw("kind").unwrap_or("null"), input, raw("options")).map_err(contract(Within::Spec))?
    } else {
        dashboard_job_event("null", text, None).map_err(contract(Within::Item))?
    };
    if payload.len() > EVENT_BYTES_MAX as usize {
        return Err(Refused::TooLarge { bytes: payload.len() });
    }
    describe(tape, payload).map_err(contract(Within::Item))
}

/// The input of a specification; nothing when the object has members that a specification does not have.
fn specified_input(root: Node<'_>) -> Option<&str> {
    let spec = |key: Node<'_>| ["kind", "input", "options"].iter().any(|name| key.is_text(name));
    let input = root.get("input")?;
    root.members().all(|(key, _)| spec(key)).then(|| input.raw())
}

/// Reads back what an event that passed is called, from its own text.
fn describe(tape: &mut Tape, payload: String) -> Result<Admitted, Error> {
    let root = tape.read(payload.as_bytes())?;
    let (id, dedupe_key) = (text_of(root, "id"), text_of(root, "dedupe_key"));
    Ok(Admitted {
        headers: event_headers(root),
        id: id.into_owned(),
        dedupe_key: dedupe_key.into_owned(),
        payload,
    })
}

/// The headers of an event's record (dashboard contract §8): `schema`, `job_id`, `run_id` where there is one, `status`.
fn event_headers(event: Node<'_>) -> Vec<(String, String)> {
    let named = ["schema", "job_id", "run_id", "status"].into_iter();
    let present = named.filter_map(|name| Some((name, event.get(name)?.string()?)));
    present
        .map(|(name, value)| (name.to_owned(), value.into_owned()))
        .collect()
}

/// A text member of an event; empty when it is none, which an event that passed the guard cannot have.
fn text_of<'a>(event: Node<'a>, name: &str) -> Cow<'a, str> {
    event.get(name).and_then(Node::string).unwrap_or_default()
}
