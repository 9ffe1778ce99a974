//! The identifiers an event gets when it brings none (dashboard contract §5).
//!
//! Owns the seed, the dedupe key and the id derived from it. The spelling is shared with every other writer of the
//! contract, so nothing here may change. Must not know: where the five texts came from.

use alloc::string::String;
use sha2::{Digest, Sha256};

/// Prefix and number of hexadecimal digits of a derived dedupe key.
const DEDUPE_KEY: (&str, usize) = ("dashboard_job:", 32);
/// Prefix and number of hexadecimal digits of a derived event id.
const EVENT_ID: (&str, usize) = ("dash_job_evt_", 24);

/// What identifies an event: five trimmed texts, empty where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seed<'a> {
    /// The event's kind.
    pub kind: &'a str,
    /// The job.
    pub job_id: &'a str,
    /// The attempt at the job.
    pub run_id: &'a str,
    /// When it happened, as the source wrote it.
    pub timestamp: &'a str,
    /// The id the source gave the fact.
    pub source_id: &'a str,
}

impl Seed<'_> {
    /// The dedupe key of the event. The five texts are joined by line feeds that are not escaped, as the contract
    /// has it: texts that hold line feeds themselves can collide.
    pub fn dedupe_key(&self) -> String {
        let mut hash = Sha256::new();
        for (index, text) in [self.kind, self.job_id, self.run_id, self.timestamp, self.source_id]
            .into_iter()
            .enumerate()
        {
            if index > 0 {
                hash.update(b"\n");
            }
            hash.update(text.as_bytes());
        }
        named(DEDUPE_KEY, &hash.finalize())
    }
}

/// The id of the event with this dedupe key, whether that key was derived or given.
pub fn event_id(dedupe_key: &str) -> String {
    named(EVENT_ID, &Sha256::digest(dedupe_key.as_bytes()))
}

fn named((prefix, digits): (&str, usize), hash: &[u8]) -> String {
    let mut out = String::with_capacity(prefix.len() + digits);
    out.push_str(prefix);
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    out.extend(
        nibbles
            .take(digits)
            .filter_map(|nibble| char::from_digit(u32::from(nibble), 16)),
    );
    out
}

#[cfg(test)]
mod tests {
    use super::{Seed, event_id};

    #[track_caller]
    fn check(texts: [&str; 5], key: &str) {
        let [kind, job_id, run_id, timestamp, source_id] = texts;
        let seed = Seed {
            kind,
            job_id,
            run_id,
            timestamp,
            source_id,
        };
        assert_eq!(seed.dedupe_key(), key, "{texts:?}");
    }

    #[test]
    fn keys_are_those_of_the_contract() {
        check(["", "", "", "", ""], "dashboard_job:545c38b0922de19734fbffde62792c37");
        check(
            ["run.started", "job-a", "r1", "2031-03-04T05:06:07Z", "src"],
            "dashboard_job:efbdb8355b8a05a3214f1dfd63a5da02",
        );
    }

    #[test]
    fn line_feeds_are_not_escaped() {
        check(
            ["a\nb", "c", "", "", ""],
            "dashboard_job:34b1ecec5121d964d0b38c7edddca773",
        );
        check(
            ["a", "b\nc", "", "", ""],
            "dashboard_job:34b1ecec5121d964d0b38c7edddca773",
        );
    }

    #[test]
    fn ids_hash_the_whole_key() {
        assert_eq!(
            event_id("dashboard_job:1e77a3c6558ffb3fbb207698b4a403df"),
            "dash_job_evt_27a2b4806801b55347da8810"
        );
    }
}
