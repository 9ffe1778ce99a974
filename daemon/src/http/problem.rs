//! How the API says no: problem details (RFC 9457).
//!
//! Owns the shape of every error answer and the mapping of the log's errors to statuses. A problem travels to the
//! outermost layer inside the response's extensions and is written there, where the request's id is known. Must not
//! repeat anything a client sent: payloads may hold secrets.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tower_http::request_id::RequestId;

/// Where problem types are described; a code makes it whole.
const TYPE_BASE: &str = "https://github.com/jobfold/jobfold/blob/main/docs/http.md#";

/// An answer other than success.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    faults: Vec<Fault>,
    retry_after_s: Option<u64>,
}

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// Stable code of the rule that was broken.
    pub code: String,
    /// JSON Pointer (RFC 6901) to the member at fault, in the document that was sent; in NDJSON, in its line.
    pub pointer: String,
    /// What was expected and what was found, without the value.
    pub detail: String,
    /// 1-based ordinal of the refused item, when several were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// Byte offset in the body: of the fault when the JSON is broken, else of the refused item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// A problem as it is written (RFC 9457), `application/problem+json`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// URI of the problem's description; stable.
    #[serde(rename = "type")]
    type_uri: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Stable code; for refused events the contract's code of the first fault.
    code: String,
    /// What happened, in one sentence.
    detail: String,
    /// Names this request in the daemon's log.
    request_id: String,
    /// The faults, in the order of the body; at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
}

impl Problem {
    /// A problem with a status, a stable code and one lower-case sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            faults: Vec::new(),
            retry_after_s: None,
        }
    }

    /// A query parameter or a header that makes no sense.
    pub fn parameter(name: &str, detail: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "parameter_invalid",
            format!("{name}: {detail}"),
        )
    }

    /// Something on our side failed; the daemon's log has the reason.
    pub fn internal(reason: &dyn std::fmt::Display) -> Self {
        tracing::error!(%reason, "request failed");
        let detail = "the daemon failed to answer; its log says why";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// Try again later.
    pub fn busy(code: &'static str, detail: impl Into<String>, retry_after_s: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(retry_after_s)
    }

    /// Says when to try again, in whole seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Lists what is wrong.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    fn body(&self, request_id: String) -> ProblemBody {
        ProblemBody {
            type_uri: format!("{TYPE_BASE}{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            request_id,
            errors: self.faults.clone(),
        }
    }
}

impl From<crate::log::Error> for Problem {
    fn from(error: crate::log::Error) -> Self {
        use crate::log::Error;
        use jobfold_core::log::LogError;
        match &error {
            Error::Refused(LogError::SeqConflict { .. }) => {
                Self::new(StatusCode::PRECONDITION_FAILED, "seq_conflict", error.to_string())
            }
            Error::Refused(LogError::TooLarge { .. }) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "record_too_large", error.to_string())
            }
            Error::Refused(refusal) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.code(), error.to_string()),
            Error::Busy { .. } => Self::busy("log_busy", error.to_string(), 1),
            Error::Stopped { .. } => Self::busy("log_stopped", "the log takes no appends since an earlier failure", 30),
            _ => Self::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The outermost layer's part: writes the problem's document now that the request's id is known.
pub(super) async fn write_problems(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>();
    let id = id
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let text = serde_json::to_vec(&problem.body(id)).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(text);
    response
}

/// For paths that nothing answers.
pub(super) fn not_found() -> Problem {
    let detail = "nothing lives at this path; /openapi.json lists what does";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

/// For methods that a path does not answer.
pub(super) async fn method_not_allowed() -> Problem {
    let detail = "the path exists, but not for this method; /openapi.json lists what does";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
