//! Who gets in.

use crate::daemon::{Daemon, client, input, printed, problem, run, said};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

#[test]
fn without_a_token_nothing_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    for path in ["/v1/jobs", "/v1/jobs/a", "/v1/events", "/metrics"] {
        let refused = daemon.anonymous(path).send().unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"jobfold\"");
        assert_eq!(problem(refused, 401)["code"], "token_required", "{path}");
        for header in [
            "Bearer jf_0",
            "Bearer",
            "Basic x",
            "Bearer jf_ffffffffffffffffffffffffffffffff",
        ] {
            let refused = daemon.anonymous(path).header("authorization", header).send().unwrap();
            assert_eq!(problem(refused, 401)["code"], "token_invalid", "{header}");
        }
    }
    for path in ["/livez", "/readyz"] {
        assert_eq!(daemon.anonymous(path).send().unwrap().text().unwrap(), "ok\n");
    }
}

#[test]
fn the_token_is_private_and_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("made/by/serve");
    let daemon = Daemon::start(&state);
    let mode = |name: &str| std::fs::metadata(state.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode("token"), mode("tokens.json"), mode("session-key"), mode("")),
        (0o600, 0o600, 0o600, 0o700)
    );
    let token = std::fs::read_to_string(state.join("token")).unwrap();
    assert!(token.starts_with("jf_") && token.trim().len() == 67);
    assert!(
        !std::fs::read_to_string(state.join("tokens.json"))
            .unwrap()
            .contains(token.trim())
    );
    assert!(daemon.stop().success());
    let _daemon = Daemon::start(&state);
    assert_eq!(std::fs::read_to_string(state.join("token")).unwrap(), token);
}

#[test]
fn a_link_opens_the_page_once_and_the_session_outlives_the_daemon() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let listen = format!("127.0.0.1:{}", daemon.port());
    let opened = client().get(&daemon.link).send().unwrap();
    assert_eq!(
        (opened.status().as_u16(), opened.headers()["location"].to_str().unwrap()),
        (303, "/")
    );
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(
        problem(client().get(&daemon.link).send().unwrap(), 403)["code"],
        "link_used"
    );
    let again = client().get(&daemon.link).header("cookie", &cookie).send().unwrap();
    assert_eq!(again.status(), 303, "a browser that is signed in is not bothered");
    let jobs = |daemon: &Daemon| daemon.anonymous("/v1/jobs").header("cookie", &cookie).send().unwrap();
    assert_eq!(jobs(&daemon).status(), 200);
    daemon.kill();
    let daemon = Daemon::start_with(dir.path(), &["--listen", &listen]);
    assert_eq!(jobs(&daemon).status(), 200);
    let forged = cookie.replace('.', ".0");
    let refused = daemon.anonymous("/v1/jobs").header("cookie", forged).send().unwrap();
    assert_eq!(problem(refused, 401)["code"], "session_over");
}

#[test]
fn a_session_changes_things_from_its_own_page_only() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let opened = client().get(&daemon.link).send().unwrap();
    let cookie = opened.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let send = |name: &'static str, value: &str| {
        let request = client()
            .post(format!("{}/v1/events", daemon.url))
            .header("cookie", &cookie);
        request
            .header(name, value)
            .body(input("a", "run.queued", 1))
            .send()
            .unwrap()
    };
    assert_eq!(problem(send("x-nothing", "said"), 403)["code"], "cross_origin");
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(problem(send("sec-fetch-site", site), 403)["code"], "cross_origin");
    }
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"] {
        assert_eq!(problem(send("origin", origin), 403)["code"], "cross_origin");
    }
    assert_eq!(send("origin", &daemon.url).status(), 200);
    assert_eq!(send("sec-fetch-site", "same-origin").status(), 200);
    let link = client()
        .post(format!("{}/v1/login-links", daemon.url))
        .header("cookie", &cookie);
    let refused = link.header("sec-fetch-site", "same-origin").send().unwrap();
    assert_eq!(problem(refused, 403)["code"], "scope_missing");
}

#[test]
fn a_new_link_can_be_had() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    let link = printed(&run(dir.path(), "link", &["--url", &daemon.url]));
    assert_ne!(link.trim(), daemon.link);
    assert_eq!(client().get(link.trim()).send().unwrap().status(), 303);
    let elsewhere = tempfile::tempdir().unwrap();
    let refused = run(elsewhere.path(), "link", &["--url", &daemon.url]);
    assert_eq!(refused.status.code(), Some(6));
    let other = Daemon::start(elsewhere.path());
    let refused = run(elsewhere.path(), "link", &["--url", &daemon.url, "--json"]);
    assert_eq!(refused.status.code(), Some(6));
    let problem: serde_json::Value = serde_json::from_str(&said(&refused)).unwrap();
    assert_eq!(
        (&problem["code"], &problem["status"]),
        (&"token_invalid".into(), &401.into())
    );
    drop(other);
}

#[test]
fn requests_for_other_hosts_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    for host in ["evil.example", "127.0.0.1", "localhost:1"] {
        let refused = daemon.anonymous("/livez").header("host", host).send().unwrap();
        assert_eq!(problem(refused, 421)["code"], "host_not_allowed", "{host}");
    }
    let local = format!("localhost:{}", daemon.port());
    assert_eq!(
        daemon
            .anonymous("/livez")
            .header("host", local)
            .send()
            .unwrap()
            .status(),
        200
    );
}

#[test]
fn every_answer_carries_the_policy() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(dir.path());
    for path in ["/", "/v1/jobs", "/nothing/here", "/openapi.json"] {
        let answer = daemon.anonymous(path).send().unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
        assert_eq!(answer.headers()["x-request-id"].len(), 32);
    }
}

#[test]
fn nothing_but_loopback_is_listened_on() {
    let dir = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let refused = run(dir.path(), "serve", &["--listen", address]);
        assert_eq!(refused.status.code(), Some(2), "{address}");
        assert!(said(&refused).contains("TLS"), "{}", said(&refused));
        assert!(refused.stdout.is_empty());
    }
    assert!(!dir.path().join("token").exists(), "nothing was begun");
}

#[test]
fn the_daemons_log_names_requests_and_keeps_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.txt");
    let log = Stdio::from(std::fs::File::create(&path).unwrap());
    let options = [
        "--listen",
        "127.0.0.1:0",
        "--log-level",
        "trace",
        "--log-format",
        "json",
    ];
    let daemon = Daemon::start_logging(&dir.path().join("state"), &options, log);
    daemon.send(&input("hunter2", "run.queued", 1));
    let refused = daemon.post("/v1/events").body("{\"kind\":\"hunter2\"}").send().unwrap();
    let id = problem(refused, 422)["request_id"].as_str().unwrap().to_owned();
    assert_eq!(daemon.anonymous("/v1/jobs?q=hunter2").send().unwrap().status(), 401);
    assert_eq!(client().get(&daemon.link).send().unwrap().status(), 303);
    let (link, token) = (
        daemon.link.clone(),
        std::fs::read_to_string(dir.path().join("state/token")).unwrap(),
    );
    assert!(daemon.stop().success());
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(
        log.lines()
            .any(|line| line.contains(&id) && line.contains("\"status\":422")),
        "{log}"
    );
    for secret in ["hunter2", token.trim(), link.rsplit('=').next().unwrap()] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
