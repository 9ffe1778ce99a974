//! Asking before something that cannot be undone by the next command.

use super::exit::{Exit, Failure};
use std::io::{self, IsTerminal, Write};

/// Goes on if the user says yes. Where nobody can be asked, refuses and says how to answer beforehand.
pub(super) fn confirm(question: &str, ask: bool, answer_beforehand: &str) -> Result<(), Failure> {
    if !ask || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let refused = Failure::new(
            Exit::Usage,
            "confirmation_required",
            "expected a confirmation, there is no terminal",
        );
        return Err(refused.hint(answer_beforehand));
    }
    let mut terminal = anstream::stderr();
    write!(terminal, "{question} [y/N] ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Failure::failed("declined", "nothing was changed"))
}
