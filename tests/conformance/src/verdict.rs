//! Compares what came out with what was expected, and says where they differ.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::case::{Answer, Expected, Finish, Form, Plan};
use crate::json::Json;

/// Differences shown for one case; the first ones tell most.
const DIFFERENCES_MAX: usize = 12;
/// Characters shown of one value.
const SHOWN_MAX: usize = 160;

/// `None` if the answer is what the plan expects, otherwise the differences, a line each.
pub fn judge(plan: &Plan, form: Form, answer: &Answer) -> Option<String> {
    match (&plan.expected, answer) {
        (_, Answer::Broke(how)) => Some(how.clone()),
        (Expected::Value(expected), Answer::Output { output, records }) => {
            match finish(plan.finish, output, records.as_deref()) {
                Ok(actual) => differences(expected, &actual, form),
                Err(why) => Some(why),
            }
        }
        (Expected::Value(_), Answer::Refused { code, path }) => {
            Some(format!("expected a value, got the error {code} at {path:?}"))
        }
        (Expected::Refusal { code, .. }, Answer::Output { output, .. }) => Some(format!(
            "expected the error {}, got {}",
            or_any(code.as_deref()),
            shorten(output)
        )),
        (Expected::Refusal { code, at }, Answer::Refused { code: actual, path }) => {
            let matches = code.as_ref().is_none_or(|code| code == actual) && at.as_ref().is_none_or(|at| at == path);
            let expected = || format!("{} at {}", or_any(code.as_deref()), or_any(at.as_deref()));
            (!matches).then(|| format!("expected the error {}, got {actual} at {path:?}", expected()))
        }
    }
}

fn or_any(text: Option<&str>) -> String {
    text.map_or_else(|| "(any)".to_owned(), |text| format!("{text:?}"))
}

fn finish(how: Finish, output: &str, records: Option<&str>) -> Result<Json, String> {
    let parse = |text: &str| Json::parse(text).map_err(|fault| format!("the answer is not JSON: {fault}"));
    let value = parse(output)?;
    match how {
        Finish::Plain => Ok(value),
        Finish::ViewAndLog => {
            let log = parse(records.ok_or("the topic was not read")?)?;
            Ok(Json::Map([("view".to_owned(), value), ("log".to_owned(), log)].into()))
        }
        Finish::StreamSummary => summary(&value),
    }
}

/// How many events the view has, SHA-256 of their ids joined by line feeds, and the cards.
fn summary(view: &Json) -> Result<Json, String> {
    let events = view
        .get("events")
        .and_then(Json::as_list)
        .ok_or("the view has no list of events")?;
    let ids: Option<Vec<&str>> = events
        .iter()
        .map(|event| event.get("id").and_then(Json::as_text))
        .collect();
    let joined = ids.ok_or("an event has no id")?.join("\n");
    let mut hex = String::new();
    for byte in Sha256::digest(joined.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    let unique = i64::try_from(events.len()).map_err(|error| error.to_string())?;
    let jobs = view.get("jobs").cloned().ok_or("the view has no jobs")?;
    let members = [
        ("unique", Json::Int(unique)),
        ("ids_sha256", Json::Text(hex)),
        ("jobs", jobs),
    ];
    Ok(Json::Map(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    ))
}

fn differences(expected: &Json, actual: &Json, form: Form) -> Option<String> {
    let mut found = Vec::new();
    compare(expected, actual, form, "ok", &mut found);
    let more = found.len().saturating_sub(DIFFERENCES_MAX);
    found.truncate(DIFFERENCES_MAX);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    (!found.is_empty()).then(|| found.join("\n"))
}

fn compare(expected: &Json, actual: &Json, form: Form, at: &str, found: &mut Vec<String>) {
    match (expected, actual) {
        (Json::Map(expected), Json::Map(actual)) => {
            for (name, value) in expected {
                match actual.get(name) {
                    Some(other) => compare(value, other, form, &format!("{at}.{name}"), found),
                    None => found.push(format!("{at}.{name}: expected {}, is absent", show(value))),
                }
            }
            for (name, value) in actual.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                found.push(format!("{at}.{name}: expected absent, is {}", show(value)));
            }
        }
        (Json::List(expected), Json::List(actual)) => {
            if expected.len() != actual.len() {
                found.push(format!("{at}: expected {} items, has {}", expected.len(), actual.len()));
            }
            for (index, (value, other)) in expected.iter().zip(actual).enumerate() {
                compare(value, other, form, &format!("{at}[{index}]"), found);
            }
        }
        _ if same(expected, actual, form) => {}
        _ => found.push(format!("{at}: expected {}, is {}", show(expected), show(actual))),
    }
}

/// Objects of JavaScript know one kind of number; text knows two.
fn same(expected: &Json, actual: &Json, form: Form) -> bool {
    match (expected, actual, form) {
        (Json::Int(integer), Json::Float(float), Form::Object)
        | (Json::Float(float), Json::Int(integer), Form::Object) => format!("{integer}") == format!("{float}"),
        _ => expected == actual,
    }
}

fn show(value: &Json) -> String {
    shorten(&write(value))
}

/// JSON text of a value, floats always with a fraction or exponent, so that a difference of kinds can be seen.
fn write(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Int(value) => value.to_string(),
        Json::Float(value) => format!("{value:?}"),
        Json::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Json::List(items) => format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(",")),
        Json::Map(members) => {
            let member = |(name, value): (&String, &Json)| {
                format!("{}:{}", serde_json::Value::from(name.as_str()), write(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &str, actual: &str, form: Form) -> Option<String> {
        let json = |text| Json::parse(text).expect("JSON");
        differences(&json(expected), &json(actual), form)
    }

    #[test]
    fn names_the_place_of_a_difference() {
        assert_eq!(check(r#"{"a":[1,2]}"#, r#"{"a":[1,2]}"#, Form::Text), None);
        assert_eq!(
            check(r#"{"a":[1,2]}"#, r#"{"a":[1,3]}"#, Form::Text).as_deref(),
            Some("ok.a[1]: expected 2, is 3")
        );
        assert_eq!(
            check("{}", r#"{"a":null}"#, Form::Text).as_deref(),
            Some("ok.a: expected absent, is null")
        );
    }

    #[test]
    fn integer_and_float_differ_in_text_only() {
        assert_eq!(check("1", "1.0", Form::Text).as_deref(), Some("ok: expected 1, is 1.0"));
        assert_eq!(check("1", "1.0", Form::Object), None);
    }

    #[test]
    fn a_refusal_needs_the_code_and_the_member() {
        let plan = |code: &str, at: Option<&str>| Plan {
            program: crate::case::Program::default(),
            finish: Finish::Plain,
            expected: Expected::Refusal {
                code: Some(code.to_owned()),
                at: at.map(str::to_owned),
            },
            fits_javascript: true,
        };
        let refused = Answer::Refused {
            code: "shape".to_owned(),
            path: "event.dlq".to_owned(),
        };
        assert_eq!(judge(&plan("shape", Some("event.dlq")), Form::Text, &refused), None);
        assert_eq!(judge(&plan("shape", None), Form::Text, &refused), None);
        assert!(judge(&plan("shape", Some("event.approval")), Form::Text, &refused).is_some());
        assert!(judge(&plan("id_blank", None), Form::Text, &refused).is_some());
    }
}
