//! The core as a Rust library, through its JSON-text door.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jobfold_core::contract;
use jobfold_core::log::MemoryLog;

use super::{Answers, Session};
use crate::case::{Answer, BUILT, Form, Program};

/// Records need a time; no case sees it.
const AT_MS: i64 = 1_900_000_000_000;

/// Runs every session on a log of its own.
pub fn run(sessions: &[Session<'_>]) -> Vec<Vec<Answers>> {
    sessions.iter().map(|session| run_session(session)).collect()
}

fn run_session(session: &Session<'_>) -> Vec<Answers> {
    let mut log = MemoryLog::new();
    session
        .iter()
        .map(|plan| vec![(Form::Text, guarded(&mut log, &plan.program))])
        .collect()
}

/// A panic is a failure of one case, not the end of the run.
fn guarded(log: &mut MemoryLog, program: &Program) -> Answer {
    let answer = catch_unwind(AssertUnwindSafe(|| execute(log, program)));
    answer.unwrap_or_else(|_| Answer::Broke("panicked".to_owned()))
}

fn execute(log: &mut MemoryLog, program: &Program) -> Answer {
    match output(log, program) {
        Ok((output, records)) => Answer::Output { output, records },
        Err(error) => Answer::Refused {
            code: error.code().to_owned(),
            path: error.path().to_owned(),
        },
    }
}

fn output(log: &mut MemoryLog, program: &Program) -> Result<(String, Option<String>), jobfold_core::Error> {
    let mut built = Vec::with_capacity(program.build.len());
    for spec in &program.build {
        built.push(call(log, "dashboard_job_event", spec)?);
    }
    let events = format!("[{}]", built.join(","));
    let args: Vec<&str> = program
        .args
        .iter()
        .map(|arg| if arg == BUILT { &events } else { arg.as_str() })
        .collect();
    let output = call(log, &program.function, &args)?;
    let records = match &program.read_topic {
        Some(topic) => Some(call(log, "topic_records", &[topic])?),
        None => None,
    };
    Ok((output, records))
}

fn call<S: AsRef<str>>(log: &mut MemoryLog, function: &str, args: &[S]) -> Result<String, jobfold_core::Error> {
    let texts: Vec<&str> = args.iter().map(AsRef::as_ref).collect();
    contract::call(log, AT_MS, function, &format!("[{}]", texts.join(",")))
}
