//! The two kinds of chain (dashboard contract, opening section): the first usable of several places wins.
//!
//! Owns the three levels a chain looks at and the two meanings of "usable": text that is not empty after trimming
//! (T), or any value that is not `null` (R). Must not know: which chains exist.

use crate::error::{Code, Error};
use crate::json::Node;
use crate::text;
use alloc::borrow::Cow;

/// One place a chain looks at: a level and the member's name there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The caller's options: `o` in the contract.
    Options(&'static str),
    /// The input: `i`.
    Input(&'static str),
    /// The payload, which is the input itself when none is nested: `p`.
    Payload(&'static str),
    /// The nested record that is being read (`approval`, `dlq`): `raw`.
    Record(&'static str),
}

/// Where chains read from. Nothing here is read before its turn, so errors keep the contract's order.
#[derive(Clone, Copy)]
pub(super) struct Levels<'a> {
    pub options: Option<Node<'a>>,
    pub input: Node<'a>,
    pub payload: Node<'a>,
    record: Option<Node<'a>>,
}

impl<'a> Levels<'a> {
    /// The levels of one call. The payload may still be of the wrong type: see [`Levels::check_payload`].
    pub(super) fn new(input: Option<Node<'a>>, options: Option<Node<'a>>) -> Result<Self, Error> {
        let options = options.filter(|node| !node.is_null());
        if let Some(options) = options {
            expect_object(Some(options), "options")?;
        }
        let input = expect_object(input, "input")?;
        let payload = ["raw_payload", "payload", "provider_payload"]
            .iter()
            .find_map(|name| input.usable(name))
            .unwrap_or(input);
        Ok(Self {
            options,
            input,
            payload,
            record: None,
        })
    }

    /// Refuses a payload that is no object. Its turn comes after the kind.
    pub(super) fn check_payload(&self) -> Result<(), Error> {
        expect_object(Some(self.payload), "payload").map(|_| ())
    }

    /// The same levels with a nested record to look into. A record that is no object has no members.
    pub(super) fn with_record(self, record: Option<Node<'a>>) -> Self {
        Self { record, ..self }
    }

    /// The text chain (T): the first text that is not empty after trimming.
    pub(super) fn text(&self, chain: &[Step]) -> Option<Cow<'a, str>> {
        chain.iter().find_map(|step| text::usable(self.at(*step)?))
    }

    /// The raw chain (R): the first value that is not `null`, unchanged.
    pub(super) fn raw(&self, chain: &[Step]) -> Option<Node<'a>> {
        chain.iter().find_map(|step| self.at(*step))
    }

    /// The text chain over the same name in options, input and payload.
    pub(super) fn text_named(&self, name: &'static str) -> Option<Cow<'a, str>> {
        self.text(&[Step::Options(name), Step::Input(name), Step::Payload(name)])
    }

    /// The raw chain over the same name in options, input and payload.
    pub(super) fn raw_named(&self, name: &'static str) -> Option<Node<'a>> {
        self.raw(&[Step::Options(name), Step::Input(name), Step::Payload(name)])
    }

    fn at(&self, step: Step) -> Option<Node<'a>> {
        match step {
            Step::Options(name) => self.options?.usable(name),
            Step::Input(name) => self.input.usable(name),
            Step::Payload(name) => self.payload.usable(name),
            Step::Record(name) => self.record?.usable(name),
        }
    }
}

fn expect_object<'a>(node: Option<Node<'a>>, path: &'static str) -> Result<Node<'a>, Error> {
    let actual = match node {
        Some(node) if node.is_object() => return Ok(node),
        Some(node) => node.kind().name(),
        None => "nothing",
    };
    Err(Error::new(
        Code::Shape,
        path,
        alloc::format!("expected an object, got {actual}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::{Levels, Step};
    use crate::json::Tape;

    const CHAIN: [Step; 3] = [Step::Options("a"), Step::Input("a"), Step::Payload("b")];

    #[track_caller]
    fn check(input: &str, options: &str, text: Option<&str>, raw: Option<&str>) {
        let (mut one, mut two) = (Tape::new(), Tape::new());
        let input = one.read(input.as_bytes()).unwrap();
        let options = two.read(options.as_bytes()).unwrap();
        let levels = Levels::new(Some(input), Some(options)).unwrap();
        assert_eq!(levels.text(&CHAIN).as_deref(), text);
        assert_eq!(levels.raw(&CHAIN).map(crate::json::Node::raw), raw);
    }

    #[test]
    fn text_chains_skip_blanks_and_raw_chains_only_null() {
        check(r#"{"a":"x"}"#, r#"{"a":" "}"#, Some("x"), Some(r#"" ""#));
        check(r#"{"a":false}"#, r#"{"a":null}"#, Some("false"), Some("false"));
        check(r#"{"a":"","payload":{"b":0}}"#, "null", Some("0"), Some(r#""""#));
        check("{}", "{}", None, None);
    }

    #[test]
    fn the_payload_is_the_input_when_none_is_nested() {
        check(r#"{"b":"own"}"#, "null", Some("own"), Some(r#""own""#));
        check(r#"{"b":"own","payload":{}}"#, "null", None, None);
        check(
            r#"{"b":"own","raw_payload":null,"provider_payload":{"b":2}}"#,
            "null",
            Some("2"),
            Some("2"),
        );
    }
}
