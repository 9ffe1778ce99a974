//! Validation by the letter (dashboard contract §6).
//!
//! Owns both layers: the shape guard, then what texts must say. Must not know: other events.

use super::{member, trimmed};
use serde_json::Value;

/// The first rule an event breaks: its code and the member at fault.
pub type Fault = (&'static str, String);

type Outcome = Result<(), Fault>;

/// Checks one event.
///
/// # Errors
/// The first fault, in the contract's order.
pub fn validate(event: &Value) -> Outcome {
    if !event.is_object() {
        return Err(("shape", "event".into()));
    }
    guard(event)?;
    texts(event)
}

const TOP: [&str; 16] = [
    "schema",
    "id",
    "dedupe_key",
    "kind",
    "source",
    "source_clock",
    "job_id",
    "status",
    "title",
    "summary",
    "receipt_refs",
    "replay_refs",
    "related_refs",
    "action_intents",
    "privacy",
    "raw_payload",
];

fn guard(event: &Value) -> Outcome {
    if let Some(missing) = TOP.iter().find(|name| event.get(**name).is_none()) {
        return shape(missing);
    }
    let mut names: Vec<&str> = event
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names.into_iter().try_for_each(|name| typed(event, name))
}

/// The type of one top-level member; unknown ones may be anything.
fn typed(event: &Value, name: &str) -> Outcome {
    let value = &event[name];
    let fits = match name {
        "schema" => value == "harn.dashboard_job_event.v1",
        "id" | "dedupe_key" | "kind" | "job_id" | "status" | "title" | "summary" => value.is_string(),
        "tenant_id" | "workspace_id" | "run_id" | "workflow_id" | "trigger_id" | "binding_id" | "event_id"
        | "queue" | "priority" | "error" => value.is_null() || value.is_string(),
        "queue_depth" | "attempt" | "max_attempts" => value.is_null() || value.is_i64(),
        "result" => value.is_null() || value.is_object(),
        "raw_payload" => value.is_object(),
        "receipt_refs" | "replay_refs" | "related_refs" => all(value, reference),
        "action_intents" => all(value, intent),
        "approval" => value.is_null() || record(value, &["request_id", "status"], &APPROVAL_OPTIONAL),
        "dlq" => {
            let attempts = &value["attempts"];
            value.is_null()
                || record(value, &["dlq_id", "state"], &DLQ_OPTIONAL) && (attempts.is_null() || attempts.is_i64())
        }
        "source" => {
            return nested(value, "source", &["runtime", "environment"], |name, value| match name {
                "runtime" | "environment" => value.is_string(),
                "id" | "url" | "region" => value.is_null() || value.is_string(),
                _ => true,
            });
        }
        "source_clock" => {
            return nested(value, "source_clock", &["kind", "timestamp"], |name, value| {
                !matches!(name, "kind" | "timestamp") || value.is_string()
            });
        }
        "privacy" => {
            let members = ["redacted", "raw_payload_retained", "contains_sensitive", "flags"];
            return nested(value, "privacy", &members, |name, value| match name {
                "flags" => all(value, Value::is_string),
                "redacted" | "raw_payload_retained" | "contains_sensitive" => value.is_boolean(),
                _ => true,
            });
        }
        _ => true,
    };
    if fits { Ok(()) } else { shape(name) }
}

const APPROVAL_OPTIONAL: [&str; 5] = ["requested_at", "decided_at", "reviewer", "expires_at", "summary"];
const DLQ_OPTIONAL: [&str; 3] = ["error_class", "final_error", "replay_of_event_id"];

fn nested(value: &Value, parent: &str, required: &[&str], fits: impl Fn(&str, &Value) -> bool) -> Outcome {
    let Some(members) = value.as_object() else {
        return shape(parent);
    };
    if let Some(missing) = required.iter().find(|name| !members.contains_key(**name)) {
        return shape(&format!("{parent}.{missing}"));
    }
    match members.iter().find(|(name, value)| !fits(name, value)) {
        Some((name, _)) => shape(&format!("{parent}.{name}")),
        None => Ok(()),
    }
}

fn record(value: &Value, required: &[&str], optional: &[&str]) -> bool {
    value.is_object()
        && required.iter().all(|name| value[*name].is_string())
        && optional
            .iter()
            .all(|name| value[*name].is_null() || value[*name].is_string())
}

fn reference(item: &Value) -> bool {
    record(item, &["kind"], &["label", "id", "url"])
}

fn intent(item: &Value) -> bool {
    record(item, &["kind", "label", "effect"], &[])
        && item["target"].is_object()
        && item["requires_approval"].is_boolean()
}

fn all(list: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    list.as_array().is_some_and(|items| items.iter().all(fits))
}

fn shape(name: &str) -> Outcome {
    Err(("shape", format!("event.{name}")))
}

fn texts(event: &Value) -> Outcome {
    let not_blank = [
        ("id", "id_blank"),
        ("dedupe_key", "dedupe_key_blank"),
        ("kind", "kind_required"),
        ("job_id", "job_id_required"),
        ("status", "status_blank"),
        ("title", "title_blank"),
        ("summary", "summary_blank"),
    ];
    for (name, code) in not_blank {
        need(!trimmed(event, name).is_empty(), code, name)?;
    }
    for (parent, names, code) in [
        ("source_clock", ["kind", "timestamp"], "source_clock_required"),
        ("source", ["runtime", "environment"], "source_required"),
    ] {
        for name in names {
            need(
                !trimmed(&event[parent], name).is_empty(),
                code,
                &format!("{parent}.{name}"),
            )?;
        }
    }
    by_kind(event)?;
    for name in ["receipt_refs", "replay_refs", "related_refs"] {
        for item in event[name].as_array().into_iter().flatten() {
            need(!trimmed(item, "kind").is_empty(), "ref_kind_required", name)?;
            let target = !trimmed(item, "id").is_empty() || !trimmed(item, "url").is_empty();
            need(target, "ref_target_required", name)?;
        }
    }
    for item in event["action_intents"].as_array().into_iter().flatten() {
        let complete = ["kind", "label", "effect"]
            .iter()
            .all(|name| !trimmed(item, name).is_empty());
        need(complete, "intent_incomplete", "action_intents")?;
        let harmless = ["navigation", "read"].contains(&trimmed(item, "effect"));
        let gated = item["requires_approval"] == true;
        need(harmless || gated, "intent_needs_approval", "action_intents")?;
    }
    Ok(())
}

fn by_kind(event: &Value) -> Outcome {
    let kind = event["kind"].as_str().unwrap_or("");
    let nothing = Value::Null;
    if kind.starts_with("run.") {
        need(!trimmed(event, "run_id").is_empty(), "run_id_required", "run_id")?;
    }
    if kind.starts_with("approval.") {
        let approval = member(event, "approval").unwrap_or(&nothing);
        let given = !trimmed(approval, "request_id").is_empty();
        need(given, "approval_request_id_required", "approval.request_id")?;
    }
    if kind.starts_with("dlq.") {
        let dlq = member(event, "dlq").unwrap_or(&nothing);
        need(!trimmed(dlq, "dlq_id").is_empty(), "dlq_id_required", "dlq.dlq_id")?;
    }
    let count = |name: &str| event[name].as_array().map_or(0, Vec::len);
    if kind == "receipt.available" {
        need(count("receipt_refs") > 0, "receipt_refs_required", "receipt_refs")?;
    }
    if kind == "replay_fixture.available" {
        need(count("replay_refs") > 0, "replay_refs_required", "replay_refs")?;
    }
    Ok(())
}

fn need(holds: bool, code: &'static str, name: &str) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err((code, format!("event.{name}")))
    }
}
