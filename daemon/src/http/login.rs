//! The one-time link: from the operator's terminal into the operator's browser.
//!
//! Owns the exchange of a code for a session cookie and the cookie's attributes. The code may stand in an address
//! because it works once, for minutes, and is not a token.

use super::App;
use super::gate::Caller;
use super::params::Params;
use super::problem::Problem;
use crate::auth::Scope;
use crate::clock::now_ms;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

/// What a one-time link carries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Redeem {
    code: String,
}

/// A fresh link.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LoginLink {
    /// Opens the page once, within ten minutes.
    pub url: String,
}

/// The address that opens the page with this code.
pub fn link(address: SocketAddr, code: &str) -> String {
    format!("http://{address}/login?code={code}")
}

/// Draws a link for a browser on this machine.
#[utoipa::path(post, path = "/v1/login-links", tag = "access", responses(
    (status = 201, description = "A link that works once, within ten minutes.", body = LoginLink),
    (status = "default", description = "A problem.", body = super::problem::ProblemBody,
        content_type = "application/problem+json")))]
pub(super) async fn create_link(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.must(Scope::Admin)?;
    let code = app.once.issue(now_ms()).map_err(|error| Problem::internal(&error))?;
    let url = link(app.address, code.reveal());
    Ok((StatusCode::CREATED, Json(LoginLink { url })).into_response())
}

/// Exchanges the code for a session and goes on to the page. A spent link in a browser that is signed in, after a
/// reload or a second click, simply leads to the page.
pub(super) async fn redeem(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<Redeem>,
) -> Result<Response, Problem> {
    let now = now_ms();
    let to_page = (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, HeaderValue::from_static("/"))],
    );
    if !app.once.redeem(&query.code, now) {
        let session = session_value(&headers, app.address.port());
        if session.is_some_and(|session| app.sessions.check(session, now).is_some()) {
            return Ok(to_page.into_response());
        }
        let detail = "the link was used already or is older than ten minutes; `jobfold link` prints a new one";
        return Err(Problem::new(StatusCode::FORBIDDEN, "link_used", detail));
    }
    let session = app.sessions.issue(now).map_err(|error| Problem::internal(&error))?;
    let name = cookie_name(app.address.port());
    let cookie = format!("{name}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::SET_COOKIE, cookie)], to_page).into_response())
}

/// Cookies are shared by all ports of a host, so the port is part of the name: two daemons must not sign each other's
/// pages out.
fn cookie_name(port: u16) -> String {
    format!("jobfold_session_{port}")
}

/// The session a browser carries.
pub(super) fn session_value(headers: &HeaderMap, port: u16) -> Option<&str> {
    let name = cookie_name(port);
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}
