//! The event kinds (dashboard contract §4): what is known about each, and what an unknown one means.
//!
//! Owns the table of kinds, their default statuses and which of them are neutral. Kinds are an open set, so a kind is
//! text everywhere and this file only answers questions about it. Must not know: events.

/// A run has asked for a decision.
pub const APPROVAL_REQUESTED: &str = "approval.requested";
/// A run has become a dead letter.
pub const DLQ_CREATED: &str = "dlq.created";
/// A receipt can be opened; the job's status is not touched.
pub const RECEIPT_AVAILABLE: &str = "receipt.available";
/// A replay fixture can be opened; the job's status is not touched.
pub const REPLAY_FIXTURE_AVAILABLE: &str = "replay_fixture.available";

/// The status of every kind that has none of its own.
pub const STATUS_UNKNOWN: &str = "unknown";

/// The known kinds with their default statuses, in the contract's order.
pub const KINDS: [(&str, &str); 17] = [
    ("scheduled_job.created", "scheduled"),
    ("scheduled_job.updated", "scheduled"),
    ("scheduled_job.canceled", "canceled"),
    ("run.queued", "queued"),
    ("run.started", "running"),
    ("run.progress", "running"),
    ("run.succeeded", "succeeded"),
    ("run.failed", "failed"),
    (APPROVAL_REQUESTED, "waiting_approval"),
    ("approval.approved", "running"),
    ("approval.denied", "failed"),
    ("approval.expired", "failed"),
    (RECEIPT_AVAILABLE, STATUS_UNKNOWN),
    (REPLAY_FIXTURE_AVAILABLE, STATUS_UNKNOWN),
    (DLQ_CREATED, "dlq"),
    ("dlq.replayed", "queued"),
    ("dlq.dismissed", "canceled"),
];

/// The status an event of this kind has when nobody says otherwise. Kinds compare exactly.
pub fn default_status(kind: &str) -> &'static str {
    KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(STATUS_UNKNOWN, |(_, status)| status)
}

/// Whether events of this kind add references without changing the card's title, status or actions.
pub fn is_neutral(kind: &str) -> bool {
    kind == RECEIPT_AVAILABLE || kind == REPLAY_FIXTURE_AVAILABLE
}

#[cfg(test)]
mod tests {
    use super::{KINDS, default_status, is_neutral};

    #[track_caller]
    fn check(kind: &str, status: &str, neutral: bool) {
        assert_eq!((default_status(kind), is_neutral(kind)), (status, neutral), "{kind}");
    }

    #[test]
    fn kinds_have_their_default_status() {
        check("run.queued", "queued", false);
        check("approval.requested", "waiting_approval", false);
        check("dlq.created", "dlq", false);
        check("receipt.available", "unknown", true);
        check("replay_fixture.available", "unknown", true);
    }

    #[test]
    fn kinds_compare_exactly_and_stay_open() {
        check("Run.Queued", "unknown", false);
        check("run.queued ", "unknown", false);
        check("receipt.available.", "unknown", false);
        check("", "unknown", false);
    }

    #[test]
    fn no_kind_is_listed_twice() {
        for (index, (kind, _)) in KINDS.iter().enumerate() {
            assert!(KINDS[index + 1..].iter().all(|(other, _)| other != kind), "{kind}");
        }
    }
}
