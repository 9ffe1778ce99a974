//! The gate: who may enter.
//!
//! Owns the order of the checks. Every request: is it meant for this host (against DNS rebinding)? Guarded ones: who
//! is it (token, or the page's session), does a foreign site drive a signed-in browser (unsafe methods by cookie),
//! how often has it asked? What a principal may do is asked by each handler with [`Caller::must`].

use super::problem::Problem;
use super::{App, login};
use crate::auth::{Principal, Scope};
use crate::clock::now_ms;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Names under which a daemon on loopback may be addressed.
const LOOPBACK_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Refuses requests that were meant for another host.
pub(super) async fn check_host(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = text(request.headers(), header::HOST.as_str()).or_else(|| Some(request.uri().authority()?.as_str()));
    if host.is_some_and(|host| is_own_host(host, app.address.port())) {
        return next.run(request).await;
    }
    let detail = format!(
        "expected the host 127.0.0.1:{port} or localhost:{port}",
        port = app.address.port()
    );
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "host_not_allowed", detail).into_response()
}

fn is_own_host(host: &str, port: u16) -> bool {
    LOOPBACK_NAMES.iter().any(|name| {
        let rest = host
            .get(..name.len())
            .filter(|start| start.eq_ignore_ascii_case(name))
            .map(|_| &host[name.len()..]);
        match rest {
            // Port 80 is left out by browsers.
            Some("") => port == 80,
            Some(rest) => rest.strip_prefix(':').and_then(|digits| digits.parse().ok()) == Some(port),
            None => false,
        }
    })
}

/// Lets in who proves who they are, and remembers it for the handlers.
pub(super) async fn admit(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match identify(&app, &request) {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(problem) => challenge(problem),
    }
}

fn identify(app: &App, request: &Request) -> Result<Principal, Problem> {
    let headers = request.headers();
    let principal = if headers.contains_key(header::AUTHORIZATION) {
        by_token(app, headers)?
    } else {
        by_session(app, request.method(), headers)?
    };
    app.budgets.count_request(&principal.id)?;
    Ok(principal)
}

fn by_token(app: &App, headers: &HeaderMap) -> Result<Principal, Problem> {
    let value = text(headers, header::AUTHORIZATION.as_str()).unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = scheme.eq_ignore_ascii_case("bearer").then_some(token.trim());
    let principal = token.and_then(|token| app.tokens.check(token, now_ms()));
    principal.ok_or_else(|| unauthorized("token_invalid", "the token is unknown or has expired"))
}

fn by_session(app: &App, method: &Method, headers: &HeaderMap) -> Result<Principal, Problem> {
    let value = login::session_value(headers, app.address.port());
    let value = value.ok_or_else(|| unauthorized("token_required", "expected a bearer token or a session"))?;
    let principal = app.sessions.check(value, now_ms());
    let principal = principal.ok_or_else(|| unauthorized("session_over", "the session is over; open a new link"))?;
    if !method.is_safe() && !is_same_origin(headers, app.address.port()) {
        let detail = "a session may change things from the daemon's own page only";
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross_origin", detail));
    }
    Ok(principal)
}

/// Browsers say where a request comes from; one that says nothing is not trusted with a cookie's power.
fn is_same_origin(headers: &HeaderMap, port: u16) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text(headers, header::ORIGIN.as_str()).and_then(|origin| origin.strip_prefix("http://"));
    origin.is_some_and(|host| is_own_host(host, port))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unauthorized(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
}

fn challenge(problem: Problem) -> Response {
    let mut response = problem.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let value = HeaderValue::from_static("Bearer realm=\"jobfold\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// Who is asking, for handlers behind the gate.
pub struct Caller(Principal);

impl Caller {
    /// Refuses callers without the scope.
    pub fn must(&self, scope: Scope) -> Result<(), Problem> {
        if self.0.scopes.allow(scope) {
            return Ok(());
        }
        let detail = format!("expected the scope {}", scope.as_str());
        Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Principal>().cloned();
        principal
            .map(Self)
            .ok_or_else(|| unauthorized("token_required", "expected a bearer token or a session"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_our_port_are_ours() {
        for host in ["127.0.0.1:7", "localhost:7", "LOCALHOST:7", "[::1]:7"] {
            assert!(is_own_host(host, 7), "{host}");
        }
        for host in [
            "127.0.0.1",
            "127.0.0.1:8",
            "localhost.evil.example:7",
            "evil.example",
            "",
            "127.0.0.1:7x",
            "é",
        ] {
            assert!(!is_own_host(host, 7), "{host}");
        }
        assert!(is_own_host("localhost", 80));
    }
}
