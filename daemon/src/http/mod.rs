//! The daemon's HTTP face.
//!
//! Owns the router, the order of its layers and the server's life. Resources live in files of their own; all they
//! share is [`App`]. Must not know files of the log, nor judge events or jobs: it asks `ingest`, `log` and `board`.
//!
//! | file | holds |
//! |---|---|
//! | [`gate`] | who may enter: host, origin, token or session, scope, rate |
//! | [`append`] | `POST /v1/events` |
//! | [`records`], [`stream`] | `GET /v1/events` as pages, as server-sent events |
//! | [`jobs`] | `GET /v1/jobs`, `GET /v1/jobs/{id}` |
//! | [`login`] | the one-time link |
//! | [`health`], [`telemetry`] | probes; metrics |
//! | [`openapi`], [`problem`], `etag`, [`params`], [`headers`], [`limits`] | what all of them share |
//! | [`page`] | the dashboard inside the binary |

pub mod append;
pub mod gate;
pub mod headers;
pub mod health;
pub mod jobs;
pub mod limits;
pub mod login;
pub mod openapi;
pub mod page;
pub mod params;
pub mod problem;
pub mod records;
pub mod stream;
pub mod telemetry;

mod etag;
mod listing;
mod request_id;
#[cfg(test)]
mod tests;

pub use limits::HttpLimits;

use crate::auth::{OnceCodes, Sessions, Tokens};
use crate::board::Board;
use crate::log::EventLog;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::serve::ListenerExt;
use limits::Budgets;
use std::net::SocketAddr;
use std::sync::Arc;
use telemetry::Telemetry;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};

/// Name of the daemon's partition; part of event ids and entity tags.
pub const PARTITION: &str = "default";

/// Everything the handlers share.
pub struct App {
    /// What is true.
    pub log: Arc<dyn EventLog>,
    /// What follows from it.
    pub board: Arc<Board>,
    /// Who may ask.
    pub tokens: Tokens,
    /// Who has been let in.
    pub sessions: Sessions,
    /// Who may be let in.
    pub once: OnceCodes,
    /// How much anyone may ask.
    pub budgets: Budgets,
    /// Where the daemon listens; hosts and cookies are told apart by the port.
    pub address: SocketAddr,
    /// What the daemon measures.
    pub telemetry: Telemetry,
    /// Turns true when the daemon is about to stop; streams end then.
    pub stopping: watch::Receiver<bool>,
}

/// Serves until `stopping` turns true and all requests have been answered.
pub async fn serve(listener: TcpListener, app: Arc<App>) -> std::io::Result<()> {
    let mut stopping = app.stopping.clone();
    let listener = listener.tap_io(|stream| {
        // Small events should leave at once. A socket that refuses is about to fail anyway.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router(app))
        .with_graceful_shutdown(async move {
            // A sender that is gone means the same: stop.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        })
        .await
}

/// All routes with all layers. The first layer named is the innermost.
pub fn router(app: Arc<App>) -> Router {
    let guarded = Router::new()
        .route("/v1/events", get(records::list).post(append::append))
        .route("/v1/jobs", get(jobs::list))
        .route("/v1/jobs/{job_id}", get(jobs::one))
        .route("/v1/login-links", axum::routing::post(login::create_link))
        .route("/metrics", get(telemetry::metrics))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&app), gate::admit));
    let open = Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(openapi::document))
        .route("/login", get(login::redeem))
        .method_not_allowed_fallback(problem::method_not_allowed);
    guarded
        .merge(open)
        .merge(page::router())
        .layer(from_fn_with_state(Arc::clone(&app), gate::check_host))
        .layer(from_fn(headers::secure))
        .layer(from_fn(telemetry::observe))
        .layer(from_fn(problem::write_problems))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(request_id::Fresh))
        .layer(from_fn(request_id::forget_foreign))
        .with_state(app)
}
