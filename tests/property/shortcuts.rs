//! Every shortcut is exact.
//!
//! Owns: a view that has learned from other lines gives the verdict and the card that a fresh view gives, for valid
//! lines, spoiled ones and lines with any byte changed. Must not know: which shortcuts there are.

use crate::reference::agree;
use crate::streams::{cases, mixed_lines, plain, produced_lines, seeds};
use jobfold_core::JobsView;
use jobfold_core::view::Admission;
use jobfold_tests::chance::Chance;
use jobfold_tests::generate;
use jobfold_tests::tree::Tree;
use proptest::prelude::*;

/// A view that has read these lines and shows nothing: the batch that taught it was refused at its end.
fn warmed(lines: &[String]) -> JobsView {
    let mut view = plain();
    view.push(format!("{}\n!", lines.join("\n")).as_bytes())
        .expect_err("the batch ends badly");
    view
}

fn is_valid(line: &str) -> bool {
    plain().push_event(line.as_bytes()).is_ok()
}

/// What a view makes of one line: the cards, or the error's code, member and byte.
fn verdict(mut view: JobsView, line: &[u8]) -> Result<(Admission, String), (&'static str, String, Option<u64>)> {
    match view.push_event(line) {
        Ok(admission) => Ok((admission, view.cards_json())),
        Err(error) => Err((error.code(), error.path().to_owned(), error.offset())),
    }
}

/// A line with one place changed: a byte replaced, left out or put in.
fn mutated(line: &str, chance: &mut Chance) -> Vec<u8> {
    const INTERESTING: &[u8] = b"\"\\{}[]:,0-9.eEtfn u/\x00\x1f\x7f\x80\xff\n\r\t ";
    let mut bytes = line.as_bytes().to_vec();
    let at = chance.index(bytes.len());
    let byte = if chance.one_in(3) {
        chance.bits().to_le_bytes()[0]
    } else {
        *chance.pick(INTERESTING)
    };
    match chance.below(4) {
        0 => {
            bytes.remove(at);
        }
        1 => bytes.insert(at, byte),
        _ => bytes[at] = byte,
    }
    bytes
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_warmed_view_agrees_with_a_fresh_one(lessons in seeds(6), exams in seeds(6), bytes in any::<u64>()) {
        let lessons = mixed_lines(&lessons);
        let good: Vec<String> = lessons.iter().filter(|line| is_valid(line)).cloned().collect();
        let mut chance = Chance(bytes);
        for line in mixed_lines(&exams).iter().chain(&lessons) {
            prop_assert_eq!(verdict(warmed(&good), line.as_bytes()), verdict(plain(), line.as_bytes()), "{}", line);
            for _ in 0..4 {
                let changed = mutated(line, &mut chance);
                prop_assert_eq!(
                    verdict(warmed(&good), &changed), verdict(plain(), &changed),
                    "{}", String::from_utf8_lossy(&changed)
                );
            }
        }
    }

    /// Lines of a few producers, good and bad values, in the layouts that they use all the time.
    #[test]
    fn known_layouts_change_no_verdict(
        producers in prop::collection::vec(any::<u64>().no_shrink(), 1..4), lessons in seeds(12), exams in seeds(12),
        bytes in any::<u64>(),
    ) {
        let lessons = produced_lines(&producers, &lessons);
        let good: Vec<String> = lessons.into_iter().filter(|line| is_valid(line)).collect();
        let mut chance = Chance(bytes);
        for line in produced_lines(&producers, &exams) {
            prop_assert_eq!(verdict(warmed(&good), line.as_bytes()), verdict(plain(), line.as_bytes()), "{}", line);
            let changed = mutated(&line, &mut chance);
            prop_assert_eq!(
                verdict(warmed(&good), &changed), verdict(plain(), &changed),
                "{}", String::from_utf8_lossy(&changed)
            );
        }
    }

    /// Lines of one layout, with a single byte of one of them changed.
    #[test]
    fn lines_of_one_layout_are_told_apart(seed in any::<u64>(), count in 1usize..4, bytes in any::<u64>()) {
        let mut chance = Chance(seed);
        let event = generate::event(&mut chance);
        let line = event.compact();
        let lessons = vec![line.clone(); count];
        let mut chance = Chance(bytes);
        for _ in 0..40 {
            let changed = mutated(&line, &mut chance);
            prop_assert_eq!(
                verdict(warmed(&lessons), &changed), verdict(plain(), &changed),
                "{}", String::from_utf8_lossy(&changed)
            );
        }
    }
}

/// More layouts than any memory of them holds, between lines of a few that come again and again, twice over.
#[test]
fn more_layouts_than_can_be_remembered_change_no_verdict() {
    let mut lines = Vec::new();
    for seed in 0..3_000 {
        let mut chance = Chance(seed);
        lines.push(generate::event(&mut chance).spelled(&mut chance));
        if seed % 3 == 0 {
            lines.extend(produced_lines(&[seed % 5, 7], &[seed]));
        }
    }
    agree(&lines).expect("both readings agree");
}

/// Events that are mostly holes, mostly constant bytes, or neither.
#[test]
fn extreme_layouts_change_no_verdict() {
    let mut lines = Vec::new();
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let mut event = generate::event(&mut chance);
        let item = match seed % 3 {
            0 => Tree::raw("1"),
            1 => Tree::raw("null"),
            _ => Tree::text(""),
        };
        let count = [10, 1_000, 1_100, 3_000][chance.index(4)];
        let list = Tree::List(vec![item; count]);
        if let Some(payload) = event.member_mut("raw_payload") {
            *payload = Tree::Object(vec![("list".to_owned(), list)]);
        }
        lines.push(event.compact());
        generate::revalue(&mut event, &mut chance);
        lines.push(event.compact());
    }
    agree(&lines).expect("both readings agree");
}
