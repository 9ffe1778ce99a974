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
    then: Then,
    children: Vec<u32>,
}

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

#[allow(clippy::cast_possible_truncation)] // positions are bounded by SIZE_MAX
impl Node {
    /// Matches the constant bytes, then the hole. Answers where the next node begins.
    #[inline]
    fn step(&self, bytes: &[u8], at: usize, holes: &mut Vec<Hole>) -> Option<usize> {
        let start = at + self.constant.len();
        if !same(bytes.get(at..start)?, &self.constant) {
            return None;
        }
        let (end, kind) = match self.then {
            Then::End(_) => return Some(start),
            Then::Text => text(bytes, start)?,
            Then::Repeat(earlier) => match repeated(bytes, start, holes[earlier as usize]) {
                Some(found) => found,
                None => text(bytes, start)?,
            },
            Then::Number => scan_number(bytes, start).ok()?,
        };
        holes.push(Hole {
            start: start as u32,
            end: end as u32,
            kind,
        });
        Some(end)
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
        let (mut at, mut index) = (start, 0usize);
        loop {
            let children = &self.nodes[index].children;
            let holes = &mut self.holes;
            let nodes = &self.nodes;
            let (rank, child, end) = children.iter().enumerate().find_map(|(rank, child)| {
                let child = *child as usize;
                nodes[child].step(bytes, at, holes).map(|end| (rank, child, end))
            })?;
            if rank > 0 {
                // Frequent layouts move to the front, one place a time.
                self.nodes[index].children.swap(rank, rank - 1);
            }
            (index, at) = (child, end);
            if let Then::End(plan) = self.nodes[index].then {
                return Some((at, plan));
            }
        }
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
            self.nodes.push(Node {
                constant: Box::default(),
                then: Then::Text,
                children: Vec::new(),
            });
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
        let children = self.nodes[node].children.iter().map(|child| *child as usize);
        children
            .into_iter()
            .find(|child| is(self.nodes[*child].then) && *self.nodes[*child].constant == *constant)
    }

    fn child(&mut self, node: usize, constant: &[u8], then: Then) -> usize {
        if let Some(known) = self.find_child(node, constant, |other| other == then) {
            return known;
        }
        self.constant_bytes += constant.len();
        let child = self.nodes.len();
        self.nodes.push(Node {
            constant: constant.into(),
            then,
            children: Vec::new(),
        });
        self.nodes[node].children.push(child as u32);
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
