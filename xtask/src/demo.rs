//! `cargo xtask demo`: what a stranger sees first.
//!
//! Builds everything, starts the daemon on a fresh embedded log under `target/demo`, prints the page's one-time link,
//! and sends the demo history through the daemon's door, one event after the other, as a runtime would. Owns the
//! pacing; the daemon stores and folds, the page shows. Ctrl-C reaches the daemon too, which closes its log and ends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::npm;
use crate::places;
use crate::run::{Context, Failure, Outcome, Program, say};
use crate::wasm::Wasm;
use crate::web;

/// Builds everything, starts the daemon on a fresh log, prints the dashboard's one-time link and plays a history of
/// jobs into it, live. Ctrl-C ends it.
#[derive(clap::Args)]
pub(crate) struct Demo {
    /// Pause between two events, in milliseconds.
    #[arg(long, default_value_t = 250)]
    pace_ms: u64,
    /// The history to play, as JSON Lines.
    #[arg(long)]
    history: Option<PathBuf>,
    /// Play without pauses, check that the daemon holds what a replay of the file gives, and end.
    #[arg(long)]
    once: bool,
    /// End after so many seconds instead of waiting for Ctrl-C.
    #[arg(long)]
    seconds: Option<u64>,
}

/// How long a daemon may take to say where it listens; a slow disk has to create the log's files first.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Events in one request when nobody watches.
const LINES_AT_ONCE: usize = 100;
/// How long one request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

impl Demo {
    pub(crate) fn run(&self) -> Outcome {
        Wasm::run()?;
        npm::build()?;
        web::build()?;
        self.show()
    }

    /// The demo as a check, on what is built already: everything but the pauses and the person.
    pub(crate) fn check() -> Outcome {
        let (history, seconds) = (None, None);
        Self {
            pace_ms: 0,
            history,
            once: true,
            seconds,
        }
        .show()
    }

    fn show(&self) -> Outcome {
        let history = self.history.clone().unwrap_or_else(default_history);
        let events = fs::read_to_string(&history).context(history.display())?;
        let mut daemon = Daemon::start()?;
        println!("\n  The dashboard: {}\n  Ctrl-C ends the demo.\n", daemon.link);
        if self.once {
            daemon.play(&events, LINES_AT_ONCE, Duration::ZERO, None)?;
            daemon.agrees_with(&history)?;
            return daemon.stop();
        }
        let until = self
            .seconds
            .map(|seconds| Instant::now() + Duration::from_secs(seconds));
        daemon.play(&events, 1, Duration::from_millis(self.pace_ms), until)?;
        say("the feed has ended; the page stays until the demo does");
        match until {
            Some(until) => {
                std::thread::sleep(until.saturating_duration_since(Instant::now()));
                daemon.stop()
            }
            None => daemon.wait(),
        }
    }
}

fn default_history() -> PathBuf {
    places::root().join("fixtures/week-of-operations/events.jsonl")
}

/// A running daemon, which ends with this value.
struct Daemon {
    child: Child,
    program: PathBuf,
    /// The one-time link to the page.
    link: String,
    /// `127.0.0.1:PORT`
    address: String,
    token: String,
}

impl Daemon {
    fn start() -> Outcome<Self> {
        let build = [
            "build",
            "--quiet",
            "--locked",
            "--package",
            "jobfold",
            "--bin",
            "jobfold",
        ];
        Program::cargo().folder(&places::root()).args(build).run()?;
        let program = places::target().join("debug/jobfold");
        let state = places::target().join("demo");
        if state.exists() {
            fs::remove_dir_all(&state).context(state.display())?;
        }
        let serve = Program::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--state-dir"])
            .arg(&state);
        say(serve.shown());
        let mut command = serve.into_command();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("jobfold serve")?;
        let lines = lines_of(&mut child);
        let mut daemon = Self {
            child,
            program,
            link: String::new(),
            address: String::new(),
            token: String::new(),
        };
        daemon.link = find_link(&lines)?;
        daemon.address = address_of(&daemon.link);
        // The rest of what the daemon says goes on to the terminal, or its pipes would fill up.
        std::thread::spawn(move || lines.iter().for_each(|line| eprintln!("{line}")));
        let token = state.join("token");
        fs::read_to_string(&token)
            .context(token.display())?
            .trim()
            .clone_into(&mut daemon.token);
        Ok(daemon)
    }

    /// Sends the history in pieces of so many lines, with a pause after each, no longer than `until`.
    fn play(&mut self, events: &str, lines_per_request: usize, pace: Duration, until: Option<Instant>) -> Outcome {
        let lines: Vec<&str> = events.lines().filter(|line| !line.trim().is_empty()).collect();
        for piece in lines.chunks(lines_per_request) {
            if until.is_some_and(|until| Instant::now() >= until) {
                break;
            }
            if let Some(status) = self.child.try_wait().context("jobfold serve")? {
                return Err(Failure::new(format!("the daemon ended: {status}")));
            }
            self.request("POST", "/v1/events", &piece.join("\n"))?;
            std::thread::sleep(pace);
        }
        Ok(())
    }

    /// The daemon's cards are those of a replay of the file: same bytes.
    fn agrees_with(&self, history: &Path) -> Outcome {
        let replay = Program::new(&self.program)
            .arg("replay")
            .arg(history)
            .arg("--json")
            .read()?;
        let replayed = parse(&replay, "jobfold replay")?;
        let served = parse(&self.request("GET", "/v1/jobs?limit=500", "")?, "GET /v1/jobs")?;
        let (mine, theirs) = (&served["items"], &replayed["jobs"]);
        if mine.as_array().is_none_or(Vec::is_empty) || mine != theirs {
            return Err(Failure::new(format!(
                "the daemon's cards are not those of the replay\n{mine}\n{theirs}"
            )));
        }
        say(&format!(
            "daemon and replay agree on {} cards",
            mine.as_array().map_or(0, Vec::len)
        ));
        Ok(())
    }

    /// One request over a connection of its own; the body of a successful answer.
    fn request(&self, method: &str, path: &str, body: &str) -> Outcome<String> {
        let doing = format!("{method} {path}");
        let mut stream = TcpStream::connect(&self.address).context(&doing)?;
        stream.set_read_timeout(Some(REQUEST_LIMIT)).context(&doing)?;
        let (address, token, length) = (&self.address, &self.token, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .context(&doing)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).context(&doing)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            return Err(Failure::new(format!("{doing}: {status} {body}")));
        }
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        Ok(if chunked { unchunk(body) } else { body.to_owned() })
    }

    /// Asks the daemon to end, as a service manager would, and waits.
    fn stop(mut self) -> Outcome {
        Program::new("kill").arg(self.child.id().to_string()).read()?;
        self.child.wait().context("jobfold serve").map(|_| ())
    }

    fn wait(mut self) -> Outcome {
        let status = self.child.wait().context("jobfold serve")?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("the daemon ended: {status}")))
        }
    }
}

/// A demo that fails on its way must not leave a daemon behind.
impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parse(text: &str, what: &str) -> Outcome<serde_json::Value> {
    serde_json::from_str(text).context(what)
}

/// Lines of both pipes, in the order in which they arrive.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = channel();
    let pipes: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as _),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ];
    for pipe in pipes.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    lines
}

/// The daemon tells where the page is in a line of its own: `dashboard LINK`.
fn find_link(lines: &Receiver<String>) -> Outcome<String> {
    let mut said = String::new();
    while let Ok(line) = lines.recv_timeout(START_LIMIT) {
        if let Some(link) = line.strip_prefix("dashboard ") {
            return Ok(link.to_owned());
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(Failure::new(format!("the daemon printed no link\n{said}")))
}

/// `127.0.0.1:PORT` of a link.
fn address_of(link: &str) -> String {
    let rest = link.trim_start_matches("http://");
    rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
}

/// The body of a chunked answer.
fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(chunk) = rest.get(..size).filter(|_| size > 0) else {
            break;
        };
        whole.push_str(chunk);
        body = rest[size..].trim_start_matches("\r\n");
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_tells_the_address() {
        assert_eq!(address_of("http://127.0.0.1:4100/login?code=once_x"), "127.0.0.1:4100");
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(unchunk("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "abcde");
    }
}
