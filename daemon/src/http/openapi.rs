//! The API's description of itself, OpenAPI 3.1.
//!
//! Generated from the handlers and the types they answer with; `docs/openapi.json` holds it for readers, and a test
//! compares the two.

use super::{append, health, jobs, login, problem, records, telemetry};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "Jobfold", description = "The history of every job as one ordered, tamper-evident log, and what follows from it."),
    paths(
        append::append,
        records::list,
        jobs::list,
        jobs::one,
        login::create_link,
        health::livez,
        health::readyz,
        telemetry::metrics
    ),
    components(schemas(problem::ProblemBody, problem::Fault)),
    tags(
        (name = "events", description = "What happened."),
        (name = "jobs", description = "What follows from it."),
        (name = "access", description = "Who may ask."),
        (name = "health", description = "How the daemon does.")
    ),
    security(("token" = []), ("session" = [])),
    modifiers(&Access)
)]
struct Document;

struct Access;

impl Modify for Access {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let cookie = ApiKeyValue::with_description(
            "jobfold_session_<port>",
            "The page's session; unsafe methods must come from the daemon's own origin.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The document as it is served and checked in.
pub fn text() -> String {
    let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Serves it.
pub(super) async fn document() -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        text(),
    )
        .into_response()
}
