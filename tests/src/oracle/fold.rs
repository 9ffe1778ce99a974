//! Dedupe and fold by the letter (dashboard contract §7).
//!
//! Owns the table of card members as the contract has it. Must not know: whether events are valid.

use super::{member, trimmed};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The first event of every dedupe key, in order.
pub fn dedupe(events: &[Value]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let fresh = events.iter().filter(|event| seen.insert(event["dedupe_key"].as_str()));
    fresh.cloned().collect()
}

/// The cards of a list of unique events, in the order in which their jobs first appear.
pub fn cards(unique: &[Value]) -> Value {
    let mut cards: Vec<(Value, Map<String, Value>)> = Vec::new();
    for event in unique {
        let job = &event["job_id"];
        let place = cards.iter().position(|(id, _)| id == job);
        if let Some(place) = place {
            later(&mut cards[place].1, event);
        } else {
            cards.push((job.clone(), first(event)));
        }
    }
    cards.into_iter().map(|(_, card)| Value::Object(shown(card))).collect()
}

/// A card's member that takes an event's value, and that value's name in the event.
const TAKEN: [(&str, &str); 11] = [
    ("run_id", "run_id"),
    ("workflow_id", "workflow_id"),
    ("trigger_id", "trigger_id"),
    ("binding_id", "binding_id"),
    ("queue", "queue"),
    ("queue_depth", "queue_depth"),
    ("priority", "priority"),
    ("approval", "approval"),
    ("dlq", "dlq"),
    ("last_result", "result"),
    ("last_error", "error"),
];

const REFS: [&str; 3] = ["receipt_refs", "replay_refs", "related_refs"];

fn first(event: &Value) -> Map<String, Value> {
    let mut card = Map::new();
    let mut set = |name: &str, value: &Value| card.insert(name.to_owned(), value.clone());
    set("schema", &Value::from("harn.dashboard_job_card.v1"));
    set("job_id", &event["job_id"]);
    set("title", &event["title"]);
    set("status", &event["status"]);
    set("latest_event_id", &event["id"]);
    set("updated_at", &event["source_clock"]["timestamp"]);
    for (own, theirs) in TAKEN {
        set(own, &event[theirs]);
    }
    for name in REFS {
        set(name, &event[name]);
    }
    set("action_intents", &event["action_intents"]);
    card
}

fn later(card: &mut Map<String, Value>, event: &Value) {
    let kind = event["kind"].as_str().unwrap_or("");
    let neutral = kind == "receipt.available" || kind == "replay_fixture.available";
    if !neutral {
        card["title"] = event["title"].clone();
        card["status"] = event["status"].clone();
    }
    card["latest_event_id"] = event["id"].clone();
    card["updated_at"] = event["source_clock"]["timestamp"].clone();
    for (own, theirs) in TAKEN {
        if let Some(value) = member(event, theirs) {
            card[own] = value.clone();
        }
    }
    for name in REFS {
        append_new(&mut card[name], &event[name], |item| {
            format!(
                "{}:{}:{}",
                trimmed(item, "kind"),
                trimmed(item, "id"),
                trimmed(item, "url")
            )
        });
    }
    if neutral {
        append_new(&mut card["action_intents"], &event["action_intents"], |item| {
            format!("{}:{}", trimmed(item, "kind"), trimmed(item, "effect"))
        });
    } else {
        card["action_intents"] = event["action_intents"].clone();
    }
}

/// Appends the items whose key the list does not have yet, repeats among the new ones included.
fn append_new(list: &mut Value, more: &Value, key: impl Fn(&Value) -> String) {
    let (Some(list), Some(more)) = (list.as_array_mut(), more.as_array()) else {
        return;
    };
    for item in more {
        if list.iter().all(|known| key(known) != key(item)) {
            list.push(item.clone());
        }
    }
}

/// A card loses members that are null, empty text or exactly the text `null`.
fn shown(card: Map<String, Value>) -> Map<String, Value> {
    card.into_iter()
        .filter(|(_, value)| !(value.is_null() || value == "" || value == "null"))
        .collect()
}
