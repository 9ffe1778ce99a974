//! A daemon to test against, and the events to send it.

use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

/// A running `jobfold serve`; it ends with this value.
pub(crate) struct Daemon {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    /// The one-time link that it printed.
    pub(crate) link: String,
    token: String,
    client: Client,
}

impl Daemon {
    pub(crate) fn start(state: &Path) -> Self {
        Self::start_with(state, &["--listen", "127.0.0.1:0"])
    }

    pub(crate) fn start_with(state: &Path, options: &[&str]) -> Self {
        Self::start_logging(state, options, Stdio::null())
    }

    /// Starts a daemon whose own log goes somewhere.
    pub(crate) fn start_logging(state: &Path, options: &[&str], log: Stdio) -> Self {
        let mut child = command(state, "serve")
            .args(options)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("jobfold serve starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines().map(|line| line.expect("stdout is text"));
        let mut after = |start: &str| {
            let line = lines.next().expect("the daemon says where it is");
            line.strip_prefix(start)
                .unwrap_or_else(|| panic!("expected {start:?}, got {line:?}"))
                .to_owned()
        };
        let link = after("dashboard ");
        let url = after("listening on ");
        let token = std::fs::read_to_string(state.join("token"))
            .expect("the token is there")
            .trim()
            .to_owned();
        Self {
            child,
            url,
            link,
            token,
            client: client(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// A request without a token.
    pub(crate) fn anonymous(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    /// Sends events and expects them to be taken.
    pub(crate) fn send(&self, body: &str) -> Value {
        let response = self.post("/v1/events").body(body.to_owned()).send().expect("an answer");
        assert_eq!(response.status(), 200, "{}", response.text().unwrap_or_default());
        response.json().expect("json")
    }

    /// Reads JSON and expects it to be there.
    pub(crate) fn read(&self, path: &str) -> Value {
        let response = self.get(path).send().expect("an answer");
        assert_eq!(
            response.status(),
            200,
            "{path}: {}",
            response.text().unwrap_or_default()
        );
        response.json().expect("json")
    }

    /// SIGKILL: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the daemon can be killed");
        self.child.wait().expect("the daemon ends");
    }

    /// SIGTERM, as a service manager stops it.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("the daemon can be asked to stop");
        self.child.wait().expect("the daemon ends")
    }

    pub(crate) fn port(&self) -> &str {
        self.url.rsplit(':').next().expect("a port")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that follows no redirect and asks no proxy.
pub(crate) fn client() -> Client {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    // Not a test's pace: only a daemon that hangs is cut short by it.
    client.timeout(Duration::from_secs(60)).build().expect("a client")
}

fn binary(verb: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobfold"));
    for name in [
        "JOBFOLD_STATE_DIR",
        "JOBFOLD_LISTEN",
        "JOBFOLD_URL",
        "JOBFOLD_TOKEN_FILE",
        "JOBFOLD_LOG",
    ] {
        command.env_remove(name);
    }
    command.args(verb.split(' ')).stdin(Stdio::null());
    command
}

/// `jobfold VERB --state-dir STATE`.
pub(crate) fn command(state: &Path, verb: &str) -> Command {
    let mut command = binary(verb);
    command.arg("--state-dir").arg(state);
    command
}

/// Runs a command to its end.
pub(crate) fn run(state: &Path, verb: &str, arguments: &[&str]) -> Output {
    command(state, verb).args(arguments).output().expect("jobfold runs")
}

/// Runs a command that has no state, such as `replay`.
pub(crate) fn run_plain(verb: &str, arguments: &[&str]) -> Output {
    binary(verb).args(arguments).output().expect("jobfold runs")
}

/// What a successful command printed.
pub(crate) fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{:?}: {}", output.status, said(output));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What a command said on stderr.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The code of a problem answer, after checking its shape.
pub(crate) fn problem(response: Response, status: u16) -> Value {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
    assert_eq!(response.status(), status);
    let problem: Value = response.json().expect("json");
    let code = problem["code"].as_str().expect("a code");
    assert_eq!(
        problem["type"],
        format!("https://github.com/jobfold/jobfold/blob/main/docs/http.md#{code}")
    );
    assert_eq!(
        (&problem["status"], &problem["request_id"]),
        (&status.into(), &id.into())
    );
    problem
}

/// An input that the normaliser makes an event of.
pub(crate) fn input(job: &str, kind: &str, at: u32) -> String {
    format!(r#"{{"kind":"{kind}","job_id":"{job}","run_id":"r-{job}","timestamp":"t{at}"}}"#)
}

/// A fixture's events.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures")
        .join(name)
        .join("events.jsonl")
}
