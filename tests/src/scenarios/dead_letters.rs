//! Histories that end in the dead-letter queue and how they leave it: replayed or dismissed.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

pub(super) fn webhook_replayed(history: &mut History) {
    let run = r#""job_id":"shop-webhook","title":"Deliver shop webhooks","queue":"hooks","event_id":"order-90412","max_attempts":2"#;
    let first = r#""run_id":"hook-90412""#;
    for (attempt, minute) in [(1, 0), (2, 5)] {
        history.event(
            "run.queued",
            &format!(r#"{{{run},{first},"queued_at":"2026-05-22T11:{minute:02}:00Z","attempt":{attempt}}}"#),
        );
        history.event(
            "run.started",
            &format!(r#"{{{run},{first},"started_at":"2026-05-22T11:{minute:02}:01Z","attempt":{attempt}}}"#),
        );
        history.event(
            "run.failed",
            &format!(r#"{{{run},{first},"completed_at":"2026-05-22T11:{minute:02}:31Z","attempt":{attempt},"error":"http 503 from partner.example"}}"#),
        );
    }
    history.event(
        "dlq.created",
        &format!(r#"{{{run},{first},"source_timestamp":"2026-05-22T11:05:32Z","dlq":{{"dlq_id":"dlq-311","attempts":2,"error_class":"http_5xx","final_error":"http 503 from partner.example"}},"replay_id":"fx-90412","replay_url":"https://ops.example/fixtures/90412"}}"#),
    );
    history.event(
        "dlq.replayed",
        &format!(r#"{{{run},"run_id":"hook-90412-r1","source_timestamp":"2026-05-22T14:20:00Z","dlq":{{"dlq_id":"dlq-311","state":"replayed","replay_of_event_id":"order-90412"}}}}"#),
    );
    history.event(
        "run.started",
        &format!(r#"{{{run},"run_id":"hook-90412-r1","started_at":"2026-05-22T14:20:02Z","attempt":1}}"#),
    );
    history.event(
        "run.succeeded",
        &format!(r#"{{{run},"run_id":"hook-90412-r1","completed_at":"2026-05-22T14:20:03Z","attempt":1,"result":{{"http_status":200}}}}"#),
    );
}

pub(super) fn import_dismissed(history: &mut History) {
    let good = r#""job_id":"price-import","title":"Supplier price import","queue":"imports""#;
    history.event(
        "run.started",
        &format!(r#"{{{good},"run_id":"prices-17","started_at":"2026-04-09T05:00:00Z"}}"#),
    );
    history.event(
        "run.failed",
        &format!(r#"{{{good},"run_id":"prices-17","completed_at":"2026-04-09T05:00:07Z","error":"line 3,118: price is not a number"}}"#),
    );
    history.event(
        "dlq.created",
        &format!(r#"{{{good},"run_id":"prices-17","source_timestamp":"2026-04-09T05:00:08Z","dlq_id":"dlq-58","error_class":"bad_input","final_error":"line 3,118: price is not a number"}}"#),
    );
    history.event(
        "run.succeeded",
        r#"{"job_id":"price-import-manual","run_id":"prices-17m","title":"Supplier price import (by hand)","completed_at":"2026-04-09T08:44:00Z","result":{"rows":9120}}"#,
    );
    history.event(
        "run.progress",
        r#"{"job_id":"price-import-manual","run_id":"prices-17m","title":"Supplier price import (by hand)","updated_at":"2026-04-09T08:44:01Z","summary":"checksums agree"}"#,
    );
    history.event(
        "dlq.dismissed",
        &format!(r#"{{{good},"run_id":"prices-17","source_timestamp":"2026-04-09T08:50:00Z","dlq_id":"dlq-58","dlq_state":"dismissed","final_error":"line 3,118: price is not a number","summary":"imported by hand"}}"#),
    );
}
