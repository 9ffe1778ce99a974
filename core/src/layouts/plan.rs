//! What a layout knows about its events: where the members stand and what has to be checked again.
//!
//! Owns the choice of holes and the list of doubts. Members that decide about meaning (schema, kind, the kinds, labels
//! and effects of refs and intents, the origin) are constant bytes, so their verdict was given when the layout was
//! learned; all other strings and numbers are holes. Must not know: how a line is matched.

use super::Hole;
use crate::envelope::{Envelope, IntentSlots, Member, RefList, RefSlots, Slot};
use crate::json::Kind;
use crate::json::tape::{Tape, Token};
use alloc::vec::Vec;

/// The members that the fold reads. Only these are set in a recognised event: the others may be those of an earlier
/// one, and nobody looks at them.
const FOLDED: [Member; 18] = [
    Member::Id,
    Member::DedupeKey,
    Member::Kind,
    Member::ClockTimestamp,
    Member::JobId,
    Member::RunId,
    Member::WorkflowId,
    Member::TriggerId,
    Member::BindingId,
    Member::Status,
    Member::Title,
    Member::Queue,
    Member::QueueDepth,
    Member::Priority,
    Member::Approval,
    Member::Dlq,
    Member::Result,
    Member::Error,
];

/// Members that are constant bytes of a layout.
const CONSTANT: [Member; 5] = [
    Member::Schema,
    Member::Kind,
    Member::SourceRuntime,
    Member::SourceEnvironment,
    Member::ClockKind,
];

/// Text members that validation may want not to be blank (dashboard contract §6). If one was not blank when the layout
/// was learned, it must not be blank now; what a kind requires of them does not matter then.
const NOT_BLANK: [Member; 9] = [
    Member::Id,
    Member::DedupeKey,
    Member::JobId,
    Member::Status,
    Member::Title,
    Member::Summary,
    Member::ClockTimestamp,
    Member::RunId,
    Member::ApprovalRequestId,
];

/// Members that must be integers, where a float has the same layout.
const INTEGERS: [Member; 4] = [
    Member::QueueDepth,
    Member::Attempt,
    Member::MaxAttempts,
    Member::DlqAttempts,
];

/// A place in an event: so many bytes behind the end of a hole, or behind the start (hole 0).
#[derive(Clone, Copy, Debug)]
struct Anchor {
    hole: u32,
    behind: u32,
}

/// How to find a slot again.
#[derive(Clone, Copy, Debug)]
enum Where {
    Missing,
    Hole(u32),
    Span(Anchor, Anchor, Kind),
}

#[derive(Debug)]
struct RefPlan {
    list: RefList,
    whole: Where,
    kind: Where,
    id: Where,
    url: Where,
}

#[derive(Debug)]
struct IntentPlan {
    whole: Where,
    kind: Where,
    effect: Where,
}

#[derive(Debug)]
pub(super) struct Plan {
    /// Where the members of [`FOLDED`] are, in its order.
    slots: [Where; FOLDED.len()],
    refs: Vec<RefPlan>,
    intents: Vec<IntentPlan>,
    /// Holes that must hold more than white space.
    not_blank: Vec<u32>,
    /// Holes that must hold an integer.
    integers: Vec<u32>,
    holes: u32,
}

/// The holes of an event, in text order: every string and number that is a value and not constant.
pub(super) fn holes(tape: &Tape, event: &Envelope) -> Vec<Token> {
    let mut constant: Vec<u32> = CONSTANT.iter().map(|member| event.slot(*member).start).collect();
    constant.extend(event.refs.iter().flat_map(|item| [item.kind.start, item.label.start]));
    constant.extend(
        event
            .intents
            .iter()
            .flat_map(|item| [item.kind.start, item.label.start, item.effect.start]),
    );
    constant.sort_unstable();
    let is_hole = |token: &Token| {
        matches!(token.kind, Kind::String | Kind::EscapedString | Kind::Int | Kind::Float)
            && constant.binary_search(&token.start).is_err()
    };
    tape.values().filter(is_hole).collect()
}

impl Plan {
    pub(super) fn new(bytes: &[u8], start: u32, holes: &[Token], event: &Envelope) -> Self {
        let find = Finder { start, holes };
        let slots = FOLDED.map(|member| find.place(event.slot(member)));
        let refs: Vec<RefPlan> = event.refs.iter().map(|item| find.ref_plan(item)).collect();
        let mut checked: Vec<Slot> = NOT_BLANK.iter().map(|member| event.slot(*member)).collect();
        checked.push(event.slot(Member::DlqId));
        checked.extend(event.refs.iter().flat_map(|item| [item.id, item.url]));
        checked.retain(|slot| slot.is_text() && !slot.is_blank(bytes));
        Self {
            slots,
            refs,
            intents: event.intents.iter().map(|item| find.intent_plan(item)).collect(),
            not_blank: checked.into_iter().filter_map(|slot| find.hole(slot)).collect(),
            integers: INTEGERS
                .iter()
                .filter_map(|member| find.number(event.slot(*member)))
                .collect(),
            holes: u32::try_from(holes.len()).unwrap_or(u32::MAX),
        }
    }

    /// Locates the members of an event whose holes have been found; `false` when anything about it is in doubt.
    #[inline]
    pub(super) fn apply(&self, bytes: &[u8], start: u32, holes: &[Hole], event: &mut Envelope) -> bool {
        if holes.len() != self.holes as usize || !self.is_sure(bytes, holes) {
            return false;
        }
        let at = Located { start, holes };
        for (member, place) in FOLDED.iter().zip(&self.slots) {
            event.slots[*member as usize] = at.slot(*place);
        }
        event.refs.clear();
        event.intents.clear();
        event.refs.extend(self.refs.iter().map(|plan| RefSlots {
            list: plan.list,
            whole: at.slot(plan.whole),
            kind: at.slot(plan.kind),
            label: Slot::MISSING,
            id: at.slot(plan.id),
            url: at.slot(plan.url),
        }));
        event.intents.extend(self.intents.iter().map(|plan| IntentSlots {
            whole: at.slot(plan.whole),
            kind: at.slot(plan.kind),
            label: Slot::MISSING,
            target: Slot::MISSING,
            effect: at.slot(plan.effect),
            requires_approval: Slot::MISSING,
        }));
        true
    }

    #[inline]
    fn is_sure(&self, bytes: &[u8], holes: &[Hole]) -> bool {
        self.not_blank
            .iter()
            .all(|hole| !holes[*hole as usize].slot().is_blank(bytes))
            && self.integers.iter().all(|hole| holes[*hole as usize].kind == Kind::Int)
    }
}

impl Hole {
    #[inline]
    const fn slot(self) -> Slot {
        Slot {
            start: self.start,
            end: self.end,
            kind: Some(self.kind),
        }
    }
}

/// Turns the slots of the event that is learned into places that hold for all events of its layout.
struct Finder<'h> {
    start: u32,
    holes: &'h [Token],
}

#[allow(clippy::cast_possible_truncation)] // holes are bounded by HOLE_COUNT_MAX
impl Finder<'_> {
    fn hole(&self, slot: Slot) -> Option<u32> {
        slot.kind?;
        let index = self.holes.binary_search_by_key(&slot.start, |hole| hole.start).ok()?;
        Some(index as u32)
    }

    fn number(&self, slot: Slot) -> Option<u32> {
        if slot.kind == Some(Kind::Int) {
            self.hole(slot)
        } else {
            None
        }
    }

    fn place(&self, slot: Slot) -> Where {
        match (slot.kind, self.hole(slot)) {
            (None, _) => Where::Missing,
            (Some(Kind::Object | Kind::Array), _) | (_, None) => Where::Span(
                self.anchor(slot.start),
                self.anchor(slot.end),
                slot.kind.unwrap_or(Kind::Null),
            ),
            (_, Some(hole)) => Where::Hole(hole),
        }
    }

    fn anchor(&self, position: u32) -> Anchor {
        let hole = self.holes.partition_point(|hole| hole.end <= position);
        let base = hole.checked_sub(1).map_or(self.start, |index| self.holes[index].end);
        Anchor {
            hole: hole as u32,
            behind: position - base,
        }
    }

    fn ref_plan(&self, item: &RefSlots) -> RefPlan {
        RefPlan {
            list: item.list,
            whole: self.place(item.whole),
            kind: self.place(item.kind),
            id: self.place(item.id),
            url: self.place(item.url),
        }
    }

    fn intent_plan(&self, item: &IntentSlots) -> IntentPlan {
        IntentPlan {
            whole: self.place(item.whole),
            kind: self.place(item.kind),
            effect: self.place(item.effect),
        }
    }
}

/// Finds places again in an event whose holes are known.
struct Located<'h> {
    start: u32,
    holes: &'h [Hole],
}

impl Located<'_> {
    #[inline]
    fn slot(&self, place: Where) -> Slot {
        match place {
            Where::Missing => Slot::MISSING,
            Where::Hole(hole) => self.holes[hole as usize].slot(),
            Where::Span(start, end, kind) => Slot {
                start: self.at(start),
                end: self.at(end),
                kind: Some(kind),
            },
        }
    }

    #[inline]
    fn at(&self, anchor: Anchor) -> u32 {
        let base = match anchor.hole {
            0 => self.start,
            hole => self.holes[hole as usize - 1].end,
        };
        base + anchor.behind
    }
}
