//! JSON as a tree whose spelling is decided when it is written.
//!
//! Owns the many ways to write one value: order of members, white space, escapes, repeated members. Must not know:
//! events.

use crate::chance::Chance;
use std::fmt::Write as _;

/// A JSON value. Numbers and literals keep their spelling.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// `null`, `true`, `false` or a number.
    Raw(String),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// An object; names are unique, order is the order of writing.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// A number or literal.
    pub fn raw(token: &str) -> Self {
        Self::Raw(token.to_owned())
    }

    /// A string.
    pub fn text(content: &str) -> Self {
        Self::Text(content.to_owned())
    }

    /// The members of an object; nothing for anything else.
    pub fn members_mut(&mut self) -> Option<&mut Vec<(String, Tree)>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member of this name.
    pub fn member_mut(&mut self, name: &str) -> Option<&mut Tree> {
        let members = self.members_mut()?;
        members.iter_mut().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// Without a needless byte, members in their order.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        spell(self, &mut out, &mut None);
        out
    }

    /// In a random spelling that means the same: members shuffled and sometimes repeated (the last one counts), white
    /// space around tokens, characters escaped that need not be. Without line ends, so that it can be a line.
    pub fn spelled(&self, chance: &mut Chance) -> String {
        let mut out = String::new();
        spell(self, &mut out, &mut Some(chance));
        out
    }
}

fn spell(tree: &Tree, out: &mut String, chance: &mut Option<&mut Chance>) {
    match tree {
        Tree::Raw(token) => out.push_str(token),
        Tree::Text(content) => string(content, out, chance),
        Tree::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                space(out, chance);
                spell(item, out, chance);
                space(out, chance);
            }
            out.push(']');
        }
        Tree::Object(members) => object(members, out, chance),
    }
}

fn object(members: &[(String, Tree)], out: &mut String, chance: &mut Option<&mut Chance>) {
    let mut order: Vec<usize> = (0..members.len()).collect();
    if let Some(chance) = chance {
        for index in (1..order.len()).rev() {
            order.swap(index, chance.index(index + 1));
        }
    }
    out.push('{');
    let mut first = true;
    for index in order {
        let (name, value) = &members[index];
        if let Some(own) = chance
            && own.one_in(25)
        {
            let decoy = own.word(&["null", "5", "\"decoy\"", "[]", "{}", "[{\"kind\":\"x\",\"id\":\"y\"}]"]);
            member(name, &Tree::raw(decoy), &mut first, out, chance);
        }
        member(name, value, &mut first, out, chance);
    }
    out.push('}');
}

fn member(name: &str, value: &Tree, first: &mut bool, out: &mut String, chance: &mut Option<&mut Chance>) {
    if !*first {
        out.push(',');
    }
    *first = false;
    space(out, chance);
    string(name, out, chance);
    space(out, chance);
    out.push(':');
    space(out, chance);
    spell(value, out, chance);
    space(out, chance);
}

fn space(out: &mut String, chance: &mut Option<&mut Chance>) {
    if let Some(chance) = chance
        && chance.one_in(8)
    {
        out.push_str(chance.word(&[" ", "  ", "\t", " \r "]));
    }
}

fn string(content: &str, out: &mut String, chance: &mut Option<&mut Chance>) {
    let needless = chance.as_mut().is_some_and(|chance| chance.one_in(6));
    out.push('"');
    for character in content.chars() {
        let escape = needless && chance.as_mut().is_some_and(|chance| chance.one_in(4));
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if escape => out.push_str("\\/"),
            '\n' if !escape => out.push_str("\\n"),
            _ if escape || character < ' ' => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    write!(out, "\\u{unit:04X}").expect("writing to a string does not fail");
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
