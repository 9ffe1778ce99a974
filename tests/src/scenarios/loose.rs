//! Histories that show how open the contract is: unknown kinds, loosely typed input, members that come and go.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

pub(super) fn unknown_kinds(history: &mut History) {
    let job = r#""job_id":"search-reindex","title":"Rebuild the search index","queue":"search""#;
    history.event(
        "run.started",
        &format!(r#"{{{job},"run_id":"reindex-4","started_at":"2026-09-14T20:00:00Z"}}"#),
    );
    history.event(
        "run.paused",
        &format!(
            r#"{{{job},"run_id":"reindex-4","updated_at":"2026-09-14T20:11:00Z","summary":"load on the shop is high"}}"#
        ),
    );
    history.event_with(
        "run.resumed",
        &format!(r#"{{{job},"run_id":"reindex-4","updated_at":"2026-09-14T22:30:00Z"}}"#),
        r#"{"status":"running"}"#,
    );
    history.event(
        "Run.Succeeded",
        &format!(
            r#"{{{job},"run_id":"reindex-4","completed_at":"2026-09-14T23:05:00Z","result":{{"documents":184220}}}}"#
        ),
    );
    history.event_with(
        "capacity.forecast",
        r#"{"job_id":"disk-forecast","title":"Disk forecast","source_timestamp":"2026-09-15T06:00:00Z","result":{"days_left":41}}"#,
        r#"{"status":"needs a look"}"#,
    );
}

pub(super) fn inputs(history: &mut History) {
    history.event(
        "run.started",
        r#"{"schedule_id":20417,"managed_run_id":9007199254740993,"source_clock":{"kind":"device","timestamp":1783339200},"workflow_name":["night","shift",null],"queue":false,"priority":1.0,"region":{"zone":"b","area":"north"}}"#,
    );
    history.event(
        "run.succeeded",
        r#"{"trigger_id":"  sensor-rollup \u00a0","dispatch_id":"d-1","decided_at":"2026-03-01T00:00:00Z","payload":{"workflow_name":"Sensor rollup","run_id":"not used: the input names one","queue_depth":12,"error":"from the payload","source_url":"https://edge.example/rollup"},"environment":"cloud","status_url":"null"}"#,
    );
    history.event_with(
        "run.progress",
        r#"{"job_id":"input","run_id":"r","title":"Title of the input","source_timestamp":"2026-03-01T00:00:01Z","summary":"Summary of the input"}"#,
        r#"{"job_id":"options win","title":"Title of the options","source_timestamp":"2026-03-01T00:00:02Z"}"#,
    );
}

pub(super) fn erased_members(history: &mut History) {
    history.event(
        "run.failed",
        r#"{"job_id":"crm-sync","run_id":"crm-1","title":"CRM sync","queue":"sync","priority":"high","workflow_id":"workflow://crm","completed_at":"2026-10-01T10:00:00Z","error":"token expired"}"#,
    );
    history.event(
        "run.succeeded",
        r#"{"job_id":"crm-sync","run_id":"crm-2","title":"CRM sync","completed_at":"2026-10-01T11:00:00Z"}"#,
    );
    // Events written by hand may hold what the normaliser leaves out: null keeps, the empty text and "null" erase.
    history.altered(
        2,
        "\"run_id\":\"crm-2\"",
        "\"run_id\":\"crm-3\",\"queue\":null,\"priority\":\"\",\"workflow_id\":\"null\",\"error\":\"\"",
    );
    let third = history.lines.last_mut().expect("three events");
    *third = third.replacen("\"dedupe_key\":\"", "\"dedupe_key\":\"third ", 1);
}
