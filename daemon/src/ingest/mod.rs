//! The daemon's door for events: bytes from anyone become records for the log, or a refusal that names every fault.
//!
//! Owns what a request body may be and what each item in it means. A batch is taken whole or not at all, and an
//! envelope is stored as the very bytes it arrived as. All judging of events is the core's. Must not know HTTP
//! statuses or the log's files.
//!
//! Reading order: `split` (where items begin and end), `item` (what an item is), here (the batch).

mod item;
mod pointer;
mod split;

pub use split::Form;

use crate::log::NewRecord;
use item::Admitted;
use jobfold_core::json::Tape;
use split::Splitting;

/// Topic of the envelopes (dashboard contract §8).
pub const TOPIC: &str = "dashboard.jobs.events";
/// Kind of the records that hold envelopes (dashboard contract §8).
pub const RECORD_KIND: &str = "dashboard_job_event";
/// The largest envelope that is taken in, in bytes; the projection folds nothing larger.
pub const EVENT_BYTES_MAX: u32 = 1 << 20;
/// Most faults that one refusal lists.
const FAULTS_MAX: usize = 100;

/// One thing that is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable code: the contract's, or `json_invalid`, `item_not_object` and the like.
    pub code: &'static str,
    /// JSON Pointer to the member, in the document or, in NDJSON, in its line.
    pub pointer: String,
    /// Lower-case words without the value.
    pub detail: String,
    /// 1-based ordinal of the item, when the body may hold several.
    pub item: Option<u64>,
    /// Byte offset in the body.
    pub offset: Option<u64>,
}

/// Why a body was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be read: not JSON, too deep, nothing in it.
    Unreadable(Fault),
    /// More items than a batch may have.
    TooMany {
        /// How many a batch may have.
        limit: usize,
    },
    /// It can be read, but these items break the contract. Never empty.
    Refused(Vec<Fault>),
}

/// An item that will be stored, and how it is called in the answer.
#[derive(Debug)]
pub struct Ready {
    /// The record, with the dedupe key as its idempotency key.
    pub record: NewRecord,
    /// The event's id.
    pub id: String,
    /// The event's dedupe key.
    pub dedupe_key: String,
}

/// Reads a whole body. `items_max` bounds the batch; `trace` is stored beside each record as `traceparent`.
pub fn admit(body: &[u8], form: Form, items_max: usize, trace: Option<&str>) -> Result<Vec<Ready>, Refusal> {
    let splitting = split::split(body, form, items_max)?;
    let mut tape = Tape::new();
    let mut ready = Vec::with_capacity(splitting.items.len());
    let mut faults = Vec::new();
    for (index, piece) in splitting.items.iter().enumerate() {
        match item::admit(&mut tape, piece.text) {
            Ok(admitted) if faults.is_empty() => ready.push(make_ready(admitted, trace)),
            Ok(_) => {}
            Err(refused) => faults.push(place(&splitting, index, &refused)),
        }
        if faults.len() == FAULTS_MAX {
            break;
        }
    }
    if faults.is_empty() {
        Ok(ready)
    } else {
        Err(Refusal::Refused(faults))
    }
}

fn make_ready(admitted: Admitted, trace: Option<&str>) -> Ready {
    let mut headers = admitted.headers;
    if let Some(trace) = trace {
        headers.push(("traceparent".to_owned(), trace.to_owned()));
    }
    Ready {
        record: NewRecord {
            topic: TOPIC.to_owned(),
            kind: RECORD_KIND.to_owned(),
            payload: admitted.payload,
            headers,
            idempotency_key: Some(admitted.dedupe_key.clone()),
        },
        id: admitted.id,
        dedupe_key: admitted.dedupe_key,
    }
}

/// Places an item's refusal in the body.
fn place(splitting: &Splitting<'_>, index: usize, refused: &item::Refused) -> Fault {
    let ordinal = index as u64 + 1;
    let (item, prefix) = match splitting.form {
        Form::Array => (Some(ordinal), format!("/{index}")),
        Form::Lines => (Some(ordinal), String::new()),
        Form::One | Form::Guess => (None, String::new()),
    };
    Fault {
        code: refused.code(),
        pointer: prefix + &refused.pointer(),
        detail: refused.detail(),
        item,
        offset: Some(splitting.items[index].offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"{"kind":"run.started","job_id":"j","run_id":"r","timestamp":"t"}"#;

    #[test]
    fn one_bad_item_refuses_the_batch_and_all_bad_items_are_named() {
        let body = format!("[{PLAIN},{{\"kind\":\"run.started\"}},7]");
        let Err(Refusal::Refused(faults)) = admit(body.as_bytes(), Form::One, 10, None) else {
            panic!("expected a refusal");
        };
        let found: Vec<_> = faults
            .iter()
            .map(|f| (f.code, f.item, f.offset, f.pointer.as_str()))
            .collect();
        let second = PLAIN.len() as u64 + 2;
        assert_eq!(found[0].1, Some(2));
        assert_eq!(found[0].2, Some(second));
        assert_eq!(found[1], ("item_not_object", Some(3), Some(second + 23), "/2"));
    }

    #[test]
    fn records_carry_the_contracts_headers_and_the_trace() {
        let ready = admit(PLAIN.as_bytes(), Form::Guess, 1, Some("00-x")).unwrap();
        let record = &ready[0].record;
        assert_eq!((record.topic.as_str(), record.kind.as_str()), (TOPIC, RECORD_KIND));
        assert_eq!(record.idempotency_key.as_deref(), Some(ready[0].dedupe_key.as_str()));
        let header = |name: &str| record.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!(header("schema"), Some("harn.dashboard_job_event.v1"));
        assert_eq!(
            (header("job_id"), header("run_id"), header("status")),
            (Some("j"), Some("r"), Some("running"))
        );
        assert_eq!(header("traceparent"), Some("00-x"));
    }

    #[test]
    fn an_envelope_is_stored_as_it_arrived() {
        let made = jobfold_core::contract::dashboard_job_event("null", PLAIN, None).unwrap();
        let odd = made.replacen('{', "{  \"extra\" : 1.0e0 ,", 1);
        let ready = admit(format!("[ {odd}]").as_bytes(), Form::Guess, 1, None).unwrap();
        assert_eq!(ready[0].record.payload, odd);
    }

    #[test]
    fn a_specification_is_normalised() {
        let spec =
            r#"{"kind":"run.failed","input":{"job_id":"j","run_id":"r","timestamp":"t"},"options":{"title":"T"}}"#;
        let ready = admit(spec.as_bytes(), Form::Guess, 1, None).unwrap();
        assert!(
            ready[0].record.payload.contains("\"title\":\"T\""),
            "{}",
            ready[0].record.payload
        );
        let Err(Refusal::Refused(faults)) = admit(br#"{"kind":"run.failed","input":7}"#, Form::Guess, 1, None) else {
            panic!("expected a refusal");
        };
        assert_eq!(faults[0].pointer, "/input");
    }

    /// The contract's own cases, sent through the door: it takes exactly those that the contract takes, and whatever
    /// it takes, the projection folds.
    #[test]
    fn the_door_agrees_with_the_contract_and_with_the_fold() {
        let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/conformance/dashboard");
        let (mut taken, mut refused) = (0, 0);
        for entry in std::fs::read_dir(cases).unwrap() {
            let lines = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in lines.lines() {
                let mut tape = Tape::new();
                let case = tape.read(line.as_bytes()).unwrap();
                let Some(body) = body_of(case) else { continue };
                let admitted = admit(body.as_bytes(), Form::One, 1, None);
                let expected = case.get("ok").is_some();
                assert_eq!(admitted.is_ok(), expected, "{body}: {admitted:?}");
                let Ok(ready) = admitted else {
                    refused += 1;
                    continue;
                };
                taken += 1;
                let mut view = jobfold_core::view::JobsView::new(jobfold_core::view::ViewOptions::default());
                view.push_event(ready[0].record.payload.as_bytes()).unwrap();
                assert_eq!(ready[0].record.idempotency_key.as_ref(), Some(&ready[0].dedupe_key));
            }
        }
        assert!(taken > 300 && refused > 100, "{taken} taken, {refused} refused");
    }

    /// What a client would send for a case; nothing where the case is about something else than one event.
    fn body_of(case: jobfold_core::json::Node<'_>) -> Option<String> {
        let args: Vec<&str> = case.get("args")?.items().map(jobfold_core::json::Node::raw).collect();
        let arg = |index: usize| args.get(index).copied().unwrap_or("null");
        let function = case.get("fn")?;
        if function.is_text("dashboard_job_event") {
            return Some(format!(
                r#"{{"kind":{},"input":{},"options":{}}}"#,
                arg(0),
                arg(1),
                arg(2)
            ));
        }
        let envelope = arg(0);
        let validate = function.is_text("dashboard_job_validate");
        (validate && envelope.contains("\"schema\":")).then(|| envelope.to_owned())
    }

    proptest::proptest! {
        /// Whatever is sent: no panic, places inside the body, and an envelope is a piece of it.
        #[test]
        fn no_body_is_too_strange(
            cuts in proptest::collection::vec((0usize..4000, proptest::prelude::any::<u8>()), 0..4),
            form in 0usize..3, repeat in 1usize..3,
        ) {
            let envelope = jobfold_core::contract::dashboard_job_event("null", PLAIN, None).unwrap();
            let spec = format!(r#"{{"kind":"run.queued","input":{PLAIN}}}"#);
            let one = format!("{PLAIN}\n{envelope}\n{spec}\n");
            let mut body = one.repeat(repeat).into_bytes();
            for (place, byte) in cuts {
                let place = place % body.len();
                body[place] = byte;
            }
            let form = [Form::One, Form::Lines, Form::Guess][form];
            match admit(&body, form, 5, None) {
                Ok(ready) => {
                    proptest::prop_assert!(ready.len() <= 5 && !ready.is_empty());
                    let text = String::from_utf8(body).expect("what was taken is text");
                    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                    for (ready, line) in ready.iter().zip(lines).filter(|_| form == Form::Lines) {
                        let mut tape = Tape::new();
                        let is_envelope = tape.read(line.as_bytes()).unwrap().get("schema").is_some();
                        proptest::prop_assert!(!is_envelope || ready.record.payload == line);
                    }
                }
                Err(Refusal::TooMany { limit }) => proptest::prop_assert_eq!(limit, 5),
                Err(Refusal::Unreadable(fault)) => {
                    proptest::prop_assert!(fault.offset.unwrap_or(0) <= body.len() as u64);
                }
                Err(Refusal::Refused(faults)) => {
                    proptest::prop_assert!(!faults.is_empty());
                    for fault in faults {
                        proptest::prop_assert!(fault.offset.unwrap_or(0) <= body.len() as u64);
                    }
                }
            }
        }
    }
}
