//! Every bound answers, and answers clearly.

use crate::daemon::{Daemon, input, problem};

#[test]
fn bodies_have_a_limit() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start_with(dir.path(), &["--listen", "127.0.0.1:0", "--body-bytes-max", "2000"]);
    let long = input("a", "run.queued", 1) + &" ".repeat(2000);
    let refused = daemon.post("/v1/events").body(long.clone()).send().unwrap();
    assert_eq!(problem(refused, 413)["code"], "body_too_large");
    // Without an announced length, the limit is found while reading.
    let unannounced = reqwest::blocking::Body::new(std::io::Cursor::new(long));
    let refused = daemon.post("/v1/events").body(unannounced).send().unwrap();
    assert_eq!(problem(refused, 413)["code"], "body_too_large");
    assert_eq!(daemon.send(&input("a", "run.queued", 1))["as_of_seq"], 1);
}

#[test]
fn events_and_batches_have_a_limit() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let large = input("a", "run.queued", 1).replacen('{', &format!("{{\"note\":\"{}\",", "x".repeat(1 << 20)), 1);
    let refused = problem(daemon.post("/v1/events").body(large).send().unwrap(), 413);
    assert_eq!(refused["code"], "event_too_large");
    let many = "{}\n".repeat(10_001);
    assert_eq!(
        problem(daemon.post("/v1/events").body(many).send().unwrap(), 413)["code"],
        "too_many_events"
    );
    let deep = "[".repeat(200) + &"]".repeat(200);
    assert_eq!(
        problem(daemon.post("/v1/events").body(deep).send().unwrap(), 400)["code"],
        "json_too_deep"
    );
    for empty in ["", "  \n", "[]"] {
        assert_eq!(
            problem(daemon.post("/v1/events").body(empty).send().unwrap(), 400)["code"],
            "body_empty"
        );
    }
    assert_eq!(daemon.read("/v1/events")["as_of_seq"], 0);
}

#[test]
fn a_token_that_asks_too_often_is_told_to_wait() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start_with(dir.path(), &["--listen", "127.0.0.1:0", "--rate-limit", "1"]);
    // One a second in the long run, two at once: one of three in a row is too many unless this takes seconds,
    // in which case more follow.
    let refused = (0..1000)
        .map(|_| daemon.get("/v1/jobs").send().unwrap())
        .find(|answer| answer.status() != 200);
    let refused = refused.expect("a limit");
    assert!(
        refused.headers()["retry-after"]
            .to_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            >= 1
    );
    assert_eq!(problem(refused, 429)["code"], "rate_limited");
    assert_eq!(daemon.anonymous("/livez").send().unwrap().status(), 200);
}

#[test]
fn unknown_paths_and_methods_are_problems_too() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    assert_eq!(
        problem(daemon.get("/v1/nothing").send().unwrap(), 404)["code"],
        "not_found"
    );
    assert_eq!(
        problem(daemon.post("/v1/nothing").send().unwrap(), 404)["code"],
        "not_found"
    );
    assert_eq!(
        problem(daemon.post("/v1/jobs").send().unwrap(), 405)["code"],
        "method_not_allowed"
    );
    assert_eq!(
        problem(daemon.post("/livez").send().unwrap(), 405)["code"],
        "method_not_allowed"
    );
}
