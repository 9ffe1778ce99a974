//! Talking to a running daemon.
//!
//! Owns the address, the token and the translation of a daemon's answers into exit codes. Must not know what answers
//! mean.

use super::StateArgs;
use super::exit::{Exit, Failure};
use crate::auth::{Secret, read_token_file};
use clap::Args;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use std::path::PathBuf;

/// Where the daemon is and how to prove who we are.
#[derive(Debug, Args)]
pub(super) struct DaemonArgs {
    /// The daemon's address.
    #[arg(
        long,
        value_name = "URL",
        env = "JOBFOLD_URL",
        default_value = "http://127.0.0.1:7717"
    )]
    url: String,
    /// File that holds a token [default: `token` in the state directory].
    #[arg(long, value_name = "FILE", env = "JOBFOLD_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    state: StateArgs,
}

impl DaemonArgs {
    pub(super) fn client(&self) -> Result<Client, Failure> {
        Client::new(&self.url, self.token_file.clone(), &self.state)
    }
}

/// One daemon, seen from outside.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: Secret,
}

impl Client {
    pub(super) fn new(url: &str, token_file: Option<PathBuf>, state: &StateArgs) -> Result<Self, Failure> {
        let token_file = token_file.unwrap_or_else(|| state.dir().token());
        let token = read_token_file(&token_file).map_err(|error| {
            let failure = Failure::new(Exit::NotAuthorised, error.code(), &error);
            failure.hint("name the daemon's directory with --state-dir, or a token with --token-file")
        })?;
        if !url.starts_with("http://") {
            return Err(Failure::new(Exit::Usage, "url_invalid", "expected an http:// address"));
        }
        // A daemon listens on loopback; a proxy would only be given the token for nothing.
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Ok(Self {
            http: http.map_err(|error| Failure::failed("client_failed", &error))?,
            base: url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(self.token.reveal())
    }

    /// Sends a request; anything but success becomes a failure with the daemon's own words.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(response).await)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let what = if error.is_connect() {
            "no daemon answers"
        } else {
            "the daemon's answer broke off"
        };
        let failure = Failure::new(
            Exit::Unreachable,
            "daemon_unreachable",
            format!("{what} at {}", self.base),
        );
        failure.hint("jobfold serve starts one; --url names another")
    }

    /// An answer that ended before it was complete.
    pub(super) fn broken_off(&self) -> Failure {
        let detail = format!("the daemon's answer broke off at {}", self.base);
        Failure::new(Exit::Unreachable, "daemon_unreachable", detail)
    }
}

async fn refusal(response: Response) -> Failure {
    let status = response.status();
    let exit = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Exit::NotAuthorised,
        StatusCode::NOT_FOUND => Exit::NotFound,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Exit::Conflict,
        StatusCode::BAD_REQUEST => Exit::Usage,
        _ => Exit::Failed,
    };
    let Ok(problem) = response.json::<serde_json::Value>().await else {
        return Failure::new(exit, "unexpected_answer", format!("the daemon answered {status}"));
    };
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let (code, detail) = (text("code"), text("detail"));
    Failure::new(exit, code, format!("the daemon answered {status}: {detail}")).problem(problem)
}
