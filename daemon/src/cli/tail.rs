//! `jobfold events tail`.
//!
//! Owns reading the stream, coming back after it broke, and one line a record. A record is printed once, whatever
//! happens to the connection: the place to go on is the last one printed.

use super::client::{Client, DaemonArgs};
use super::exit::{Exit, Failure};
use super::output::{Output, data, harmless};
use clap::Args;
use jobfold_core::json::{Node, Tape};
use jobfold_core::log::Record;
use jobfold_core::log::ndjson::read_line;
use reqwest::{Method, Response};
use std::time::Duration;

/// Attempts to come back before giving up, and the pause that doubles between them, up to the longest.
const ATTEMPTS_MAX: u32 = 12;
const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Silence after which a connection is taken for dead: three missed heartbeats.
const SILENCE_MAX: Duration = Duration::from_secs(50);

/// Print a daemon's events as they come.
#[derive(Debug, Args)]
#[command(
    after_help = "Comes back by itself when the connection breaks, and misses nothing. Ctrl-C ends it.\n\
    Example: jobfold events tail --after 120"
)]
pub(super) struct Tail {
    #[command(flatten)]
    daemon: DaemonArgs,
    /// Begin after this seq instead of at the beginning.
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
    /// Print the records themselves, one JSON object a line, as `jobfold export` does.
    #[arg(long)]
    pub(super) ndjson: bool,
}

impl Tail {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        let client = self.daemon.client()?;
        super::client_runtime()?.block_on(async {
            tokio::select! {
                biased;
                _ = tokio::signal::ctrl_c() => Err(Failure::silent(Exit::Interrupted)),
                ended = self.follow(&client, output) => ended,
            }
        })
    }

    async fn follow(&self, client: &Client, output: Output) -> Result<(), Failure> {
        let mut printer = Printer {
            output,
            after: self.after,
            tape: Tape::new(),
        };
        let mut response = connect(client, printer.after).await?;
        loop {
            read(&mut response, &mut printer).await?;
            output.say("the connection broke, coming back");
            response = come_back(client, printer.after).await?;
        }
    }
}

async fn connect(client: &Client, after: u64) -> Result<Response, Failure> {
    let request = client.request(Method::GET, &format!("/v1/events?after={after}"));
    client.send(request.header("accept", "text/event-stream")).await
}

async fn come_back(client: &Client, after: u64) -> Result<Response, Failure> {
    let mut pause = PAUSE_FIRST;
    let mut attempt = 1;
    loop {
        tokio::time::sleep(pause).await;
        match connect(client, after).await {
            Err(failure) if failure.may_pass() && attempt < ATTEMPTS_MAX => {
                attempt += 1;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            other => return other,
        }
    }
}

/// Reads until the connection ends, for whatever reason.
async fn read(response: &mut Response, printer: &mut Printer) -> Result<(), Failure> {
    let mut rest = Vec::new();
    let mut event = Event::default();
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout(SILENCE_MAX, response.chunk()).await {
        rest.extend_from_slice(&chunk);
        let mut start = 0;
        while let Some(length) = rest[start..].iter().position(|byte| *byte == b'\n') {
            if let Some(event) = event.line(&rest[start..start + length]) {
                printer.print(&event)?;
            }
            start += length + 1;
        }
        rest.drain(..start);
    }
    Ok(())
}

/// A server-sent event while its lines come in. Our daemon writes each field on one line.
#[derive(Debug, Default)]
struct Event {
    name: Vec<u8>,
    data: Vec<u8>,
}

impl Event {
    /// Takes a line; an empty one completes the event.
    fn line(&mut self, line: &[u8]) -> Option<Self> {
        if line.is_empty() {
            let event = std::mem::take(self);
            return (!event.data.is_empty()).then_some(event);
        }
        if let Some(name) = line.strip_prefix(b"event: ") {
            self.name = name.to_vec();
        } else if let Some(data) = line.strip_prefix(b"data: ") {
            self.data = data.to_vec();
        }
        None
    }
}

struct Printer {
    output: Output,
    after: u64,
    tape: Tape,
}

impl Printer {
    fn print(&mut self, event: &Event) -> Result<(), Failure> {
        if event.name == b"reset" {
            let detail = format!("the daemon's log does not reach seq {}", self.after);
            return Err(Failure::new(Exit::Conflict, "position_out_of_range", detail).hint("--after 0 reads it all"));
        }
        if event.name != b"record" {
            return Ok(());
        }
        let record = read_line(&mut self.tape, &event.data).map_err(|error| Failure::failed(error.code(), &error))?;
        let mut line = if self.output.json {
            event.data.clone()
        } else {
            self.words(&record).into_bytes()
        };
        line.push(b'\n');
        data(&line)?;
        self.after = record.seq;
        Ok(())
    }

    /// `17  2026-11-20T10:00:00.000Z  run.started  running  nightly-report`
    fn words(&mut self, record: &Record) -> String {
        let time = chrono::DateTime::from_timestamp_millis(record.at_ms).map_or_else(
            || record.at_ms.to_string(),
            |time| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        );
        let event = self.tape.read(record.payload.as_bytes());
        let kind = event.ok().and_then(|event| event.get("kind")).and_then(Node::string);
        let kind = kind.unwrap_or_else(|| record.kind.as_str().into());
        let header = |name| harmless(record.header(name).unwrap_or("-"));
        let (status, job) = (header("status"), header("job_id"));
        format!("{}  {time}  {}  {status}  {job}", record.seq, harmless(&kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_events() {
        let mut event = Event::default();
        assert!(event.line(b": still here").is_none());
        assert!(event.line(b"").is_none());
        assert!(event.line(b"event: record").is_none());
        assert!(event.line(b"data: {}").is_none());
        let whole = event.line(b"").unwrap();
        assert_eq!(
            (whole.name.as_slice(), whole.data.as_slice()),
            (&b"record"[..], &b"{}"[..])
        );
    }
}
