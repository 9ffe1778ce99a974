//! The past is what it was.
//!
//! Owns: seeking to a position shows what a fresh view of the first events shows, from anywhere, also while events
//! arrive; the strip's numbers agree with the events. Must not know: faults.

use crate::streams::{cases, folded, lines, recording, seeds, shown};
use jobfold_core::view::Bucket;
use jobfold_tests::chance::Chance;
use proptest::prelude::*;
use serde_json::Value;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn seeking_equals_folding_the_first_events(seeds in seeds(50), every in 0u32..9, walk in any::<u64>()) {
        let lines = lines(&seeds);
        let mut view = recording(every);
        view.push(lines.join("\n").as_bytes()).unwrap();
        let live = shown(&view);
        let mut chance = Chance(walk);
        for _ in 0..8 {
            let position = chance.index(lines.len() + 1);
            view.seek(position as u64).unwrap();
            prop_assert_eq!(shown(&view), shown(&folded(&lines[..position])), "position {}", position);
            prop_assert_eq!((view.position(), view.is_live()), (position as u64, false));
            if chance.one_in(3) {
                view.live();
                prop_assert_eq!(shown(&view), shown(&folded(&lines)));
            }
        }
        prop_assert_eq!(view.seek(lines.len() as u64 + 1).unwrap_err().code(), "position_out_of_range");
        view.live();
        prop_assert_eq!(shown(&view), live);
    }

    #[test]
    fn the_past_stays_while_events_arrive(seeds in seeds(50), every in 0u32..9, walk in any::<u64>()) {
        let lines = lines(&seeds);
        let mut view = recording(every);
        let mut chance = Chance(walk);
        let mut position = None;
        for (index, line) in lines.iter().enumerate() {
            view.push_event(line.as_bytes()).unwrap();
            if let Some(position) = position {
                prop_assert_eq!(shown(&view), shown(&folded(&lines[..position])));
            }
            match chance.below(4) {
                0 => {
                    let target = chance.index(index + 2);
                    view.seek(target as u64).unwrap();
                    position = Some(target);
                }
                1 => {
                    view.live();
                    position = None;
                    prop_assert_eq!(shown(&view), shown(&folded(&lines[..=index])));
                }
                _ => {}
            }
        }
        view.live();
        prop_assert_eq!(shown(&view), shown(&folded(&lines)));
    }

    #[test]
    fn the_strip_agrees_with_the_events(seeds in seeds(50), buckets in 0u32..70) {
        let lines = lines(&seeds);
        let mut view = recording(5);
        let mut unique = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let position = index as u64 + 1;
            let fresh = view.push(line.as_bytes()).unwrap().unique == 1;
            prop_assert_eq!(view.event_json(position), fresh.then_some(line.as_str()));
            if fresh {
                unique.push((position, serde_json::from_str::<Value>(line).unwrap()));
            }
        }
        for index in 0..view.len() {
            let job = view.job_id(index).unwrap();
            let mine = unique.iter().filter(|(_, event)| event["job_id"] == job.as_str());
            prop_assert_eq!(view.job_events(index), mine.map(|(position, _)| *position).collect::<Vec<_>>());
        }
        let of = |prefix: &str| {
            let starts = |event: &Value| event["kind"].as_str().is_some_and(|kind| kind.starts_with(prefix));
            unique.iter().filter(|(_, event)| starts(event)).count() as u64
        };
        let strip = view.density(buckets);
        let sum = |count: fn(&Bucket) -> u32| strip.iter().map(|bucket| u64::from(count(bucket))).sum::<u64>();
        if buckets > 0 {
            prop_assert_eq!(sum(|bucket| bucket.events), lines.len() as u64);
            prop_assert_eq!(sum(|bucket| bucket.approvals), of("approval."));
            prop_assert_eq!(sum(|bucket| bucket.dead_letters), of("dlq."));
        }
        let failed: Vec<u64> = unique
            .iter()
            .filter(|(_, event)| {
                let kind = event["kind"].as_str().unwrap();
                event["status"] == "failed" && !kind.starts_with("approval.") && !kind.starts_with("dlq.")
            })
            .map(|(position, _)| *position)
            .collect();
        for at in 0..=lines.len() as u64 + 2 {
            prop_assert_eq!(view.next_failure(at), failed.iter().copied().find(|position| *position > at));
            prop_assert_eq!(view.previous_failure(at), failed.iter().copied().rfind(|position| *position < at));
        }
    }
}
