//! `GET /v1/events` as server-sent events: the log, live, without loss.
//!
//! Owns framing, resuming, heartbeats and the end of a stream. A stream holds a place in the log and at most two
//! chunks of text; what a slow client has not taken stays in the log and is read from there. Many small records
//! leave in one write. Must not know what payloads mean.

use super::params::{header_text, read_place};
use super::problem::Problem;
use super::records::ListParams;
use super::{App, PARTITION, telemetry};
use crate::board::Folded;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jobfold_core::log::ndjson::write_line;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

/// Silence is broken after this time, so that both sides notice a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A client that takes nothing for this long is let go; it can come back and resume.
const STALL: Duration = Duration::from_secs(60);
/// Records read from the log at a time.
const PAGE_RECORDS: usize = 512;
/// A chunk is sent once it is this long.
const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that wait for the client, besides the one the socket holds.
const CHUNKS_WAITING: usize = 1;

/// Opens a stream, or says why not.
pub(super) fn open(app: &Arc<App>, params: ListParams, headers: &HeaderMap) -> Result<Response, Problem> {
    if params.limit.is_some() || params.cursor.is_some() {
        return Err(Problem::parameter("limit, cursor", "a stream has no pages"));
    }
    let after = resume_after(&params, headers)?;
    let room = app.budgets.reserve_stream()?;
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
    let open = Open {
        app: Arc::clone(app),
        params,
        sender,
        after,
    };
    tokio::spawn(async move {
        let _client = telemetry::stream_opened();
        open.run().await;
        drop(room);
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

/// `Last-Event-ID` is what a reconnecting client knows best, so it wins over the address it began with.
fn resume_after(params: &ListParams, headers: &HeaderMap) -> Result<u64, Problem> {
    match header_text(headers, HeaderName::from_static("last-event-id")).filter(|id| !id.is_empty()) {
        Some(id) => read_place(id).ok_or_else(|| {
            Problem::parameter(
                "last-event-id",
                format!("expected an id of this stream, such as {PARTITION}:17"),
            )
        }),
        None => Ok(params.after.unwrap_or(0)),
    }
}

struct Open {
    app: Arc<App>,
    params: ListParams,
    sender: mpsc::Sender<Result<Bytes, Infallible>>,
    after: u64,
}

/// Why a stream waits no longer.
enum Wake {
    Records,
    Heartbeat,
    End,
}

impl Open {
    async fn run(mut self) {
        let mut folded = self.app.board.folded();
        let mut stopping = self.app.stopping.clone();
        if self.after > self.app.log.head().seq {
            self.send_reset().await;
            return;
        }
        // Headers leave with the first bytes, so a client of an empty log learns at once that it is connected.
        let mut alive = self.send(b": following\n\n".to_vec()).await;
        while alive {
            let silent_until = Instant::now() + HEARTBEAT;
            alive = match self.wake(&mut folded, &mut stopping, silent_until).await {
                Wake::Records => self.send_records().await,
                Wake::Heartbeat => self.send(b": still here\n\n".to_vec()).await,
                Wake::End => false,
            };
        }
    }

    async fn wake(
        &self,
        folded: &mut watch::Receiver<Folded>,
        stopping: &mut watch::Receiver<bool>,
        silent_until: Instant,
    ) -> Wake {
        let after = self.after;
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => Wake::End,
            () = self.sender.closed() => Wake::End,
            moved = folded.wait_for(|folded| folded.seq > after || folded.ended) => match moved {
                Ok(folded) if folded.seq > after => Wake::Records,
                _ => Wake::End,
            },
            () = tokio::time::sleep_until(silent_until) => Wake::Heartbeat,
        }
    }

    /// Sends what the log holds beyond this stream's place, one chunk at a time; false when the stream is over.
    async fn send_records(&mut self) -> bool {
        let records = match self.app.log.read(self.after + 1, PAGE_RECORDS).await {
            Ok(records) => records,
            Err(error) => {
                tracing::error!(%error, code = error.code(), "a stream ends because the log cannot be read");
                return false;
            }
        };
        let mut chunk = Vec::new();
        for record in records {
            self.after = record.seq;
            if !self.params.want(&record) {
                continue;
            }
            chunk.extend_from_slice(format!("id: {PARTITION}:{}\nevent: record\ndata: ", record.seq).as_bytes());
            // One line: the writer escapes line ends.
            write_line(&mut chunk, &record);
            chunk.extend_from_slice(b"\n\n");
            if chunk.len() >= CHUNK_BYTES && !self.send(std::mem::take(&mut chunk)).await {
                return false;
            }
        }
        chunk.is_empty() || self.send(chunk).await
    }

    /// Says that the place asked for is not in this log. There is nothing to resume, so the stream ends.
    async fn send_reset(&self) {
        let head = self.app.log.head().seq;
        let data = format!(
            "{{\"reason\":\"position_out_of_range\",\"after\":{},\"head\":{head}}}",
            self.after
        );
        self.send(format!("event: reset\ndata: {data}\n\n").into_bytes()).await;
    }

    /// Hands a chunk to the connection; false when the client is gone or has stopped taking anything.
    async fn send(&self, chunk: Vec<u8>) -> bool {
        let sent = self.sender.send_timeout(Ok(Bytes::from(chunk)), STALL).await;
        if let Err(mpsc::error::SendTimeoutError::Timeout(_)) = sent {
            telemetry::stream_dropped();
        }
        sent.is_ok()
    }
}
