//! The generator behind the composition `stream`: the same numbers in, the same events out, in every implementation.
//!
//! A linear congruential generator (ANSI C's constants, modulo 2^31, of which the upper 15 bits count) draws kinds and
//! fields; about every tenth event repeats the one before it.

use std::fmt::Write as _;

use crate::json::Json;

/// The known kinds in the order in which the generator counts them.
const KINDS: [&str; 17] = [
    "scheduled_job.created",
    "scheduled_job.updated",
    "scheduled_job.canceled",
    "run.queued",
    "run.started",
    "run.progress",
    "run.succeeded",
    "run.failed",
    "approval.requested",
    "approval.approved",
    "approval.denied",
    "approval.expired",
    "receipt.available",
    "replay_fixture.available",
    "dlq.created",
    "dlq.replayed",
    "dlq.dismissed",
];

/// More than any case asks for, and still quick.
const EVENTS_MAX: i64 = 1_000_000;

struct Draw(u64);

impl Draw {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = (self.0.wrapping_mul(1_103_515_245) + 12_345) % (1 << 31);
        (self.0 >> 16) % below
    }
}

/// `[kind, input, options]` of the `n` events that `{"seed", "n", "jobs"}` stands for.
pub(super) fn specs(arg: &str) -> Result<Vec<[String; 3]>, String> {
    let arg = Json::parse(arg).map_err(|fault| format!("the stream's argument: {fault}"))?;
    let number = |name: &str| match arg.get(name) {
        Some(Json::Int(value @ 0..=i64::MAX)) => Ok(value.unsigned_abs()),
        _ => Err(format!("\"{name}\" must be an integer, not negative")),
    };
    let (seed, n, jobs) = (number("seed")?, number("n")?, number("jobs")?);
    if n > EVENTS_MAX.unsigned_abs() || jobs == 0 {
        return Err(format!("a stream has at most {EVENTS_MAX} events and at least one job"));
    }
    let mut draw = Draw(seed % (1 << 31));
    let mut specs: Vec<[String; 3]> = Vec::new();
    for k in 0..n {
        let repeated = if k > 0 && draw.next(10) == 0 {
            specs.last().cloned()
        } else {
            None
        };
        specs.push(repeated.unwrap_or_else(|| spec(&mut draw, k, jobs)));
    }
    Ok(specs)
}

fn spec(draw: &mut Draw, k: u64, jobs: u64) -> [String; 3] {
    let kind = usize::try_from(draw.next(17)).map_or(KINDS[0], |index| KINDS[index]);
    let job = draw.next(jobs);
    let run = draw.next(5);
    let depth = draw.next(10);
    let mut input = format!(
        r#"{{"job_id":"job-{job}","run_id":"run-{run}","source_timestamp":"t{k}","approval_request_id":"ask-{k}","dlq_id":"dead-{k}","queue_depth":{depth}"#
    );
    let choice = draw.next(4);
    if choice == 0 || kind == "receipt.available" {
        let _ = write!(input, r#","receipt_id":"rc-{}""#, draw.next(6));
    }
    if choice == 1 || kind == "replay_fixture.available" {
        let _ = write!(input, r#","replay_id":"fx-{}""#, draw.next(6));
    }
    if choice == 2 {
        let _ = write!(input, r#","status_url":"u/{}""#, draw.next(3));
    }
    if choice == 3 {
        let _ = write!(input, r#","error":"e{k}""#);
    }
    input.push('}');
    [format!("\"{kind}\""), input, "null".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_deterministic_and_repeats_some() {
        let arg = r#"{"seed": 1, "n": 200, "jobs": 3}"#;
        let first = specs(arg).expect("a stream");
        assert_eq!(first, specs(arg).expect("a stream"));
        assert_eq!(first.len(), 200);
        let repeats = first.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert_eq!(repeats, 20, "of seed 1");
    }

    #[test]
    fn refuses_other_arguments() {
        for arg in [
            "null",
            "{}",
            r#"{"seed":1.5,"n":1,"jobs":1}"#,
            r#"{"seed":1,"n":-1,"jobs":1}"#,
        ] {
            assert!(specs(arg).is_err(), "{arg}");
        }
    }
}
