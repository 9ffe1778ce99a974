//! The live stream: everything once, in order, whatever happens to the connection or to the daemon.

use crate::daemon::{Daemon, command, input, problem};
use reqwest::blocking::Response;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A stream's events, read as they come.
struct Stream {
    lines: std::io::Lines<BufReader<Response>>,
}

#[derive(Debug, PartialEq)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

impl Stream {
    fn open(daemon: &Daemon, path: &str, last_id: Option<&str>) -> Self {
        let request = daemon.get(path).header("accept", "text/event-stream");
        let request = last_id
            .into_iter()
            .fold(request, |request, id| request.header("last-event-id", id));
        let response = request.send().unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            lines: BufReader::new(response).lines(),
        }
    }

    /// The next event; `None` when the stream has ended.
    fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut data) = (String::new(), String::new(), String::new());
        loop {
            let line = self.lines.next()?.ok()?;
            if line.is_empty() && !data.is_empty() {
                let data = serde_json::from_str(&data).unwrap();
                return Some(Event { id, name, data });
            }
            let field = |name: &str| line.strip_prefix(name).map(str::to_owned);
            id = field("id: ").unwrap_or(id);
            name = field("event: ").unwrap_or(name);
            data = field("data: ").unwrap_or(data);
        }
    }

    fn take_seqs(&mut self, count: usize) -> Vec<u64> {
        (0..count)
            .map(|_| self.next().unwrap().data["seq"].as_u64().unwrap())
            .collect()
    }
}

#[test]
fn a_stream_begins_in_the_past_and_goes_on_live() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    daemon.send(&input("a", "run.queued", 1));
    let mut stream = Stream::open(&daemon, "/v1/events", None);
    let first = stream.next().unwrap();
    assert_eq!((first.id.as_str(), first.name.as_str()), ("default:1", "record"));
    assert_eq!(first.data, daemon.read("/v1/events")["items"][0]);
    daemon.send(&format!(
        "[{},{}]",
        input("a", "run.started", 2),
        input("b", "run.queued", 3)
    ));
    assert_eq!(stream.take_seqs(2), [2, 3]);
    let mut later = Stream::open(&daemon, "/v1/events?after=2", None);
    assert_eq!(later.take_seqs(1), [3]);
    let mut other = Stream::open(&daemon, "/v1/events?after=2", Some("default:1"));
    assert_eq!(other.take_seqs(2), [2, 3]);
    let mut filtered = Stream::open(&daemon, "/v1/events?job_id=b", None);
    assert_eq!(filtered.take_seqs(1), [3]);
}

#[test]
fn a_stream_survives_the_death_of_the_daemon_without_loss() {
    let dir = tempfile::tempdir().unwrap();
    let mut last_id: Option<String> = None;
    let mut seen = Vec::new();
    for round in 0..4 {
        let daemon = Daemon::start(dir.path());
        let mut stream = Stream::open(&daemon, "/v1/events", last_id.as_deref());
        let acknowledged = (0..5).fold(0, |_, at| {
            let answer = daemon.send(&input("a", "run.progress", round * 5 + at));
            answer["as_of_seq"].as_u64().unwrap()
        });
        // The reader is behind on purpose: it has seen only some of what was acknowledged.
        for _ in 0..3 {
            let event = stream.next().unwrap();
            seen.push(event.data["seq"].as_u64().unwrap());
            last_id = Some(event.id);
        }
        assert_eq!(acknowledged, u64::from(round + 1) * 5);
        daemon.kill();
    }
    let daemon = Daemon::start(dir.path());
    let mut stream = Stream::open(&daemon, "/v1/events", last_id.as_deref());
    seen.extend(stream.take_seqs(20 - seen.len()));
    assert_eq!(seen, (1..=20).collect::<Vec<u64>>());
}

#[test]
fn a_slow_reader_misses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let mut stream = Stream::open(&daemon, "/v1/events", None);
    // More than fits into the socket's and the daemon's buffers while nobody reads.
    let filler = "x".repeat(4000);
    for batch in 0..10 {
        let lines: Vec<String> = (0..200)
            .map(|at| {
                input("a", "run.progress", batch * 200 + at).replacen('{', &format!("{{\"note\":\"{filler}\","), 1)
            })
            .collect();
        daemon.send(&lines.join("\n"));
    }
    assert_eq!(stream.take_seqs(2000), (1..=2000).collect::<Vec<u64>>());
}

#[test]
fn a_place_that_is_not_in_the_log_means_start_over() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    daemon.send(&input("a", "run.queued", 1));
    let mut stream = Stream::open(&daemon, "/v1/events", Some("default:7"));
    let reset = stream.next().unwrap();
    assert_eq!((reset.name.as_str(), reset.data["head"].as_u64()), ("reset", Some(1)));
    assert_eq!(stream.next(), None);
    for (path, id) in [
        ("/v1/events", "other:1"),
        ("/v1/events", "1"),
        ("/v1/events?limit=5", "default:1"),
    ] {
        let request = daemon
            .get(path)
            .header("accept", "text/event-stream")
            .header("last-event-id", id);
        assert_eq!(
            problem(request.send().unwrap(), 400)["code"],
            "parameter_invalid",
            "{path} {id}"
        );
    }
}

#[test]
fn streams_end_when_the_daemon_stops() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    daemon.send(&input("a", "run.queued", 1));
    let mut stream = Stream::open(&daemon, "/v1/events", None);
    assert_eq!(stream.take_seqs(1), [1]);
    assert!(daemon.stop().success());
    assert_eq!(stream.next(), None);
}

#[test]
fn tail_prints_each_record_once_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let (url, listen) = (daemon.url.clone(), format!("127.0.0.1:{}", daemon.port()));
    let mut tail = command(dir.path(), "events tail")
        .args(["--ndjson", "--url", &url])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut seq = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap()["seq"].as_u64();
    daemon.send(&input("a", "run.queued", 1));
    assert_eq!(seq(), Some(1));
    daemon.kill();
    let daemon = Daemon::start_with(dir.path(), &["--listen", &listen]);
    daemon.send(&input("a", "run.started", 2));
    assert_eq!(seq(), Some(2));
    let pid = rustix::process::Pid::from_child(&tail);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(tail.wait().unwrap().code(), Some(130));
}

#[test]
fn tail_without_a_daemon_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let url = daemon.url.clone();
    daemon.kill();
    let output = command(dir.path(), "events tail")
        .args(["--url", &url])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert!(output.stdout.is_empty());
}
