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

use crate::envelope::Envelope;
use crate::json::Kind;
use crate::json::scan::{scan_number, scan_string};
use crate::json::tape::{Tape, Token};
use adapt::Adapt;
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
    Number,
    /// The end of an event with this plan.
    End(u32),
}

#[derive(Debug)]
struct Node {
    constant: (u32, u32),
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
    constants: Vec<u8>,
    /// The first node is the root, whose constant is empty.
    nodes: Vec<Node>,
    plans: Vec<Plan>,
    holes: Vec<Hole>,
    adapt: Adapt,
}

#[allow(clippy::cast_possible_truncation)] // counts and positions are bounded by the limits above and by SIZE_MAX
impl Layouts {
    pub(crate) const fn new() -> Self {
        Self {
            constants: Vec::new(),
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
    fn follow(&mut self, bytes: &[u8], start: usize) -> Option<(usize, u32)> {
        self.holes.clear();
        let (mut at, mut node) = (start, 0usize);
        loop {
            let count = self.nodes[node].children.len();
            let mut next = None;
            for rank in 0..count {
                let child = self.nodes[node].children[rank] as usize;
                if let Some(end) = self.step(bytes, at, child) {
                    if rank > 0 {
                        // Frequent layouts move to the front, one place a time.
                        self.nodes[node].children.swap(rank, rank - 1);
                    }
                    next = Some((child, end));
                    break;
                }
            }
            (node, at) = next?;
            if let Then::End(plan) = self.nodes[node].then {
                return Some((at, plan));
            }
        }
    }

    /// Matches one node: its constant bytes, then its hole. Answers where the next node begins.
    #[inline]
    fn step(&mut self, bytes: &[u8], at: usize, node: usize) -> Option<usize> {
        let (from, to) = self.nodes[node].constant;
        let constant = &self.constants[from as usize..to as usize];
        let hole = at + constant.len();
        if !same(bytes.get(at..hole)?, constant) {
            return None;
        }
        let (end, kind) = match self.nodes[node].then {
            Then::End(_) => return Some(hole),
            Then::Text => {
                let text = scan_string(bytes, hole).ok()?;
                if text.wide {
                    core::str::from_utf8(&bytes[hole..text.end]).ok()?;
                }
                (
                    text.end,
                    if text.escaped {
                        Kind::EscapedString
                    } else {
                        Kind::String
                    },
                )
            }
            Then::Number => scan_number(bytes, hole).ok()?,
        };
        self.holes.push(Hole {
            start: hole as u32,
            end: end as u32,
            kind,
        });
        Some(end)
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
        self.plans.len() >= LAYOUT_COUNT_MAX || self.constants.len() + more > CONSTANT_BYTES_MAX
    }

    fn clear(&mut self) {
        self.constants.clear();
        self.nodes.clear();
        self.plans.clear();
    }

    fn insert(&mut self, bytes: &[u8], start: usize, end: usize, holes: &[Token], plan: Plan) {
        if self.nodes.is_empty() {
            self.nodes.push(Node {
                constant: (0, 0),
                then: Then::Text,
                children: Vec::new(),
            });
        }
        let (mut node, mut at) = (0, start);
        for hole in holes {
            let then = if matches!(hole.kind, Kind::Int | Kind::Float) {
                Then::Number
            } else {
                Then::Text
            };
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
        children.into_iter().find(|child| {
            let (from, to) = self.nodes[*child].constant;
            is(self.nodes[*child].then) && &self.constants[from as usize..to as usize] == constant
        })
    }

    fn child(&mut self, node: usize, constant: &[u8], then: Then) -> usize {
        if let Some(known) = self.find_child(node, constant, |other| other == then) {
            return known;
        }
        let from = self.constants.len() as u32;
        self.constants.extend_from_slice(constant);
        let child = self.nodes.len();
        let constant = (from, self.constants.len() as u32);
        self.nodes.push(Node {
            constant,
            then,
            children: Vec::new(),
        });
        self.nodes[node].children.push(child as u32);
        child
    }
}

/// Compares two slices of equal length eight bytes at a time; WebAssembly has no fast `memcmp`.
#[inline]
fn same(text: &[u8], constant: &[u8]) -> bool {
    let word = |bytes: &[u8]| bytes.first_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk));
    if text.len() < 8 {
        return text.iter().zip(constant).all(|(left, right)| left == right);
    }
    let last = text.len() - 8;
    let mut at = 0;
    while at < last {
        if word(&text[at..]) != word(&constant[at..]) {
            return false;
        }
        at += 8;
    }
    word(&text[last..]) == word(&constant[last..])
}
