//! Random events: valid ones, and valid ones with a fault.
//!
//! Owns which members an event gets and from which small pools their values come, so that jobs, keys and refs meet
//! again and again. Must not know: what is made of the events.

use crate::chance::Chance;
use crate::tree::Tree;

/// Kinds of every sort: the known ones, and some that are only like them.
pub const KINDS: [&str; 22] = [
    "scheduled_job.created",
    "scheduled_job.updated",
    "scheduled_job.canceled",
    "run.queued",
    "run.started",
    "run.progress",
    "run.succeeded",
    "run.failed",
    "approval.requested",
    "approval.approved",
    "approval.denied",
    "approval.expired",
    "receipt.available",
    "replay_fixture.available",
    "dlq.created",
    "dlq.replayed",
    "dlq.dismissed",
    "run.paused",
    "receipt.available ",
    "dlq.",
    "note",
    "Run.started",
];

const JOBS: [&str; 9] = [
    "nightly",
    "digest",
    "invoices",
    "__proto__",
    "null",
    "10",
    "9",
    "a\"b\\c/d",
    "\u{1f600} \u{e9}",
];

/// Texts that are not blank.
const TEXTS: [&str; 16] = [
    "x",
    "queued",
    "running",
    "failed",
    "null",
    " null",
    "2026-05-04T06:00:00Z",
    "a longer text, as titles and summaries have them",
    "\u{0}\u{1f}",
    "quote \" backslash \\ slash / end",
    "line\nend\ttab",
    "\u{202e}right to left",
    "\u{1f469}\u{200d}\u{1f692}",
    "\u{feff}",
    "<script>alert(1)</script>",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];

/// Texts that are blank; only optional members may hold them.
const BLANKS: [&str; 4] = ["", " ", "\u{a0}\u{3000}", "\t\n\u{85}"];

const INTEGERS: [&str; 6] = [
    "0",
    "7",
    "-3",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
];

/// Numbers and literals for free-form places.
const RAWS: [&str; 14] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.0",
    "-0.0",
    "1e3",
    "2.50",
    "9007199254740993",
    "9223372036854775808",
    "123456789012345678901234567890",
    "5e-324",
    "1E+21",
];

/// A valid event.
pub fn event(chance: &mut Chance) -> Tree {
    let kind = chance.word(&KINDS);
    let mut members: Vec<(String, Tree)> = Vec::with_capacity(40);
    let mut add = |name: &str, value: Tree| members.push((name.to_owned(), value));
    add("schema", Tree::text("harn.dashboard_job_event.v1"));
    add("id", text(chance));
    add("dedupe_key", dedupe_key(chance));
    add("kind", Tree::text(kind));
    add("source", source(chance));
    add(
        "source_clock",
        object([("kind", text(chance)), ("timestamp", text(chance))]),
    );
    add("job_id", Tree::text(chance.word(&JOBS)));
    if kind.starts_with("run.") {
        add("run_id", text(chance));
    } else {
        optional(chance, &mut add, "run_id", any_text);
    }
    for name in [
        "workflow_id",
        "trigger_id",
        "binding_id",
        "event_id",
        "tenant_id",
        "workspace_id",
    ] {
        if chance.one_in(4) {
            optional(chance, &mut add, name, any_text);
        }
    }
    add("status", text(chance));
    add("title", text(chance));
    add("summary", text(chance));
    for name in ["queue", "priority", "error"] {
        optional(chance, &mut add, name, any_text);
    }
    for name in ["queue_depth", "attempt", "max_attempts"] {
        optional(chance, &mut add, name, |chance| Tree::raw(chance.word(&INTEGERS)));
    }
    if kind.starts_with("approval.") {
        add("approval", approval(chance));
    } else {
        optional(chance, &mut add, "approval", approval);
    }
    if kind.starts_with("dlq.") {
        add("dlq", dlq(chance));
    } else {
        optional(chance, &mut add, "dlq", dlq);
    }
    add("receipt_refs", refs(chance, u64::from(kind == "receipt.available")));
    add(
        "replay_refs",
        refs(chance, u64::from(kind == "replay_fixture.available")),
    );
    add("related_refs", refs(chance, 0));
    let intents = chance.below(4);
    add(
        "action_intents",
        Tree::List((0..intents).map(|_| intent(chance)).collect()),
    );
    optional(chance, &mut add, "result", |chance| free_object(chance, 3));
    add("privacy", privacy(chance));
    add("raw_payload", free_object(chance, 3));
    if chance.one_in(3) {
        add(
            chance.word(&["extra", "Schema", "job_idd", "__proto__", ""]),
            free(chance, 2),
        );
    }
    Tree::Object(members)
}

/// What a careless host gives the normaliser as input or as options: members of every name that matters, with values
/// of every kind. `usual` is how often, in four, a job and a time are there.
pub fn input(chance: &mut Chance, usual: u64) -> Tree {
    const NAMES: [&str; 74] = [
        "job_id",
        "schedule_id",
        "workflow_id",
        "trigger_id",
        "binding_id",
        "run_id",
        "managed_run_id",
        "dispatch_id",
        "source_timestamp",
        "timestamp",
        "queued_at",
        "started_at",
        "completed_at",
        "created_at",
        "updated_at",
        "requested_at",
        "decided_at",
        "runtime",
        "environment",
        "source_id",
        "source_url",
        "status_url",
        "region",
        "tenant_id",
        "workspace_id",
        "event_id",
        "queue",
        "priority",
        "error",
        "title",
        "workflow_name",
        "summary",
        "status",
        "id",
        "dashboard_event_id",
        "dedupe_key",
        "receipt_id",
        "receipt_url",
        "replay_id",
        "replay_url",
        "approval_request_id",
        "request_id",
        "approval_status",
        "approval_summary",
        "reviewer",
        "expires_at",
        "dlq_id",
        "dlq_state",
        "error_class",
        "final_error",
        "replay_of_event_id",
        "kind",
        "event_kind",
        "redacted",
        "contains_sensitive",
        "raw_payload_retained",
        "privacy_flags",
        "flags",
        "queue_depth",
        "attempt",
        "max_attempts",
        "attempts",
        "result",
        "approval",
        "dlq",
        "privacy",
        "source_clock",
        "receipt_refs",
        "replay_refs",
        "related_refs",
        "action_intents",
        "payload",
        "provider_payload",
        "raw_payload",
    ];
    let mut members: Vec<(String, Tree)> = Vec::new();
    for name in NAMES {
        let needed = matches!(name, "job_id" | "run_id" | "source_timestamp");
        let there = if needed {
            chance.below(4) < usual
        } else {
            chance.one_in(9)
        };
        if there {
            members.push((name.to_owned(), input_value(chance, name)));
        }
    }
    Tree::Object(members)
}

fn input_value(chance: &mut Chance, name: &str) -> Tree {
    if chance.one_in(12) {
        return free(chance, 2);
    }
    match name {
        "queue_depth" | "attempt" | "max_attempts" | "attempts" => Tree::raw(chance.word(&INTEGERS)),
        "redacted" | "contains_sensitive" | "raw_payload_retained" => Tree::raw(chance.word(&["true", "false"])),
        "result" => free_object(chance, 2),
        "approval" => approval(chance),
        "dlq" => dlq(chance),
        "privacy" => privacy(chance),
        "privacy_flags" | "flags" => Tree::List((0..chance.below(3)).map(|_| free(chance, 1)).collect()),
        "source_clock" => match chance.below(3) {
            0 => any_text(chance),
            1 => object([("kind", free(chance, 1)), ("timestamp", free(chance, 1))]),
            _ => object([("kind", any_text(chance))]),
        },
        "receipt_refs" | "replay_refs" | "related_refs" => refs(chance, 0),
        "action_intents" => Tree::List((0..chance.below(3)).map(|_| intent(chance)).collect()),
        "payload" | "provider_payload" | "raw_payload" if chance.one_in(2) => Tree::Object(Vec::new()),
        "payload" | "provider_payload" | "raw_payload" => flat(chance),
        "kind" | "event_kind" => Tree::text(chance.word(&KINDS)),
        "environment" => Tree::text(chance.word(&["cloud", "local", " cloud ", "Cloud"])),
        _ if chance.one_in(5) => free(chance, 1),
        _ => any_text(chance),
    }
}

/// A payload: an input without payloads of its own.
fn flat(chance: &mut Chance) -> Tree {
    let mut payload = input(chance, 1);
    if let Some(members) = payload.members_mut() {
        members.retain(|(name, _)| !name.ends_with("payload"));
    }
    payload
}

/// An event in one of the spellings that a stream has: mostly compact and alike, sometimes anything goes.
pub fn spelled(event: &Tree, chance: &mut Chance) -> String {
    if chance.below(3) < 2 {
        event.compact()
    } else {
        event.spelled(chance)
    }
}

/// Gives some of the event's texts and numbers other values, as the next event of one producer has: same members, same
/// order. Now and then a value is one that its member may not have.
pub fn revalue(event: &mut Tree, chance: &mut Chance) {
    match event {
        Tree::Text(_) if chance.one_in(3) => *event = any_text(chance),
        Tree::Raw(token)
            if chance.one_in(3) && token.starts_with(|first: char| first == '-' || first.is_ascii_digit()) =>
        {
            let pool: &[&str] = if chance.one_in(4) { &RAWS[3..] } else { &INTEGERS };
            chance.word(pool).clone_into(token);
        }
        Tree::List(items) => items.iter_mut().for_each(|item| revalue(item, chance)),
        Tree::Object(members) => {
            for (name, value) in members {
                // Other schemas and kinds would be refused for that alone.
                if name != "schema" && (name != "kind" || chance.one_in(20)) {
                    revalue(value, chance);
                }
            }
        }
        Tree::Text(_) | Tree::Raw(_) => {}
    }
}

/// Puts one fault into an event, or something that only looks like one.
pub fn spoil(event: &mut Tree, chance: &mut Chance) {
    const NESTED: [&str; 5] = ["source", "source_clock", "privacy", "approval", "dlq"];
    const LISTS: [&str; 4] = ["receipt_refs", "replay_refs", "related_refs", "action_intents"];
    let target = match chance.below(4) {
        0 => event.member_mut(chance.word(&NESTED)),
        1 => match event.member_mut(chance.word(&LISTS)) {
            Some(Tree::List(items)) if !items.is_empty() => {
                let index = chance.index(items.len());
                items.get_mut(index)
            }
            _ => None,
        },
        _ => None,
    };
    let target = match target {
        Some(target) => target,
        None => event,
    };
    let Some(members) = target.members_mut().filter(|members| !members.is_empty()) else {
        *target = free(chance, 2);
        return;
    };
    let index = chance.index(members.len());
    match chance.below(5) {
        0 => {
            members.remove(index);
        }
        1 => members[index].1 = Tree::text(chance.word(&BLANKS)),
        2 => members[index].1 = Tree::raw(chance.word(&RAWS)),
        3 => members[index].1 = free(chance, 2),
        _ => members[index].0.push('s'),
    }
}

fn object<const COUNT: usize>(members: [(&str, Tree); COUNT]) -> Tree {
    Tree::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
}

/// Adds a member, `null`, or nothing.
fn optional(chance: &mut Chance, add: &mut impl FnMut(&str, Tree), name: &str, make: impl FnOnce(&mut Chance) -> Tree) {
    match chance.below(8) {
        0 => add(name, Tree::raw("null")),
        1..4 => add(name, make(chance)),
        _ => {}
    }
}

fn text(chance: &mut Chance) -> Tree {
    Tree::text(chance.word(&TEXTS))
}

fn any_text(chance: &mut Chance) -> Tree {
    if chance.one_in(5) {
        Tree::text(chance.word(&BLANKS))
    } else {
        text(chance)
    }
}

/// Keys repeat now and then.
fn dedupe_key(chance: &mut Chance) -> Tree {
    if chance.one_in(3) {
        text(chance)
    } else {
        Tree::Text(format!("dashboard_job:{}", chance.below(400)))
    }
}

fn source(chance: &mut Chance) -> Tree {
    let mut source = object([("runtime", text(chance)), ("environment", text(chance))]);
    if let Some(members) = source.members_mut() {
        let mut add = |name: &str, value: Tree| members.push((name.to_owned(), value));
        for name in ["id", "url", "region", "extra"] {
            optional(chance, &mut add, name, any_text);
        }
    }
    source
}

fn approval(chance: &mut Chance) -> Tree {
    let mut approval = object([("request_id", text(chance)), ("status", any_text(chance))]);
    if let Some(members) = approval.members_mut() {
        let mut add = |name: &str, value: Tree| members.push((name.to_owned(), value));
        for name in ["requested_at", "decided_at", "reviewer", "expires_at", "summary"] {
            optional(chance, &mut add, name, any_text);
        }
        optional(chance, &mut add, "note", |chance| free(chance, 1));
    }
    approval
}

fn dlq(chance: &mut Chance) -> Tree {
    let mut dlq = object([("dlq_id", text(chance)), ("state", any_text(chance))]);
    if let Some(members) = dlq.members_mut() {
        let mut add = |name: &str, value: Tree| members.push((name.to_owned(), value));
        optional(chance, &mut add, "attempts", |chance| Tree::raw(chance.word(&INTEGERS)));
        for name in ["error_class", "final_error", "replay_of_event_id"] {
            optional(chance, &mut add, name, any_text);
        }
    }
    dlq
}

/// Mostly short lists, sometimes one long enough to need an index.
fn refs(chance: &mut Chance, least: u64) -> Tree {
    let count = match chance.below(8) {
        0 => chance.below(14),
        1..4 => chance.below(3),
        _ => 0,
    };
    Tree::List((0..count.max(least)).map(|_| reference(chance)).collect())
}

fn reference(chance: &mut Chance) -> Tree {
    const KINDS: [&str; 5] = ["receipt", " receipt ", "doc", "a:x", "null"];
    const TARGETS: [&str; 8] = ["1", "2", "3", "a:x", "x:", " 1 ", "https://ops.example/1", "\u{e9}\"\\"];
    let mut members = vec![("kind".to_owned(), Tree::text(chance.word(&KINDS)))];
    let sides = chance.below(3);
    if sides != 1 {
        members.push(("id".to_owned(), Tree::text(chance.word(&TARGETS))));
    }
    if sides != 0 {
        members.push(("url".to_owned(), Tree::text(chance.word(&TARGETS))));
    }
    let mut add = |name: &str, value: Tree| members.push((name.to_owned(), value));
    optional(chance, &mut add, "label", any_text);
    if sides == 0 {
        optional(chance, &mut add, "url", |_| Tree::raw("null"));
    }
    if chance.one_in(6) {
        add("extra", free(chance, 1));
    }
    Tree::Object(members)
}

fn intent(chance: &mut Chance) -> Tree {
    const KINDS: [&str; 4] = ["open_job", "open_receipt", " open_job ", "replay\"dlq"];
    let (effect, gate) = *chance.pick(&[
        ("navigation", "false"),
        ("read", "true"),
        (" read ", "false"),
        ("Navigation", "true"),
        ("orchestrator_replay", "true"),
    ]);
    let mut intent = object([
        ("kind", Tree::text(chance.word(&KINDS))),
        ("label", text(chance)),
        ("target", free_object(chance, 1)),
        ("effect", Tree::text(effect)),
        ("requires_approval", Tree::raw(gate)),
    ]);
    if chance.one_in(6)
        && let Some(members) = intent.members_mut()
    {
        members.push(("extra".to_owned(), free(chance, 1)));
    }
    intent
}

fn privacy(chance: &mut Chance) -> Tree {
    let flag = |chance: &mut Chance| Tree::raw(chance.word(&["true", "false"]));
    let count = chance.below(3);
    object([
        ("redacted", flag(chance)),
        ("raw_payload_retained", flag(chance)),
        ("contains_sensitive", flag(chance)),
        ("flags", Tree::List((0..count).map(|_| any_text(chance)).collect())),
    ])
}

fn free(chance: &mut Chance, depth: u32) -> Tree {
    match chance.below(if depth == 0 { 2 } else { 4 }) {
        0 => Tree::raw(chance.word(&RAWS)),
        1 => any_text(chance),
        2 => {
            let count = chance.below(3);
            Tree::List((0..count).map(|_| free(chance, depth - 1)).collect())
        }
        _ => free_object(chance, depth - 1),
    }
}

fn free_object(chance: &mut Chance, depth: u32) -> Tree {
    const NAMES: [&str; 6] = ["a", "b", "kind", "__proto__", "\u{e9}", "x y"];
    let from = chance.index(NAMES.len());
    let until = from + chance.index(NAMES.len() - from + 1);
    let members = NAMES[from..until].iter();
    Tree::Object(members.map(|name| ((*name).to_owned(), free(chance, depth))).collect())
}
