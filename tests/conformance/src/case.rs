//! One case: the calls to make, and what must come out. The same for every contract and every world.
//!
//! Arguments are JSON texts, exactly as the file has them, so that no number is respelled before the core sees it.

use crate::json::Json;

/// Events of a composition, filled in when they have been built.
pub const BUILT: &str = "\u{0}built";

/// One case of a file.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case's own name.
    pub name: String,
    /// 1-based line in its file.
    pub line: usize,
    /// What to do, or why the case cannot be understood, which is a failure in every world.
    pub plan: Result<Plan, String>,
}

/// What to do and what to expect.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The calls.
    pub program: Program,
    /// How the output becomes what `expected` speaks of.
    pub finish: Finish,
    /// What must come out.
    pub expected: Expected,
    /// Whether JavaScript's numbers can hold every number of the case, so that it also runs on plain objects.
    pub fits_javascript: bool,
}

/// Calls, in order; the first error is the result.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// `[kind, input, options]` of events to build first.
    pub build: Vec<[String; 3]>,
    /// The function whose answer is the output.
    pub function: String,
    /// Its arguments as JSON texts; one may be [`BUILT`], the array of the events built.
    pub args: Vec<String>,
    /// JSON text of a topic to read afterwards.
    pub read_topic: Option<String>,
}

/// What is done to the output before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Nothing.
    Plain,
    /// `{"view": output, "log": records of the topic}`.
    ViewAndLog,
    /// `{"unique", "ids_sha256", "jobs"}` of a view, for streams too long to write down.
    StreamSummary,
}

/// What must come out.
#[derive(Clone, Debug)]
pub enum Expected {
    /// This value.
    Value(Json),
    /// A refusal with this code, naming this member; where one is not given, any will do.
    Refusal {
        /// The stable code.
        code: Option<String>,
        /// The member to blame.
        at: Option<String>,
    },
}

/// What a world answered for one form of a case.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The output, and the records of the topic where one was read.
    Output {
        /// JSON text of the output.
        output: String,
        /// JSON text of the topic's records.
        records: Option<String>,
    },
    /// The call was refused.
    Refused {
        /// The error's stable code.
        code: String,
        /// The member it names.
        path: String,
    },
    /// Something that must never happen: a panic, a wrong type of exception, no answer at all.
    Broke(String),
}

/// The form in which arguments and results crossed into the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON text in and out.
    Text,
    /// JavaScript objects in and out.
    Object,
}

impl Form {
    /// As reports and the runners in JavaScript spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Object => "object",
        }
    }
}
