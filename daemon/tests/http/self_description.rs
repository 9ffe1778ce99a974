//! What the daemon says about itself: the API's document, metrics, help.

use crate::daemon::{Daemon, client, input, printed, run_plain};
use std::path::Path;

fn docs(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_checked_in_document_is_the_one_that_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let served = daemon.anonymous("/openapi.json").send().unwrap().text().unwrap();
    assert_eq!(printed(&run_plain("openapi", &[])), served);
    let command = "cargo run --quiet --package jobfold -- openapi > docs/openapi.json";
    assert!(
        docs("openapi.json") == served,
        "docs/openapi.json is out of date; write it anew: {command}"
    );
    let document: serde_json::Value = serde_json::from_str(&served).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn every_code_of_a_problem_is_described() {
    let described = docs("http.md");
    let http = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    for entry in std::fs::read_dir(http).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for start in ["Problem::new(", "Problem::busy(", "unauthorized("] {
            for call in source.split(start).skip(1) {
                let call = call.split(';').next().unwrap();
                let code = call.split('"').nth(1).unwrap_or_default();
                let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                assert!(
                    !is_code || described.contains(&format!("`{code}`")),
                    "docs/http.md lacks {code}"
                );
            }
        }
    }
}

#[test]
fn metrics_count_what_happened() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    daemon.send(&format!("[{0},{0}]", input("a", "run.failed", 1)));
    daemon.read("/v1/jobs");
    let text = daemon.get("/metrics").send().unwrap().text().unwrap();
    let lines = [
        "jobfold_events_ingested_total 1",
        "jobfold_events_duplicate_total 1",
        "jobfold_fold_lag_records 0",
        "jobfold_log_seq 1",
        "jobfold_sse_clients 0",
        "jobfold_sse_drops_total 0",
        "jobfold_append_seconds_count 1",
        "jobfold_jobs{status=\"failed\"} 1",
        "jobfold_jobs{status=\"queued\"} 0",
    ];
    for line in lines {
        assert!(text.lines().any(|own| own == line), "{line} is not in\n{text}");
    }
    for name in ["jobfold_log_sync_seconds_bucket", "jobfold_http_request_seconds_bucket"] {
        assert!(text.contains(name), "{name} is not in\n{text}");
    }
}

#[test]
fn the_page_is_served_with_its_headers() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let page = client().get(format!("{}/", daemon.url)).send().unwrap();
    assert_eq!(page.status(), 200);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.text().unwrap().starts_with("<!doctype html>"));
}

#[test]
fn help_manual_and_completions_are_there() {
    let help = printed(&run_plain("--help", &[]));
    for command in [
        "serve", "replay", "export", "import", "verify", "repair", "events", "link",
    ] {
        assert!(help.contains(command), "{command} is not in\n{help}");
    }
    assert!(printed(&run_plain("man", &[])).contains(".TH jobfold"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(printed(&run_plain("completions", &[shell])).contains("jobfold"));
    }
    assert_eq!(run_plain("nonsense", &[]).status.code(), Some(2));
}
