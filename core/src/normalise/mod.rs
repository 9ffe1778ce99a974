//! Normalising (dashboard contract §3): any runtime's record becomes one envelope, or is refused with a code.
//!
//! Owns the order of the steps, which is the order in which errors appear, and the order of the event's members.
//! Each step's own rule has its own file. Must not know: what makes an event valid ([`crate::validate`] does), the
//! fold, the log.

mod actions;
mod approval;
mod chain;
mod clock;
mod dlq;
mod privacy;
mod record;
mod refs;
mod source;
#[cfg(test)]
mod tests;

use crate::dedupe_key::{Seed, event_id};
use crate::error::{Code, Error};
use crate::json::write::into_text;
use crate::json::{Node, Tape};
use crate::kind::default_status;
use crate::text;
use crate::validate::{self, EVENT_SCHEMA};
use alloc::borrow::{Cow, ToOwned};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use chain::{
    Levels,
    Step::{Input as I, Options as O, Payload as P},
};
use record::Record;

/// All that an event is made of, once every step that can refuse has passed.
struct Draft<'a> {
    levels: Levels<'a>,
    kind: Cow<'a, str>,
    timestamp: Cow<'a, str>,
    job_id: Cow<'a, str>,
    run_id: Option<Cow<'a, str>>,
    source: source::Source<'a>,
    receipt_refs: Vec<refs::Ref<'a>>,
    replay_refs: Vec<refs::Ref<'a>>,
    related_refs: Vec<refs::Ref<'a>>,
    privacy: privacy::Privacy<'a>,
    dedupe_key: Identifier<'a>,
    id: Identifier<'a>,
    approval: Option<approval::Approval<'a>>,
    dlq: Option<dlq::Dlq<'a>>,
}

/// An identifier that was given, of whatever type, or made here.
enum Identifier<'a> {
    Given(Node<'a>),
    Derived(String),
}

/// Makes the event, as JSON text that has passed validation. A missing argument and `null` are the same.
///
/// # Errors
/// `shape` at `options`, `input`, `payload`, `dedupe_key` or a member of the event, and every code of normalising and
/// validation (dashboard contract §3, §6).
pub fn event(kind: Option<Node<'_>>, input: Option<Node<'_>>, options: Option<Node<'_>>) -> Result<String, Error> {
    let draft = draft(kind, Levels::new(input, options)?)?;
    let mut out = Vec::with_capacity(1024 + draft.levels.payload.raw().len());
    write(&mut out, &draft);
    validated(out)
}

/// The one place where a made event meets the rules that every event meets.
fn validated(event: Vec<u8>) -> Result<String, Error> {
    let mut tape = Tape::new();
    // The event nests its payload, so a payload at the limit of depth or size makes an event beyond it.
    let node = tape
        .read(&event)
        .map_err(|error| Error::new(error.kind(), "payload", error.detail().to_owned()))?;
    validate::check(node)?;
    Ok(into_text(event))
}

/// Runs the steps that can refuse, in the contract's order.
fn draft<'a>(kind: Option<Node<'a>>, levels: Levels<'a>) -> Result<Draft<'a>, Error> {
    let kind = kind
        .and_then(text::usable)
        .or_else(|| levels.text(&[O("kind"), I("kind"), I("event_kind")]))
        .ok_or_else(|| required(Code::KindRequired, "event.kind"))?;
    levels.check_payload()?;
    let timestamp = clock::timestamp(&levels)
        .ok_or_else(|| required(Code::SourceTimestampRequired, "event.source_clock.timestamp"))?;
    let job_id = job_id(&levels).ok_or_else(|| required(Code::JobIdRequired, "event.job_id"))?;
    let run_id = run_id(&levels);
    let source = source::read(&levels);
    let receipt_refs = refs::receipts(&levels)?;
    let replay_refs = refs::replays(&levels)?;
    let privacy = privacy::read(&levels)?;
    let seed = Seed {
        kind: &kind,
        job_id: &job_id,
        run_id: run_id.as_deref().unwrap_or_default(),
        timestamp: &timestamp,
        source_id: source.id.as_deref().unwrap_or_default(),
    };
    let (dedupe_key, id) = identify(&levels, &seed)?;
    let related_refs = refs::related(&levels, source.url.as_ref())?;
    Ok(Draft {
        approval: approval::read(&levels),
        dlq: dlq::read(&levels),
        levels,
        kind,
        timestamp,
        job_id,
        run_id,
        source,
        receipt_refs,
        replay_refs,
        related_refs,
        privacy,
        dedupe_key,
        id,
    })
}

fn required(code: Code, path: &'static str) -> Error {
    Error::new(code, path, "expected a usable value, got none")
}

fn job_id<'a>(levels: &Levels<'a>) -> Option<Cow<'a, str>> {
    levels.text(&[
        O("job_id"),
        I("job_id"),
        I("schedule_id"),
        I("workflow_id"),
        I("trigger_id"),
        I("binding_id"),
        P("job_id"),
        P("schedule_id"),
        P("workflow_id"),
        P("trigger_id"),
        P("binding_id"),
    ])
}

fn run_id<'a>(levels: &Levels<'a>) -> Option<Cow<'a, str>> {
    levels.text(&[
        O("run_id"),
        I("run_id"),
        I("managed_run_id"),
        I("dispatch_id"),
        P("run_id"),
        P("managed_run_id"),
        P("dispatch_id"),
    ])
}

/// The dedupe key and the id. A given id is taken as it is; otherwise the key has to be text, because it is hashed.
fn identify<'a>(levels: &Levels<'a>, seed: &Seed<'_>) -> Result<(Identifier<'a>, Identifier<'a>), Error> {
    let key = levels
        .raw(&[O("dedupe_key"), I("dedupe_key")])
        .map_or_else(|| Identifier::Derived(seed.dedupe_key()), Identifier::Given);
    let id = match (levels.raw(&[O("id"), I("dashboard_event_id")]), &key) {
        (Some(id), _) => Identifier::Given(id),
        (None, Identifier::Derived(key)) => Identifier::Derived(event_id(key)),
        (None, Identifier::Given(key)) => Identifier::Derived(event_id(&hashable(*key)?)),
    };
    Ok((key, id))
}

fn hashable(key: Node<'_>) -> Result<Cow<'_, str>, Error> {
    key.string().ok_or_else(|| {
        let detail = format!("expected a string to derive the id from, got {}", key.kind().name());
        Error::new(Code::Shape, "dedupe_key", detail)
    })
}

/// Writes the event. Members come in a fixed order, so equal inputs give equal bytes.
fn write(out: &mut Vec<u8>, draft: &Draft<'_>) {
    let mut event = Record::new(out);
    write_identity(&mut event, draft);
    write_lineage(&mut event, draft);
    write_state(&mut event, draft);
    write_links(&mut event, draft);
    event
        .raw("result", draft.levels.raw_named("result"))
        .text("error", draft.levels.text_named("error").as_deref())
        .with("privacy", |out| draft.privacy.write(out))
        .with("raw_payload", |out| {
            let payload = draft.levels.payload.raw();
            let kept = if draft.privacy.retains_payload() { payload } else { "{}" };
            out.extend_from_slice(kept.as_bytes());
        })
        .end();
}

fn write_identity(event: &mut Record<'_>, draft: &Draft<'_>) {
    event
        .text("schema", Some(EVENT_SCHEMA))
        .identifier("id", &draft.id)
        .identifier("dedupe_key", &draft.dedupe_key)
        .text("kind", Some(&draft.kind))
        .with("source", |out| draft.source.write(out))
        .with("source_clock", |out| {
            let kind = clock::kind(&draft.levels, &draft.source.environment);
            clock::write(out, &kind, &draft.timestamp);
        });
}

fn write_lineage(event: &mut Record<'_>, draft: &Draft<'_>) {
    let named = |name| draft.levels.text_named(name);
    event
        .text("tenant_id", named("tenant_id").as_deref())
        .text("workspace_id", named("workspace_id").as_deref())
        .text("job_id", Some(&draft.job_id))
        .text("run_id", draft.run_id.as_deref())
        .text("workflow_id", named("workflow_id").as_deref())
        .text("trigger_id", named("trigger_id").as_deref())
        .text("binding_id", named("binding_id").as_deref())
        .text("event_id", named("event_id").as_deref());
}

fn write_state(event: &mut Record<'_>, draft: &Draft<'_>) {
    let levels = &draft.levels;
    let status = default_status(&draft.kind);
    match levels.raw(&[O("status"), I("status")]) {
        Some(given) => event.raw("status", Some(given)),
        None => event.text("status", Some(status)),
    };
    let title = levels
        .text(&[
            O("title"),
            I("title"),
            I("workflow_name"),
            P("title"),
            P("workflow_name"),
        ])
        .unwrap_or(Cow::Borrowed(&*draft.job_id));
    // The default summary speaks of the kind's own status, even when another one is given.
    let summary = levels
        .text_named("summary")
        .unwrap_or_else(|| Cow::Owned(format!("{status}: {}", draft.job_id)));
    event
        .text("title", Some(&title))
        .text("summary", Some(&summary))
        .text("queue", levels.text_named("queue").as_deref())
        .raw("queue_depth", levels.raw_named("queue_depth"))
        .text("priority", levels.text_named("priority").as_deref())
        .raw("attempt", levels.raw_named("attempt"))
        .raw("max_attempts", levels.raw_named("max_attempts"));
}

fn write_links(event: &mut Record<'_>, draft: &Draft<'_>) {
    if let Some(approval) = &draft.approval {
        event.with("approval", |out| approval.write(out));
    }
    if let Some(dlq) = &draft.dlq {
        event.with("dlq", |out| dlq.write(out));
    }
    event
        .with("receipt_refs", |out| refs::write(out, &draft.receipt_refs))
        .with("replay_refs", |out| refs::write(out, &draft.replay_refs))
        .with("related_refs", |out| refs::write(out, &draft.related_refs));
    match draft.levels.raw(&[O("action_intents"), I("action_intents")]) {
        Some(given) => event.raw("action_intents", Some(given)),
        None => event.with("action_intents", |out| actions::write_defaults(out, draft)),
    };
}

impl Record<'_> {
    fn identifier(&mut self, name: &str, value: &Identifier<'_>) -> &mut Self {
        match value {
            Identifier::Given(node) => self.raw(name, Some(*node)),
            Identifier::Derived(text) => self.text(name, Some(text)),
        }
    }
}
