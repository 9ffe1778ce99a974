//! Runs other programs: says what it runs, where, and what went wrong, and never goes through a shell.
//!
//! Every chore starts programs through [`Program`], so that environment, time limits and messages are alike everywhere.
//! Owns no knowledge of any particular program.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// How often a program with a time limit is asked whether it has ended.
const POLL_MS: u64 = 50;

/// Why a chore did not work, as one text for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// A failure that has been told in full already; only the exit code is left to say it.
    pub(crate) fn silent() -> Self {
        Self(String::new())
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What every chore returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Adds "what was being done" to an I/O or parse error.
pub(crate) trait Context<T> {
    fn context(self, doing: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, doing: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("{doing}: {error}")))
    }
}

/// One program to run, with its arguments, folder and environment.
pub(crate) struct Program {
    command: Command,
    shown: String,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let shown = Path::new(program.as_ref())
            .file_name()
            .unwrap_or(program.as_ref())
            .to_string_lossy()
            .into_owned();
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self { command, shown }
    }

    /// The cargo that runs this chore. What cargo tells about the package being run must not reach the next build,
    /// or build scripts would see other variables than in a build started by hand, and run again.
    pub(crate) fn cargo() -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::new(cargo).without_cargo_package()
    }

    /// Drops the variables that `cargo run` sets for the program it runs.
    pub(crate) fn without_cargo_package(mut self) -> Self {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                self.command.env_remove(&name);
            }
        }
        self
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(self, arguments: I) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// The command line as a person would type it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// For what this type does not cover: a child that lives longer than one call.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs and expects success. What it prints is progress, not a result, and goes to standard error.
    pub(crate) fn run(mut self) -> Outcome {
        say(&self.shown);
        self.command.stdout(std::io::stderr());
        let status = self.command.status().context(&self.shown)?;
        self.expect_success(status)
    }

    /// Runs with what it prints as the result of the chore; tells whether it succeeded.
    pub(crate) fn run_to_the_end(mut self) -> Outcome<bool> {
        say(&self.shown);
        Ok(self.command.status().context(&self.shown)?.success())
    }

    /// Runs silently and tells whether it worked; a program that does not exist did not.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    /// Runs silently, returns what it printed; on failure the message has what it said.
    pub(crate) fn read(mut self) -> Outcome<String> {
        let Output { status, stdout, stderr } = self.command.output().context(&self.shown)?;
        if status.success() {
            return String::from_utf8(stdout).context(&self.shown);
        }
        let said = String::from_utf8_lossy(&stderr);
        Err(Failure::new(format!("{}: {status}\n{}", self.shown, said.trim_end())))
    }

    /// Runs silently for at most `limit`; ends the program and fails when that has passed.
    pub(crate) fn succeeds_within(mut self, limit: Duration) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = self.command.spawn() else {
            return false;
        };
        let started = Instant::now();
        while started.elapsed() < limit {
            match child.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) => std::thread::sleep(Duration::from_millis(POLL_MS)),
                Err(_) => break,
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }

    /// Runs, shows every line as it comes, and returns all of them with the verdict. Standard error is merged in by
    /// reading it on a second thread, so neither pipe can fill up and block the program.
    pub(crate) fn run_and_keep(mut self) -> Outcome<(bool, String)> {
        say(&self.shown);
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().context(&self.shown)?;
        let errors = child.stderr.take().map(|pipe| std::thread::spawn(move || echo(pipe)));
        let mut kept = child.stdout.take().map(echo).unwrap_or_default();
        if let Some(said) = errors.and_then(|thread| thread.join().ok()) {
            kept.push_str(&said);
        }
        let status = child.wait().context(&self.shown)?;
        Ok((status.success(), kept))
    }

    fn expect_success(&self, status: ExitStatus) -> Outcome {
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("{}: {status}", self.shown)))
        }
    }
}

/// Copies a pipe to the terminal line by line and keeps a copy. Bytes that are not UTF-8 are shown as replacements.
fn echo(pipe: impl std::io::Read) -> String {
    let mut kept = String::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
        kept.push_str(&text);
        line.clear();
    }
    kept
}

/// Tells on standard error what happens next; standard output is for results.
pub(crate) fn say(what: &str) {
    eprintln!("\x1b[2m> {what}\x1b[0m");
}
