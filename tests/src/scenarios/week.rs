//! A week of operations at a small company: about 2,000 events over 40 jobs, for the demo and the page's sample.
//!
//! Owns the jobs, their habits and the simulated week. Chance comes from one seeded generator, so every run of this
//! code writes the same bytes. Must not know: what the events fold to.

use super::History;
use crate::chance::Chance;
use std::fmt::Write as _;

const SEED: u64 = 20_260_514;
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
/// The week begins on Monday, 4 May 2026, at midnight UTC.
const FIRST_DAY: u64 = 4;
/// It ends on Sunday evening, with some work still under way.
const END_MS: u64 = 6 * DAY_MS + 21 * HOUR_MS + 30 * MINUTE_MS;
/// One delivery in this many comes twice.
const REDELIVERED_ONE_IN: u64 = 90;

/// The job that is called off on Friday.
const RETIRED: &str = "dunning";

/// When a job's runs begin.
#[derive(Clone, Copy)]
enum When {
    /// Every so many hours, at this minute.
    Hours(u64, u64),
    /// Every day at this hour and minute.
    Daily(u64, u64),
    /// Monday to Friday at this hour and minute.
    Workdays(u64, u64),
    /// On one day of the week (0 is Monday) at this hour and minute.
    Weekly(u64, u64, u64),
}

/// What is special about a job's runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    Plain,
    /// Reports progress this many times.
    Steps(u64),
    /// Waits for a person before it does its work.
    Approval,
    /// Leaves a receipt.
    Receipt,
    /// Becomes a dead letter when its attempts are spent.
    DeadLetter,
    /// Keeps its payload to itself.
    Private,
}

struct Job {
    id: &'static str,
    title: &'static str,
    queue: &'static str,
    when: When,
    seconds: (u64, u64),
    /// Failed attempts in a thousand.
    failing: u64,
    habit: Habit,
    /// Members of the result, with `#` for a number.
    result: &'static str,
    error: &'static str,
}

#[allow(clippy::too_many_arguments)] // one row of the table below
const fn job(
    id: &'static str,
    title: &'static str,
    queue: &'static str,
    when: When,
    seconds: (u64, u64),
    failing: u64,
    habit: Habit,
    result: &'static str,
    error: &'static str,
) -> Job {
    Job {
        id,
        title,
        queue,
        when,
        seconds,
        failing,
        habit,
        result,
        error,
    }
}

use Habit::{Approval, DeadLetter, Plain, Private, Receipt, Steps};
use When::{Daily, Hours, Weekly, Workdays};

#[rustfmt::skip] // a table reads best with one row a line
const JOBS: [Job; 40] = [
    job("stock-sync", "Stock levels to the web shop", "sync", Hours(2, 0), (20, 90), 60, Plain, r#""articles":#"#, "warehouse feed returned 0 rows"),
    job("order-import", "Import shop orders", "sync", Hours(2, 10), (10, 70), 330, DeadLetter, r#""orders":#"#, "order has no shipping address"),
    job("shop-webhook", "Deliver shop webhooks", "hooks", Hours(3, 5), (1, 30), 450, DeadLetter, r#""delivered":#"#, "http 503 from partner.example"),
    job("health-probe", "Probe public endpoints", "monitoring", Hours(4, 30), (2, 9), 30, Plain, r#""endpoints":#"#, "tls handshake timed out"),
    job("nightly-backup", "Nightly backup", "maintenance", Daily(2, 0), (900, 2400), 80, Steps(3), r#""bytes":#"#, "upload was cut off at part 7"),
    job("backup-verify", "Restore and verify the backup", "maintenance", Daily(3, 30), (600, 1500), 60, Receipt, r#""tables":#"#, "row counts differ in table shipments"),
    job("log-shipping", "Ship logs to cold storage", "maintenance", Daily(0, 20), (120, 500), 70, Plain, r#""files":#"#, "disk quota reached"),
    job("db-vacuum", "Vacuum the order database", "maintenance", Daily(4, 15), (300, 900), 10, Plain, r#""pages":#"#, "lock not granted within 60 s"),
    job("cert-renewal", "Renew certificates", "maintenance", Daily(1, 10), (5, 40), 40, Plain, r#""renewed":#"#, "dns challenge not visible yet"),
    job("daily-digest", "Daily digest mail", "mail", Daily(6, 0), (60, 400), 180, Plain, r#""sent":#"#, "smtp 451: mailbox service busy"),
    job("abandoned-baskets", "Remind of abandoned baskets", "mail", Daily(10, 0), (30, 120), 60, Plain, r#""sent":#"#, "template holds an unknown field"),
    job("review-requests", "Ask for reviews", "mail", Daily(17, 30), (30, 120), 40, Plain, r#""sent":#"#, "smtp 421: too many connections"),
    job("newsletter", "Weekly newsletter", "mail", Weekly(6, 20, 50), (400, 1200), 0, Approval, r#""sent":#"#, "unsubscribe link is missing"),
    job("bounce-cleanup", "Drop bouncing addresses", "mail", Daily(5, 0), (10, 40), 10, Plain, r#""dropped":#"#, "mailbox export is empty"),
    job("invoice-run", "Daily invoices", "billing", Workdays(7, 0), (120, 500), 60, Approval, r#""invoices":#,"total_cents":#"#, "customer has no tax number"),
    job("payment-matching", "Match bank payments", "billing", Workdays(8, 30), (60, 240), 120, Receipt, r#""matched":#"#, "statement 94 is not closed"),
    job("dunning", "Payment reminders", "billing", Weekly(1, 9, 30), (30, 90), 0, Approval, r#""letters":#"#, "letter service is down"),
    job("refunds", "Pay out refunds", "billing", Workdays(15, 0), (20, 60), 50, Approval, r#""refunds":#,"total_cents":#"#, "refund above the daily limit"),
    job("ledger-export", "Export to the ledger", "billing", Daily(23, 0), (60, 180), 40, Receipt, r#""postings":#"#, "period 2026-04 is closed"),
    job("payroll", "Payroll", "billing", Weekly(4, 14, 0), (200, 400), 0, Private, r#""employees":#"#, "two employees share an account"),
    job("expense-reports", "Collect expense reports", "billing", Weekly(0, 8, 0), (30, 90), 0, Private, r#""reports":#"#, "scan is not readable"),
    job("vat-check", "Check VAT numbers", "billing", Daily(12, 0), (30, 200), 110, Plain, r#""checked":#"#, "register answered with a maintenance page"),
    job("search-reindex", "Rebuild the search index", "search", Daily(1, 30), (900, 2700), 70, Steps(4), r#""documents":#"#, "index node left the cluster"),
    job("search-synonyms", "Learn search synonyms", "search", Weekly(6, 3, 0), (1200, 3600), 0, Steps(3), r#""pairs":#"#, "corpus is older than a week"),
    job("price-import", "Supplier price import", "imports", Daily(5, 30), (60, 300), 500, DeadLetter, r#""rows":#"#, "line 3,118: price is not a number"),
    job("catalogue-import", "Supplier catalogue import", "imports", Daily(4, 45), (200, 800), 350, DeadLetter, r#""rows":#"#, "unknown unit 'dozen'"),
    job("image-resize", "Resize product images", "media", Hours(12, 40), (100, 600), 40, Steps(2), r#""images":#"#, "image has no pixels"),
    job("video-transcode", "Transcode product videos", "media", Daily(20, 0), (600, 3600), 100, Steps(3), r#""videos":#"#, "codec is not supported"),
    job("model-retraining", "Retrain the demand model", "gpu", Daily(21, 0), (3000, 7200), 120, Steps(5), r#""epochs":#"#, "loss is not a number after epoch 3"),
    job("model-publish", "Publish the demand model", "gpu", Weekly(5, 6, 0), (60, 120), 0, Approval, r#""version":#"#, "registry is read-only"),
    job("demand-forecast", "Forecast demand", "gpu", Daily(5, 15), (300, 900), 50, Receipt, r#""articles":#"#, "model is older than the data"),
    job("fraud-scores", "Score orders for fraud", "gpu", Hours(6, 20), (30, 120), 40, Plain, r#""orders":#"#, "feature store is behind"),
    job("site-deploy", "Deploy the web shop", "deploy", Daily(21, 5), (200, 500), 150, Approval, r#""build":#"#, "smoke test failed: basket is empty"),
    job("dependency-audit", "Audit dependencies", "deploy", Weekly(2, 6, 0), (60, 180), 0, Receipt, r#""advisories":#"#, "registry index is stale"),
    job("e2e-tests", "Nightly browser tests", "deploy", Daily(20, 40), (900, 1800), 500, Plain, r#""passed":#"#, "3 of 412 tests failed"),
    job("crm-sync", "Sync customers to the CRM", "sync", Hours(8, 45), (60, 240), 100, Plain, r#""customers":#"#, "token expired"),
    job("support-triage", "Triage support mail", "agents", Hours(6, 50), (20, 200), 80, Receipt, r#""tickets":#"#, "answer was longer than allowed"),
    job("product-texts", "Draft product texts", "agents", Workdays(9, 15), (200, 900), 90, Approval, r#""texts":#"#, "draft repeats itself"),
    job("gdpr-erasure", "Erase personal data on request", "agents", Weekly(2, 10, 0), (30, 90), 0, Private, r#""requests":#"#, "request has no proof of identity"),
    job("weekly-report", "Weekly report to the team", "mail", Weekly(4, 16, 0), (30, 60), 0, Receipt, r#""pages":#"#, "chart service is down"),
];

/// An event that waits for its place in time.
struct Planned {
    at_ms: u64,
    kind: &'static str,
    input: String,
    options: &'static str,
}

pub(super) fn write(history: &mut History) {
    let mut week = Week {
        chance: Chance(SEED),
        planned: Vec::with_capacity(2_400),
        serial: 0,
    };
    for job in &JOBS {
        week.job(job);
    }
    let Week {
        mut chance,
        mut planned,
        ..
    } = week;
    planned.sort_by_key(|event| event.at_ms); // stable: events of one millisecond keep their order
    for event in &planned {
        history.event_with(event.kind, &event.input, event.options);
        if chance.below(REDELIVERED_ONE_IN) == 0 {
            let back = usize::try_from(chance.below(8)).unwrap_or(0);
            history.again(history.lines.len().saturating_sub(back).max(1));
        }
    }
}

struct Week {
    chance: Chance,
    planned: Vec<Planned>,
    /// Numbers runs, approvals and dead letters through the week.
    serial: u64,
}

impl Week {
    fn job(&mut self, job: &'static Job) {
        // Every job is announced in Monday's first minutes, as after a fresh start of the scheduler.
        let announced = self.chance.below(4 * MINUTE_MS);
        let trigger = trigger(job.when);
        self.plan(announced, "scheduled_job.created", job, "null", |at, input| {
            write!(input, r#","source_timestamp":"{}","trigger_id":"{trigger}""#, time(at))
        });
        if self.chance.below(6) == 0 {
            self.plan(
                2 * DAY_MS + 10 * HOUR_MS,
                "scheduled_job.updated",
                job,
                "null",
                |at, input| {
                    write!(
                        input,
                        r#","source_timestamp":"{}","trigger_id":"{trigger}","priority":"high""#,
                        time(at)
                    )
                },
            );
        }
        if job.id == RETIRED {
            self.plan(
                4 * DAY_MS + 17 * HOUR_MS,
                "scheduled_job.canceled",
                job,
                "null",
                |at, input| {
                    write!(
                        input,
                        r#","source_timestamp":"{}","summary":"the bank sends them from now on""#,
                        time(at)
                    )
                },
            );
        }
        for start in starts(job.when) {
            let delay = self.chance.below(20_000);
            self.run(job, start + delay);
        }
    }

    /// One run: attempts until one succeeds or none is left.
    fn run(&mut self, job: &'static Job, start: u64) {
        self.serial += 1;
        let run = format!("{}-{}", job.id, self.serial);
        let options = match job.habit {
            Private => {
                r#"{"raw_payload_retained":false,"redacted":true,"contains_sensitive":true,"privacy_flags":["pii"]}"#
            }
            _ => "null",
        };
        let attempts_max = if job.habit == DeadLetter { 2 } else { 3 };
        let mut at = start;
        for attempt in 1..=attempts_max {
            let depth = self.chance.below(12);
            self.plan(at, "run.queued", job, options, |at, input| {
                write!(
                    input,
                    r#","run_id":"{run}","queued_at":"{}","attempt":{attempt},"max_attempts":{attempts_max},"queue_depth":{depth}"#,
                    time(at)
                )
            });
            at += 500 + self.chance.below(20_000);
            self.plan(at, "run.started", job, options, |at, input| {
                write!(
                    input,
                    r#","run_id":"{run}","started_at":"{}","attempt":{attempt},"queue_depth":{}"#,
                    time(at),
                    depth.saturating_sub(1)
                )
            });
            if job.habit == Approval && attempt == 1 {
                match self.approval(job, &run, at, options) {
                    Some(decided) => at = decided,
                    None => return,
                }
            }
            let (least, most) = job.seconds;
            let lasts = (least + self.chance.below(most - least + 1)) * 1_000;
            if let Steps(steps) = job.habit {
                for step in 1..=steps {
                    let now = at + lasts * step / (steps + 1);
                    self.plan(now, "run.progress", job, options, |at, input| {
                        write!(
                            input,
                            r#","run_id":"{run}","updated_at":"{}","summary":"step {step} of {}","step_index":{step}"#,
                            time(at),
                            steps + 1
                        )
                    });
                }
            }
            at += lasts;
            if self.chance.below(1_000) >= job.failing {
                self.success(job, &run, at, options);
                return;
            }
            self.plan(at, "run.failed", job, options, |at, input| {
                write!(
                    input,
                    r#","run_id":"{run}","completed_at":"{}","attempt":{attempt},"error":"{}""#,
                    time(at),
                    job.error
                )
            });
            at += MINUTE_MS * 5 * attempt;
        }
        if job.habit == DeadLetter {
            self.dead_letter(job, &run, at, attempts_max, options);
        }
    }

    fn success(&mut self, job: &'static Job, run: &str, at: u64, options: &'static str) {
        let mut result = String::new();
        for part in job.result.split_inclusive('#') {
            result.push_str(part.trim_end_matches('#'));
            if part.ends_with('#') {
                result.push_str(&(1 + self.chance.below(9_000)).to_string());
            }
        }
        self.plan(at, "run.succeeded", job, options, |at, input| {
            write!(
                input,
                r#","run_id":"{run}","completed_at":"{}","result":{{{result}}}"#,
                time(at)
            )
        });
        if job.habit == Receipt {
            self.plan(at + 400, "receipt.available", job, options, |at, input| {
                write!(
                    input,
                    r#","run_id":"{run}","source_timestamp":"{}","receipt_id":"rcpt-{run}","receipt_url":"https://ops.example/receipts/{run}""#,
                    time(at)
                )
            });
        }
    }

    /// Asks a person; answers when the work may go on, or nothing when it may not.
    fn approval(&mut self, job: &'static Job, run: &str, at: u64, options: &'static str) -> Option<u64> {
        self.serial += 1;
        let request = format!("apr-{}", self.serial);
        let asked = at + 5_000 + self.chance.below(60_000);
        let expires = asked + 4 * HOUR_MS;
        self.plan(asked, "approval.requested", job, options, |at, input| {
            write!(
                input,
                r#","run_id":"{run}","requested_at":"{}","approval":{{"request_id":"{request}","expires_at":"{}","summary":"May `{}` go on?"}}"#,
                time(at),
                time(expires),
                job.title
            )
        });
        let reviewer = ["mara.lind", "j.okafor", "t.serra"][usize::try_from(self.chance.below(3)).unwrap_or(0)];
        let (kind, status, decided) = match self.chance.below(10) {
            0 => ("approval.expired", "expired", expires),
            1 | 2 => (
                "approval.denied",
                "denied",
                asked + MINUTE_MS * (2 + self.chance.below(90)),
            ),
            _ => (
                "approval.approved",
                "approved",
                asked + MINUTE_MS * (2 + self.chance.below(90)),
            ),
        };
        self.plan(decided, kind, job, options, |at, input| {
            write!(
                input,
                r#","run_id":"{run}","decided_at":"{}","approval":{{"request_id":"{request}","status":"{status}""#,
                time(at)
            )?;
            if status != "expired" {
                write!(input, r#","reviewer":"{reviewer}""#)?;
            }
            input.write_str("}")
        });
        (status == "approved").then_some(decided + 1_000)
    }

    fn dead_letter(&mut self, job: &'static Job, run: &str, at: u64, attempts: u64, options: &'static str) {
        self.serial += 1;
        let letter = format!("dlq-{}", self.serial);
        self.plan(at, "dlq.created", job, options, |at, input| {
            write!(
                input,
                r#","run_id":"{run}","source_timestamp":"{}","event_id":"{run}","dlq":{{"dlq_id":"{letter}","attempts":{attempts},"error_class":"{}","final_error":"{}"}}"#,
                time(at),
                job.queue,
                job.error
            )
        });
        self.plan(at + 700, "replay_fixture.available", job, options, |at, input| {
            write!(
                input,
                r#","run_id":"{run}","source_timestamp":"{}","replay_id":"fx-{run}","replay_url":"https://ops.example/fixtures/{run}""#,
                time(at)
            )
        });
        let later = at + MINUTE_MS * (20 + self.chance.below(300));
        if self.chance.below(3) == 0 {
            self.plan(later, "dlq.dismissed", job, options, |at, input| {
                write!(
                    input,
                    r#","run_id":"{run}","source_timestamp":"{}","dlq":{{"dlq_id":"{letter}","state":"dismissed"}},"summary":"handled by hand""#,
                    time(at)
                )
            });
            return;
        }
        self.plan(later, "dlq.replayed", job, options, |at, input| {
            write!(
                input,
                r#","run_id":"{run}-replay","source_timestamp":"{}","dlq":{{"dlq_id":"{letter}","state":"replayed","replay_of_event_id":"{run}"}}"#,
                time(at)
            )
        });
        let replay = format!("{run}-replay");
        self.plan(later + 1_000, "run.started", job, options, |at, input| {
            write!(input, r#","run_id":"{replay}","started_at":"{}","attempt":1"#, time(at))
        });
        self.success(job, &replay, later + 9_000, options);
    }

    /// Plans one event of `job`: what is common to all of them, then what `write` adds. What lies behind the week's
    /// end has not happened yet.
    fn plan(
        &mut self,
        at_ms: u64,
        kind: &'static str,
        job: &'static Job,
        options: &'static str,
        write: impl FnOnce(u64, &mut String) -> std::fmt::Result,
    ) {
        if at_ms >= END_MS {
            return;
        }
        let mut input = format!(
            r#"{{"job_id":"{}","title":"{}","queue":"{}","workflow_id":"workflow://{}/{}""#,
            job.id, job.title, job.queue, job.queue, job.id
        );
        write(at_ms, &mut input).expect("writing to a string does not fail");
        // Without a payload of its own an event would keep its whole input a second time.
        write!(input, r#","payload":{{"host":"worker-{}"}}}}"#, 1 + at_ms % 5)
            .expect("writing to a string does not fail");
        self.planned.push(Planned {
            at_ms,
            kind,
            input,
            options,
        });
    }
}

fn starts(when: When) -> Vec<u64> {
    let daily = |days: std::ops::Range<u64>, hour: u64, minute: u64| {
        days.map(|day| day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS)
            .collect()
    };
    match when {
        Hours(step, minute) => (0..7 * 24 / step)
            .map(|turn| turn * step * HOUR_MS + minute * MINUTE_MS)
            .filter(|start| *start > 5 * MINUTE_MS)
            .collect(),
        Daily(hour, minute) => daily(0..7, hour, minute),
        Workdays(hour, minute) => daily(0..5, hour, minute),
        Weekly(day, hour, minute) => daily(day..day + 1, hour, minute),
    }
}

fn trigger(when: When) -> String {
    match when {
        Hours(step, minute) => format!("cron:{minute} */{step} * * *"),
        Daily(hour, minute) => format!("cron:{minute} {hour} * * *"),
        Workdays(hour, minute) => format!("cron:{minute} {hour} * * 1-5"),
        Weekly(day, hour, minute) => format!("cron:{minute} {hour} * * {}", (day + 1) % 7),
    }
}

/// A moment of the week as RFC 3339.
fn time(at_ms: u64) -> String {
    let (day, rest) = (FIRST_DAY + at_ms / DAY_MS, at_ms % DAY_MS);
    format!(
        "2026-05-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        rest / HOUR_MS,
        rest % HOUR_MS / MINUTE_MS,
        rest % MINUTE_MS / 1_000,
        rest % 1_000
    )
}
