//! The shape guard: the first of the contract's two layers (dashboard contract §6).
//!
//! Owns which members an event must have and of what type, and the order in which faults are found: missing members
//! in the order of [`REQUIRED`], then types in alphabetical order. Must not know: what the texts say.

use crate::envelope::{Envelope, IntentSlots, Member, RefList, RefSlots, Slot};
use crate::error::{Code, Error};
use crate::json::Kind;
use crate::validate::EVENT_SCHEMA;
use alloc::format;

/// Members that must be present, in the order in which their absence is reported.
const REQUIRED: [(Member, &str); 16] = [
    (Member::Schema, "event.schema"),
    (Member::Id, "event.id"),
    (Member::DedupeKey, "event.dedupe_key"),
    (Member::Kind, "event.kind"),
    (Member::Source, "event.source"),
    (Member::SourceClock, "event.source_clock"),
    (Member::JobId, "event.job_id"),
    (Member::Status, "event.status"),
    (Member::Title, "event.title"),
    (Member::Summary, "event.summary"),
    (Member::ReceiptRefs, "event.receipt_refs"),
    (Member::ReplayRefs, "event.replay_refs"),
    (Member::RelatedRefs, "event.related_refs"),
    (Member::ActionIntents, "event.action_intents"),
    (Member::Privacy, "event.privacy"),
    (Member::RawPayload, "event.raw_payload"),
];

/// What a member's value has to be.
#[derive(Clone, Copy)]
enum Rule {
    Schema,
    Text,
    OptionalText,
    OptionalInt,
    Object,
    OptionalObject,
    Bool,
    Flags,
    Refs(RefList),
    Intents,
    Approval,
    Dlq,
    /// An object with members of its own: the required ones in order, then all typed ones alphabetically.
    Nested(
        &'static [(Member, &'static str)],
        &'static [(Member, &'static str, Rule)],
    ),
}

/// Every typed member, alphabetically: the order in which wrong types are reported.
const TYPES: [(Member, &str, Rule); 32] = [
    (Member::ActionIntents, "event.action_intents", Rule::Intents),
    (Member::Approval, "event.approval", Rule::Approval),
    (Member::Attempt, "event.attempt", Rule::OptionalInt),
    (Member::BindingId, "event.binding_id", Rule::OptionalText),
    (Member::DedupeKey, "event.dedupe_key", Rule::Text),
    (Member::Dlq, "event.dlq", Rule::Dlq),
    (Member::Error, "event.error", Rule::OptionalText),
    (Member::EventId, "event.event_id", Rule::OptionalText),
    (Member::Id, "event.id", Rule::Text),
    (Member::JobId, "event.job_id", Rule::Text),
    (Member::Kind, "event.kind", Rule::Text),
    (Member::MaxAttempts, "event.max_attempts", Rule::OptionalInt),
    (Member::Priority, "event.priority", Rule::OptionalText),
    (
        Member::Privacy,
        "event.privacy",
        Rule::Nested(&PRIVACY_REQUIRED, &PRIVACY_TYPES),
    ),
    (Member::Queue, "event.queue", Rule::OptionalText),
    (Member::QueueDepth, "event.queue_depth", Rule::OptionalInt),
    (Member::RawPayload, "event.raw_payload", Rule::Object),
    (Member::ReceiptRefs, "event.receipt_refs", Rule::Refs(RefList::Receipt)),
    (Member::RelatedRefs, "event.related_refs", Rule::Refs(RefList::Related)),
    (Member::ReplayRefs, "event.replay_refs", Rule::Refs(RefList::Replay)),
    (Member::Result, "event.result", Rule::OptionalObject),
    (Member::RunId, "event.run_id", Rule::OptionalText),
    (Member::Schema, "event.schema", Rule::Schema),
    (
        Member::Source,
        "event.source",
        Rule::Nested(&SOURCE_REQUIRED, &SOURCE_TYPES),
    ),
    (
        Member::SourceClock,
        "event.source_clock",
        Rule::Nested(&CLOCK_REQUIRED, &CLOCK_TYPES),
    ),
    (Member::Status, "event.status", Rule::Text),
    (Member::Summary, "event.summary", Rule::Text),
    (Member::TenantId, "event.tenant_id", Rule::OptionalText),
    (Member::Title, "event.title", Rule::Text),
    (Member::TriggerId, "event.trigger_id", Rule::OptionalText),
    (Member::WorkflowId, "event.workflow_id", Rule::OptionalText),
    (Member::WorkspaceId, "event.workspace_id", Rule::OptionalText),
];

const SOURCE_REQUIRED: [(Member, &str); 2] = [
    (Member::SourceRuntime, "event.source.runtime"),
    (Member::SourceEnvironment, "event.source.environment"),
];
const SOURCE_TYPES: [(Member, &str, Rule); 5] = [
    (Member::SourceEnvironment, "event.source.environment", Rule::Text),
    (Member::SourceId, "event.source.id", Rule::OptionalText),
    (Member::SourceRegion, "event.source.region", Rule::OptionalText),
    (Member::SourceRuntime, "event.source.runtime", Rule::Text),
    (Member::SourceUrl, "event.source.url", Rule::OptionalText),
];
const CLOCK_REQUIRED: [(Member, &str); 2] = [
    (Member::ClockKind, "event.source_clock.kind"),
    (Member::ClockTimestamp, "event.source_clock.timestamp"),
];
const CLOCK_TYPES: [(Member, &str, Rule); 2] = [
    (Member::ClockKind, "event.source_clock.kind", Rule::Text),
    (Member::ClockTimestamp, "event.source_clock.timestamp", Rule::Text),
];
const PRIVACY_REQUIRED: [(Member, &str); 4] = [
    (Member::PrivacyRedacted, "event.privacy.redacted"),
    (Member::PrivacyRetained, "event.privacy.raw_payload_retained"),
    (Member::PrivacySensitive, "event.privacy.contains_sensitive"),
    (Member::PrivacyFlags, "event.privacy.flags"),
];
const PRIVACY_TYPES: [(Member, &str, Rule); 4] = [
    (Member::PrivacySensitive, "event.privacy.contains_sensitive", Rule::Bool),
    (Member::PrivacyFlags, "event.privacy.flags", Rule::Flags),
    (
        Member::PrivacyRetained,
        "event.privacy.raw_payload_retained",
        Rule::Bool,
    ),
    (Member::PrivacyRedacted, "event.privacy.redacted", Rule::Bool),
];

/// Optional members of an approval that are text where they are present.
const APPROVAL_TEXTS: [Member; 5] = [
    Member::ApprovalRequestedAt,
    Member::ApprovalDecidedAt,
    Member::ApprovalReviewer,
    Member::ApprovalExpiresAt,
    Member::ApprovalSummary,
];
/// Optional members of a dead letter that are text where they are present.
const DLQ_TEXTS: [Member; 3] = [Member::DlqErrorClass, Member::DlqFinalError, Member::DlqReplayOf];

/// Checks the shape of a located event.
///
/// # Errors
/// `shape`, naming the first member at fault.
pub(crate) fn check(event: &Envelope, bytes: &[u8]) -> Result<(), Error> {
    required(event, &REQUIRED)?;
    types(event, bytes, &TYPES)
}

fn required(event: &Envelope, members: &[(Member, &'static str)]) -> Result<(), Error> {
    match members.iter().find(|(member, _)| event.slot(*member).kind.is_none()) {
        Some((_, path)) => Err(Error::new(Code::Shape, *path, "required member is missing")),
        None => Ok(()),
    }
}

fn types(event: &Envelope, bytes: &[u8], members: &[(Member, &'static str, Rule)]) -> Result<(), Error> {
    for (member, path, rule) in members {
        let slot = event.slot(*member);
        let expected = match rule {
            Rule::Nested(required_members, typed_members) if slot.kind == Some(Kind::Object) => {
                required(event, required_members)?;
                types(event, bytes, typed_members)?;
                continue;
            }
            Rule::Nested(..) | Rule::Object => (slot.kind == Some(Kind::Object)).then_some(()).ok_or("an object"),
            Rule::Schema => schema(slot, bytes),
            Rule::Text => slot.is_text().then_some(()).ok_or("a string"),
            Rule::OptionalText => optional(slot, slot.is_text(), "a string or null"),
            Rule::OptionalInt => optional(
                slot,
                slot.kind == Some(Kind::Int),
                "an integer within signed 64 bit, or null",
            ),
            Rule::OptionalObject => optional(slot, slot.kind == Some(Kind::Object), "an object or null"),
            Rule::Bool => matches!(slot.kind, Some(Kind::True | Kind::False))
                .then_some(())
                .ok_or("a boolean"),
            Rule::Flags => (slot.kind == Some(Kind::Array) && event.flags_are_text)
                .then_some(())
                .ok_or("a list of strings"),
            Rule::Refs(list) => (slot.kind == Some(Kind::Array) && event.refs(*list).all(ref_is_shaped))
                .then_some(())
                .ok_or("a list of refs, each an object with a string kind and string or null label, id and url"),
            Rule::Intents => (slot.kind == Some(Kind::Array) && event.intents.iter().all(intent_is_shaped))
                .then_some(())
                .ok_or("a list of intents, each with kind, label, target, effect and a boolean requires_approval"),
            Rule::Approval => optional(
                slot,
                approval_is_shaped(event),
                "an object with a string request_id and status, or null",
            ),
            Rule::Dlq => optional(
                slot,
                dlq_is_shaped(event),
                "an object with a string dlq_id and state, or null",
            ),
        };
        expected.map_err(|expected| mismatch(path, expected, slot))?;
    }
    Ok(())
}

fn optional(slot: Slot, fits: bool, expected: &'static str) -> Result<(), &'static str> {
    if slot.is_nothing() || fits {
        Ok(())
    } else {
        Err(expected)
    }
}

fn schema(slot: Slot, bytes: &[u8]) -> Result<(), &'static str> {
    if slot.is_text() && slot.text(bytes) == EVENT_SCHEMA {
        Ok(())
    } else {
        Err("the schema harn.dashboard_job_event.v1")
    }
}

#[cold]
fn mismatch(path: &'static str, expected: &str, slot: Slot) -> Error {
    let actual = slot.kind.map_or("nothing", Kind::name);
    Error::new(Code::Shape, path, format!("expected {expected}, got {actual}"))
}

fn ref_is_shaped(item: &RefSlots) -> bool {
    item.whole.kind == Some(Kind::Object)
        && item.kind.is_text()
        && [item.label, item.id, item.url]
            .iter()
            .all(|slot| slot.is_nothing() || slot.is_text())
}

fn intent_is_shaped(item: &IntentSlots) -> bool {
    item.whole.kind == Some(Kind::Object)
        && item.kind.is_text()
        && item.label.is_text()
        && item.effect.is_text()
        && item.target.kind == Some(Kind::Object)
        && matches!(item.requires_approval.kind, Some(Kind::True | Kind::False))
}

fn texts_or_nothing(event: &Envelope, members: &[Member]) -> bool {
    members
        .iter()
        .map(|member| event.slot(*member))
        .all(|slot| slot.is_nothing() || slot.is_text())
}

fn approval_is_shaped(event: &Envelope) -> bool {
    event.slot(Member::Approval).kind == Some(Kind::Object)
        && event.slot(Member::ApprovalRequestId).is_text()
        && event.slot(Member::ApprovalStatus).is_text()
        && texts_or_nothing(event, &APPROVAL_TEXTS)
}

fn dlq_is_shaped(event: &Envelope) -> bool {
    let attempts = event.slot(Member::DlqAttempts);
    event.slot(Member::Dlq).kind == Some(Kind::Object)
        && event.slot(Member::DlqId).is_text()
        && event.slot(Member::DlqState).is_text()
        && (attempts.is_nothing() || attempts.kind == Some(Kind::Int))
        && texts_or_nothing(event, &DLQ_TEXTS)
}
