//! What clients are told when the log is slow, full or broken. Everything else is tested from outside, in
//! `tests/http`; a log that fails on demand has to be put in from here.

use super::{App, Budgets, HttpLimits, router, telemetry::Telemetry};
use crate::auth::{OnceCodes, Sessions, Tokens};
use crate::board::{Board, Fold};
use crate::log::{Answer, Appended, Batch, Error, EventLog, Head, MemoryEventLog, Receipt, Record};
use crate::state_dir::StateDir;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, watch};
use tokio_stream::{Stream, StreamExt};
use tower::ServiceExt;

/// A memory log that appends when it is let, or fails as it is told.
struct Moody {
    log: MemoryEventLog,
    let_through: Semaphore,
    failure: Mutex<Option<Error>>,
}

impl EventLog for Moody {
    fn append(&self, batch: Batch) -> Answer<'_, Receipt> {
        Box::pin(async move {
            if let Some(error) = self.failure() {
                return Err(error);
            }
            let _turn = self.let_through.acquire().await;
            self.log.append(batch).await
        })
    }

    fn read(&self, from_seq: u64, limit: usize) -> Answer<'_, Vec<Arc<Record>>> {
        self.log.read(from_seq, limit)
    }

    fn read_topic<'a>(&'a self, topic: &'a str, from_topic_seq: u64, limit: usize) -> Answer<'a, Vec<Arc<Record>>> {
        self.log.read_topic(topic, from_topic_seq, limit)
    }

    fn find<'a>(&'a self, topic: &'a str, idempotency_key: &'a str) -> Answer<'a, Option<Appended>> {
        self.log.find(topic, idempotency_key)
    }

    fn heads(&self) -> watch::Receiver<Head> {
        self.log.heads()
    }

    fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap().clone()
    }
}

struct Rig {
    log: Arc<Moody>,
    router: Router,
    token: String,
    /// Keeps the daemon from stopping.
    _running: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

fn rig() -> Rig {
    let dir = tempfile::tempdir().unwrap();
    let state = StateDir::new(dir.path());
    let log = Arc::new(Moody {
        log: MemoryEventLog::default(),
        let_through: Semaphore::new(0),
        failure: Mutex::new(None),
    });
    let any: Arc<dyn EventLog> = log.clone();
    let board = Arc::new(Board::new(Arc::clone(&any), Fold::new([0; 16], u64::MAX)));
    tokio::spawn(Arc::clone(&board).follow());
    let (running, stopping) = watch::channel(false);
    let app = App {
        log: any,
        board,
        tokens: Tokens::open(&state).unwrap(),
        sessions: Sessions::open(&state).unwrap(),
        once: OnceCodes::new(),
        budgets: Budgets::new(HttpLimits::default()),
        address: ([127, 0, 0, 1], 80).into(),
        telemetry: Telemetry::install(),
        stopping,
    };
    Rig {
        log,
        router: router(Arc::new(app)),
        token: std::fs::read_to_string(state.token()).unwrap().trim().to_owned(),
        _running: running,
        _dir: dir,
    }
}

impl Rig {
    async fn ask(&self, method: &str, path: &str, body: &str) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn append(&self) -> Response {
        let event = r#"{"kind":"run.queued","job_id":"j","run_id":"r","timestamp":"t"}"#;
        self.ask("POST", "/v1/events", event).await
    }

    /// The chunks of an event stream, as they are written to the connection.
    async fn stream(&self) -> impl Stream<Item = String> + Unpin + use<> {
        let request = Request::builder()
            .uri("/v1/events")
            .header("host", "localhost")
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {}", self.token));
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let chunks = response.into_body().into_data_stream();
        chunks.map(|chunk| String::from_utf8(chunk.unwrap().to_vec()).unwrap())
    }
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn nobody_is_told_anything_before_the_append_is_durable() {
    let rig = rig();
    let mut waiting = std::pin::pin!(rig.append());
    let early = tokio::select! {
        biased;
        _ = &mut waiting => true,
        // By now the request has gone as far as it can: other requests have been answered meanwhile.
        () = async { for _ in 0..10 { rig.ask("GET", "/v1/jobs", "").await; } } => false,
    };
    assert!(!early, "answered before the log was");
    assert!(
        text(rig.ask("GET", "/v1/jobs", "").await)
            .await
            .contains("\"items\":[]")
    );
    rig.log.let_through.add_permits(1);
    assert_eq!(waiting.await.status(), StatusCode::OK);
    assert!(
        text(rig.ask("GET", "/v1/jobs", "").await)
            .await
            .contains("\"job_id\":\"j\"")
    );
}

#[tokio::test]
async fn a_full_log_says_when_to_come_back() {
    let rig = rig();
    *rig.log.failure.lock().unwrap() = Some(Error::Busy { limit: 7 });
    let refused = rig.append().await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert!(text(refused).await.contains("\"code\":\"log_busy\""));
    *rig.log.failure.lock().unwrap() = None;
    rig.log.let_through.add_permits(1);
    assert_eq!(rig.append().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_broken_log_is_not_ready_but_can_be_read() {
    let rig = rig();
    rig.log.let_through.add_permits(1);
    assert_eq!(rig.append().await.status(), StatusCode::OK);
    assert_eq!(rig.ask("GET", "/readyz", "").await.status(), StatusCode::OK);
    let reason = "failed to sync /secret/place".to_owned();
    *rig.log.failure.lock().unwrap() = Some(Error::Stopped { reason });
    let refused = rig.append().await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let words = text(refused).await;
    assert!(
        words.contains("\"code\":\"log_stopped\"") && !words.contains("secret"),
        "{words}"
    );
    assert_eq!(
        rig.ask("GET", "/readyz", "").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(rig.ask("GET", "/livez", "").await.status(), StatusCode::OK);
    assert!(
        text(rig.ask("GET", "/v1/jobs", "").await)
            .await
            .contains("\"job_id\":\"j\"")
    );
}

/// The clock of this test and the next is the runtime's own: it jumps whenever everything waits.
#[tokio::test(start_paused = true)]
async fn silence_is_broken_by_a_heartbeat() {
    let rig = rig();
    let started = tokio::time::Instant::now();
    let mut stream = rig.stream().await;
    assert_eq!(stream.next().await.unwrap(), ": following\n\n");
    assert_eq!(stream.next().await.unwrap(), ": still here\n\n");
    assert_eq!(started.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_let_go() {
    let rig = rig();
    let mut stream = rig.stream().await;
    rig.log.let_through.add_permits(1);
    assert_eq!(rig.append().await.status(), StatusCode::OK);
    // Nobody reads, so everything waits, and the clock jumps to the end of the daemon's patience.
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    assert_eq!(stream.next().await.unwrap(), ": following\n\n");
    assert_eq!(
        stream.next().await,
        None,
        "the record was never taken; it is still in the log"
    );
    let mut again = rig.stream().await;
    again.next().await;
    assert!(
        again
            .next()
            .await
            .unwrap()
            .starts_with("id: default:1\nevent: record\ndata: {")
    );
}
