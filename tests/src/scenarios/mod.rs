//! The histories under `fixtures/`, written as a runtime would produce them: through the contract's own normaliser.
//!
//! Owns the list of scenarios and the positions whose state is recorded too. `cargo run -p jobfold-tests --example
//! write-fixtures` writes every `events.jsonl` from here; the replay test fails when a file differs. Nothing here is
//! random: the same code writes the same bytes. Must not know: what the events fold to.

mod approvals;
mod dead_letters;
mod deliveries;
mod hostile;
pub mod invalid;
mod loose;
mod refs;
mod runs;
mod week;

use jobfold_core::contract::dashboard_job_event;

/// One history.
pub struct Scenario {
    /// The folder's name.
    pub name: &'static str,
    /// Positions, besides the last one, whose state is recorded.
    pub earlier: &'static [u64],
    write: fn(&mut History),
}

impl Scenario {
    /// The history as JSON Lines.
    pub fn events(&self) -> String {
        let mut history = History::default();
        (self.write)(&mut history);
        history.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }
}

const fn scenario(name: &'static str, earlier: &'static [u64], write: fn(&mut History)) -> Scenario {
    Scenario { name, earlier, write }
}

/// Every scenario, in the order in which a reader should meet them.
pub const SCENARIOS: [Scenario; 18] = [
    scenario("nightly-backup", &[0, 3], runs::nightly_backup),
    scenario("digest-mail-retries", &[4], runs::digest_mail_retries),
    scenario("many-runs-of-one-job", &[1, 47], runs::many_runs_of_one_job),
    scenario("canceled-schedule", &[2], runs::canceled_schedule),
    scenario("invoice-approval-denied", &[3], approvals::invoice_denied),
    scenario("refund-approval-expired", &[2], approvals::refund_expired),
    scenario("webhook-dlq-replayed", &[8], dead_letters::webhook_replayed),
    scenario("import-dlq-dismissed", &[5], dead_letters::import_dismissed),
    scenario("receipts-and-replays", &[1, 4], refs::receipts_and_replays),
    scenario("refs-merging", &[2], refs::merging),
    scenario("out-of-order-times", &[3], deliveries::out_of_order),
    scenario("duplicate-deliveries", &[6], deliveries::duplicates),
    scenario("unknown-kinds", &[3], loose::unknown_kinds),
    scenario("loose-inputs", &[], loose::inputs),
    scenario("erased-members", &[2], loose::erased_members),
    scenario("hostile-text", &[5], hostile::text),
    scenario("privacy", &[], hostile::privacy),
    scenario("week-of-operations", &[500, 1300], week::write),
];

/// A history while it is written.
#[derive(Default)]
struct History {
    lines: Vec<String>,
}

impl History {
    /// Appends the event that a runtime makes of `kind` and `input`.
    fn event(&mut self, kind: &str, input: &str) {
        self.event_with(kind, input, "null");
    }

    /// The same with the normaliser's options.
    fn event_with(&mut self, kind: &str, input: &str, options: &str) {
        let kind_json = format!("\"{kind}\"");
        let event = dashboard_job_event(&kind_json, input, Some(options))
            .unwrap_or_else(|error| panic!("event {} ({kind}): {error}\n{input}", self.lines.len() + 1));
        self.line(event);
    }

    /// Appends an event exactly as it is, for what no normaliser would write.
    fn line(&mut self, event: String) {
        assert!(!event.contains('\n'), "one event is one line: {event}");
        self.lines.push(event);
    }

    /// Delivers the event at `position`, counted from 1, once more.
    fn again(&mut self, position: usize) {
        self.lines.push(self.lines[position - 1].clone());
    }

    /// The event at `position` with one piece of its text replaced.
    fn altered(&mut self, position: usize, from: &str, to: &str) {
        let line = &self.lines[position - 1];
        assert!(line.contains(from), "event {position} does not hold {from}");
        self.line(line.replacen(from, to, 1));
    }
}
