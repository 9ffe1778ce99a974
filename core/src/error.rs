//! One coded error for the contract and the view.
//!
//! Owns the closed set of codes (dashboard contract §3, §6 and the view's own). Knows no payload: an error names the
//! member and the kinds of value involved, never the value, because values may be secrets.

use alloc::borrow::Cow;
use core::fmt;

/// What went wrong. [`Code::as_str`] gives the stable spelling that callers may match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// No usable event kind.
    KindRequired,
    /// No usable job id.
    JobIdRequired,
    /// No usable source timestamp.
    SourceTimestampRequired,
    /// `id` is blank.
    IdBlank,
    /// `dedupe_key` is blank.
    DedupeKeyBlank,
    /// `status` is blank.
    StatusBlank,
    /// `title` is blank.
    TitleBlank,
    /// `summary` is blank.
    SummaryBlank,
    /// `source_clock.kind` or `.timestamp` is blank.
    SourceClockRequired,
    /// `source.runtime` or `.environment` is blank.
    SourceRequired,
    /// A `run.` event without a run id.
    RunIdRequired,
    /// An `approval.` event without a request id.
    ApprovalRequestIdRequired,
    /// A `dlq.` event without a dead-letter id.
    DlqIdRequired,
    /// `receipt.available` without receipt refs.
    ReceiptRefsRequired,
    /// `replay_fixture.available` without replay refs.
    ReplayRefsRequired,
    /// A refs or flags member that is not a list.
    ListExpected,
    /// A ref that is not an object.
    RefNotObject,
    /// A ref without a kind.
    RefKindRequired,
    /// A ref with neither id nor url.
    RefTargetRequired,
    /// An action intent without kind, label or effect.
    IntentIncomplete,
    /// A write-like action intent without the approval gate.
    IntentNeedsApproval,
    /// The shape guard: a member is missing or has the wrong type.
    Shape,
    /// An unknown schema behind the guard.
    SchemaUnsupported,
    /// A topic with characters outside `A-Z a-z 0-9 . _ -`.
    TopicInvalid,
    /// An empty topic.
    TopicEmpty,
    /// A topic that is not a string.
    TopicType,
    /// The text is not JSON.
    JsonInvalid,
    /// The JSON nests deeper than [`crate::json::DEPTH_MAX`].
    JsonTooDeep,
    /// One event is larger than the view accepts.
    EventTooLarge,
    /// A position beyond the head.
    PositionOutOfRange,
    /// The view keeps no history, so it cannot seek or list events.
    HistoryOff,
    /// A query the view cannot read.
    QueryInvalid,
    /// A function name the contract does not have.
    FunctionUnknown,
    /// Arguments that are not a list, or too many of them.
    ArgumentsInvalid,
}

impl Code {
    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KindRequired => "kind_required",
            Self::JobIdRequired => "job_id_required",
            Self::SourceTimestampRequired => "source_timestamp_required",
            Self::IdBlank => "id_blank",
            Self::DedupeKeyBlank => "dedupe_key_blank",
            Self::StatusBlank => "status_blank",
            Self::TitleBlank => "title_blank",
            Self::SummaryBlank => "summary_blank",
            Self::SourceClockRequired => "source_clock_required",
            Self::SourceRequired => "source_required",
            Self::RunIdRequired => "run_id_required",
            Self::ApprovalRequestIdRequired => "approval_request_id_required",
            Self::DlqIdRequired => "dlq_id_required",
            Self::ReceiptRefsRequired => "receipt_refs_required",
            Self::ReplayRefsRequired => "replay_refs_required",
            Self::ListExpected => "list_expected",
            Self::RefNotObject => "ref_not_object",
            Self::RefKindRequired => "ref_kind_required",
            Self::RefTargetRequired => "ref_target_required",
            Self::IntentIncomplete => "intent_incomplete",
            Self::IntentNeedsApproval => "intent_needs_approval",
            Self::Shape => "shape",
            Self::SchemaUnsupported => "schema_unsupported",
            Self::TopicInvalid => "topic_invalid",
            Self::TopicEmpty => "topic_empty",
            Self::TopicType => "topic_type",
            Self::JsonInvalid => "json_invalid",
            Self::JsonTooDeep => "json_too_deep",
            Self::EventTooLarge => "event_too_large",
            Self::PositionOutOfRange => "position_out_of_range",
            Self::HistoryOff => "history_off",
            Self::QueryInvalid => "query_invalid",
            Self::FunctionUnknown => "function_unknown",
            Self::ArgumentsInvalid => "arguments_invalid",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal: a stable code, the member it is about, and where the refused text begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Sentence(self))]
pub struct Error {
    code: Code,
    path: Cow<'static, str>,
    detail: Cow<'static, str>,
    item: Option<u64>,
    offset: Option<u64>,
}

impl Error {
    pub(crate) fn new(code: Code, path: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            path: path.into(),
            detail: detail.into(),
            item: None,
            offset: None,
        }
    }

    pub(crate) fn at_offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Names the member or argument that the error is about, when only its caller knows.
    pub(crate) fn named(mut self, path: &'static str) -> Self {
        self.path = Cow::Borrowed(path);
        self
    }

    /// Names the event of a batch, counted from 1, that the error is about.
    pub(crate) fn in_item(mut self, item: u64) -> Self {
        self.item = Some(item);
        self
    }

    /// The stable code, as text.
    pub fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// The stable code, as a value.
    pub fn kind(&self) -> Code {
        self.code
    }

    /// The member the error is about, such as `event.source.runtime` or `input`; empty when there is none.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The 1-based ordinal of the refused event inside the batch, when there is a batch.
    pub fn item(&self) -> Option<u64> {
        self.item
    }

    /// The byte offset of the fault (for JSON errors) or of the refused event inside the text that was given.
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// What is wrong, without the place: lower-case, no payload.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// Renders an [`Error`] as one lower-case sentence: place, member, fault.
struct Sentence<'a>(&'a Error);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        if let Some(item) = error.item {
            write!(f, "event {item}")?;
            if let Some(offset) = error.offset {
                write!(f, " (byte {offset})")?;
            }
            f.write_str(": ")?;
        } else if let Some(offset) = error.offset {
            write!(f, "byte {offset}: ")?;
        }
        if !error.path.is_empty() {
            write!(f, "{}: ", error.path)?;
        }
        f.write_str(&error.detail)
    }
}
