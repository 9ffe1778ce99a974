//! `POST /v1/events`: the door into the log.
//!
//! Owns reading the request and writing the answer, which is given only after the append, so it speaks of what is
//! durable. What a body means is `ingest`'s; what is stored is the log's.

use super::gate::Caller;
use super::limits::body_too_large;
use super::params::{Params, header_text, read_place};
use super::problem::{Fault, Problem, ProblemBody};
use super::{App, telemetry};
use crate::auth::Scope;
use crate::clock::now_ms;
use crate::ingest::{self, Form, Ready, Refusal};
use crate::log::{Batch, Receipt};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::StreamExt;

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Bodies above this are read on a thread that may be held up.
const INLINE_BYTES_MAX: usize = 64 << 10;

/// How an append may be made conditional.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AppendParams {
    /// Refuse with 412 unless the log's head is at this seq. `If-Match: "default:17"` says the same.
    expected_seq: Option<u64>,
}

/// Where an event ended up.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppendedEvent {
    /// Place in the log, from 1. For a duplicate: of the event that was stored first.
    pub seq: u64,
    /// Place in the topic, from 1.
    pub topic_seq: u64,
    /// The event's id.
    pub id: String,
    /// The event's dedupe key.
    pub dedupe_key: String,
    /// The log held an event with this dedupe key already; nothing was stored.
    pub duplicate: bool,
}

/// What an append achieved.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppendAnswer {
    /// One entry for each event, in the order of the body.
    pub items: Vec<AppendedEvent>,
    /// The log's head right after this batch.
    pub as_of_seq: u64,
}

/// Appends one event, an array of them, or NDJSON: all or none.
///
/// An object with `schema` is an envelope: it is validated and stored as the bytes it arrived as. An object of
/// `input` and at most `kind` and `options` beside it is normalised. Any other object is normalised as an input with
/// its own `kind`. Events are stored once per dedupe key. The answer comes after the events are durable.
#[utoipa::path(post, path = "/v1/events", tag = "events", params(AppendParams,
    ("If-Match" = Option<String>, Header, description = "Refuse with 412 unless the head is here, such as `\"default:17\"`."),
    ("traceparent" = Option<String>, Header, description = "W3C Trace Context; stored beside each record.")),
    request_body(content(
        (serde_json::Value = "application/json"),
        (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "Every event is durable.", body = AppendAnswer),
        (status = 400, description = "The body cannot be read; nothing was stored.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 412, description = "The log's head is elsewhere; nothing was stored.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 413, description = "The body or an event is too large; nothing was stored.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 422, description = "Events break the contract; nothing was stored.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = "default", description = "A problem; nothing was stored.", body = ProblemBody,
            content_type = "application/problem+json")))]
pub(super) async fn append(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<AppendParams>,
    request: Request,
) -> Result<Json<AppendAnswer>, Problem> {
    caller.must(Scope::Operate)?;
    let (parts, body) = request.into_parts();
    let expected_seq = expected_seq(params.expected_seq, &parts.headers)?;
    let announced = header_text(&parts.headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    // Held until the events are durable: this is what bounds the memory of all bodies together.
    let _room = app.budgets.reserve_body(announced)?;
    let body = read_body(body, app.budgets.limits().body_bytes_max).await?;
    let ready = admit(&app, body, &parts.headers).await?;
    let started = std::time::Instant::now();
    let (records, names): (Vec<_>, Vec<_>) = ready
        .into_iter()
        .map(|Ready { record, id, dedupe_key }| (record, (id, dedupe_key)))
        .unzip();
    let batch = Batch {
        records,
        expected_seq,
        at_ms: now_ms(),
    };
    let receipt = app.log.append(batch).await?;
    telemetry::appended(&receipt, started.elapsed());
    Ok(Json(answer(&receipt, names)))
}

fn answer(receipt: &Receipt, names: Vec<(String, String)>) -> AppendAnswer {
    let placed = receipt.appended.iter().zip(names);
    AppendAnswer {
        items: placed
            .map(|(place, (id, dedupe_key))| AppendedEvent {
                seq: place.seq,
                topic_seq: place.topic_seq,
                id,
                dedupe_key,
                duplicate: place.duplicate,
            })
            .collect(),
        as_of_seq: receipt.head.seq,
    }
}

fn expected_seq(parameter: Option<u64>, headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(tag) = header_text(headers, header::IF_MATCH) else {
        return Ok(parameter);
    };
    let place = tag
        .strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'))
        .and_then(read_place);
    match (place, parameter) {
        (None, _) => Err(Problem::parameter(
            "if-match",
            "expected a single tag such as \"default:17\"",
        )),
        (Some(place), Some(other)) if place != other => {
            Err(Problem::parameter("expected_seq", "differs from the if-match header"))
        }
        (place, _) => Ok(place),
    }
}

async fn read_body(body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let mut pieces = body.into_data_stream();
    let read = async {
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "body_incomplete",
                    "the body ended before it was complete",
                )
            })?;
            if bytes.len() + piece.len() > bytes_max {
                return Err(body_too_large(bytes_max));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    };
    let late = |_| {
        let detail = format!("expected the whole body within {} s", BODY_TIMEOUT.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, "body_late", detail)
    };
    tokio::time::timeout(BODY_TIMEOUT, read).await.map_err(late)?
}

async fn admit(app: &Arc<App>, body: Vec<u8>, headers: &HeaderMap) -> Result<Vec<Ready>, Problem> {
    let form = form(headers);
    let items_max = app.budgets.limits().items_max;
    let trace = header_text(headers, header::HeaderName::from_static("traceparent"));
    let trace = trace.filter(|trace| is_traceparent(trace)).map(str::to_owned);
    let length = body.len();
    let work = move || ingest::admit(&body, form, items_max, trace.as_deref());
    let admitted = if length <= INLINE_BYTES_MAX {
        work()
    } else {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Problem::internal(&error))?
    };
    admitted.map_err(refusal)
}

/// What the content type says about the body; anything else leaves it to be found out.
fn form(headers: &HeaderMap) -> Form {
    let value = header_text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => Form::One,
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Form::Lines,
        _ => Form::Guess,
    }
}

/// W3C Trace Context, version 00: anything else is not stored.
fn is_traceparent(text: &str) -> bool {
    let lower_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut parts = text.split('-');
    let mut part = |length| parts.next().is_some_and(|part| part.len() == length && lower_hex(part));
    part(2) && part(32) && part(16) && part(2) && text.len() == 55
}

fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::TooMany { limit } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_many_events",
            format!("expected at most {limit} events in one request"),
        ),
        Refusal::Unreadable(fault) => refused(StatusCode::BAD_REQUEST, vec![fault]),
        Refusal::Refused(faults) => {
            let too_large = faults.iter().any(|fault| fault.code == "event_too_large");
            let status = if too_large {
                StatusCode::PAYLOAD_TOO_LARGE
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            refused(status, faults)
        }
    }
}

/// The first fault speaks for all of them.
fn refused(status: StatusCode, faults: Vec<ingest::Fault>) -> Problem {
    let first = &faults[0];
    let place = first.item.map_or(String::new(), |item| format!("event {item}: "));
    let member = if first.pointer.is_empty() {
        String::new()
    } else {
        format!("{}: ", first.pointer)
    };
    let detail = format!("{place}{member}{}; nothing was stored", first.detail);
    Problem::new(status, first.code, detail).with_faults(faults.into_iter().map(wire_fault).collect())
}

fn wire_fault(fault: ingest::Fault) -> Fault {
    Fault {
        code: fault.code.to_owned(),
        pointer: fault.pointer,
        detail: fault.detail,
        item: fault.item,
        offset: fault.offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_trace_parents_are_stored() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(is_traceparent(good));
        for bad in ["", &good[1..], &good.to_uppercase(), &format!("{good}-x"), "00-"] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
