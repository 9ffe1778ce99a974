//! `GET /v1/events`: the log's records, as pages or as a stream.
//!
//! Owns the parameters, the choice between the two forms and the pages; the stream has a file of its own. A record is
//! written as it is exported.

use super::gate::Caller;
use super::listing::{Listing, limit, next_page, push_parameter, read_cursor, write_cursor};
use super::params::{Params, header_text};
use super::problem::{Problem, ProblemBody};
use super::{App, etag, stream};
use crate::auth::Scope;
use crate::log::Record;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use jobfold_core::log::ndjson::write_line;
use serde::Deserialize;
use std::sync::Arc;

/// Marks this list's cursors.
const CURSOR: char = 'e';
/// Records that one page looks at; a filter that matches little yields short pages, never slow ones.
const SCAN_RECORDS_MAX: usize = 10_000;
/// Records read from the log at a time.
const READ_RECORDS: usize = 512;
/// A page ends early once it is this long.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// Which records to list.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Most records of a page, 1 to 500; 100 unless given. Pages only.
    pub(super) limit: Option<u64>,
    /// The `next_cursor` of the page before. Pages only.
    pub(super) cursor: Option<String>,
    /// Only records after this seq.
    pub(super) after: Option<u64>,
    /// Only records of this topic.
    pub(super) topic: Option<String>,
    /// Only records whose `job_id` header is this.
    pub(super) job_id: Option<String>,
}

impl ListParams {
    /// Whether the record is asked for.
    pub(super) fn want(&self, record: &Record) -> bool {
        self.topic.as_ref().is_none_or(|topic| record.topic == *topic)
            && self
                .job_id
                .as_ref()
                .is_none_or(|job_id| record.header("job_id") == Some(job_id))
    }
}

/// The log's records in order: one page, or, to a client that accepts `text/event-stream`, all there are and will be.
///
/// As a stream: `id` is `default:<seq>`, the event `record`, its data a record; `Last-Event-ID` or `after` say where
/// to go on. A comment every 15 s keeps the connection alive. The event `reset` says that the place asked for is not
/// in the log: forget everything and read from the start.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(ListParams,
    ("Last-Event-ID" = Option<String>, Header, description = "The last `id` seen; streams only.")),
    responses(
        (status = 200, description = "A page of records, or the stream.", content(
            (RecordPage = "application/json"),
            (String = "text/event-stream"))),
        (status = 304, description = "Nothing new since the entity tag in `If-None-Match`."),
        (status = "default", description = "A problem.", body = ProblemBody,
            content_type = "application/problem+json")))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    caller.must(Scope::Read)?;
    let accept = header_text(&headers, header::ACCEPT).unwrap_or_default();
    if accept
        .split(',')
        .any(|kind| kind.trim_start().starts_with("text/event-stream"))
    {
        return stream::open(&app, params, &headers);
    }
    page(&app, &params, &headers).await
}

/// A page of records.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what is written as text")]
pub struct RecordPage {
    /// Records in order of their seq.
    items: Vec<RecordBody>,
    /// Where the next page begins; null when the log's head was reached.
    next_cursor: Option<String>,
    /// The log's head when the page was made; `after` with this seq lists what came later.
    as_of_seq: u64,
}

/// A record of the log, as it is also exported.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = Record)]
#[allow(dead_code, reason = "describes what is written as text")]
pub struct RecordBody {
    /// Version of the record's layout.
    format: u16,
    /// Place in the log, from 1.
    seq: u64,
    /// The topic it belongs to.
    topic: String,
    /// Place in its topic, from 1.
    topic_seq: u64,
    /// What it is; `dashboard_job_event` for an envelope.
    kind: String,
    /// When it was accepted, Unix milliseconds.
    at_ms: i64,
    /// Metadata.
    headers: std::collections::BTreeMap<String, String>,
    /// The exact text that was stored, JSON inside a string, so that no byte of it changes.
    payload: String,
    /// Hash of the record before, 64 hexadecimal digits.
    prev: String,
    /// Hash of this record, 64 hexadecimal digits.
    hash: String,
}

async fn page(app: &App, params: &ListParams, headers: &HeaderMap) -> Result<Response, Problem> {
    let count = limit(params.limit)?;
    let cursor = params.cursor.as_deref();
    let cursor = cursor.map(|cursor| read_cursor(CURSOR, cursor)).transpose()?;
    let after = cursor.or(params.after).unwrap_or(0);
    let head = app.log.head().seq;
    let question = format!("events {count} {after} {:?} {:?}", params.topic, params.job_id);
    let tag = etag::Tag::new(&question, head);
    if tag.is_held(headers) {
        return Ok(tag.not_modified());
    }
    let mut listing = Listing::new(count, PAGE_BYTES_MAX);
    let last = fill(app, params, &mut listing, after.min(head), head).await?;
    let next = (last < head).then(|| write_cursor(CURSOR, last));
    let mut response = tag.json(listing.finish(next.as_deref(), head));
    if let Some(cursor) = next {
        next_page(&mut response, &address(params, &cursor));
    }
    Ok(response)
}

/// Lists what is wanted between `last` and `head`; answers the last seq that was looked at.
async fn fill(app: &App, params: &ListParams, listing: &mut Listing, mut last: u64, head: u64) -> Result<u64, Problem> {
    let mut looked_at = 0;
    while last < head && looked_at < SCAN_RECORDS_MAX {
        let records = app.log.read(last + 1, READ_RECORDS).await?;
        if records.is_empty() {
            break;
        }
        for record in records.iter().filter(|record| record.seq <= head) {
            if listing.is_full() {
                return Ok(last);
            }
            if params.want(record) {
                listing.add(|body| write_line(body, record));
            }
            last = record.seq;
            looked_at += 1;
        }
    }
    Ok(last)
}

fn address(params: &ListParams, cursor: &str) -> String {
    let mut address = format!("/v1/events?cursor={cursor}");
    let limit = params.limit.map(|limit| limit.to_string());
    let given = [("limit", &limit), ("topic", &params.topic), ("job_id", &params.job_id)];
    for (name, value) in given {
        if let Some(value) = value {
            push_parameter(&mut address, name, value);
        }
    }
    address
}
