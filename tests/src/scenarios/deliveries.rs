//! Histories whose delivery is not tidy: late events and repeated ones.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

pub(super) fn out_of_order(history: &mut History) {
    let run = r#""job_id":"model-retraining","run_id":"train-33","title":"Retrain the demand model","queue":"gpu""#;
    history.event(
        "run.succeeded",
        &format!(r#"{{{run},"completed_at":"2026-05-30T04:40:00Z","result":{{"rmse":0.0410,"epochs":12}}}}"#),
    );
    history.event(
        "run.queued",
        &format!(r#"{{{run},"queued_at":"2026-05-30T01:00:00Z","queue_depth":2}}"#),
    );
    history.event(
        "run.started",
        &format!(r#"{{{run},"started_at":"2026-05-30T01:03:00Z","queue_depth":1}}"#),
    );
    history.event(
        "run.failed",
        r#"{"job_id":"model-publish","run_id":"pub-9","title":"Publish the demand model","completed_at":"half past four, Lisbon time","error":"registry is read-only"}"#,
    );
    history.event(
        "run.progress",
        r#"{"job_id":"model-publish","run_id":"pub-9","title":"Publish the demand model","updated_at":"1970-01-01T00:00:00Z","summary":"the clock of this host had not been set"}"#,
    );
}

pub(super) fn duplicates(history: &mut History) {
    let run =
        r#""job_id":"log-shipping","run_id":"ship-5501","title":"Ship logs to cold storage","queue":"maintenance""#;
    history.event(
        "run.queued",
        &format!(r#"{{{run},"queued_at":"2026-08-02T00:10:00Z","queue_depth":4}}"#),
    );
    history.event(
        "run.started",
        &format!(r#"{{{run},"started_at":"2026-08-02T00:10:05Z","queue_depth":3}}"#),
    );
    history.again(1);
    history.again(2);
    history.event(
        "run.failed",
        &format!(r#"{{{run},"completed_at":"2026-08-02T00:19:00Z","error":"disk quota reached"}}"#),
    );
    // The same five identifying fields with other content: the key is the same, so the first delivery stands.
    history.event(
        "run.failed",
        &format!(r#"{{{run},"completed_at":"2026-08-02T00:19:00Z","error":"a later, longer explanation"}}"#),
    );
    // Another source makes another key, although everything a reader sees is the same.
    history.event(
        "run.failed",
        &format!(r#"{{{run},"completed_at":"2026-08-02T00:19:00Z","source_id":"relay-2","error":"disk quota reached (seen by relay 2)"}}"#),
    );
    // Keys compare exactly: neither case nor white space is forgiven.
    for key in ["ship-5501 done", "Ship-5501 done", "ship-5501 done ", "ship-5501 done"] {
        history.event_with(
            "run.succeeded",
            &format!(r#"{{{run},"completed_at":"2026-08-02T00:40:00Z","result":{{"key":"{key}"}}}}"#),
            &format!(r#"{{"dedupe_key":"{key}"}}"#),
        );
    }
    // A key is text, not spelling: an escaped letter makes it no other key.
    history.altered(8, "\"dedupe_key\":\"ship", "\"dedupe_key\":\"\\u0073hip");
}
