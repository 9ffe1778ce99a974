//! However a stream is fed, the fold is the same.
//!
//! Owns: batch = stepwise = array = chunks = the contract's own functions; duplicates change nothing but the head; the
//! hash key never shows. Must not know: faults.

use crate::streams::{cases, folded, lines, pieces, plain, recording, seeds, shown};
use jobfold_core::view::{JobsView, Pushed, ViewOptions};
use jobfold_core::{contract, log::MemoryLog};
use jobfold_tests::chance::Chance;
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn every_way_of_feeding_folds_alike(seeds in seeds(60), cut in any::<u64>()) {
        let lines = lines(&seeds);
        let expected = folded(&lines);
        let mut chance = Chance(cut);
        let forms: [Vec<String>; 6] = [
            vec![lines.join("\n")],
            vec![format!("\u{feff}\r\n{}\r\n\n", lines.join(" \r\n\t"))],
            vec![format!("[{}]", lines.join(","))],
            vec![format!(" [\n{} ]\n", lines.join(" ,\n"))],
            pieces(&lines, &mut chance).iter().map(|piece| piece.join("\n")).collect(),
            pieces(&lines, &mut chance).iter().map(|piece| format!("[{}]", piece.join(","))).collect(),
        ];
        for (form, batches) in forms.iter().enumerate() {
            let mut view = if form % 2 == 0 { plain() } else { recording(3) };
            let mut sum = Pushed::default();
            for batch in batches {
                let pushed = view.push(batch.as_bytes()).unwrap();
                sum.offered += pushed.offered;
                sum.unique += pushed.unique;
                sum.duplicates += pushed.duplicates;
                prop_assert_eq!(pushed.position, view.head());
            }
            prop_assert_eq!(shown(&view), shown(&expected), "form {}", form);
            prop_assert_eq!((sum.offered, view.head()), (lines.len() as u64, expected.head()));
            prop_assert_eq!(sum.unique + sum.duplicates, sum.offered);
        }
    }

    #[test]
    fn the_contract_s_functions_are_the_same_fold(seeds in seeds(40)) {
        let lines = lines(&seeds);
        let array = format!("[{}]", lines.join(","));
        let expected = folded(&lines);
        let cards = expected.cards_json();
        let jobs = format!("\"jobs\":{cards}");
        let mut log = MemoryLog::new();
        let view = contract::dashboard_jobs_view(&mut log, 0, &array, None).unwrap();
        prop_assert!(view.contains(&jobs), "{view}\n{jobs}");
        let snapshot = contract::dashboard_jobs_snapshot(&array, None).unwrap();
        prop_assert!(snapshot.contains(&jobs), "{snapshot}\n{jobs}");
        let unique = contract::dashboard_job_dedupe_events(&array).unwrap();
        let events = format!("\"events\":{unique}");
        prop_assert!(view.contains(&events), "{view}\n{events}");
        let mut recording = recording(7);
        recording.push(array.as_bytes()).unwrap();
        let mut written = Vec::new();
        recording.write_events(&mut written).unwrap();
        prop_assert_eq!(String::from_utf8(written).unwrap(), unique);
    }

    #[test]
    fn duplicates_change_nothing_but_the_head(seeds in seeds(40), order in any::<u64>()) {
        let lines = lines(&seeds);
        let expected = folded(&lines);
        let mut chance = Chance(order);
        let mut view = recording(2);
        let mut offered = 0;
        for (index, line) in lines.iter().enumerate() {
            view.push_event(line.as_bytes()).unwrap();
            offered += 1;
            let repeats: Vec<&str> = (0..chance.below(4)).map(|_| lines[chance.index(index + 1)].as_str()).collect();
            let before = shown(&view);
            let pushed = view.push(repeats.join("\n").as_bytes()).unwrap();
            prop_assert_eq!((pushed.unique, pushed.duplicates), (0, repeats.len() as u64));
            prop_assert_eq!(shown(&view), before);
            offered += repeats.len() as u64;
        }
        prop_assert_eq!(shown(&view), shown(&expected));
        prop_assert_eq!(view.head(), offered);
        prop_assert_eq!(view.position(), offered);
    }

    #[test]
    fn the_hash_key_never_shows(seeds in seeds(60), key in any::<[u8; 16]>()) {
        let lines = lines(&seeds);
        let mut view = JobsView::new(ViewOptions { key, ..ViewOptions::default() });
        let mut other = plain();
        for line in &lines {
            prop_assert_eq!(view.push_event(line.as_bytes()), other.push_event(line.as_bytes()));
        }
        prop_assert_eq!(shown(&view), shown(&other));
    }

    #[test]
    fn cards_are_found_by_their_jobs(seeds in seeds(40)) {
        let view = folded(&lines(&seeds));
        for index in 0..view.len() {
            let job = view.job_id(index).unwrap();
            prop_assert_eq!(view.find(&job), Some(index));
        }
        let cards: Vec<String> = (0..view.len()).map(|index| view.card_json(index).unwrap()).collect();
        prop_assert_eq!(format!("[{}]", cards.join(",")), view.cards_json());
        prop_assert_eq!(view.card_json(view.len()), None);
        let total: u32 = view.status_counts().iter().map(|(_, count)| count).sum();
        prop_assert_eq!(total, view.len());
        prop_assert!(view.status_counts().is_sorted_by(|a, b| a.0 < b.0));
    }
}
