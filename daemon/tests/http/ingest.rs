//! What the door takes, what it refuses, and that it tells the truth about both.

use crate::daemon::{Daemon, fixture, input, problem};
use serde_json::{Value, json};

#[test]
fn every_form_of_body_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let one = daemon.send(&input("a", "run.queued", 1));
    assert_eq!((&one["items"][0]["seq"], &one["as_of_seq"]), (&json!(1), &json!(1)));
    let array = daemon.send(&format!(
        "[{},{}]",
        input("a", "run.started", 2),
        input("b", "run.queued", 3)
    ));
    assert_eq!(
        (&array["items"][1]["seq"], &array["items"][1]["topic_seq"]),
        (&json!(3), &json!(3))
    );
    let lines = daemon.send(&format!(
        "{}\n\n{}\n",
        input("b", "run.started", 4),
        input("b", "run.succeeded", 5)
    ));
    assert_eq!(lines["as_of_seq"], 5);
    let spec = r#"{"kind":"run.failed","input":{"job_id":"c","run_id":"r","timestamp":"t"},"options":{"title":"T"}}"#;
    assert_eq!(daemon.send(spec)["as_of_seq"], 6);
    let card = &daemon.read("/v1/jobs/c")["card"];
    assert_eq!((&card["title"], &card["status"]), (&json!("T"), &json!("failed")));
}

#[test]
fn content_types_are_believed() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let two = format!("{}\n{}", input("a", "run.queued", 1), input("a", "run.started", 2));
    let send = |content_type: &str| {
        daemon
            .post("/v1/events")
            .header("content-type", content_type)
            .body(two.clone())
            .send()
            .unwrap()
    };
    let refused = problem(send("application/json; charset=utf-8"), 400);
    assert_eq!(refused["code"], "json_invalid");
    assert_eq!(refused["errors"][0]["offset"], input("a", "run.queued", 1).len() + 1);
    assert_eq!(send("application/x-ndjson").status(), 200);
}

#[test]
fn nothing_of_a_refused_batch_is_stored_and_every_fault_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let good = input("a", "run.queued", 1);
    let body = format!("[{good},{{\"kind\":\"run.queued\",\"job_id\":\"x\",\"timestamp\":\"t\"}},[]]");
    let refused = problem(daemon.post("/v1/events").body(body).send().unwrap(), 422);
    assert_eq!(refused["code"], "run_id_required");
    let errors = refused["errors"].as_array().unwrap();
    let second = good.len() as u64 + 2;
    assert_eq!((&errors[0]["item"], &errors[0]["offset"]), (&json!(2), &json!(second)));
    assert_eq!(errors[0]["pointer"], "/1/run_id");
    assert_eq!(
        (&errors[1]["item"], &errors[1]["code"]),
        (&json!(3), &json!("item_not_object"))
    );
    assert_eq!(
        daemon.read("/v1/jobs"),
        json!({"items": [], "next_cursor": null, "as_of_seq": 0})
    );
    assert_eq!(daemon.read("/v1/events")["items"], json!([]));
}

#[test]
fn an_envelope_is_validated_and_kept_to_the_byte() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let line = std::fs::read_to_string(fixture("nightly-backup")).unwrap();
    let line = line.lines().next().unwrap();
    let odd = line.replacen('{', "{ \"x\" : [1.0, 12345678901234567890, \"\\u00e9\"],", 1);
    daemon.send(&odd);
    assert_eq!(daemon.read("/v1/events")["items"][0]["payload"], odd.as_str());
    let broken = line.replacen("\"title\":", "\"titel\":", 1);
    let refused = problem(daemon.post("/v1/events").body(broken).send().unwrap(), 422);
    assert_eq!(
        (&refused["code"], &refused["errors"][0]["pointer"]),
        (&json!("shape"), &json!("/title"))
    );
}

#[test]
fn a_record_has_the_contracts_headers_and_the_trace() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = daemon.post("/v1/events").header("traceparent", trace);
    assert_eq!(request.body(input("a", "run.queued", 1)).send().unwrap().status(), 200);
    let record = &daemon.read("/v1/events")["items"][0];
    assert_eq!(
        (&record["topic"], &record["kind"]),
        (&json!("dashboard.jobs.events"), &json!("dashboard_job_event"))
    );
    let headers = record["headers"].as_object().unwrap();
    let expected = [
        ("schema", "harn.dashboard_job_event.v1"),
        ("job_id", "a"),
        ("run_id", "r-a"),
        ("status", "queued"),
        ("traceparent", trace),
    ];
    for (name, value) in expected {
        assert_eq!(headers[name], value);
    }
}

#[test]
fn an_event_is_stored_once_also_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let twice = daemon.send(&format!("[{0},{0}]", input("a", "run.queued", 1)));
    let flags = |answer: &Value| {
        let items = answer["items"].as_array().unwrap().iter();
        items
            .map(|item| (item["seq"].as_u64().unwrap(), item["duplicate"].as_bool().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(flags(&twice), [(1, false), (1, true)]);
    daemon.kill();
    let daemon = Daemon::start(dir.path());
    let again = daemon.send(&format!(
        "[{},{}]",
        input("a", "run.queued", 1),
        input("a", "run.started", 2)
    ));
    assert_eq!(flags(&again), [(1, true), (2, false)]);
    assert_eq!(again["items"][0]["dedupe_key"], twice["items"][0]["dedupe_key"]);
}

#[test]
fn an_append_can_depend_on_the_head() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let send = |path: &str, tag: Option<&str>, at| {
        let request = daemon.post(path).body(input("a", "run.progress", at));
        let request = tag
            .into_iter()
            .fold(request, |request, tag| request.header("if-match", tag));
        request.send().unwrap()
    };
    assert_eq!(send("/v1/events?expected_seq=0", None, 1).status(), 200);
    assert_eq!(
        problem(send("/v1/events?expected_seq=0", None, 2), 412)["code"],
        "seq_conflict"
    );
    assert_eq!(send("/v1/events", Some("\"default:1\""), 2).status(), 200);
    assert_eq!(
        problem(send("/v1/events", Some("\"default:1\""), 3), 412)["code"],
        "seq_conflict"
    );
    assert_eq!(
        problem(send("/v1/events", Some("*"), 3), 400)["code"],
        "parameter_invalid"
    );
    assert_eq!(
        problem(send("/v1/events?expected=1", None, 3), 400)["code"],
        "parameter_invalid"
    );
    assert_eq!(daemon.read("/v1/events")["as_of_seq"], 2);
}

#[test]
fn a_payload_that_must_not_be_kept_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let input = r#"{"kind":"run.queued","job_id":"a","run_id":"r","timestamp":"t",
        "raw_payload":{"secret":"hunter2"},"privacy":{"raw_payload_retained":false}}"#;
    daemon.send(input);
    let payload = daemon.read("/v1/events")["items"][0]["payload"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!payload.contains("hunter2"), "{payload}");
}

#[test]
fn many_writers_at_once_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    std::thread::scope(|scope| {
        for writer in 0..16 {
            let daemon = &daemon;
            scope.spawn(move || {
                for at in 0..8 {
                    let answer = daemon.send(&input(&format!("w{writer}"), "run.progress", at));
                    let job = daemon.read(&format!("/v1/jobs/w{writer}?at_seq={}", answer["as_of_seq"]));
                    assert_eq!(job["card"]["updated_at"], format!("t{at}"), "own writes are seen");
                }
            });
        }
    });
    assert_eq!(daemon.read("/v1/events?limit=1")["as_of_seq"], 16 * 8);
    assert!(daemon.stop().success());
}
