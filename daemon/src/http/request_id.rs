//! A name for every request.
//!
//! Owns drawing it. Names that clients send along are dropped: this one ends up in the daemon's log, and what is
//! written there is ours to choose.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tower_http::request_id::{MakeRequestId, RequestId};

/// Draws ids that sort by time.
#[derive(Clone, Copy)]
pub(super) struct Fresh;

impl MakeRequestId for Fresh {
    fn make_request_id<B>(&mut self, _request: &axum::http::Request<B>) -> Option<RequestId> {
        let id = uuid::Uuid::now_v7().simple().to_string();
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// Removes a client's own id, so that ours is drawn.
pub(super) async fn forget_foreign(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove("x-request-id");
    next.run(request).await
}
