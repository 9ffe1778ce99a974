//! Histories that try to hurt a reader, and one that keeps its payload to itself.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

/// How long the long text is, in characters.
const LONG_TEXT_CHARS: usize = 20_000;

pub(super) fn text(history: &mut History) {
    history.event(
        "run.failed",
        r#"{"job_id":"<script>alert('job')</script>","run_id":"1","title":"<img src=x onerror=alert(1)>","completed_at":"t1","error":"</style></script><!-- --> & \" ' ` ${7*7} {{7*7}}"}"#,
    );
    history.event(
        "run.failed",
        r#"{"job_id":"control \u0000 \u001b[31m red \u0007","run_id":"2","title":"line one\nline two\ttab \r return \b \f \u007f \u0085","completed_at":"t2","error":"\u001b]0;title\u0007 \u2028 \u2029"}"#,
    );
    history.event(
        "run.started",
        "{\"job_id\":\"\u{202e}gnp.exe\",\"run_id\":\"3\",\"title\":\"\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{2067}\u{645}\u{631}\u{62d}\u{628}\u{627}\u{2069} left\",\"started_at\":\"t3\"}",
    );
    history.event(
        "run.started",
        "{\"job_id\":\"\u{1f469}\u{200d}\u{1f692}\u{1f3ff}\",\"run_id\":\"4\",\"title\":\"e\u{301} is not \u{e9}; \u{1d518}\u{fb01}\u{200b}\u{feff}\",\"started_at\":\"t4\"}",
    );
    history.event(
        "run.started",
        r#"{"job_id":"\ud83d\udc69\u200d\ud83d\ude92\ud83c\udfff","run_id":"4 again","title":"the same job, spelled with escapes","started_at":"t5"}"#,
    );
    for name in [
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "10",
        "9",
        "-0",
        "1e3",
    ] {
        history.event(
            "run.started",
            &format!(r#"{{"job_id":"{name}","run_id":"5","started_at":"t6","raw_payload":{{"__proto__":{{"admin":true}},"constructor":{{"prototype":{{}}}}}}}}"#),
        );
    }
    history.event(
        "run.succeeded",
        r#"{"job_id":"numbers","run_id":"6","completed_at":"t7","queue_depth":9223372036854775807,"attempt":-9223372036854775808,"result":{"past_2_53":9007199254740993,"one":1.0,"minus_zero":-0.0,"minus_zero_integer":-0,"big":123456789012345678901234567890,"tiny":5e-324,"exponent":1E+21,"digits":0.1000000000000000055511151231257827}}"#,
    );
    history.event(
        "run.succeeded",
        r#"{"job_id":"spelling","run_id":"7","completed_at":"t8","title":"\u0041\/\\\"\u00e9","result":{ "spaces" : [ 1 , 2 ] , "__proto__":null,"a":1,"a":2, "escaped \u0061":"\u0061\/" }}"#,
    );
    let long = "all work and no play ".repeat(LONG_TEXT_CHARS / 21);
    history.event(
        "run.failed",
        &format!(
            r#"{{"job_id":"long","run_id":"8","completed_at":"t9","title":"{long}","error":"{}","raw_payload":{{}}}}"#,
            "x".repeat(LONG_TEXT_CHARS)
        ),
    );
    let deep = format!("{}{}{}", "[".repeat(100), "0", "]".repeat(100));
    history.event(
        "run.succeeded",
        &format!(
            r#"{{"job_id":"deep","run_id":"9","completed_at":"t10","result":{{"nested":{deep}}},"raw_payload":{{}}}}"#
        ),
    );
    history.event(
        "run.started",
        "{\"job_id\":\"\u{feff}not trimmed\u{200b}\",\"run_id\":\"\u{3000}trimmed\u{85}\",\"started_at\":\"t11\"}",
    );
}

pub(super) fn privacy(history: &mut History) {
    let input = r#"{"job_id":"payroll","run_id":"pay-2026-05","title":"Payroll","completed_at":"2026-05-28T15:00:00Z","payload":{"iban":"XX00 0000 0000 0000","salaries":[4100,3900],"queue":"finance"}}"#;
    history.event_with(
        "run.succeeded",
        input,
        r#"{"raw_payload_retained":false,"redacted":true,"contains_sensitive":true,"privacy_flags":["pii","salary",""," "]}"#,
    );
    history.event(
        "run.started",
        r#"{"job_id":"candidate-screening","run_id":"cs-9","started_at":"2026-05-28T16:00:00Z","privacy":{"raw_payload_retained":false,"contains_sensitive":true,"flags":["pii"]},"payload":{"name":"not kept","workflow_name":"Screen candidates"}}"#,
    );
    history.event(
        "run.succeeded",
        r#"{"job_id":"newsletter-stats","run_id":"ns-4","completed_at":"2026-05-28T17:00:00Z","payload":{"opened":1204,"workflow_name":"Newsletter statistics"}}"#,
    );
}
