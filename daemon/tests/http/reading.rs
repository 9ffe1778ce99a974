//! Pages, cards, earlier positions, entity tags.

use crate::daemon::{Daemon, fixture, input, printed, problem, run_plain};
use serde_json::{Value, json};

#[test]
fn records_come_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    for at in 0..5 {
        daemon.send(&input(if at % 2 == 0 { "a b/ü" } else { "b" }, "run.progress", at));
    }
    let seqs = |page: &Value| {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["seq"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let response = daemon.get("/v1/events?limit=2").send().unwrap();
    let link = response.headers()["link"].to_str().unwrap().to_owned();
    let first: Value = response.json().unwrap();
    assert_eq!((seqs(&first), &first["as_of_seq"]), (vec![1, 2], &json!(5)));
    assert_eq!(
        link,
        format!(
            "</v1/events?cursor={}&limit=2>; rel=\"next\"",
            first["next_cursor"].as_str().unwrap()
        )
    );
    let path = link.trim_start_matches('<').split('>').next().unwrap();
    let second = daemon.read(path);
    assert_eq!(seqs(&second), [3, 4]);
    let third = daemon.read(&format!(
        "/v1/events?cursor={}&limit=2",
        second["next_cursor"].as_str().unwrap()
    ));
    assert_eq!((seqs(&third), &third["next_cursor"]), (vec![5], &json!(null)));
    assert_eq!(seqs(&daemon.read("/v1/events?after=3")), [4, 5]);
    assert_eq!(seqs(&daemon.read("/v1/events?job_id=a%20b%2F%C3%BC")), [1, 3, 5]);
    assert_eq!(seqs(&daemon.read("/v1/events?job_id=a%20b/%C3%BC&limit=2")), [1, 3]);
    assert_eq!(seqs(&daemon.read("/v1/events?topic=none")), [0; 0]);
    for bad in [
        "limit=0",
        "limit=501",
        "limit=x",
        "cursor=j1",
        "cursor=",
        "nope=1",
        "after=-1",
    ] {
        let refused = daemon.get(&format!("/v1/events?{bad}")).send().unwrap();
        assert_eq!(problem(refused, 400)["code"], "parameter_invalid", "{bad}");
    }
    assert_eq!(daemon.read("/v1/jobs/a%20b%2F%C3%BC")["events_total"], 3);
}

#[test]
fn cards_come_in_pages_and_can_be_searched() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    for at in 0..7 {
        daemon.send(&input(
            &format!("job-{at}"),
            if at % 2 == 0 { "run.failed" } else { "run.queued" },
            at,
        ));
    }
    let ids = |page: &Value| {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|card| card["job_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut path = "/v1/jobs?limit=3&q=status%3Afailed".to_owned();
    let mut all = Vec::new();
    let mut pages = 0;
    loop {
        let response = daemon.get(&path).send().unwrap();
        let next = response
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        all.extend(ids(&response.json().unwrap()));
        pages += 1;
        let Some(next) = next else { break };
        path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(
        (pages, all),
        (2, vec!["job-0".into(), "job-2".into(), "job-4".into(), "job-6".into()])
    );
    let refused = daemon.get("/v1/jobs?q=colour%3Ared").send().unwrap();
    assert_eq!(problem(refused, 422)["code"], "query_invalid");
}

#[test]
fn any_earlier_seq_can_be_looked_at() {
    look_back(&["--listen", "127.0.0.1:0"], true);
}

#[test]
fn any_earlier_seq_can_be_looked_at_when_history_is_not_kept() {
    look_back(&["--listen", "127.0.0.1:0", "--history-bytes-max", "800"], false);
}

fn look_back(options: &[&str], history: bool) {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start_with(dir.path(), options);
    let kinds = ["run.queued", "run.started", "run.failed"];
    for (at, kind) in kinds.into_iter().enumerate() {
        daemon.send(&input("a", kind, u32::try_from(at).unwrap()));
    }
    let status = |seq: u64| daemon.read(&format!("/v1/jobs/a?at_seq={seq}"))["card"]["status"].clone();
    assert_eq!([status(1), status(2), status(3)], ["queued", "running", "failed"]);
    let past = daemon.read("/v1/jobs?at_seq=2");
    assert_eq!(
        (&past["items"][0]["status"], &past["as_of_seq"]),
        (&json!("running"), &json!(2))
    );
    assert_eq!(daemon.read("/v1/jobs?at_seq=0")["items"], json!([]));
    let answer = daemon.read("/v1/jobs/a?at_seq=2");
    let (places, total) = if history {
        (json!([{"seq": 1, "position": 1}, {"seq": 2, "position": 2}]), json!(2))
    } else {
        (json!([]), json!(null))
    };
    assert_eq!((&answer["events"], &answer["events_total"]), (&places, &total));
    assert_eq!(
        problem(daemon.get("/v1/jobs/a?at_seq=0").send().unwrap(), 404)["code"],
        "job_not_found"
    );
    assert_eq!(
        problem(daemon.get("/v1/jobs/b").send().unwrap(), 404)["code"],
        "job_not_found"
    );
    for path in ["/v1/jobs?at_seq=4", "/v1/jobs/a?at_seq=4"] {
        let refused = problem(daemon.get(path).send().unwrap(), 422);
        assert_eq!(refused["code"], "position_out_of_range");
        assert_eq!(refused["detail"], "at_seq: expected a seq from 0 to 3, got 4");
    }
    assert_eq!(
        daemon.read("/v1/jobs/a")["card"]["status"],
        "failed",
        "the present is not disturbed"
    );
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    daemon.send(&input("a", "run.queued", 1));
    for path in ["/v1/jobs", "/v1/jobs/a", "/v1/events", "/v1/jobs?at_seq=1"] {
        let tag = daemon.get(path).send().unwrap().headers()["etag"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(tag.starts_with("\"default:1:"), "{tag}");
        let ask = || {
            daemon
                .get(path)
                .header("if-none-match", format!("\"x\", {tag}"))
                .send()
                .unwrap()
        };
        let unchanged = ask();
        assert_eq!(
            (
                unchanged.status().as_u16(),
                unchanged.headers()["etag"].to_str().unwrap()
            ),
            (304, tag.as_str())
        );
    }
    let tag = daemon.get("/v1/jobs").send().unwrap().headers()["etag"].clone();
    let past = daemon.get("/v1/jobs?at_seq=1").send().unwrap().headers()["etag"].clone();
    daemon.send(&input("a", "run.started", 2));
    assert_eq!(
        daemon
            .get("/v1/jobs")
            .header("if-none-match", &tag)
            .send()
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        daemon
            .get("/v1/jobs?at_seq=1")
            .header("if-none-match", &past)
            .send()
            .unwrap()
            .status(),
        304
    );
    let filtered = daemon.get("/v1/jobs?q=a").send().unwrap().headers()["etag"].clone();
    assert_ne!(filtered, daemon.get("/v1/jobs").send().unwrap().headers()["etag"]);
}

#[test]
fn daemon_and_replay_show_the_same_cards() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let file = fixture("week-of-operations");
    daemon.send(&std::fs::read_to_string(&file).unwrap());
    let replayed = printed(&run_plain("replay", &[file.to_str().unwrap(), "--json"]));
    let served = daemon.get("/v1/jobs?limit=500").send().unwrap().text().unwrap();
    // As text: the cards must be the same bytes, not only the same JSON.
    let cards = |text: &str, member: &str, end: &str| {
        let start = text.find(member).unwrap() + member.len();
        text[start..text.rfind(end).unwrap()].to_owned()
    };
    assert_eq!(
        cards(&served, "{\"items\":", ",\"next_cursor\""),
        cards(&replayed, "\"jobs\":", "}")
    );
}
