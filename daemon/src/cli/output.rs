//! What a command says, and where.
//!
//! Owns the two channels: stdout is data, stderr is prose. Colour only where it is wanted. Text that came from events
//! is made harmless first: a title must not be able to move the cursor of whoever looks at it.

use anstream::ColorChoice;
use std::io::{self, Write};

/// How the user wants to be spoken to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// One JSON document on stdout; errors as JSON on stderr.
    pub json: bool,
    /// Errors only.
    pub quiet: bool,
}

/// When to colour: `Auto` means on a terminal, unless `NO_COLOR` is set, and always when `CLICOLOR_FORCE` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes it so for the whole process.
    pub(super) fn apply(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

impl Output {
    /// Says something on stderr that a script need not read. A closed stderr is not worth failing for.
    pub(super) fn say(self, text: &str) {
        if !self.quiet {
            note(text);
        }
    }
}

/// Says something on stderr, also under `--quiet`.
pub(super) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Writes data to stdout, all of it.
pub(super) fn data(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Text with control characters, and characters that reorder what is around them, made visible.
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let reorders = matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || reorders {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_cannot_drive_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\nd é"), "a\\u{1b}[2Jb\\u{202e}c\\nd é");
    }
}
