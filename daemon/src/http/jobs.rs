//! `/v1/jobs`: the cards, now or at any seq.
//!
//! Owns addresses, pages and answers. Which cards match, what is in them and what they were is the core's.

use super::gate::Caller;
use super::listing::{Listing, limit, next_page, push_parameter, read_cursor, write_cursor};
use super::params::Params;
use super::problem::{Fault, Problem, ProblemBody};
use super::{App, etag};
use crate::auth::Scope;
use crate::board::{BoardError, Shown};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Marks this list's cursors.
const CURSOR: char = 'j';
/// Most events that a job's answer names; the newest win.
const JOB_EVENTS_MAX: usize = 500;

/// Which cards to list.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Most cards of a page, 1 to 500; 100 unless given.
    limit: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only cards that match, such as `status:failed queue:mail error~timeout digest`.
    q: Option<String>,
    /// The cards as they were after the record with this seq; 0 is before the first.
    at_seq: Option<u64>,
}

/// When to look.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AtParams {
    /// The card as it was after the record with this seq.
    at_seq: Option<u64>,
}

/// A page of cards.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what is written as text")]
pub struct CardPage {
    /// Cards in the order in which their jobs first appeared.
    items: Vec<Card>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
    /// The seq whose state this is.
    as_of_seq: u64,
}

/// A job's card, `harn.dashboard_job_card.v1`; members that are not known here may be present.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what is written as text")]
pub struct Card {
    /// `harn.dashboard_job_card.v1`
    schema: String,
    /// The job.
    job_id: String,
    /// What people call it.
    title: Option<String>,
    /// Its state; an open set.
    status: Option<String>,
    /// The source's time of the latest event, as the source wrote it.
    updated_at: Option<String>,
    /// The latest event's id.
    latest_event_id: Option<String>,
    /// The latest run.
    run_id: Option<String>,
    /// What went wrong last.
    last_error: Option<String>,
}

/// One job: its card and where its events are.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what is written as text")]
pub struct JobAnswer {
    /// The card.
    card: Card,
    /// The job's latest events, at most 500, oldest first, duplicates left out. Empty once the daemon's history has
    /// outgrown its memory; `GET /v1/events?job_id=` lists them then, too.
    events: Vec<EventPlace>,
    /// How many events the job has had up to this seq; null once the history has outgrown its memory.
    events_total: Option<u64>,
    /// The seq whose state this is.
    as_of_seq: u64,
}

/// Where an event is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what is written as text")]
pub struct EventPlace {
    /// Place in the log.
    seq: u64,
    /// Place among the envelopes: the position a `JobsView` counts.
    position: u64,
}

/// Lists cards.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(ListParams), responses(
    (status = 200, description = "A page of cards.", body = CardPage),
    (status = 304, description = "Nothing new since the entity tag in `If-None-Match`."),
    (status = 422, description = "`at_seq` is beyond the log's head, or `q` cannot be read.", body = ProblemBody,
        content_type = "application/problem+json"),
    (status = "default", description = "A problem.", body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    caller.must(Scope::Read)?;
    let count = limit(params.limit)?;
    let cursor = params
        .cursor
        .as_deref()
        .map(|cursor| read_cursor(CURSOR, cursor))
        .transpose()?;
    let question = format!("jobs {count} {cursor:?} {:?}", params.q);
    let asked = params.clone();
    let held = headers.clone();
    let read = app.board.read(params.at_seq, move |shown| {
        let tag = etag::Tag::new(&question, shown.seq);
        if tag.is_held(&held) {
            return Ok((tag, None));
        }
        let page = cards(&shown, asked.q.as_deref(), cursor, count)?;
        Ok((tag, Some(page)))
    });
    let (tag, page) = read.await.map_err(|error| problem(&error))?;
    let Some((body, next)) = page else {
        return Ok(tag.not_modified());
    };
    let mut response = tag.json(body);
    if let Some(next) = next {
        next_page(&mut response, &address(&params, &next));
    }
    Ok(response)
}

/// One page's text and the cursor of the next.
fn cards(
    shown: &Shown<'_>,
    query: Option<&str>,
    after: Option<u64>,
    count: usize,
) -> Result<(Vec<u8>, Option<String>), BoardError> {
    let matching = match query {
        Some(query) => shown.view.query(query)?,
        None => (0..shown.view.len()).collect(),
    };
    // Cards keep their index for good, so a page begins after a card, not after a number of cards.
    let begin = after.map_or(0, |after| matching.partition_point(|index| u64::from(*index) <= after));
    let end = begin.saturating_add(count).min(matching.len());
    let mut listing = Listing::new(count, usize::MAX);
    for index in &matching[begin..end] {
        listing.add(|body| {
            shown.view.write_card(*index, body);
        });
    }
    let last = matching[begin..end].last().filter(|_| end < matching.len());
    let next = last.map(|last| write_cursor(CURSOR, u64::from(*last)));
    Ok((listing.finish(next.as_deref(), shown.seq), next))
}

fn address(params: &ListParams, cursor: &str) -> String {
    let mut address = format!("/v1/jobs?cursor={cursor}");
    let numbers = [("limit", params.limit), ("at_seq", params.at_seq)];
    for (name, value) in numbers {
        if let Some(value) = value {
            push_parameter(&mut address, name, &value.to_string());
        }
    }
    if let Some(q) = &params.q {
        push_parameter(&mut address, "q", q);
    }
    address
}

/// Shows one job.
#[utoipa::path(get, path = "/v1/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "The job's id, percent-encoded."), AtParams), responses(
    (status = 200, description = "The card and the places of the job's events.", body = JobAnswer),
    (status = 304, description = "Nothing new since the entity tag in `If-None-Match`."),
    (status = 404, description = "There is no such job, or not yet at this seq.", body = ProblemBody,
        content_type = "application/problem+json"),
    (status = 422, description = "`at_seq` is beyond the log's head.", body = ProblemBody,
        content_type = "application/problem+json"),
    (status = "default", description = "A problem.", body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    job_id: Result<Path<String>, PathRejection>,
    Params(params): Params<AtParams>,
) -> Result<Response, Problem> {
    caller.must(Scope::Read)?;
    let Path(job_id) = job_id.map_err(|error| Problem::parameter("job_id", error.body_text()))?;
    let question = format!("job {job_id:?}");
    let read = app.board.read(params.at_seq, move |shown| {
        let Some(index) = shown.view.find(&job_id) else {
            return Ok(None);
        };
        let tag = etag::Tag::new(&question, shown.seq);
        let body = (!tag.is_held(&headers)).then(|| job(&shown, index));
        Ok(Some((tag, body)))
    });
    match read.await.map_err(|error| problem(&error))? {
        Some((tag, Some(body))) => Ok(tag.json(body)),
        Some((tag, None)) => Ok(tag.not_modified()),
        None => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "job_not_found",
            "no event of this job has been seen",
        )),
    }
}

/// One job's text.
fn job(shown: &Shown<'_>, index: u32) -> Vec<u8> {
    let mut body = b"{\"card\":".to_vec();
    shown.view.write_card(index, &mut body);
    let positions = shown.view.job_events(index);
    let named = &positions[positions.len().saturating_sub(JOB_EVENTS_MAX)..];
    body.extend_from_slice(b",\"events\":[");
    for (place, position) in named.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let seq = shown.axis.seq_of(*position);
        body.extend_from_slice(format!("{comma}{{\"seq\":{seq},\"position\":{position}}}").as_bytes());
    }
    let total = if shown.history {
        positions.len().to_string()
    } else {
        "null".to_owned()
    };
    body.extend_from_slice(format!("],\"events_total\":{total},\"as_of_seq\":{}}}", shown.seq).as_bytes());
    body
}

fn problem(error: &BoardError) -> Problem {
    let (parameter, detail) = match error {
        BoardError::OutOfRange { .. } => ("at_seq", error.to_string()),
        BoardError::Core(error) => ("q", error.detail().to_owned()),
        BoardError::Stopped => return Problem::busy("projection_stopped", error.to_string(), 30),
    };
    let fault = Fault {
        code: error.code().to_owned(),
        pointer: String::new(),
        detail: format!("{parameter}: {detail}"),
        item: None,
        offset: None,
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), fault.detail.clone()).with_faults(vec![fault])
}
