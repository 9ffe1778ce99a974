//! How a command ends.
//!
//! Owns the exit codes (0 ok, 1 failed, 2 usage, 3 not found, 4 conflict, 6 not authorised, 7 daemon unreachable,
//! 130 interrupted) and the one error type that every command answers with.

use super::output::{Output, harmless, note};
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// The kinds of failure a script can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// It did not work.
    Failed = 1,
    /// The command was not understood.
    Usage = 2,
    /// What was asked for does not exist.
    NotFound = 3,
    /// The state is not what the command expects.
    Conflict = 4,
    /// The token does not allow it.
    NotAuthorised = 6,
    /// There is no daemon at that address.
    Unreachable = 7,
    /// Ctrl-C.
    Interrupted = 130,
}

/// Why a command failed, for people and for scripts.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    code: String,
    message: String,
    hint: Option<String>,
    /// The problem a daemon answered with.
    problem: Option<serde_json::Value>,
    /// Nothing is to be said: the reader of our output has gone, or the user has interrupted us.
    silent: bool,
}

impl Failure {
    /// A failure with a stable code and one lower-case sentence.
    pub(super) fn new(exit: Exit, code: impl Into<String>, message: impl Display) -> Self {
        Self {
            exit,
            code: code.into(),
            message: message.to_string(),
            hint: None,
            problem: None,
            silent: false,
        }
    }

    /// Plain failure.
    pub(super) fn failed(code: impl Into<String>, message: impl Display) -> Self {
        Self::new(Exit::Failed, code, message)
    }

    /// Ends without words.
    pub(super) fn silent(exit: Exit) -> Self {
        Self {
            silent: true,
            ..Self::new(exit, "interrupted", "interrupted")
        }
    }

    /// Adds a command that can be pasted.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the daemon's own words.
    pub(super) fn problem(mut self, problem: serde_json::Value) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Whether trying again may help.
    pub(super) fn may_pass(&self) -> bool {
        self.exit == Exit::Unreachable || self.exit == Exit::Failed
    }

    /// Says what happened on stderr and ends.
    pub(super) fn end(self, output: Output) -> ExitCode {
        if !self.silent {
            if output.json {
                note(&self.document().to_string());
            } else {
                note(&format!("\x1b[1;31merror:\x1b[0m {}", harmless(&self.message)));
                if let Some(hint) = &self.hint {
                    note(&format!("\x1b[1;36mhint:\x1b[0m {hint}"));
                }
            }
        }
        ExitCode::from(self.exit as u8)
    }

    /// The daemon's problem object, or one of the same shape.
    fn document(&self) -> serde_json::Value {
        self.problem
            .clone()
            .unwrap_or_else(|| serde_json::json!({"code": self.code, "detail": self.message}))
    }
}

impl From<crate::log::Error> for Failure {
    fn from(error: crate::log::Error) -> Self {
        use crate::log::Error;
        let exit = match &error {
            Error::Locked { .. } => Exit::Conflict,
            Error::Io {
                kind: io::ErrorKind::NotFound,
                ..
            } => Exit::NotFound,
            _ => Exit::Failed,
        };
        let failure = Self::new(exit, error.code(), &error);
        match error {
            Error::Locked { .. } => failure.hint("stop the daemon, or ask it instead: --url http://127.0.0.1:7717"),
            Error::Damaged(_) => {
                failure.hint("jobfold verify says how far the log holds, jobfold repair keeps that part")
            }
            _ if exit == Exit::NotFound => failure.hint("--state-dir names the directory that jobfold serve was given"),
            _ => failure,
        }
    }
}

impl From<crate::auth::AuthError> for Failure {
    fn from(error: crate::auth::AuthError) -> Self {
        Self::failed(error.code(), &error)
    }
}

/// Failures to write stdout. A reader that has gone (`| head`) is no failure worth a word.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::silent(Exit::Failed);
        }
        Self::failed("output_failed", format!("failed to write: {error}"))
    }
}
