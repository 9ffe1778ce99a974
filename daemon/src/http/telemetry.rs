//! What the daemon measures of itself, in Prometheus' text form.
//!
//! Owns the names, help texts and buckets of all metrics, and the layer that times requests. Base units, counters end
//! in `_total`, no ids as labels: every label's values are a small set fixed here. Must not decide anything.

use super::App;
use super::gate::Caller;
use super::problem::Problem;
use crate::auth::Scope;
use crate::log::Receipt;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tower_http::request_id::RequestId;
use tracing::Instrument;

/// The default statuses (dashboard contract §4). Statuses are an open set, label values must not be.
const STATUSES: [&str; 9] = [
    "scheduled",
    "queued",
    "running",
    "waiting_approval",
    "succeeded",
    "failed",
    "canceled",
    "dlq",
    "unknown",
];
/// The label value of every other status.
const OTHER: &str = "other";
/// Upper bounds of latency buckets, seconds.
const BUCKETS_S: [f64; 14] = [
    0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
];

/// The process has one recorder, whoever asks first.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The daemon's measuring instruments.
#[derive(Clone)]
pub struct Telemetry {
    recorder: Option<PrometheusHandle>,
}

impl Telemetry {
    /// Installs the recorder, once for the process.
    pub fn install() -> Self {
        let recorder = RECORDER.get_or_init(|| {
            let builder =
                PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS_S);
            let installed = builder.ok()?.install_recorder();
            describe();
            installed.ok()
        });
        Self {
            recorder: recorder.clone(),
        }
    }

    fn render(&self) -> Option<String> {
        let recorder = self.recorder.as_ref()?;
        // Histograms gather samples until someone asks; nobody else asks.
        recorder.run_upkeep();
        Some(recorder.render())
    }
}

/// Counts a batch that is durable, and how long its sender waited for that.
pub(super) fn appended(receipt: &Receipt, waited: Duration) {
    let duplicates = receipt.appended.iter().filter(|place| place.duplicate).count() as u64;
    counter!("jobfold_events_ingested_total").increment(receipt.appended.len() as u64 - duplicates);
    counter!("jobfold_events_duplicate_total").increment(duplicates);
    histogram!("jobfold_append_seconds").record(waited.as_secs_f64());
}

/// Counts a stream for as long as the answer lives.
pub(super) fn stream_opened() -> OpenStream {
    gauge!("jobfold_sse_clients").increment(1.0);
    OpenStream
}

/// Counts a stream whose client took nothing any more.
pub(super) fn stream_dropped() {
    counter!("jobfold_sse_drops_total").increment(1);
}

/// One open stream.
pub(super) struct OpenStream;

impl Drop for OpenStream {
    fn drop(&mut self) {
        gauge!("jobfold_sse_clients").decrement(1.0);
    }
}

fn describe() {
    describe_counter!("jobfold_events_ingested_total", Unit::Count, "Events stored.");
    describe_counter!(
        "jobfold_events_duplicate_total",
        Unit::Count,
        "Events that were in the log already."
    );
    describe_histogram!(
        "jobfold_append_seconds",
        Unit::Seconds,
        "From a readable request to durable events."
    );
    describe_histogram!(
        "jobfold_log_sync_seconds",
        Unit::Seconds,
        "One sync of the log's segment file."
    );
    describe_counter!("jobfold_log_records_total", Unit::Count, "Records written to the log.");
    describe_counter!(
        "jobfold_fold_refused_total",
        Unit::Count,
        "Records of the topic that are no envelopes."
    );
    describe_gauge!(
        "jobfold_fold_lag_records",
        Unit::Count,
        "Durable records that are not folded yet."
    );
    describe_gauge!("jobfold_log_seq", Unit::Count, "Seq of the newest durable record.");
    describe_gauge!(
        "jobfold_jobs",
        Unit::Count,
        "Jobs by status; statuses of other runtimes are one."
    );
    describe_gauge!("jobfold_sse_clients", Unit::Count, "Open event streams.");
    describe_counter!(
        "jobfold_sse_drops_total",
        Unit::Count,
        "Streams ended because the client took nothing."
    );
    describe_histogram!(
        "jobfold_http_request_seconds",
        Unit::Seconds,
        "Requests, until the answer begins."
    );
    counter!("jobfold_events_ingested_total").absolute(0);
    counter!("jobfold_events_duplicate_total").absolute(0);
    counter!("jobfold_fold_refused_total").absolute(0);
    counter!("jobfold_sse_drops_total").absolute(0);
    gauge!("jobfold_sse_clients").set(0.0);
}

/// Times a request, names it in whatever is logged meanwhile, and writes one line about it: no query string, no
/// header, no body.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!("request", request_id = id, method, route);
    let response = next.run(request).instrument(span.clone()).await;
    let (elapsed, status) = (started.elapsed(), response.status().as_u16());
    let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::debug!(status, elapsed_us, "answered"));
    let labels = [
        ("route", route),
        ("method", method.to_owned()),
        ("status", status.to_string()),
    ];
    histogram!("jobfold_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    response
}

/// Anyone may invent a method; a label must not follow.
fn known_method(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or(OTHER)
}

/// Metrics for a scraper.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "Prometheus' text format.", body = String, content_type = "text/plain"),
    (status = "default", description = "A problem.", body = super::problem::ProblemBody,
        content_type = "application/problem+json")))]
pub(super) async fn metrics(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.must(Scope::Read)?;
    let (head, folded) = (app.log.head().seq, app.board.folded().borrow().seq);
    set("jobfold_log_seq", head);
    set("jobfold_fold_lag_records", head.saturating_sub(folded));
    let board = app
        .board
        .read(None, |shown| Ok((shown.view.status_counts(), shown.refused)));
    let (counts, refused) = board.await.unwrap_or_default();
    counter!("jobfold_fold_refused_total").absolute(refused);
    for (status, count) in by_known_status(counts) {
        gauge!("jobfold_jobs", "status" => status).set(f64::from(count));
    }
    let text = app
        .telemetry
        .render()
        .ok_or_else(|| Problem::internal(&"no recorder is installed"))?;
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

/// Gauges are floats; beyond 2^53 records the last digits are lost, which no chart shows.
#[allow(clippy::cast_precision_loss)]
fn set(name: &'static str, value: u64) {
    gauge!(name).set(value as f64);
}

fn by_known_status(counts: Vec<(String, u32)>) -> BTreeMap<&'static str, u32> {
    let mut known: BTreeMap<&'static str, u32> = STATUSES.into_iter().chain([OTHER]).map(|name| (name, 0)).collect();
    for (status, count) in counts {
        let name = STATUSES.into_iter().find(|known| **known == status).unwrap_or(OTHER);
        *known.entry(name).or_default() += count;
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_others_are_one_label() {
        let counts = vec![("failed".to_owned(), 2), ("x".to_owned(), 1), ("y".to_owned(), 4)];
        let known = by_known_status(counts);
        assert_eq!((known["failed"], known[OTHER], known["queued"]), (2, 5, 0));
        assert_eq!(known.len(), STATUSES.len() + 1);
    }
}
