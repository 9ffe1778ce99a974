//! Normalising by the letter (dashboard contract §2 to §5).
//!
//! Owns the chains, the default actions and the derived identifiers as the contract tells them. Must not know: streams.

use super::{Fault, validate};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

static NOTHING: Value = Value::Null;

/// The event of a kind, an input and options, or the first fault.
///
/// # Errors
/// The code, and the argument or member at fault.
pub fn normalise(kind: &Value, input: &Value, options: &Value) -> Result<Value, Fault> {
    let none = json!({});
    let o = if options.is_null() { &none } else { options };
    dict(o, "options")?;
    dict(input, "input")?;
    let i = input;
    let kind = text(&[kind, &o["kind"], &i["kind"], &i["event_kind"]]).ok_or(("kind_required", "input".into()))?;
    let p = raw(&[&i["raw_payload"], &i["payload"], &i["provider_payload"]]).unwrap_or(i);
    dict(p, "payload")?;
    Levels { o, i, p, kind }.event()
}

fn dict(value: &Value, name: &str) -> Result<(), Fault> {
    if value.is_object() {
        Ok(())
    } else {
        Err(("shape", name.into()))
    }
}

/// The text of a value (§2).
fn coerced(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => integer.to_string(),
            (None, Some(float)) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.1}"),
            (None, float) => float.unwrap_or(f64::NAN).to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_bytes());
            let members = members
                .into_iter()
                .map(|(name, value)| format!("{name}: {}", item(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

fn item(value: &Value) -> String {
    if value.is_null() { "nil".into() } else { coerced(value) }
}

/// A text chain: the first value whose trimmed text is not empty.
fn text(chain: &[&Value]) -> Option<String> {
    let mut texts = chain.iter().map(|value| coerced(value).trim().to_owned());
    texts.find(|text| !text.is_empty())
}

/// A raw chain: the first value that is not null.
fn raw<'a>(chain: &[&'a Value]) -> Option<&'a Value> {
    chain.iter().copied().find(|value| !value.is_null())
}

/// A record: members that are null, empty or the text `null` are lost.
fn record<const COUNT: usize>(members: [(&str, Value); COUNT]) -> Value {
    let kept = members
        .into_iter()
        .filter(|(_, value)| !(value.is_null() || value == "" || value == "null"));
    Value::Object(kept.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn hex(text: &str, digits: usize) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let mut hex = hash.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string does not fail");
        hex
    });
    hex.truncate(digits);
    hex
}

fn status_of(kind: &str) -> &'static str {
    match kind {
        "scheduled_job.created" | "scheduled_job.updated" => "scheduled",
        "scheduled_job.canceled" | "dlq.dismissed" => "canceled",
        "run.queued" | "dlq.replayed" => "queued",
        "run.started" | "run.progress" | "approval.approved" => "running",
        "run.succeeded" => "succeeded",
        "run.failed" | "approval.denied" | "approval.expired" => "failed",
        "approval.requested" => "waiting_approval",
        "dlq.created" => "dlq",
        _ => "unknown",
    }
}

/// Options, input, payload: the levels that chains walk through.
struct Levels<'a> {
    o: &'a Value,
    i: &'a Value,
    p: &'a Value,
    kind: String,
}

impl Levels<'_> {
    fn text(&self, name: &str) -> Option<String> {
        text(&[&self.o[name], &self.i[name], &self.p[name]])
    }

    fn texted(&self, name: &str) -> Value {
        self.text(name).map_or(Value::Null, Value::from)
    }

    fn raw(&self, name: &str) -> Option<&Value> {
        raw(&[&self.o[name], &self.i[name], &self.p[name]])
    }

    fn rawed(&self, name: &str) -> Value {
        self.raw(name).cloned().unwrap_or_default()
    }

    /// A text chain of the option, then several names of the input, then the same of the payload.
    fn aliased(&self, names: &[&str]) -> Option<String> {
        let mut chain = vec![&self.o[names[0]]];
        for level in [self.i, self.p] {
            chain.extend(names.iter().map(|name| &level[*name]));
        }
        text(&chain)
    }

    fn timestamp(&self) -> Option<String> {
        let times = [
            "queued_at",
            "started_at",
            "completed_at",
            "created_at",
            "updated_at",
            "requested_at",
            "decided_at",
        ];
        let mut chain = Vec::new();
        for level in [self.o, self.i, self.p] {
            chain.extend([
                &level["source_timestamp"],
                &level["timestamp"],
                &level["source_clock"]["timestamp"],
            ]);
            if !std::ptr::eq(level, self.o) {
                chain.extend(times.iter().map(|name| &level[*name]));
            }
        }
        text(&chain)
    }

    #[allow(clippy::too_many_lines)] // one table of the contract, in its order
    fn event(&self) -> Result<Value, Fault> {
        let Self { o, i, p, kind } = self;
        let timestamp = self
            .timestamp()
            .ok_or(("source_timestamp_required", "input".to_owned()))?;
        let ids = ["job_id", "schedule_id", "workflow_id", "trigger_id", "binding_id"];
        let job_id = self.aliased(&ids).ok_or(("job_id_required", "input".to_owned()))?;
        let run_id = self.aliased(&["run_id", "managed_run_id", "dispatch_id"]);
        let source_id = self.text("source_id");
        let environment = self.text("environment").unwrap_or("local".into());
        let url = text(&[&o["source_url"], &i["source_url"], &i["status_url"], &p["source_url"]]);
        let receipts = self
            .refs("receipt_refs")?
            .unwrap_or_else(|| self.loose("receipt", "Receipt"));
        let replays = self
            .refs("replay_refs")?
            .unwrap_or_else(|| self.loose("replay", "Replay fixture"));
        let privacy = self.privacy()?;
        let derived = || {
            let part = |text: &Option<String>| text.clone().unwrap_or_default();
            let seed = [kind, &job_id, &part(&run_id), &timestamp, &part(&source_id)]
                .map(String::as_str)
                .join("\n");
            Value::from(format!("dashboard_job:{}", hex(&seed, 32)))
        };
        let dedupe_key = raw(&[&o["dedupe_key"], &i["dedupe_key"]])
            .cloned()
            .unwrap_or_else(derived);
        let id = match (raw(&[&o["id"], &i["dashboard_event_id"]]), dedupe_key.as_str()) {
            (Some(id), _) => id.clone(),
            (None, Some(key)) => Value::from(format!("dash_job_evt_{}", hex(key, 24))),
            (None, None) => return Err(("shape", "event.dedupe_key".into())),
        };
        let related = self.refs("related_refs")?.unwrap_or_else(|| match &url {
            Some(url) => json!([{"kind": "source", "label": "Source", "url": url}]),
            None => json!([]),
        });
        let (approval, dlq) = (self.approval(), self.dlq());
        let title = text(&[
            &o["title"],
            &i["title"],
            &i["workflow_name"],
            &p["title"],
            &p["workflow_name"],
        ]);
        let own = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let event = record([
            ("schema", Value::from("harn.dashboard_job_event.v1")),
            ("id", id),
            ("dedupe_key", dedupe_key),
            ("kind", Value::from(kind.as_str())),
            (
                "source",
                record([
                    ("runtime", Value::from(self.text("runtime").unwrap_or("harn".into()))),
                    ("environment", Value::from(environment.as_str())),
                    ("id", own(source_id)),
                    ("url", own(url)),
                    ("region", self.texted("region")),
                ]),
            ),
            (
                "source_clock",
                json!({"kind": self.clock_kind(&environment), "timestamp": timestamp}),
            ),
            ("tenant_id", self.texted("tenant_id")),
            ("workspace_id", self.texted("workspace_id")),
            ("job_id", Value::from(job_id.as_str())),
            ("run_id", own(run_id.clone())),
            ("workflow_id", self.texted("workflow_id")),
            ("trigger_id", self.texted("trigger_id")),
            ("binding_id", self.texted("binding_id")),
            ("event_id", self.texted("event_id")),
            (
                "status",
                raw(&[&o["status"], &i["status"]])
                    .cloned()
                    .unwrap_or_else(|| status_of(kind).into()),
            ),
            ("title", Value::from(title.unwrap_or_else(|| job_id.clone()))),
            (
                "summary",
                Value::from(
                    self.text("summary")
                        .unwrap_or_else(|| format!("{}: {job_id}", status_of(kind))),
                ),
            ),
            ("queue", self.texted("queue")),
            ("queue_depth", self.rawed("queue_depth")),
            ("priority", self.texted("priority")),
            ("attempt", self.rawed("attempt")),
            ("max_attempts", self.rawed("max_attempts")),
            (
                "action_intents",
                raw(&[&o["action_intents"], &i["action_intents"]])
                    .cloned()
                    .unwrap_or_else(|| self.actions(&job_id, &own(run_id), [&receipts, &replays], &approval, &dlq)),
            ),
            ("approval", approval),
            ("dlq", dlq),
            ("receipt_refs", receipts),
            ("replay_refs", replays),
            ("related_refs", related),
            ("result", self.rawed("result")),
            ("error", self.texted("error")),
            (
                "raw_payload",
                if privacy["raw_payload_retained"] == false {
                    json!({})
                } else {
                    (*p).clone()
                },
            ),
            ("privacy", privacy),
        ]);
        validate(&event)?;
        Ok(event)
    }

    fn clock_kind(&self, environment: &str) -> String {
        let picked = match self.raw("source_clock") {
            Some(Value::Object(clock)) => text(&[clock.get("kind").unwrap_or(&NOTHING)]),
            Some(other) => text(&[other]),
            None => None,
        };
        let default = if environment == "cloud" {
            "harn-cloud"
        } else {
            "harn-local"
        };
        picked.unwrap_or(default.into())
    }

    fn refs(&self, name: &str) -> Result<Option<Value>, Fault> {
        let Some(list) = self.raw(name) else { return Ok(None) };
        let fault = |code| -> Fault { (code, format!("event.{name}")) };
        let mut refs = Vec::new();
        for item in list.as_array().ok_or_else(|| fault("list_expected"))? {
            if !item.is_object() {
                return Err(fault("ref_not_object"));
            }
            let part = |name: &str| text(&[&item[name]]).map_or(Value::Null, Value::from);
            if part("kind").is_null() {
                return Err(fault("ref_kind_required"));
            }
            if part("id").is_null() && part("url").is_null() {
                return Err(fault("ref_target_required"));
            }
            refs.push(record(["kind", "label", "id", "url"].map(|name| (name, part(name)))));
        }
        Ok(Some(Value::Array(refs)))
    }

    /// The one ref that loose members make.
    fn loose(&self, stem: &str, label: &str) -> Value {
        let (id, url) = (self.texted(&format!("{stem}_id")), self.texted(&format!("{stem}_url")));
        if id.is_null() && url.is_null() {
            return json!([]);
        }
        let kind = if stem == "replay" { "replay_fixture" } else { stem };
        json!([record([
            ("kind", kind.into()),
            ("label", label.into()),
            ("id", id),
            ("url", url)
        ])])
    }

    fn privacy(&self) -> Result<Value, Fault> {
        let (o, own) = (self.o, &self.i["privacy"]);
        let flag =
            |option: &str, name: &str, default: bool| raw(&[&o[option], &own[name]]).cloned().unwrap_or(default.into());
        let list = raw(&[&o["privacy_flags"], &own["flags"]])
            .cloned()
            .unwrap_or_else(|| json!([]));
        let Some(list) = list.as_array() else {
            return Err(("list_expected", "event.privacy.flags".into()));
        };
        let flags: Vec<String> = list.iter().filter_map(|item| text(&[item])).collect();
        Ok(json!({
            "redacted": flag("redacted", "redacted", false),
            "raw_payload_retained": flag("raw_payload_retained", "raw_payload_retained", true),
            "contains_sensitive": flag("contains_sensitive", "contains_sensitive", false),
            "flags": flags,
        }))
    }

    fn approval(&self) -> Value {
        let Self { o, i, p, .. } = self;
        let raw = self.raw("approval").unwrap_or(&NOTHING);
        let asked = text(&[
            &raw["request_id"],
            &o["approval_request_id"],
            &i["approval_request_id"],
            &p["approval_request_id"],
            &i["request_id"],
            &p["request_id"],
        ]);
        if raw.is_null() && asked.is_none() {
            return Value::Null;
        }
        let own = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let common = |name: &str| own(text(&[&raw[name], &i[name], &p[name]]));
        let status = text(&[&raw["status"], &o["approval_status"], &i["approval_status"]]);
        record([
            ("request_id", own(asked)),
            ("status", Value::from(status.unwrap_or("requested".into()))),
            ("requested_at", common("requested_at")),
            ("decided_at", common("decided_at")),
            ("reviewer", common("reviewer")),
            ("expires_at", common("expires_at")),
            (
                "summary",
                own(text(&[&raw["summary"], &i["approval_summary"], &p["approval_summary"]])),
            ),
        ])
    }

    fn dlq(&self) -> Value {
        let Self { o, i, p, .. } = self;
        let letter = self.raw("dlq").unwrap_or(&NOTHING);
        let id = text(&[&letter["dlq_id"], &o["dlq_id"], &i["dlq_id"], &p["dlq_id"]]);
        if letter.is_null() && id.is_none() {
            return Value::Null;
        }
        let own = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let common = |name: &str| own(text(&[&letter[name], &i[name], &p[name]]));
        let state = text(&[&letter["state"], &i["dlq_state"], &p["dlq_state"]]);
        let error = text(&[
            &letter["final_error"],
            &i["final_error"],
            &i["error"],
            &p["final_error"],
        ]);
        let attempts = raw(&[&letter["attempts"], &i["attempts"], &p["attempts"]]);
        record([
            ("dlq_id", own(id)),
            ("state", Value::from(state.unwrap_or("pending".into()))),
            ("attempts", attempts.cloned().unwrap_or_default()),
            ("error_class", common("error_class")),
            ("final_error", own(error)),
            ("replay_of_event_id", common("replay_of_event_id")),
        ])
    }

    fn actions(&self, job_id: &str, run_id: &Value, refs: [&Value; 2], approval: &Value, dlq: &Value) -> Value {
        let mut actions = Vec::new();
        let mut add = |kind: &str, label: &str, extra: (&str, &Value), effect: &str| {
            let target = record([
                ("job_id", job_id.into()),
                ("run_id", run_id.clone()),
                (extra.0, extra.1.clone()),
            ]);
            let mut action = Map::new();
            action.insert("kind".into(), kind.into());
            action.insert("label".into(), label.into());
            action.insert("target".into(), target);
            action.insert("effect".into(), effect.into());
            action.insert("requires_approval".into(), (effect != "navigation").into());
            actions.push(Value::Object(action));
        };
        add("open_job", "Open job", ("", &NOTHING), "navigation");
        for (list, name, kind, label) in [
            (refs[0], "receipt_refs", "open_receipt", "Open receipt"),
            (refs[1], "replay_refs", "open_replay_fixture", "Open replay fixture"),
        ] {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                add(kind, label, (name, list), "navigation");
            }
        }
        if self.kind == "approval.requested" && !approval.is_null() {
            let asked = ("approval_request_id", &approval["request_id"]);
            add("review_approval", "Review approval", asked, "host_approval_decision");
        }
        if self.kind == "dlq.created" && !dlq.is_null() {
            let letter = ("dlq_id", &dlq["dlq_id"]);
            add("replay_dlq", "Replay DLQ item", letter, "orchestrator_replay");
            add("dismiss_dlq", "Dismiss DLQ item", letter, "orchestrator_dlq_state");
        }
        Value::Array(actions)
    }
}
