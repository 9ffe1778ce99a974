//! `jobfold serve`: the daemon.
//!
//! Owns the order of start and stop: refuse what is not safe, open and verify the log while folding it, listen, say
//! so, serve, and on a signal end the streams, answer what is being asked, close the log.

use super::StateArgs;
use super::exit::{Exit, Failure};
use super::output::{Output, data};
use crate::auth::{OnceCodes, Sessions, Tokens};
use crate::board::{Board, Fold};
use crate::clock::now_ms;
use crate::http::limits::{Budgets, HttpLimits};
use crate::http::telemetry::Telemetry;
use crate::http::{self, App, login};
use crate::log::embedded::IndexState;
use crate::log::{EmbeddedLog, EventLog, Opened, Options};
use crate::state_dir::{StateDir, write_private};
use clap::Args;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// How long requests may take to end once the daemon was asked to.
const DRAIN: Duration = Duration::from_secs(10);

/// Run the daemon: the log, the HTTP API and the dashboard, on this machine.
#[derive(Debug, Args)]
#[command(
    after_help = "Once it listens, it prints two lines: a link that opens the dashboard, once, within ten minutes,\n\
    and `listening on http://127.0.0.1:PORT`. Programs use the token in the state directory:\n\
    curl -H \"Authorization: Bearer $(cat DIR/token)\" http://127.0.0.1:7717/v1/jobs"
)]
pub(super) struct Serve {
    #[command(flatten)]
    state: StateArgs,
    /// Address to listen on; loopback only. Port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "JOBFOLD_LISTEN",
        default_value = "127.0.0.1:7717"
    )]
    listen: SocketAddr,
    /// Write {"url", "pid"} to this file once listening.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Requests a second that one token may make.
    #[arg(long, value_name = "N", default_value = "500")]
    rate_limit: NonZeroU32,
    /// Largest request body, in bytes.
    #[arg(long, value_name = "N", default_value_t = HttpLimits::default().body_bytes_max)]
    body_bytes_max: usize,
    /// Bytes of event texts to keep in memory for looking back; beyond that, `at_seq` folds the log anew.
    #[arg(long, value_name = "N", default_value_t = 1 << 30)]
    history_bytes_max: u64,
    /// Shape of the daemon's own log on stderr.
    #[arg(long, value_enum, default_value_t = LogFormat::Pretty, value_name = "SHAPE")]
    log_format: LogFormat,
    /// What the daemon says about itself, such as `info` or `jobfold=debug`.
    #[arg(long, value_name = "FILTER", env = "JOBFOLD_LOG", default_value = "info")]
    log_level: String,
}

/// `Pretty` is for people, `Json` for machines: one object a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    Pretty,
    Json,
}

impl Serve {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        self.refuse_unsafe()?;
        self.start_logging(output)?;
        let telemetry = Telemetry::install();
        let state = self.state.dir();
        let failed = |error| Failure::failed("state_dir_failed", format!("{}: {error}", state.root().display()));
        state.create().map_err(failed)?;
        let (tokens, sessions) = (Tokens::open(&state)?, Sessions::open(&state)?);
        let (log, fold) = open_log(&state, self.history_bytes_max)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::failed("runtime_failed", error))?;
        let log: Arc<dyn EventLog> = Arc::new(log);
        let served = runtime.block_on(self.serve(Arc::clone(&log), fold, tokens, sessions, telemetry));
        // Whatever still holds the log ends with the runtime; after that, letting go of it closes it.
        runtime.shutdown_timeout(DRAIN);
        drop(log);
        served
    }

    /// Without TLS, tokens and events would cross a network in the open.
    fn refuse_unsafe(&self) -> Result<(), Failure> {
        if self.listen.ip().is_loopback() {
            return Ok(());
        }
        let detail = format!(
            "refusing to listen on {}: beyond this machine the daemon needs TLS, which it does not speak",
            self.listen
        );
        let failure = Failure::new(Exit::Usage, "listen_not_loopback", detail);
        Err(failure.hint("jobfold serve --listen 127.0.0.1:7717, with a TLS proxy or an SSH tunnel in front of it"))
    }

    fn start_logging(&self, output: Output) -> Result<(), Failure> {
        let level = if output.quiet { "error" } else { &self.log_level };
        let filter = EnvFilter::try_new(level)
            .map_err(|error| Failure::new(Exit::Usage, "log_level_invalid", format!("--log-level: {error}")))?;
        let builder = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr);
        match self.log_format {
            LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).init(),
            LogFormat::Pretty => {
                let colour = anstream::stderr().current_choice() != anstream::ColorChoice::Never;
                builder.with_ansi(colour).with_target(false).init();
            }
        }
        Ok(())
    }

    async fn serve(
        &self,
        log: Arc<dyn EventLog>,
        fold: Fold,
        tokens: Tokens,
        sessions: Sessions,
        telemetry: Telemetry,
    ) -> Result<(), Failure> {
        let (stop, stopping) = watch::channel(false);
        let listener = TcpListener::bind(self.listen)
            .await
            .map_err(|error| self.not_bound(&error))?;
        let address = listener.local_addr().map_err(|error| self.not_bound(&error))?;
        let board = Arc::new(Board::new(Arc::clone(&log), fold));
        let follower = tokio::spawn(Arc::clone(&board).follow());
        let app = Arc::new(App {
            log,
            board,
            tokens,
            sessions,
            once: OnceCodes::new(),
            budgets: Budgets::new(self.limits()),
            address,
            telemetry,
            stopping,
        });
        let asked_to_stop = stop_on_signal(stop)?;
        self.announce(&app)?;
        let served = tokio::select! {
            served = http::serve(listener, app) => served,
            () = drained(asked_to_stop) => {
                tracing::warn!("some requests did not end in time");
                Ok(())
            }
        };
        follower.abort();
        served.map_err(|error| Failure::failed("serve_failed", &error))
    }

    fn limits(&self) -> HttpLimits {
        HttpLimits {
            requests_per_s: self.rate_limit,
            request_burst: self.rate_limit.saturating_mul(NonZeroU32::MIN.saturating_add(1)),
            body_bytes_max: self.body_bytes_max,
            ..HttpLimits::default()
        }
    }

    fn not_bound(&self, error: &std::io::Error) -> Failure {
        let exit = if error.kind() == std::io::ErrorKind::AddrInUse {
            Exit::Conflict
        } else {
            Exit::Failed
        };
        let failure = Failure::new(exit, "listen_failed", format!("{}: {error}", self.listen));
        failure.hint("jobfold serve --listen 127.0.0.1:0 takes a free port")
    }

    /// Tells people where the page is and programs that they may begin.
    fn announce(&self, app: &App) -> Result<(), Failure> {
        let url = format!("http://{}", app.address);
        let code = app
            .once
            .issue(now_ms())
            .map_err(|error| Failure::failed("link_failed", error))?;
        let link = login::link(app.address, code.reveal());
        data(format!("dashboard {link}\nlistening on {url}\n").as_bytes())?;
        if let Some(path) = &self.ready_file {
            let ready = serde_json::json!({"url": url, "pid": std::process::id()});
            write_private(path, format!("{ready}\n").as_bytes())
                .map_err(|error| Failure::failed("ready_file_failed", format!("{}: {error}", path.display())))?;
        }
        Ok(())
    }
}

/// Opens the log; every record is verified and folded on the way.
fn open_log(state: &StateDir, history_bytes_max: u64) -> Result<(EmbeddedLog, Fold), Failure> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(|error| Failure::failed("randomness_failed", error))?;
    let mut fold = Fold::new(key, history_bytes_max);
    let options = Options::default();
    let (log, opened) = EmbeddedLog::open(&state.log(), &options, |record| {
        fold.take_in(record.seq, record.topic, record.payload);
    })?;
    tell_opened(&opened);
    Ok((log, fold))
}

fn tell_opened(opened: &Opened) {
    tracing::info!(records = opened.head.seq, segments = opened.segments, "log verified");
    if let Some(cut) = &opened.cut {
        let file = cut.file.display();
        tracing::warn!(%file, offset = cut.offset, bytes = cut.bytes, "cut off a write that a crash interrupted");
    }
    match &opened.index {
        IndexState::Ready => {}
        IndexState::CaughtUp { records } => tracing::info!(records, "index caught up"),
        IndexState::Rebuilt { why, records } => tracing::warn!(why, records, "index rebuilt"),
    }
}

/// Turns SIGTERM and SIGINT into a wish that everything can watch.
fn stop_on_signal(stop: watch::Sender<bool>) -> Result<watch::Receiver<bool>, Failure> {
    let failed = |error| Failure::failed("signals_failed", error);
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let asked = stop.subscribe();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stop.send_replace(true);
        // The wish stays readable until the process ends.
        std::future::pending::<()>().await;
    });
    Ok(asked)
}

/// Ends when requests have had their time after the daemon was asked to stop.
async fn drained(mut asked_to_stop: watch::Receiver<bool>) {
    if asked_to_stop.wait_for(|asked| *asked).await.is_ok() {
        tokio::time::sleep(DRAIN).await;
    }
}
