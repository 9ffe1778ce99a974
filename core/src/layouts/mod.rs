//! A shortcut for lines that look like lines seen before.
//!
//! Events of one source share their layout: the same member names in the same order, the same brackets, only some
//! texts and numbers differ. This cache remembers layouts as constant bytes with holes between them. A line that
//! consists of a layout's constant bytes, with one well-formed string or number in each hole, has the same tokens as
//! the line the layout was learned from, so its members stand where the layout says and its shape needs no second
//! check. What still depends on the holes (blank texts, integers) is checked here; any doubt sends the line down the
//! plain path, which alone gives verdicts of refusal.
//!
//! Owns the tree of layouts and its limits. Must not know: duplicates, cards. Exactness is held by property tests that
//! compare both paths.

mod adapt;
mod plan;

use crate::bytes::{plain_run, same};
use crate::envelope::Envelope;
use crate::json::Kind;
use crate::json::scan::{scan_number, scan_string};
use crate::json::tape::{Tape, Token};
use adapt::Adapt;
use alloc::boxed::Box;
use alloc::vec::Vec;
use plan::Plan;

/// Layouts that are kept at most.
const LAYOUT_COUNT_MAX: usize = 1024;
/// Constant bytes that are kept at most.
const CONSTANT_BYTES_MAX: usize = 4 << 20;
/// Holes a layout has at most.
const HOLE_COUNT_MAX: usize = 1024;

/// What follows a node's constant bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The content of a string; its closing quote belongs to the next constant bytes.
    Text,
    /// As `Text`; where the layout was learned it repeated the content of this earlier hole, so that is tried first.
    Repeat(u32),
    Number,
    /// The end of an event with this plan.
    End(u32),
}

#[derive(Debug)]
struct Node {
    constant: Box<[u8]>,
    /// The constant's first eight bytes, if it has so many: most nodes that do not fit differ there.
    head: Option<[u8; 8]>,
    then: Then,
    /// The first of the nodes that may follow, and the next one that may stand here instead. The links end at
    /// [`NONE`], where there is no node.
    child: u32,
    sibling: u32,
}

const NONE: u32 = u32::MAX;

/// A value found in a hole.
#[derive(Clone, Copy, Debug)]
struct Hole {
    start: u32,
    end: u32,
    kind: Kind,
}

#[derive(Debug)]
pub(crate) struct Layouts {
    /// The sum of all constants' lengths.
    constant_bytes: usize,
    /// The first node is the root, whose constant is empty.
    nodes: Vec<Node>,
    plans: Vec<Plan>,
    holes: Vec<Hole>,
    adapt: Adapt,
}

impl Node {
    fn new(constant: &[u8], then: Then, sibling: u32) -> Self {
        Self {
            constant: constant.into(),
            head: constant.first_chunk().copied(),
            then,
            child: NONE,
            sibling,
        }
    }

    /// Whether the text at `at` begins with the constant bytes.
    #[inline]
    fn fits(&self, bytes: &[u8], at: usize) -> bool {
        let Some(text) = bytes.get(at..at + self.constant.len()) else {
            return false;
        };
        match (&self.head, text.split_first_chunk::<8>()) {
            (Some(head), Some((begin, rest))) => {
                u64::from_le_bytes(*head) == u64::from_le_bytes(*begin) && same(rest, &self.constant[8..])
            }
            _ => same(text, &self.constant),
        }
    }

    /// The value that stands in the hole behind the constant: its end and kind.
    #[inline]
    fn hole(&self, bytes: &[u8], start: usize, holes: &[Hole]) -> Option<(usize, Kind)> {
        match self.then {
            Then::Text => text(bytes, start),
            Then::Repeat(earlier) => repeated(bytes, start, holes[earlier as usize]).or_else(|| text(bytes, start)),
            Then::Number => scan_number(bytes, start).ok(),
            Then::End(_) => None,
        }
    }
}

/// The end and kind of a string whose content is that of an earlier hole: a content that has been scanned once ends at
/// the same byte wherever a quote follows it.
#[inline]
fn repeated(bytes: &[u8], start: usize, earlier: Hole) -> Option<(usize, Kind)> {
    let content = &bytes[earlier.start as usize..earlier.end as usize];
    let end = start + content.len();
    let found = bytes.get(end) == Some(&b'"') && same(&bytes[start..end], content);
    found.then_some((end, earlier.kind))
}

/// The end and kind of a well-formed string's content.
#[inline]
fn text(bytes: &[u8], start: usize) -> Option<(usize, Kind)> {
    let (end, wide) = plain_run(bytes, start);
    if bytes.get(end) != Some(&b'"') || wide {
        return unusual_text(bytes, start);
    }
    Some((end, Kind::String))
}

/// Strings with escapes or bytes above ASCII.
#[cold]
fn unusual_text(bytes: &[u8], start: usize) -> Option<(usize, Kind)> {
    let text = scan_string(bytes, start).ok()?;
    if text.wide {
        core::str::from_utf8(&bytes[start..text.end]).ok()?;
    }
    Some((
        text.end,
        if text.escaped {
            Kind::EscapedString
        } else {
            Kind::String
        },
    ))
}

#[allow(clippy::cast_possible_truncation)] // counts and positions are bounded by the limits above and by SIZE_MAX
impl Layouts {
    pub(crate) const fn new() -> Self {
        Self {
            constant_bytes: 0,
            nodes: Vec::new(),
            plans: Vec::new(),
            holes: Vec::new(),
            adapt: Adapt::new(),
        }
    }

    /// Locates the event at `start` if its layout is known and nothing about it is in doubt; answers its end.
    /// Only the members that the fold reads are located: see [`plan`].
    #[inline]
    pub(crate) fn recognise(&mut self, bytes: &[u8], start: usize, event: &mut Envelope) -> Option<usize> {
        if self.plans.is_empty() || !self.adapt.tries() {
            return None;
        }
        let found = self
            .follow(bytes, start)
            .filter(|(_, plan)| self.plans[*plan as usize].apply(bytes, start as u32, &self.holes, event));
        self.adapt.saw(found.is_some());
        found.map(|(end, _)| end)
    }

    /// Walks the tree along the text; answers the end of the event and its plan.
    #[inline]
    fn follow(&mut self, bytes: &[u8], start: usize) -> Option<(usize, u32)> {
        self.holes.clear();
        let (mut at, mut index) = (start, self.nodes.first()?.child);
        while let Some(node) = self.nodes.get(index as usize) {
            index = node.sibling;
            if !node.fits(bytes, at) {
                continue;
            }
            let start = at + node.constant.len();
            if let Then::End(plan) = node.then {
                return Some((start, plan));
            }
            if let Some((end, kind)) = node.hole(bytes, start, &self.holes) {
                self.holes.push(Hole {
                    start: start as u32,
                    end: end as u32,
                    kind,
                });
                (at, index) = (end, node.child);
            }
        }
        None
    }

    /// Remembers the layout of a valid event that went down the plain path.
    pub(crate) fn learn(&mut self, bytes: &[u8], start: usize, end: usize, tape: &Tape, event: &Envelope) {
        if !self.adapt.learns() {
            return;
        }
        if self.is_full(end - start) {
            if !self.adapt.may_start_over() {
                return;
            }
            self.clear();
        }
        let holes = plan::holes(tape, event);
        if holes.len() > HOLE_COUNT_MAX {
            return;
        }
        let plan = Plan::new(bytes, start as u32, &holes, event);
        self.insert(bytes, start, end, &holes, plan);
    }

    fn is_full(&self, more: usize) -> bool {
        self.plans.len() >= LAYOUT_COUNT_MAX || self.constant_bytes + more > CONSTANT_BYTES_MAX
    }

    fn clear(&mut self) {
        self.constant_bytes = 0;
        self.nodes.clear();
        self.plans.clear();
    }

    fn insert(&mut self, bytes: &[u8], start: usize, end: usize, holes: &[Token], plan: Plan) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::new(b"", Then::Text, NONE));
        }
        let (mut node, mut at) = (0, start);
        for (index, hole) in holes.iter().enumerate() {
            let then = then(bytes, &holes[..index], hole);
            node = self.child(node, &bytes[at..hole.start as usize], then);
            at = hole.end as usize;
        }
        let rest = &bytes[at..end];
        if self
            .find_child(node, rest, |then| matches!(then, Then::End(_)))
            .is_none()
        {
            let index = self.plans.len() as u32;
            self.plans.push(plan);
            self.child(node, rest, Then::End(index));
        }
    }

    fn find_child(&self, node: usize, constant: &[u8], is: impl Fn(Then) -> bool) -> Option<usize> {
        let mut index = self.nodes[node].child;
        while let Some(child) = self.nodes.get(index as usize) {
            if is(child.then) && *child.constant == *constant {
                return Some(index as usize);
            }
            index = child.sibling;
        }
        None
    }

    fn child(&mut self, node: usize, constant: &[u8], then: Then) -> usize {
        if let Some(known) = self.find_child(node, constant, |other| other == then) {
            return known;
        }
        self.constant_bytes += constant.len();
        let child = self.nodes.len();
        self.nodes.push(Node::new(constant, then, self.nodes[node].child));
        self.nodes[node].child = child as u32;
        child
    }
}

/// What a hole is for the lines to come.
#[allow(clippy::cast_possible_truncation)] // bounded by HOLE_COUNT_MAX
fn then(bytes: &[u8], earlier: &[Token], hole: &Token) -> Then {
    let content = |token: &Token| &bytes[token.start as usize..token.end as usize];
    if matches!(hole.kind, Kind::Int | Kind::Float) {
        return Then::Number;
    }
    let repeats = |other: &Token| other.kind == hole.kind && content(other) == content(hole);
    match earlier.iter().position(repeats) {
        Some(index) => Then::Repeat(index as u32),
        None => Then::Text,
    }
}
