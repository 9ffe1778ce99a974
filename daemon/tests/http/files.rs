//! The log as files: verify, repair, export, import, replay.

use crate::daemon::{Daemon, command, fixture, input, printed, run, run_plain, said};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn filled(state: &Path) -> Daemon {
    let daemon = Daemon::start(state);
    daemon.send(&std::fs::read_to_string(fixture("webhook-dlq-replayed")).unwrap());
    daemon.send(&std::fs::read_to_string(fixture("hostile-text")).unwrap());
    daemon
}

fn document(output: &std::process::Output) -> Value {
    serde_json::from_str(&printed(output)).unwrap()
}

#[test]
fn an_exported_log_imports_as_the_same_log() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let daemon = filled(one.path());
    let from_daemon = printed(&run(one.path(), "export", &["--url", &daemon.url]));
    assert!(daemon.stop().success());
    let from_files = printed(&run(one.path(), "export", &[]));
    assert_eq!(from_daemon, from_files);
    let file = one.path().join("history.ndjson");
    std::fs::write(&file, &from_files).unwrap();
    let file = file.to_str().unwrap();
    let imported = document(&run(two.path(), "import", &[file, "--json"]));
    let verified = document(&run(one.path(), "verify", &["--json"]));
    assert_eq!(
        (&imported["seq"], &imported["hash"]),
        (&verified["seq"], &verified["hash"])
    );
    assert_eq!(printed(&run(two.path(), "export", &[])), from_files);
    let again = document(&run(two.path(), "import", &[file, "--json"]));
    assert_eq!(again["added"], 0);
    // The imported log goes on where the other one ended, and knows its events.
    let daemon = Daemon::start(two.path());
    let known = daemon.send(&std::fs::read_to_string(fixture("hostile-text")).unwrap());
    assert!(
        known["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["duplicate"] == true)
    );
}

#[test]
fn an_import_continues_a_beginning_and_refuses_another_history() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(filled(one.path()).stop().success());
    let all = printed(&run(one.path(), "export", &[]));
    let import = |text: &str| {
        let file = two.path().join("part.ndjson");
        std::fs::write(&file, text).unwrap();
        run(two.path(), "import", &[file.to_str().unwrap(), "--json"])
    };
    let some: String = all.split_inclusive('\n').take(3).collect();
    assert_eq!(document(&import(&some))["added"], 3);
    let altered = all.replacen("\"payload\":\"{", "\"payload\":\" {", 1);
    let refused = import(&altered);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("chain_hash"), "{}", said(&refused));
    let count = all.lines().count();
    assert_eq!(document(&import(&all))["added"], count - 3);
    let other = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(other.path());
    daemon.send(&input("other", "run.queued", 1));
    let file = two.path().join("part.ndjson");
    let busy = run(other.path(), "import", &[file.to_str().unwrap()]);
    assert_eq!(busy.status.code(), Some(4), "{}", said(&busy));
    assert!(daemon.stop().success());
    let refused = run(other.path(), "import", &[file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    assert_eq!(document(&run(other.path(), "verify", &["--json"]))["seq"], 1);
}

fn segment(state: &Path) -> PathBuf {
    let entries = std::fs::read_dir(state.join("log"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    files.pop().unwrap()
}

#[test]
fn damage_is_found_named_and_repaired_without_losing_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    for at in 0..6 {
        daemon.send(&input(&format!("job-{at}"), "run.queued", at));
    }
    assert!(daemon.stop().success());
    let path = segment(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.windows(5).position(|window| window == b"job-3").unwrap();
    bytes[place] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    let found = run(dir.path(), "verify", &["--json"]);
    assert_eq!(found.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(
        (&report["whole"], &report["seq"], &report["damage"]["seq"]),
        (&json!(false), &json!(3), &json!(4))
    );
    let refused = run(dir.path(), "serve", &["--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("jobfold repair"), "{}", said(&refused));

    let looked = run(dir.path(), "repair", &["--dry-run"]);
    assert!(looked.status.success());
    assert_eq!(
        run(dir.path(), "repair", &[]).status.code(),
        Some(2),
        "nobody was asked"
    );
    assert_eq!(
        run(dir.path(), "verify", &[]).status.code(),
        Some(1),
        "nothing was changed yet"
    );
    let repaired = document(&run(dir.path(), "repair", &["--yes", "--json"]));
    assert_eq!(repaired["seq"], 3);
    assert!(!repaired["set_aside"].as_array().unwrap().is_empty());
    assert_eq!(document(&run(dir.path(), "verify", &["--json"]))["whole"], true);
    let daemon = Daemon::start(dir.path());
    assert_eq!(daemon.read("/v1/jobs")["items"].as_array().unwrap().len(), 3);
    assert_eq!(daemon.send(&input("new", "run.queued", 9))["as_of_seq"], 4);
}

#[test]
fn verify_works_beside_a_running_daemon() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = filled(dir.path());
    let seq = daemon.read("/v1/events?limit=1")["as_of_seq"].clone();
    assert_eq!(document(&run(dir.path(), "verify", &["--json"]))["seq"], seq);
    assert_eq!(
        run(dir.path(), "repair", &["--yes"]).status.code(),
        Some(0),
        "a whole log is left alone"
    );
    let second = run(dir.path(), "serve", &["--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4), "{}", said(&second));
}

#[test]
fn replay_gives_the_digest_of_the_fixture_and_of_its_export() {
    let dir = tempfile::tempdir().unwrap();
    let file = fixture("duplicate-deliveries");
    let golden = std::fs::read_to_string(file.with_file_name("summary.snap.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    let replayed = document(&run_plain("replay", &[file.to_str().unwrap(), "--json"]));
    assert_eq!(replayed["digest"], golden["states"][0]["digest"]);
    assert_eq!(
        (&replayed["events"], &replayed["duplicates"]),
        (&golden["unique"], &golden["duplicates"])
    );
    let daemon = Daemon::start(dir.path());
    daemon.send(&std::fs::read_to_string(&file).unwrap());
    let mut export = command(dir.path(), "export")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let replay = std::process::Command::new(env!("CARGO_BIN_EXE_jobfold"))
        .args(["replay", "-", "--json"])
        .stdin(export.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(export.wait().unwrap().success());
    let exported = document(&replay);
    assert_eq!(exported["digest"], replayed["digest"]);
    assert_eq!(
        (&exported["seq"], &exported["duplicates"]),
        (&golden["unique"], &json!(0))
    );
}

#[test]
fn replay_stops_where_it_is_told() {
    let file = fixture("nightly-backup");
    let file = file.to_str().unwrap();
    let golden = std::fs::read_to_string(fixture("nightly-backup").with_file_name("summary.snap.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    for state in golden["states"].as_array().unwrap() {
        let until = state["position"].to_string();
        let replayed = document(&run_plain("replay", &[file, "--json", "--until", &until]));
        assert_eq!(
            (&replayed["digest"], &replayed["position"]),
            (&state["digest"], &state["position"])
        );
        assert_eq!(replayed["head"], golden["offered"]);
    }
    let beyond = run_plain("replay", &[file, "--until", "999"]);
    assert_eq!(beyond.status.code(), Some(2));
    assert!(said(&beyond).contains("expected 0 to 7, got 999"), "{}", said(&beyond));
}

#[test]
fn replay_speaks_to_people_and_names_faults() {
    let dir = tempfile::tempdir().unwrap();
    let text = printed(&run_plain("replay", &[fixture("hostile-text").to_str().unwrap()]));
    assert!(text.contains("digest   "), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    let good = std::fs::read_to_string(fixture("nightly-backup")).unwrap();
    let file = dir.path().join("bad.jsonl");
    std::fs::write(&file, good.replacen("\"job_id\":\"nightly-backup\"", "\"job_id\":7", 2)).unwrap();
    let refused = run_plain("replay", &[file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    let words = said(&refused);
    assert!(
        words.contains("bad.jsonl:1: event 1") && words.contains("event.job_id"),
        "{words}"
    );
    assert_eq!(run_plain("replay", &["/nowhere/at/all"]).status.code(), Some(3));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut replay = std::process::Command::new(env!("CARGO_BIN_EXE_jobfold"))
        .args(["replay", "--json", fixture("week-of-operations").to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(replay.stdout.take());
    let output = replay.wait_with_output().unwrap();
    assert_eq!(said(&output), "");
}
