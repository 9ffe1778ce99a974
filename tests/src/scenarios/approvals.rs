//! Histories that wait for a person: one who says no and then yes, one who never answers.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

pub(super) fn invoice_denied(history: &mut History) {
    let run = r#""job_id":"invoice-run","title":"Monthly invoices","workflow_id":"workflow://billing/invoices","queue":"billing""#;
    history.event(
        "run.queued",
        &format!(r#"{{{run},"run_id":"inv-2026-05","queued_at":"2026-06-01T07:00:00Z"}}"#),
    );
    history.event(
        "run.started",
        &format!(r#"{{{run},"run_id":"inv-2026-05","started_at":"2026-06-01T07:00:03Z"}}"#),
    );
    history.event(
        "approval.requested",
        &format!(r#"{{{run},"run_id":"inv-2026-05","source_timestamp":"2026-06-01T07:04:10Z","approval":{{"request_id":"apr-118","requested_at":"2026-06-01T07:04:10Z","expires_at":"2026-06-01T17:00:00Z","summary":"Send 412 invoices, 318,220.50 EUR in total"}}}}"#),
    );
    history.event(
        "approval.denied",
        &format!(r#"{{{run},"run_id":"inv-2026-05","source_timestamp":"2026-06-01T09:12:55Z","approval":{{"request_id":"apr-118","status":"denied","decided_at":"2026-06-01T09:12:55Z","reviewer":"mara.lind","summary":"Discount of the spring campaign is missing"}},"error":"denied by mara.lind"}}"#),
    );
    history.event(
        "run.queued",
        &format!(r#"{{{run},"run_id":"inv-2026-05b","queued_at":"2026-06-01T13:30:00Z","attempt":2}}"#),
    );
    history.event(
        "approval.requested",
        &format!(r#"{{{run},"run_id":"inv-2026-05b","source_timestamp":"2026-06-01T13:34:00Z","approval":{{"request_id":"apr-121","requested_at":"2026-06-01T13:34:00Z","summary":"Send 412 invoices, 301,779.10 EUR in total"}}}}"#),
    );
    history.event(
        "approval.approved",
        &format!(r#"{{{run},"run_id":"inv-2026-05b","source_timestamp":"2026-06-01T13:52:20Z","approval":{{"request_id":"apr-121","status":"approved","decided_at":"2026-06-01T13:52:20Z","reviewer":"mara.lind"}}}}"#),
    );
    history.event(
        "run.succeeded",
        &format!(r#"{{{run},"run_id":"inv-2026-05b","completed_at":"2026-06-01T13:58:41Z","result":{{"invoices":412,"total_eur":301779.10}},"receipt_id":"rcpt-inv-2026-05b"}}"#),
    );
}

pub(super) fn refund_expired(history: &mut History) {
    let run = r#""job_id":"refund-7731","run_id":"refund-7731-1","title":"Refund of order 7731","workflow_id":"workflow://shop/refund","queue":"payments""#;
    history.event(
        "run.started",
        &format!(r#"{{{run},"started_at":"2026-05-19T16:20:00Z"}}"#),
    );
    history.event(
        "approval.requested",
        &format!(r#"{{{run},"source_timestamp":"2026-05-19T16:20:02Z","approval_request_id":"apr-77","approval_summary":"Refund 1,900.00 EUR","expires_at":"2026-05-19T18:00:00Z","requested_at":"2026-05-19T16:20:02Z"}}"#),
    );
    history.event(
        "approval.expired",
        &format!(r#"{{{run},"source_timestamp":"2026-05-19T18:00:00Z","approval_request_id":"apr-77","approval_status":"expired","error":"nobody answered within 100 minutes"}}"#),
    );
}
