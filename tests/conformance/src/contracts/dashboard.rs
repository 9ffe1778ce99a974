//! Cases of the dashboard contract: JSON Lines of `{"name", "fn", "args", "ok" | "error", …}`.
//!
//! Owns the four compositions (`build_view`, `build_snapshot`, `emit_and_read`, `stream`), which are no functions of
//! the contract: they become plain calls here.

use std::collections::BTreeMap;

use super::{Contract, stream};
use crate::case::{BUILT, Case, Expected, Finish, Plan, Program};
use crate::json::{self, Json};

/// The dashboard contract.
pub struct Dashboard;

impl Contract for Dashboard {
    fn name(&self) -> &'static str {
        "dashboard"
    }

    fn recognises(&self, text: &str) -> bool {
        let first = text.lines().find(|line| !line.trim().is_empty()).map(Json::parse);
        let Some(Ok(case)) = first else { return false };
        let has_outcome = ["ok", "error", "error_code"]
            .iter()
            .any(|name| case.get(name).is_some());
        case.get("fn").and_then(Json::as_text).is_some() && case.get("args").is_some() && has_outcome
    }

    fn cases(&self, text: &str) -> Vec<Case> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(index, line)| case(index + 1, line)).collect()
    }

    fn is_session(&self, cases: &[Case]) -> bool {
        let reads = |case: &Case| case.plan.as_ref().is_ok_and(|plan| plan.program.read_topic.is_some());
        cases.iter().any(reads)
    }
}

fn case(line: usize, text: &str) -> Case {
    let unnamed = || format!("line {line}");
    match json::members(text) {
        Ok(members) => {
            let name = members
                .get("name")
                .and_then(|name| text_of(name))
                .unwrap_or_else(unnamed);
            Case {
                name,
                line,
                plan: plan(&members),
            }
        }
        Err(fault) => Case {
            name: unnamed(),
            line,
            plan: Err(format!("not a JSON object: {fault}")),
        },
    }
}

fn plan(members: &BTreeMap<String, &str>) -> Result<Plan, String> {
    let function = members
        .get("fn")
        .and_then(|name| text_of(name))
        .ok_or("\"fn\" must be a string")?;
    let args_text = members.get("args").ok_or("\"args\" is missing")?;
    let args = json::items(args_text).map_err(|fault| format!("\"args\": {fault}"))?;
    let expected = expected(members)?;
    let fits = Json::parse(args_text).is_ok_and(|args| args.fits_javascript())
        && !matches!(&expected, Expected::Value(value) if !value.fits_javascript());
    let (program, finish) = program(&function, &args)?;
    Ok(Plan {
        program,
        finish,
        expected,
        fits_javascript: fits,
    })
}

fn expected(members: &BTreeMap<String, &str>) -> Result<Expected, String> {
    if let Some(ok) = members.get("ok") {
        return Json::parse(ok)
            .map(Expected::Value)
            .map_err(|fault| format!("\"ok\": {fault}"));
    }
    if !members.contains_key("error") && !members.contains_key("error_code") {
        return Err("neither \"ok\" nor \"error\"".to_owned());
    }
    let text = |name: &str| members.get(name).and_then(|value| text_of(value));
    Ok(Expected::Refusal {
        code: text("error_code"),
        at: text("error_at"),
    })
}

/// Compositions are taken apart; everything else is called by its name, known or not: to know is the core's business.
fn program(function: &str, args: &[&str]) -> Result<(Program, Finish), String> {
    let arg = |index: usize| {
        args.get(index)
            .map_or_else(|| "null".to_owned(), |text| (*text).to_owned())
    };
    let over_built = |function: &str| {
        let build = specs(args.first().copied().unwrap_or("[]"))?;
        let args = vec![BUILT.to_owned(), arg(1)];
        Ok::<_, String>(Program {
            build,
            function: function.to_owned(),
            args,
            read_topic: None,
        })
    };
    match function {
        "build_view" => Ok((over_built("dashboard_jobs_view")?, Finish::Plain)),
        "build_snapshot" => Ok((over_built("dashboard_jobs_snapshot")?, Finish::Plain)),
        "emit_and_read" => {
            let program = Program {
                read_topic: Some(arg(2)),
                ..over_built("dashboard_jobs_view")?
            };
            Ok((program, Finish::ViewAndLog))
        }
        "stream" => {
            let build = stream::specs(args.first().copied().unwrap_or("null"))?;
            let function = "dashboard_jobs_view".to_owned();
            let args = vec![BUILT.to_owned(), "null".to_owned()];
            Ok((
                Program {
                    build,
                    function,
                    args,
                    read_topic: None,
                },
                Finish::StreamSummary,
            ))
        }
        _ => {
            let args = (0..args.len().max(arity(function))).map(arg).collect();
            let program = Program {
                function: function.to_owned(),
                args,
                ..Program::default()
            };
            Ok((program, Finish::Plain))
        }
    }
}

/// How many arguments a function takes: those that a case leaves out at the end are null.
fn arity(function: &str) -> usize {
    match function {
        "dashboard_job_validate" | "dashboard_job_dedupe_events" => 1,
        "dashboard_jobs_snapshot" | "dashboard_jobs_view" | "dashboard_job_emit" => 2,
        "dashboard_job_event" => 3,
        "dashboard_job_dedupe_key" => 5,
        _ => 0,
    }
}

fn specs(text: &str) -> Result<Vec<[String; 3]>, String> {
    let listed = json::items(text).map_err(|fault| format!("the list of events to build: {fault}"))?;
    listed.into_iter().map(spec).collect()
}

fn spec(text: &str) -> Result<[String; 3], String> {
    let parts = json::items(text).map_err(|fault| format!("an event to build: {fault}"))?;
    let part = |index: usize| {
        parts
            .get(index)
            .map_or_else(|| "null".to_owned(), |text| (*text).to_owned())
    };
    Ok([part(0), part(1), part(2)])
}

fn text_of(json: &str) -> Option<String> {
    Json::parse(json).ok()?.as_text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_cases_and_nothing_else() {
        let dashboard = Dashboard;
        assert!(dashboard.recognises("\n{\"name\":\"a\",\"fn\":\"f\",\"args\":[],\"ok\":null}\n"));
        assert!(dashboard.recognises("{\"fn\":\"f\",\"args\":[],\"error\":\"text\"}"));
        for other in [
            "",
            "{}",
            "[]",
            "plain text",
            "{\"type\":\"ack\",\"name\":\"a\",\"message\":{}}",
        ] {
            assert!(!dashboard.recognises(other), "{other}");
        }
    }

    #[test]
    fn a_damaged_line_is_a_case_that_cannot_pass() {
        let cases = Dashboard.cases("{\"name\":\"a\",\"fn\":\"f\",\"args\":[],\"ok\":1}\n{\"name\":");
        assert_eq!(cases.len(), 2);
        assert!(cases[0].plan.is_ok());
        assert!(cases[1].plan.is_err());
        assert_eq!(cases[1].line, 2);
    }

    #[test]
    fn arguments_stay_as_they_are_spelled() {
        let cases = Dashboard.cases(r#"{"name":"a","fn":"build_view","args":[[["k",{"n": 1.0}]],null],"ok":1}"#);
        let plan = cases[0].plan.as_ref().expect("a plan");
        assert_eq!(
            plan.program.build,
            [["\"k\"".to_owned(), "{\"n\": 1.0}".to_owned(), "null".to_owned()]]
        );
        assert!(!plan.fits_javascript);
    }

    #[test]
    fn missing_arguments_are_null() {
        let cases = Dashboard.cases(r#"{"name":"a","fn":"dashboard_job_event","args":["k"],"ok":1}"#);
        let plan = cases[0].plan.as_ref().expect("a plan");
        assert_eq!(plan.program.args, ["\"k\"", "null", "null"]);
    }

    #[test]
    fn a_file_that_reads_a_topic_is_one_session() {
        let cases = Dashboard.cases(r#"{"name":"a","fn":"emit_and_read","args":[[],{},"t"],"ok":{}}"#);
        assert!(Dashboard.is_session(&cases));
    }
}
