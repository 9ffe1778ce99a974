//! Probes: is the process alive, can it do its work? No authentication, no detail.

use super::App;
use super::problem::Problem;
use axum::extract::State;
use std::sync::Arc;

/// The process answers.
#[utoipa::path(get, path = "/livez", tag = "health", security(()),
    responses((status = 200, description = "The process answers.", body = String, content_type = "text/plain")))]
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// The log takes appends, and what it held at start-up has been folded.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses(
    (status = 200, description = "The log takes appends and has been folded.", body = String, content_type = "text/plain"),
    (status = 503, description = "Not yet, or not any more.", body = super::problem::ProblemBody,
        content_type = "application/problem+json")))]
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    if !app.board.is_ready() || app.log.failure().is_some() {
        return Err(Problem::busy("not_ready", "not ready", 1));
    }
    Ok("ok\n")
}
