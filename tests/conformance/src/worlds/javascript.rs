//! The npm package, in Node and in headless Chromium.
//!
//! Requests go as JSON Lines into a file, one script in Node answers into another; for the browser that script serves
//! a page and lets it do the work. This side owns the comparison, that side only calls.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Answers, Session, Tools, World};
use crate::case::{Answer, BUILT, Form, Plan};

const CALLS: &str = include_str!("../../js/calls.mjs");
const NODE: &str = include_str!("../../js/node.mjs");
const BROWSER: &str = include_str!("../../js/browser.mjs");

/// Runs all sessions in one process of Node, or in one page.
pub fn run(world: World, sessions: &[Session<'_>], tools: &Tools) -> Result<Vec<Vec<Answers>>, String> {
    let requests = requests(sessions);
    let answers = exchange(world, requests.into_iter(), tools)?;
    collect(sessions, &answers)
}

/// Hands each request to the package in one process of Node, or in one page; the answers come in the same order.
pub fn exchange(world: World, requests: impl Iterator<Item = Value>, tools: &Tools) -> Result<Vec<Value>, String> {
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()));
    let (folder, package) = (absolute(&tools.scratch.join(world.name()))?, absolute(&tools.package)?);
    prepare(&folder, &package)?;
    let (asked, answered) = (folder.join("requests.jsonl"), folder.join("answers.jsonl"));
    write_lines(&asked, requests).map_err(|error| format!("{}: {error}", asked.display()))?;

    let script = if world == World::Node {
        "node.mjs"
    } else {
        "browser.mjs"
    };
    let mut node = Command::new("node");
    // Cases may be deeply nested; the default stack is about one megabyte.
    node.current_dir(&folder)
        .args(["--stack-size=3900", script])
        .args([&asked, &answered, &package, &tools.chromium]);
    let status = node
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("node: {error}"))?;
    if !status.success() {
        return Err(format!("{script} ended with {status}"));
    }
    let text = fs::read_to_string(&answered).map_err(|error| format!("{}: {error}", answered.display()))?;
    let answer = |line| serde_json::from_str(line).map_err(|error| format!("an answer: {error}"));
    text.lines().map(answer).collect()
}

/// A folder in which the scripts can import the package by its name, as a stranger would.
fn prepare(folder: &Path, package: &Path) -> Result<(), String> {
    let modules = folder.join("node_modules");
    let work = || -> std::io::Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(&modules)?;
        for (name, text) in [("calls.mjs", CALLS), ("node.mjs", NODE), ("browser.mjs", BROWSER)] {
            fs::write(folder.join(name), text)?;
        }
        link(&fs::canonicalize(package)?, &modules.join("jobfold"))
    };
    work().map_err(|error| format!("{}: {error}", folder.display()))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

/// The forms in which a case runs: text always, objects where JavaScript can hold its numbers.
fn forms(plan: &Plan) -> impl Iterator<Item = Form> {
    let object = plan.fits_javascript.then_some(Form::Object);
    [Form::Text].into_iter().chain(object)
}

/// One request for each call, with the number of its log: a session has a log for each form.
fn requests(sessions: &[Session<'_>]) -> Vec<Value> {
    let mut requests = Vec::new();
    for (log, session) in sessions.iter().enumerate() {
        for plan in session {
            for form in forms(plan) {
                let program = &plan.program;
                let args = program.args.iter().map(|arg| (arg != BUILT).then_some(arg.as_str()));
                requests.push(json!({
                    "log": format!("{log} {}", form.name()), "form": form.name(), "build": program.build,
                    "fn": program.function, "args": args.collect::<Vec<_>>(), "topic": program.read_topic,
                }));
            }
        }
    }
    requests
}

fn write_lines(file: &Path, lines: impl Iterator<Item = Value>) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(fs::File::create(file)?);
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// Puts the answers, which come in the order of the requests, back into sessions and cases.
fn collect(sessions: &[Session<'_>], answers: &[Value]) -> Result<Vec<Vec<Answers>>, String> {
    let mut answers = answers.iter();
    let mut next = |form| {
        answers
            .next()
            .map(|answer| (form, answer_of(answer)))
            .ok_or("too few answers")
    };
    let mut case =
        |plan: &&Plan| -> Result<Answers, String> { Ok(forms(plan).map(&mut next).collect::<Result<_, _>>()?) };
    sessions
        .iter()
        .map(|session| session.iter().map(&mut case).collect())
        .collect()
}

fn answer_of(answer: &Value) -> Answer {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    match (text("output"), text("code"), text("broke")) {
        (Some(output), ..) => Answer::Output {
            output,
            records: text("records"),
        },
        (None, Some(code), _) => Answer::Refused {
            code,
            path: text("path").unwrap_or_default(),
        },
        (None, None, broke) => Answer::Broke(broke.unwrap_or_else(|| "no answer".to_owned())),
    }
}
