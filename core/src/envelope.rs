//! An event's members, found once and kept as spans into its text.
//!
//! Owns which members the contract knows (dashboard contract §1, §6) and where they stand in one event. The plain path
//! fills an [`Envelope`] from a tape; the layout cache fills the same struct from a line it has seen the like of; both
//! feed the same validation and the same fold. Must not know: whether the members are right.

use crate::json::tape::{as_text, decode};
use crate::json::{Kind, Node};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Where a member stands: for strings the content between the quotes, otherwise the whole value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What it is; `None` when the member is missing.
    pub kind: Option<Kind>,
}

impl Slot {
    pub(crate) const MISSING: Self = Self {
        start: 0,
        end: 0,
        kind: None,
    };

    fn of(node: Node<'_>) -> Self {
        let token = node.token();
        Self {
            start: token.start,
            end: token.end,
            kind: Some(token.kind),
        }
    }

    pub(crate) const fn is_text(self) -> bool {
        matches!(self.kind, Some(Kind::String | Kind::EscapedString))
    }

    /// Missing or `null`: the contract treats both alike (§1).
    pub(crate) const fn is_nothing(self) -> bool {
        matches!(self.kind, None | Some(Kind::Null))
    }

    /// The length of the span.
    pub(crate) const fn bytes_len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// The bytes of the span.
    #[inline]
    pub(crate) fn bytes(self, event: &[u8]) -> &[u8] {
        event.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The decoded content of a string slot; empty for anything else.
    pub(crate) fn text(self, event: &[u8]) -> Cow<'_, str> {
        match self.kind {
            Some(Kind::String) => Cow::Borrowed(as_text(self.bytes(event))),
            Some(Kind::EscapedString) => Cow::Owned(decode(self.bytes(event))),
            _ => Cow::Borrowed(""),
        }
    }

    /// The decoded content of a string slot as bytes, which spares the check that it is UTF-8.
    #[inline]
    pub(crate) fn content(self, event: &[u8]) -> Cow<'_, [u8]> {
        match self.kind {
            Some(Kind::String) => Cow::Borrowed(self.bytes(event)),
            Some(Kind::EscapedString) => Cow::Owned(decode(self.bytes(event)).into_bytes()),
            _ => Cow::Borrowed(b""),
        }
    }

    /// Whether a string slot holds nothing but white space, or the slot holds no string.
    #[inline]
    pub(crate) fn is_blank(self, event: &[u8]) -> bool {
        match self.bytes(event).first() {
            Some(0x21..=0x5b | 0x5d..=0x7e) if self.is_text() => false,
            _ => self.text(event).trim().is_empty(),
        }
    }
}

/// Every member that validation or the fold looks at. Nested members follow their parent's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Member {
    Schema,
    Id,
    DedupeKey,
    Kind,
    Source,
    SourceRuntime,
    SourceEnvironment,
    SourceId,
    SourceUrl,
    SourceRegion,
    SourceClock,
    ClockKind,
    ClockTimestamp,
    TenantId,
    WorkspaceId,
    JobId,
    RunId,
    WorkflowId,
    TriggerId,
    BindingId,
    EventId,
    Status,
    Title,
    Summary,
    Queue,
    QueueDepth,
    Priority,
    Attempt,
    MaxAttempts,
    Approval,
    ApprovalRequestId,
    ApprovalStatus,
    ApprovalRequestedAt,
    ApprovalDecidedAt,
    ApprovalReviewer,
    ApprovalExpiresAt,
    ApprovalSummary,
    Dlq,
    DlqId,
    DlqState,
    DlqAttempts,
    DlqErrorClass,
    DlqFinalError,
    DlqReplayOf,
    ReceiptRefs,
    ReplayRefs,
    RelatedRefs,
    ActionIntents,
    Result,
    Error,
    Privacy,
    PrivacyRedacted,
    PrivacyRetained,
    PrivacySensitive,
    PrivacyFlags,
    RawPayload,
}

pub(crate) const MEMBER_COUNT: usize = Member::RawPayload as usize + 1;

/// The names of an event's own members, shortest first, so that a name is compared only with those of its length.
const TOP: [(&str, Member); 32] = [
    ("id", Member::Id),
    ("dlq", Member::Dlq),
    ("kind", Member::Kind),
    ("error", Member::Error),
    ("queue", Member::Queue),
    ("title", Member::Title),
    ("job_id", Member::JobId),
    ("run_id", Member::RunId),
    ("schema", Member::Schema),
    ("source", Member::Source),
    ("status", Member::Status),
    ("result", Member::Result),
    ("attempt", Member::Attempt),
    ("privacy", Member::Privacy),
    ("summary", Member::Summary),
    ("approval", Member::Approval),
    ("event_id", Member::EventId),
    ("priority", Member::Priority),
    ("tenant_id", Member::TenantId),
    ("dedupe_key", Member::DedupeKey),
    ("binding_id", Member::BindingId),
    ("trigger_id", Member::TriggerId),
    ("queue_depth", Member::QueueDepth),
    ("replay_refs", Member::ReplayRefs),
    ("raw_payload", Member::RawPayload),
    ("workflow_id", Member::WorkflowId),
    ("source_clock", Member::SourceClock),
    ("workspace_id", Member::WorkspaceId),
    ("receipt_refs", Member::ReceiptRefs),
    ("max_attempts", Member::MaxAttempts),
    ("related_refs", Member::RelatedRefs),
    ("action_intents", Member::ActionIntents),
];

/// Where in [`TOP`] the names of each length begin; one entry more than the longest name has bytes.
const TOP_STARTS: [usize; TOP_NAME_BYTES_MAX + 2] = {
    let mut starts = [0; TOP_NAME_BYTES_MAX + 2];
    let mut index = 0;
    while index < TOP.len() {
        let mut longer = TOP[index].0.len() + 1;
        while longer < starts.len() {
            starts[longer] = index + 1;
            longer += 1;
        }
        index += 1;
    }
    starts
};

const TOP_NAME_BYTES_MAX: usize = TOP[TOP.len() - 1].0.len();

/// The names of members inside members.
const NESTED: [(Member, &str, Member); 24] = [
    (Member::Source, "runtime", Member::SourceRuntime),
    (Member::Source, "environment", Member::SourceEnvironment),
    (Member::Source, "id", Member::SourceId),
    (Member::Source, "url", Member::SourceUrl),
    (Member::Source, "region", Member::SourceRegion),
    (Member::SourceClock, "kind", Member::ClockKind),
    (Member::SourceClock, "timestamp", Member::ClockTimestamp),
    (Member::Approval, "request_id", Member::ApprovalRequestId),
    (Member::Approval, "status", Member::ApprovalStatus),
    (Member::Approval, "requested_at", Member::ApprovalRequestedAt),
    (Member::Approval, "decided_at", Member::ApprovalDecidedAt),
    (Member::Approval, "reviewer", Member::ApprovalReviewer),
    (Member::Approval, "expires_at", Member::ApprovalExpiresAt),
    (Member::Approval, "summary", Member::ApprovalSummary),
    (Member::Dlq, "dlq_id", Member::DlqId),
    (Member::Dlq, "state", Member::DlqState),
    (Member::Dlq, "attempts", Member::DlqAttempts),
    (Member::Dlq, "error_class", Member::DlqErrorClass),
    (Member::Dlq, "final_error", Member::DlqFinalError),
    (Member::Dlq, "replay_of_event_id", Member::DlqReplayOf),
    (Member::Privacy, "redacted", Member::PrivacyRedacted),
    (Member::Privacy, "raw_payload_retained", Member::PrivacyRetained),
    (Member::Privacy, "contains_sensitive", Member::PrivacySensitive),
    (Member::Privacy, "flags", Member::PrivacyFlags),
];

impl Member {
    #[inline]
    fn top(name: &[u8]) -> Option<Self> {
        let from = *TOP_STARTS.get(name.len())?;
        let to = *TOP_STARTS.get(name.len() + 1)?;
        TOP[from..to]
            .iter()
            .find(|(known, _)| known.as_bytes() == name)
            .map(|(_, member)| *member)
    }

    fn nested(parent: Self, name: &[u8]) -> Option<Self> {
        let is_it = |known: &&(Self, &str, Self)| known.0 == parent && known.1.as_bytes() == name;
        NESTED.iter().find(is_it).map(|(_, _, member)| *member)
    }
}

/// The three lists of refs, in the order the contract checks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum RefList {
    Receipt,
    Replay,
    Related,
}

impl RefList {
    pub(crate) const ALL: [Self; 3] = [Self::Receipt, Self::Replay, Self::Related];

    const fn of(member: Member) -> Option<Self> {
        match member {
            Member::ReceiptRefs => Some(Self::Receipt),
            Member::ReplayRefs => Some(Self::Replay),
            Member::RelatedRefs => Some(Self::Related),
            _ => None,
        }
    }
}

/// One ref: the whole item and the members that matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefSlots {
    pub list: RefList,
    pub whole: Slot,
    pub kind: Slot,
    pub label: Slot,
    pub id: Slot,
    pub url: Slot,
}

/// One action intent: the whole item and the members that matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IntentSlots {
    pub whole: Slot,
    pub kind: Slot,
    pub label: Slot,
    pub target: Slot,
    pub effect: Slot,
    pub requires_approval: Slot,
}

/// Where the known members of one event stand. Reused from event to event.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub slots: [Slot; MEMBER_COUNT],
    /// All refs; those of one list stand together, in list order.
    pub refs: Vec<RefSlots>,
    pub intents: Vec<IntentSlots>,
    /// Whether every privacy flag is a string.
    pub flags_are_text: bool,
}

impl Envelope {
    pub(crate) const fn new() -> Self {
        Self {
            slots: [Slot::MISSING; MEMBER_COUNT],
            refs: Vec::new(),
            intents: Vec::new(),
            flags_are_text: true,
        }
    }

    #[inline]
    pub(crate) const fn slot(&self, member: Member) -> Slot {
        self.slots[member as usize]
    }

    pub(crate) fn refs(&self, list: RefList) -> impl Iterator<Item = &RefSlots> {
        self.refs.iter().filter(move |item| item.list == list)
    }

    pub(crate) fn clear(&mut self) {
        self.slots = [Slot::MISSING; MEMBER_COUNT];
        self.refs.clear();
        self.intents.clear();
        self.flags_are_text = true;
    }

    /// Finds the members of `event`. Where a name is repeated the last one counts.
    pub(crate) fn locate(&mut self, event: Node<'_>) {
        self.clear();
        for (name, value) in event.members() {
            if let Some(member) = Member::top(&name_of(name)) {
                self.slots[member as usize] = Slot::of(value);
                self.descend(member, value);
            }
        }
    }

    #[inline]
    fn descend(&mut self, member: Member, value: Node<'_>) {
        match member {
            Member::Source | Member::SourceClock | Member::Approval | Member::Dlq | Member::Privacy => {
                self.nested(member, value);
            }
            Member::ReceiptRefs | Member::ReplayRefs | Member::RelatedRefs => {
                if let Some(list) = RefList::of(member) {
                    self.refs.retain(|item| item.list != list);
                    self.refs.extend(value.items().map(|item| ref_slots(list, item)));
                }
            }
            Member::ActionIntents => {
                self.intents.clear();
                self.intents.extend(value.items().map(intent_slots));
            }
            _ => {}
        }
    }

    fn nested(&mut self, parent: Member, value: Node<'_>) {
        self.forget_nested(parent);
        for (name, value) in value.members() {
            if let Some(member) = Member::nested(parent, &name_of(name)) {
                self.slots[member as usize] = Slot::of(value);
                if member == Member::PrivacyFlags {
                    self.flags_are_text = value.items().all(Node::is_string);
                }
            }
        }
    }

    /// A repeated parent replaces the earlier one whole, so what the earlier one held must go.
    fn forget_nested(&mut self, parent: Member) {
        let (first, last) = match parent {
            Member::Source => (Member::SourceRuntime, Member::SourceRegion),
            Member::SourceClock => (Member::ClockKind, Member::ClockTimestamp),
            Member::Approval => (Member::ApprovalRequestId, Member::ApprovalSummary),
            Member::Dlq => (Member::DlqId, Member::DlqReplayOf),
            _ => (Member::PrivacyRedacted, Member::PrivacyFlags),
        };
        self.slots[first as usize..=last as usize].fill(Slot::MISSING);
        if parent == Member::Privacy {
            self.flags_are_text = true;
        }
    }
}

/// A member's name as bytes; escapes in names are legal and rare.
#[inline]
fn name_of(name: Node<'_>) -> Cow<'_, [u8]> {
    match name.string() {
        Some(Cow::Borrowed(text)) => Cow::Borrowed(text.as_bytes()),
        Some(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
        None => Cow::Borrowed(b""),
    }
}

fn ref_slots(list: RefList, item: Node<'_>) -> RefSlots {
    let [kind, label, id, url] = pick(item, ["kind", "label", "id", "url"]);
    RefSlots {
        list,
        whole: Slot::of(item),
        kind,
        label,
        id,
        url,
    }
}

pub(crate) fn intent_slots(item: Node<'_>) -> IntentSlots {
    let names = ["kind", "label", "target", "effect", "requires_approval"];
    let [kind, label, target, effect, requires_approval] = pick(item, names);
    IntentSlots {
        whole: Slot::of(item),
        kind,
        label,
        target,
        effect,
        requires_approval,
    }
}

/// The members of an item by their names; where a name is repeated the last one counts.
fn pick<const N: usize>(item: Node<'_>, names: [&str; N]) -> [Slot; N] {
    let mut slots = [Slot::MISSING; N];
    for (name, value) in item.members() {
        if let Some(index) = names.iter().position(|known| name.is_text(known)) {
            slots[index] = Slot::of(value);
        }
    }
    slots
}
