//! Histories about refs: links that arrive after the fact, and lists that grow together.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

pub(super) fn receipts_and_replays(history: &mut History) {
    history.event(
        "receipt.available",
        r#"{"job_id":"vat-report","title":"Receipt of the VAT report","run_id":"vat-q1","source_timestamp":"2026-04-10T12:00:09Z","receipt_id":"rcpt-vat-q1"}"#,
    );
    history.event(
        "run.succeeded",
        r#"{"job_id":"vat-report","title":"Quarterly VAT report","run_id":"vat-q1","completed_at":"2026-04-10T12:00:08Z","result":{"pages":14}}"#,
    );
    history.event(
        "receipt.available",
        r#"{"job_id":"vat-report","run_id":"vat-q1","source_timestamp":"2026-04-10T12:00:30Z","receipt_id":"rcpt-vat-q1","receipt_url":"https://tax.example/receipts/q1"}"#,
    );
    history.event(
        "replay_fixture.available",
        r#"{"job_id":"vat-report","run_id":"vat-q1","source_timestamp":"2026-04-10T12:01:00Z","replay_id":"fx-vat-q1"}"#,
    );
    history.event(
        "run.started",
        r#"{"job_id":"vat-report","title":"Quarterly VAT report","run_id":"vat-q2","started_at":"2026-07-10T12:00:00Z"}"#,
    );
}

pub(super) fn merging(history: &mut History) {
    history.event(
        "run.started",
        &one_line(
            r#"{"job_id":"site-deploy","run_id":"deploy-88","started_at":"2026-03-03T10:00:00Z","related_refs":[
            {"kind":"commit","id":"a91f3c2","label":"Fix the basket"},
            {"kind":"commit","id":"a91f3c2","label":"The same commit, listed twice"},
            {"kind":"ticket","id":"SHOP-410","url":"https://tickets.example/SHOP-410"}]}"#,
        ),
    );
    history.event(
        "run.progress",
        &one_line(
            r#"{"job_id":"site-deploy","run_id":"deploy-88","updated_at":"2026-03-03T10:02:00Z","related_refs":[
            {"kind":"commit","id":"a91f3c2","label":"A new label does not replace the old one"},
            {"kind":"ticket","id":"SHOP-410"},
            {"kind":"build","url":"https://ci.example/builds/7012"},
            {"kind":" build ","url":" https://ci.example/builds/7012 "}]}"#,
        ),
    );
    history.event(
        "run.succeeded",
        r#"{"job_id":"site-deploy","run_id":"deploy-88","completed_at":"2026-03-03T10:05:00Z","status_url":"https://ci.example/builds/7012","receipt_refs":[{"kind":"receipt","id":"rcpt-88"},{"kind":"signature","id":"sig-88","url":"https://ci.example/sig/88"}]}"#,
    );
    history.event(
        "receipt.available",
        r#"{"job_id":"site-deploy","run_id":"deploy-88","source_timestamp":"2026-03-03T10:05:10Z","receipt_refs":[{"kind":"receipt","id":"rcpt-88","label":"Seen before"},{"kind":"receipt","id":"rcpt-88","url":"https://ci.example/receipts/88"}]}"#,
    );
}

/// Joins the lines of a literal that is broken for the reader's sake.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}
