//! The query bar's grammar: which cards a reader wants to see.
//!
//! Owns parsing and matching, so the page, the HTTP API and the command line filter alike. Terms are separated by
//! spaces and must all match. `status:failed` compares a member, `error~timeout` looks inside one, a bare word looks
//! inside ids, title, status and error. `*` stands for any text, quotes keep spaces, the case of A to Z is ignored:
//! full Unicode folding would weigh more than the rest of the query.
//! Must not know: order, pages.

use crate::error::{Code, Error};
use crate::fold::{Card, Field, Job};
use crate::json::tape::decode;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The longest query that is read, in bytes.
const QUERY_BYTES_MAX: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Job,
    Of(Field),
}

/// The members a term may name.
const PLACES: [(&str, Place); 9] = [
    ("job", Place::Job),
    ("status", Place::Of(Field::Status)),
    ("title", Place::Of(Field::Title)),
    ("run", Place::Of(Field::RunId)),
    ("workflow", Place::Of(Field::WorkflowId)),
    ("trigger", Place::Of(Field::TriggerId)),
    ("queue", Place::Of(Field::Queue)),
    ("priority", Place::Of(Field::Priority)),
    ("error", Place::Of(Field::LastError)),
];

/// Where a bare word looks.
const ANYWHERE: [Place; 6] = [
    Place::Job,
    Place::Of(Field::Title),
    Place::Of(Field::Status),
    Place::Of(Field::RunId),
    Place::Of(Field::WorkflowId),
    Place::Of(Field::LastError),
];

#[derive(Debug)]
enum Term {
    /// The whole member, with `*` for any text.
    Is(Place, Vec<String>),
    /// Somewhere inside the member.
    Holds(Place, String),
    /// Somewhere inside any of the usual members.
    Anywhere(String),
}

#[derive(Debug)]
pub(crate) struct Query {
    terms: Vec<Term>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > QUERY_BYTES_MAX {
            let detail = alloc::format!("expected at most {QUERY_BYTES_MAX} bytes, got {}", text.len());
            return Err(Error::new(Code::QueryInvalid, "query", detail));
        }
        let terms = words(text)?.iter().map(|word| term(word)).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    pub(crate) fn matches(&self, card: &Card, job: &Job) -> bool {
        let text = |place| match place {
            Place::Job => decode(job.id()).to_ascii_lowercase(),
            Place::Of(field) => decode(card.field(field)).to_ascii_lowercase(),
        };
        self.terms.iter().all(|term| match term {
            Term::Is(place, parts) => fits(&text(*place), parts),
            Term::Holds(place, part) => text(*place).contains(part),
            Term::Anywhere(part) => ANYWHERE.iter().any(|place| text(*place).contains(part)),
        })
    }
}

/// Splits at spaces outside quotes; quotes themselves are dropped.
fn words(text: &str) -> Result<Vec<String>, Error> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            _ if character.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(core::mem::take(&mut word));
                }
            }
            _ => word.push(character),
        }
    }
    if quoted {
        return Err(Error::new(Code::QueryInvalid, "query", "expected a closing quote"));
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

fn term(word: &str) -> Result<Term, Error> {
    let Some(split) = word.find([':', '~']).filter(|split| *split > 0) else {
        return Ok(Term::Anywhere(word.to_ascii_lowercase()));
    };
    let (name, rest) = word.split_at(split);
    let (sign, value) = rest.split_at(1);
    let Some((_, place)) = PLACES.iter().find(|(known, _)| *known == name) else {
        if name.chars().all(|letter| letter.is_ascii_lowercase()) && !value.starts_with('/') {
            let known: Vec<&str> = PLACES.iter().map(|(known, _)| *known).collect();
            let detail = alloc::format!("expected one of {} before `{sign}`", known.join(", "));
            return Err(Error::new(Code::QueryInvalid, "query", detail));
        }
        return Ok(Term::Anywhere(word.to_ascii_lowercase()));
    };
    let value = value.to_ascii_lowercase();
    Ok(if sign == "~" {
        Term::Holds(*place, value)
    } else {
        Term::Is(*place, value.split('*').map(ToString::to_string).collect())
    })
}

/// Whether `text` is the parts in order with any text between them.
fn fits(text: &str, parts: &[String]) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return text.is_empty();
    };
    let Some(mut left) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else {
        return left.is_empty();
    };
    for part in middle {
        match left.find(part.as_str()) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Query, fits};
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        let parts: Vec<_> = pattern.split('*').map(ToString::to_string).collect();
        assert_eq!(fits(text, &parts), expected, "{pattern} on {text}");
    }

    #[test]
    fn stars_stand_for_any_text() {
        check("daily*", "daily-digest", true);
        check("*digest", "daily-digest", true);
        check("d*-*t", "daily-digest", true);
        check("daily", "daily-digest", false);
        check("*", "", true);
        check("a*a", "a", false);
    }

    #[test]
    fn unknown_members_and_open_quotes_are_refused() {
        assert_eq!(Query::parse("colour:red").unwrap_err().code(), "query_invalid");
        assert_eq!(Query::parse("\"open").unwrap_err().code(), "query_invalid");
        assert!(Query::parse("workflow://local/a 12:30 job:\"a b\"").is_ok());
    }
}
