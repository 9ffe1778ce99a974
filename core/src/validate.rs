//! Validation of one event: the shape guard, then what the texts must say (dashboard contract §6, second layer).
//!
//! Owns the order of the second layer's checks and their codes. Must not know: other events.

use crate::envelope::{Envelope, IntentSlots, Member, RefList, RefSlots};
use crate::error::{Code, Error};
use crate::guard;
use crate::json::{Kind, Node};

/// The one schema an event may name.
pub const EVENT_SCHEMA: &str = "harn.dashboard_job_event.v1";

/// Members that must not be blank, in the order in which they are checked.
const NOT_BLANK: [(Member, Code, &str); 7] = [
    (Member::Id, Code::IdBlank, "event.id"),
    (Member::DedupeKey, Code::DedupeKeyBlank, "event.dedupe_key"),
    (Member::Kind, Code::KindRequired, "event.kind"),
    (Member::JobId, Code::JobIdRequired, "event.job_id"),
    (Member::Status, Code::StatusBlank, "event.status"),
    (Member::Title, Code::TitleBlank, "event.title"),
    (Member::Summary, Code::SummaryBlank, "event.summary"),
];

/// What a kind's prefix requires. The prefix is tested on the kind as it is, so unknown kinds are covered too.
const PREFIXES: [(&str, Member, Code, &str); 3] = [
    ("run.", Member::RunId, Code::RunIdRequired, "event.run_id"),
    (
        "approval.",
        Member::ApprovalRequestId,
        Code::ApprovalRequestIdRequired,
        "event.approval.request_id",
    ),
    ("dlq.", Member::DlqId, Code::DlqIdRequired, "event.dlq.dlq_id"),
];

/// Checks one event.
///
/// # Errors
/// The code of the first rule that the event breaks, with the member at fault.
pub fn check(event: Node<'_>) -> Result<(), Error> {
    let mut envelope = Envelope::new();
    locate_and_check(&mut envelope, event)
}

/// Locates the members of `event` into `envelope` and checks them.
pub(crate) fn locate_and_check(envelope: &mut Envelope, event: Node<'_>) -> Result<(), Error> {
    if !event.is_object() {
        let actual = event.kind().name();
        return Err(Error::new(
            Code::Shape,
            "event",
            alloc::format!("expected an object, got {actual}"),
        ));
    }
    envelope.locate(event);
    let bytes = event.text_bytes();
    guard::check(envelope, bytes)?;
    check_texts(envelope, bytes)
}

fn check_texts(event: &Envelope, bytes: &[u8]) -> Result<(), Error> {
    for (member, code, path) in NOT_BLANK {
        if event.slot(member).is_blank(bytes) {
            return Err(Error::new(code, path, "must not be blank"));
        }
    }
    check_origin(event, bytes)?;
    check_kind(event, bytes)?;
    for list in RefList::ALL {
        for item in event.refs(list) {
            check_ref(item, bytes, list)?;
        }
    }
    event.intents.iter().try_for_each(|intent| check_intent(intent, bytes))
}

fn check_origin(event: &Envelope, bytes: &[u8]) -> Result<(), Error> {
    if event.slot(Member::ClockKind).is_blank(bytes) {
        return Err(Error::new(
            Code::SourceClockRequired,
            "event.source_clock.kind",
            "must not be blank",
        ));
    }
    if event.slot(Member::ClockTimestamp).is_blank(bytes) {
        return Err(Error::new(
            Code::SourceClockRequired,
            "event.source_clock.timestamp",
            "must not be blank",
        ));
    }
    if event.slot(Member::SourceRuntime).is_blank(bytes) {
        return Err(Error::new(
            Code::SourceRequired,
            "event.source.runtime",
            "must not be blank",
        ));
    }
    if event.slot(Member::SourceEnvironment).is_blank(bytes) {
        return Err(Error::new(
            Code::SourceRequired,
            "event.source.environment",
            "must not be blank",
        ));
    }
    Ok(())
}

fn check_kind(event: &Envelope, bytes: &[u8]) -> Result<(), Error> {
    let kind = event.slot(Member::Kind).text(bytes);
    for (prefix, member, code, path) in PREFIXES {
        if kind.starts_with(prefix) && event.slot(member).is_blank(bytes) {
            return Err(Error::new(
                code,
                path,
                alloc::format!("required by kinds that start with `{prefix}`"),
            ));
        }
    }
    let needs = match &*kind {
        "receipt.available" => Some((RefList::Receipt, Code::ReceiptRefsRequired, "event.receipt_refs")),
        "replay_fixture.available" => Some((RefList::Replay, Code::ReplayRefsRequired, "event.replay_refs")),
        _ => None,
    };
    match needs {
        Some((list, code, path)) if event.refs(list).next().is_none() => {
            Err(Error::new(code, path, "expected at least one ref for this kind"))
        }
        _ => Ok(()),
    }
}

fn check_ref(item: &RefSlots, bytes: &[u8], list: RefList) -> Result<(), Error> {
    let path = match list {
        RefList::Receipt => "event.receipt_refs",
        RefList::Replay => "event.replay_refs",
        RefList::Related => "event.related_refs",
    };
    if item.kind.is_blank(bytes) {
        return Err(Error::new(
            Code::RefKindRequired,
            path,
            "a ref's kind must not be blank",
        ));
    }
    if item.id.is_blank(bytes) && item.url.is_blank(bytes) {
        return Err(Error::new(
            Code::RefTargetRequired,
            path,
            "a ref must have an id or a url",
        ));
    }
    Ok(())
}

fn check_intent(intent: &IntentSlots, bytes: &[u8]) -> Result<(), Error> {
    let path = "event.action_intents";
    if [intent.kind, intent.label, intent.effect]
        .iter()
        .any(|slot| slot.is_blank(bytes))
    {
        return Err(Error::new(
            Code::IntentIncomplete,
            path,
            "an intent's kind, label and effect must not be blank",
        ));
    }
    let effect = intent.effect.text(bytes);
    let harmless = matches!(effect.trim(), "navigation" | "read");
    if !harmless && intent.requires_approval.kind != Some(Kind::True) {
        return Err(Error::new(
            Code::IntentNeedsApproval,
            path,
            "an intent whose effect is neither navigation nor read must require approval",
        ));
    }
    Ok(())
}
