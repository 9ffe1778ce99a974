//! The worlds in which the core lives. Each takes the same calls and answers in the same JSON text.

pub mod javascript;
pub mod native;

use std::path::PathBuf;

use crate::case::{Answer, Form, Plan};

/// Calls that share one log, in order. Independent cases are sessions of one.
pub type Session<'a> = Vec<&'a Plan>;

/// Answers of one case, one for each form in which it ran.
pub type Answers = Vec<(Form, Answer)>;

/// Where cases run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// The core as a Rust library.
    Native,
    /// The npm package in Node.
    Node,
    /// The npm package in headless Chromium.
    Browser,
}

/// What the worlds outside this process need.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// The npm package's folder, built.
    pub package: PathBuf,
    /// A scratch folder for requests, answers and a place where the package can be imported by name.
    pub scratch: PathBuf,
    /// Chromium's program.
    pub chromium: PathBuf,
}

impl World {
    /// As the command line and the report spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Node => "node",
            Self::Browser => "browser",
        }
    }

    /// The world of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Native, Self::Node, Self::Browser]
            .into_iter()
            .find(|world| world.name() == name)
    }

    /// Runs all sessions and gives the answers in the same nesting. An error means that the world could not be entered.
    pub fn run(self, sessions: &[Session<'_>], tools: &Tools) -> Result<Vec<Vec<Answers>>, String> {
        match self {
            Self::Native => Ok(native::run(sessions)),
            Self::Node | Self::Browser => javascript::run(self, sessions, tools),
        }
    }
}
