//! Histories and their goldens.
//!
//! Owns which bytes a golden holds: `board.snap.json` is exactly `cards_json()` after all events, `board-at-N.snap.json`
//! the same after N events, `summary.snap.json` positions, digests and counts. Must not know: any scenario's content.

use jobfold_core::view::{HistoryOptions, JobsView, ViewOptions};
use jobfold_tests::fixtures;
use jobfold_tests::scenarios::SCENARIOS;
use std::fmt::Write as _;

/// One test per history, so that a failure names it.
macro_rules! replays {
    ($($test:ident = $name:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            check($name);
        })+

        #[test]
        fn every_history_is_replayed() {
            let mut tested = [$($name),+];
            tested.sort_unstable();
            assert_eq!(fixtures::scenario_names(), tested);
            let mut written = SCENARIOS.map(|scenario| scenario.name);
            written.sort_unstable();
            assert_eq!(written, tested);
        }
    };
}

replays! {
    canceled_schedule = "canceled-schedule",
    digest_mail_retries = "digest-mail-retries",
    duplicate_deliveries = "duplicate-deliveries",
    erased_members = "erased-members",
    hostile_text = "hostile-text",
    import_dlq_dismissed = "import-dlq-dismissed",
    invoice_approval_denied = "invoice-approval-denied",
    loose_inputs = "loose-inputs",
    many_runs_of_one_job = "many-runs-of-one-job",
    nightly_backup = "nightly-backup",
    out_of_order_times = "out-of-order-times",
    privacy = "privacy",
    receipts_and_replays = "receipts-and-replays",
    refs_merging = "refs-merging",
    refund_approval_expired = "refund-approval-expired",
    unknown_kinds = "unknown-kinds",
    webhook_dlq_replayed = "webhook-dlq-replayed",
    week_of_operations = "week-of-operations",
}

fn check(name: &str) {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name);
    let scenario = scenario.expect("the history is written by code");
    let events = fixtures::events(name);
    assert!(
        scenario.events().as_bytes() == events,
        "fixtures/{name}/events.jsonl is not what the code writes: run the example write-fixtures"
    );

    let mut view = JobsView::new(ViewOptions {
        history: Some(HistoryOptions { checkpoint_events: 64 }),
        ..ViewOptions::default()
    });
    let pushed = view.push(&events).expect("the history is valid");
    let mut summary = format!(
        r#"{{"offered":{},"unique":{},"duplicates":{},"states":["#,
        pushed.offered, pushed.unique, pushed.duplicates
    );
    summary.push_str(&state(&view));
    golden(name, "board", view.cards_json());
    for position in scenario.earlier {
        view.seek(*position).expect("the position is in range");
        summary.push(',');
        summary.push_str(&state(&view));
        golden(name, &format!("board-at-{position}"), view.cards_json());
    }
    summary.push_str("]}\n");
    golden(name, "summary", summary);
}

/// What the view shows now, as one JSON object on a line of its own.
fn state(view: &JobsView) -> String {
    let digest = view.digest().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string does not fail");
        hex
    });
    let counts = serde_json::to_string(&view.status_counts()).expect("counts are plain");
    format!(
        "\n{{\"position\":{},\"cards\":{},\"digest\":\"{digest}\",\"status_counts\":{counts}}}",
        view.position(),
        view.len()
    )
}

fn golden(scenario: &str, file: &str, json: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(fixtures::folder(scenario));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_binary_snapshot!(&format!("{file}.json"), json.into_bytes()));
}
