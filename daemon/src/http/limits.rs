//! How much anyone may ask.
//!
//! Owns every bound of the HTTP face and the counters that enforce them: bytes of a body, items of a batch, bytes in
//! flight, open streams, requests a second. Must not know what is asked.

use super::problem::Problem;
use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bounds, as configured.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Largest request body, bytes.
    pub body_bytes_max: usize,
    /// Most events in one request.
    pub items_max: usize,
    /// Most bytes of request bodies that are held at a time.
    pub inflight_bytes_max: usize,
    /// Most event streams at a time.
    pub streams_max: usize,
    /// Requests a second that one token may make in the long run.
    pub requests_per_s: NonZeroU32,
    /// Requests that one token may make at once after a pause.
    pub request_burst: NonZeroU32,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            body_bytes_max: 8 << 20,
            items_max: 10_000,
            inflight_bytes_max: 64 << 20,
            streams_max: 256,
            requests_per_s: NonZeroU32::new(500).unwrap_or(NonZeroU32::MIN),
            request_burst: NonZeroU32::new(1000).unwrap_or(NonZeroU32::MIN),
        }
    }
}

/// A semaphore counts in these, so that its counter suffices for any sensible configuration.
const UNIT_BYTES: usize = 1024;

/// The bounds together with what has been used of them.
pub struct Budgets {
    limits: HttpLimits,
    inflight: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    rate: DefaultKeyedRateLimiter<String>,
}

impl Budgets {
    /// Nothing used yet.
    pub fn new(limits: HttpLimits) -> Self {
        // One body of the largest size must fit, or nothing of that size could ever be sent.
        let inflight = limits
            .inflight_bytes_max
            .max(limits.body_bytes_max)
            .div_ceil(UNIT_BYTES);
        let quota = Quota::per_second(limits.requests_per_s).allow_burst(limits.request_burst);
        Self {
            limits,
            inflight: Arc::new(Semaphore::new(inflight.min(Semaphore::MAX_PERMITS))),
            streams: Arc::new(Semaphore::new(limits.streams_max.min(Semaphore::MAX_PERMITS))),
            rate: RateLimiter::keyed(quota),
        }
    }

    /// The bounds.
    pub fn limits(&self) -> &HttpLimits {
        &self.limits
    }

    /// Counts a request of this principal.
    pub fn count_request(&self, principal: &str) -> Result<(), Problem> {
        let Err(early) = self.rate.check_key(&principal.to_owned()) else {
            return Ok(());
        };
        let wait = early.wait_time_from(DefaultClock::default().now());
        let per_s = self.limits.requests_per_s;
        let detail = format!("this token made more than {per_s} requests a second");
        let seconds = wait.as_secs() + 1;
        Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(seconds))
    }

    /// Reserves room for a body before it is read. `bytes` is what the client announced, if it did.
    pub fn reserve_body(&self, bytes: Option<usize>) -> Result<OwnedSemaphorePermit, Problem> {
        let bytes_max = self.limits.body_bytes_max;
        let bytes = bytes.unwrap_or(bytes_max);
        if bytes > bytes_max {
            return Err(body_too_large(bytes_max));
        }
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.inflight).try_acquire_many_owned(units);
        permit.map_err(|_| Problem::busy("ingest_busy", "too many events are being taken in already", 1))
    }

    /// Reserves one of the event streams.
    pub fn reserve_stream(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let permit = Arc::clone(&self.streams).try_acquire_owned();
        permit.map_err(|_| Problem::busy("streams_busy", "too many event streams are open already", 10))
    }
}

/// The answer to a body that is too large.
pub(super) fn body_too_large(bytes_max: usize) -> Problem {
    let detail = format!("expected a body of at most {bytes_max} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    fn status<T>(answer: Result<T, Problem>) -> Option<StatusCode> {
        answer.err().map(|problem| problem.into_response().status())
    }

    #[test]
    fn bodies_share_a_budget_and_give_it_back() {
        let budgets = Budgets::new(HttpLimits {
            body_bytes_max: 4096,
            inflight_bytes_max: 8192,
            ..HttpLimits::default()
        });
        assert_eq!(
            status(budgets.reserve_body(Some(4097))),
            Some(StatusCode::PAYLOAD_TOO_LARGE)
        );
        let first = budgets.reserve_body(None);
        let second = budgets.reserve_body(Some(4096));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(
            status(budgets.reserve_body(Some(1))),
            Some(StatusCode::SERVICE_UNAVAILABLE)
        );
        drop(first);
        assert!(budgets.reserve_body(Some(1)).is_ok());
    }

    #[test]
    fn streams_are_counted() {
        let budgets = Budgets::new(HttpLimits {
            streams_max: 1,
            ..HttpLimits::default()
        });
        let one = budgets.reserve_stream();
        assert_eq!(status(budgets.reserve_stream()), Some(StatusCode::SERVICE_UNAVAILABLE));
        drop(one);
        assert!(budgets.reserve_stream().is_ok());
    }
}
