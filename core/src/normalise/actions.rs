//! The actions a host may offer for an event that names none itself (dashboard contract §4).
//!
//! Owns which default actions there are, when, and what they point at. Must not know: how a host performs them.

use super::record::Record;
use super::{Draft, refs};
use crate::kind::{APPROVAL_REQUESTED, DLQ_CREATED};
use alloc::vec::Vec;

/// An action and the member its target has besides the job and the run.
struct Action<'d> {
    kind: &'static str,
    label: &'static str,
    extra: Extra<'d>,
    effect: &'static str,
    requires_approval: bool,
}

enum Extra<'d> {
    None,
    Refs(&'static str, &'d [refs::Ref<'d>]),
    Id(&'static str, Option<&'d str>),
}

/// Opening something needs nobody's consent.
const fn open<'d>(kind: &'static str, label: &'static str, extra: Extra<'d>) -> Action<'d> {
    Action {
        kind,
        label,
        extra,
        effect: "navigation",
        requires_approval: false,
    }
}

/// Changing something does.
const fn change<'d>(kind: &'static str, label: &'static str, extra: Extra<'d>, effect: &'static str) -> Action<'d> {
    Action {
        kind,
        label,
        extra,
        effect,
        requires_approval: true,
    }
}

/// The default actions of an event, in the contract's order.
fn defaults<'d>(draft: &'d Draft<'_>) -> Vec<Action<'d>> {
    let mut actions = Vec::from([open("open_job", "Open job", Extra::None)]);
    if !draft.receipt_refs.is_empty() {
        let extra = Extra::Refs("receipt_refs", &draft.receipt_refs);
        actions.push(open("open_receipt", "Open receipt", extra));
    }
    if !draft.replay_refs.is_empty() {
        let extra = Extra::Refs("replay_refs", &draft.replay_refs);
        actions.push(open("open_replay_fixture", "Open replay fixture", extra));
    }
    if let Some(approval) = draft.approval.as_ref().filter(|_| draft.kind == APPROVAL_REQUESTED) {
        let extra = Extra::Id("approval_request_id", approval.request_id.as_deref());
        actions.push(change(
            "review_approval",
            "Review approval",
            extra,
            "host_approval_decision",
        ));
    }
    if let Some(dlq) = draft.dlq.as_ref().filter(|_| draft.kind == DLQ_CREATED) {
        let id = || Extra::Id("dlq_id", dlq.dlq_id.as_deref());
        actions.push(change("replay_dlq", "Replay DLQ item", id(), "orchestrator_replay"));
        actions.push(change(
            "dismiss_dlq",
            "Dismiss DLQ item",
            id(),
            "orchestrator_dlq_state",
        ));
    }
    actions
}

/// Writes the default actions as a list.
pub(super) fn write_defaults(out: &mut Vec<u8>, draft: &Draft<'_>) {
    crate::json::write::list(out, defaults(draft), |out, action| {
        Record::new(out)
            .text("kind", Some(action.kind))
            .text("label", Some(action.label))
            .with("target", |out| write_target(out, draft, &action.extra))
            .text("effect", Some(action.effect))
            .bool("requires_approval", action.requires_approval)
            .end();
    });
}

fn write_target(out: &mut Vec<u8>, draft: &Draft<'_>, extra: &Extra<'_>) {
    let mut target = Record::new(out);
    target
        .text("job_id", Some(&draft.job_id))
        .text("run_id", draft.run_id.as_deref());
    match extra {
        Extra::None => {}
        Extra::Refs(name, refs) => {
            target.with(name, |out| refs::write(out, refs));
        }
        Extra::Id(name, id) => {
            target.text(name, *id);
        }
    }
    target.end();
}
