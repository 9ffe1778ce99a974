//! Runs files in worlds and tells what happened: failures with their differences, then one line a world.
//!
//! Owns the counting: a case counts once in a world, however many forms it ran in; a file that no contract recognises,
//! or that cannot be read, is one failure in every world.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::case::{Case, Plan};
use crate::contracts;
use crate::verdict;
use crate::worlds::{Answers, Session, Tools, World};

/// One file's cases, or why it has none.
struct Source {
    path: PathBuf,
    cases: Result<Vec<Case>, String>,
    is_session: bool,
}

/// What happened in one world.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The world.
    pub world: World,
    /// Cases that gave what was expected in every form.
    pub passed: u64,
    /// Cases that did not, and files without cases.
    pub failed: u64,
    /// Cases that could not run in this world by their nature. None so far.
    pub skipped: u64,
    /// The failures in full, for a person.
    pub failures: String,
}

impl Tally {
    fn new(world: World) -> Self {
        Self {
            world,
            passed: 0,
            failed: 0,
            skipped: 0,
            failures: String::new(),
        }
    }

    /// The line that other programs read.
    pub fn line(&self) -> String {
        let Self {
            world,
            passed,
            failed,
            skipped,
            ..
        } = self;
        format!("{}: {passed} passed, {failed} failed, {skipped} skipped", world.name())
    }

    /// Whether something ran and nothing failed.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    fn fail(&mut self, what: &str, why: &str) {
        self.failed += 1;
        let _ = writeln!(self.failures, "FAILED {} {what}", self.world.name());
        for line in why.lines() {
            let _ = writeln!(self.failures, "    {line}");
        }
    }
}

/// Runs the cases of all files in each world.
pub fn run(files: &[PathBuf], worlds: &[World], tools: &Tools) -> Vec<Tally> {
    let sources: Vec<Source> = files.iter().map(|path| read(path)).collect();
    worlds.iter().map(|world| run_world(*world, &sources, tools)).collect()
}

fn read(path: &Path) -> Source {
    let unread = |why: String| Source {
        path: path.to_path_buf(),
        cases: Err(why),
        is_session: false,
    };
    let text = match fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return unread("unrecognised: not UTF-8 text".to_owned()),
        Err(error) => return unread(format!("cannot be read: {error}")),
    };
    let Some(contract) = contracts::recognise(&text) else {
        return unread("unrecognised: no contract's cases look like this".to_owned());
    };
    let cases = contract.cases(&text);
    let is_session = contract.is_session(&cases);
    Source {
        path: path.to_path_buf(),
        cases: Ok(cases),
        is_session,
    }
}

fn run_world(world: World, sources: &[Source], tools: &Tools) -> Tally {
    let mut tally = Tally::new(world);
    let mut planned: Vec<(&Source, &Case, &Plan)> = Vec::new();
    let mut sessions: Vec<Session<'_>> = Vec::new();
    for source in sources {
        let cases = match &source.cases {
            Ok(cases) => cases,
            Err(why) => {
                tally.fail(&source.path.display().to_string(), why);
                continue;
            }
        };
        let mut continues = false;
        for case in cases {
            match &case.plan {
                Ok(plan) => {
                    planned.push((source, case, plan));
                    match sessions.last_mut().filter(|_| continues) {
                        Some(session) => session.push(plan),
                        None => sessions.push(vec![plan]),
                    }
                    continues = source.is_session;
                }
                Err(why) => tally.fail(&label(source, case), why),
            }
        }
    }
    if planned.is_empty() {
        return tally;
    }
    match world.run(&sessions, tools) {
        Ok(answers) => {
            let answers = answers.iter().flatten();
            planned
                .iter()
                .zip(answers)
                .for_each(|(case, answers)| count(&mut tally, case, answers));
        }
        Err(why) => planned
            .iter()
            .for_each(|(source, case, _)| tally.fail(&label(source, case), &why)),
    }
    tally
}

fn label(source: &Source, case: &Case) -> String {
    format!("{}:{} {}", source.path.display(), case.line, case.name)
}

fn count(tally: &mut Tally, (source, case, plan): &(&Source, &Case, &Plan), answers: &Answers) {
    let mut why = String::new();
    for (form, answer) in answers {
        if let Some(differences) = verdict::judge(plan, *form, answer) {
            let _ = writeln!(why, "as {}:\n{differences}", form.name());
        }
    }
    if why.is_empty() {
        tally.passed += 1;
    } else {
        tally.fail(&label(source, case), &why);
    }
}
