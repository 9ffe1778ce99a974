//! `jobfold replay`: a history folded on the spot, without a daemon.
//!
//! Owns telling envelopes from exported records, the position asked for, and the report. The fold is the core's, so
//! cards and digest are those of the daemon and of the page.

use super::exit::{Exit, Failure};
use super::output::{Output, data, harmless};
use crate::board::Fold;
use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use jobfold_core::json::write::ObjectWriter;
use jobfold_core::json::{Node, Tape};
use jobfold_core::log::ChainVerifier;
use jobfold_core::log::ndjson::Lines;
use jobfold_core::view::{JobsView, Pushed};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Widest cell of the table, in characters.
const CELL_CHARS_MAX: usize = 36;
/// Columns of the table and the card's member each one shows.
const COLUMNS: [(&str, &str); 6] = [
    ("JOB", "job_id"),
    ("STATUS", "status"),
    ("TITLE", "title"),
    ("RUN", "run_id"),
    ("UPDATED", "updated_at"),
    ("ERROR", "last_error"),
];

/// Fold a file of events and print the cards, their counts and their digest.
#[derive(Debug, Args)]
#[command(
    after_help = "The file holds envelopes (NDJSON or one JSON array), or records as `jobfold export` prints them;\n\
    which of the two is seen from its content. Records are verified on the way.\n\
    Example: jobfold export | jobfold replay - --until 120"
)]
pub(super) struct Replay {
    /// The file; `-` reads stdin.
    file: PathBuf,
    /// Stop after this many events, or, in a file of records, after the record with this seq.
    #[arg(long, value_name = "SEQ")]
    until: Option<u64>,
    /// Print one JSON document: position, head, digest, counts and all cards.
    #[arg(long)]
    pub(super) json: bool,
}

/// A history that has been folded, standing where it was asked to stand.
struct Folded {
    fold: Fold,
    offered: Pushed,
    /// Seq of the last record, in a file of records.
    head_seq: Option<u64>,
}

impl Replay {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        let bytes = read_input(&self.file)?;
        let mut folded = if holds_records(&bytes) {
            self.fold_records(&bytes)?
        } else {
            self.fold_events(&bytes)?
        };
        if folded.fold.refused() > 0 {
            output.say(&format!(
                "{} records are no envelopes and were passed over",
                folded.fold.refused()
            ));
        }
        self.stand(&mut folded)?;
        let text = if output.json {
            document(&mut folded)
        } else {
            table(&mut folded).into_bytes()
        };
        Ok(data(&text)?)
    }

    fn fold_events(&self, bytes: &[u8]) -> Result<Folded, Failure> {
        let mut fold = Fold::new([0; 16], u64::MAX);
        let blank = bytes.trim_ascii().is_empty();
        let offered = if blank {
            Ok(Pushed::default())
        } else {
            fold.parts().0.push(bytes)
        };
        let offered = offered.map_err(|error| {
            let line = error
                .offset()
                .map_or(String::new(), |offset| format!(":{}", line_of(bytes, offset)));
            Failure::failed(error.code(), format!("{}{line}: {error}", self.file.display()))
        })?;
        let head_seq = None;
        Ok(Folded {
            fold,
            offered,
            head_seq,
        })
    }

    fn fold_records(&self, bytes: &[u8]) -> Result<Folded, Failure> {
        let mut fold = Fold::new([0; 16], u64::MAX);
        let mut verifier = ChainVerifier::new();
        for line in Lines::new(bytes) {
            let place = format!("{}:{}", self.file.display(), line_of(bytes, line.offset));
            let record = line
                .record
                .map_err(|error| Failure::failed(error.code(), format!("{place}: {error}")))?;
            let checked = verifier.check_record(&record);
            checked.map_err(|error| Failure::failed(error.code(), format!("{place}: {error}")))?;
            fold.take_in(record.seq, &record.topic, &record.payload);
        }
        let head_seq = Some(verifier.head().seq);
        let offered = fold.parts().0.head();
        let unique: u64 = {
            let (view, _) = fold.parts();
            (1..=offered)
                .filter(|position| view.event_json(*position).is_some())
                .count() as u64
        };
        let offered = Pushed {
            offered,
            unique,
            duplicates: offered - unique,
            position: offered,
        };
        Ok(Folded {
            fold,
            offered,
            head_seq,
        })
    }

    /// Goes to where `--until` says.
    fn stand(&self, folded: &mut Folded) -> Result<(), Failure> {
        let Some(until) = self.until else {
            return Ok(());
        };
        let head_seq = folded.head_seq;
        let (view, axis) = folded.fold.parts();
        let head = head_seq.unwrap_or(view.head());
        if until > head {
            let detail = format!("--until: expected 0 to {head}, got {until}");
            return Err(Failure::new(Exit::Usage, "position_out_of_range", detail));
        }
        let position = if head_seq.is_some() {
            axis.position_at(until)
        } else {
            until
        };
        view.seek(position)
            .map_err(|error| Failure::failed(error.code(), &error))
    }
}

/// Reads a whole file, or stdin.
pub(super) fn read_input(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    read.map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let exit = if missing { Exit::NotFound } else { Exit::Failed };
        Failure::new(exit, "file_unreadable", format!("{}: {error}", file.display()))
    })
}

/// Whether the first line is a record of a log.
fn holds_records(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut tape = Tape::new();
    let Ok(root) = tape.read(line.trim_ascii_end()) else {
        return false;
    };
    ["seq", "prev", "hash", "payload"]
        .iter()
        .all(|name| root.get(name).is_some())
}

/// 1-based line of a byte.
fn line_of(bytes: &[u8], offset: u64) -> usize {
    let end = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    bytes[..end].split(|byte| *byte == b'\n').count()
}

/// The digest as 64 hexadecimal digits.
fn digest(view: &JobsView) -> String {
    jobfold_core::log::Hash(view.digest()).to_string()
}

/// One JSON document; cards as the core writes them.
fn document(folded: &mut Folded) -> Vec<u8> {
    let (offered, head_seq) = (folded.offered, folded.head_seq);
    let (view, axis) = folded.fold.parts();
    let number = |value: u64| value.to_string().into_bytes();
    let mut out = Vec::new();
    let mut document = ObjectWriter::new(&mut out);
    document
        .raw("position", &number(view.position()))
        .raw("head", &number(view.head()));
    if let Some(head_seq) = head_seq {
        let seq = if view.is_live() {
            head_seq
        } else {
            axis.seq_of(view.position())
        };
        document.raw("seq", &number(seq)).raw("head_seq", &number(head_seq));
    }
    document
        .text("digest", &digest(view))
        .raw("events", &number(offered.unique))
        .raw("duplicates", &number(offered.duplicates))
        .with("statuses", |out| {
            let mut statuses = ObjectWriter::new(out);
            for (status, count) in view.status_counts() {
                statuses.raw(&status, &number(u64::from(count)));
            }
            statuses.end();
        })
        .with("jobs", |out| view.write_cards(out));
    document.end();
    out.push(b'\n');
    out
}

/// What a person reads.
fn table(folded: &mut Folded) -> String {
    let offered = folded.offered;
    let view = folded.fold.parts().0;
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(COLUMNS.map(|(title, _)| title));
    let mut tape = Tape::new();
    for index in 0..view.len() {
        let card = view.card_json(index).unwrap_or_default();
        if let Ok(card) = tape.read(card.as_bytes()) {
            table.add_row(COLUMNS.map(|(_, member)| cell(card.get(member))));
        }
    }
    let mut text = String::new();
    if !view.is_empty() {
        for line in table.lines() {
            let _ = writeln!(text, "{}", line.trim());
        }
        text.push('\n');
    }
    let statuses: Vec<String> = view
        .status_counts()
        .iter()
        .map(|(status, count)| format!("{count} {}", harmless(status)))
        .collect();
    let (position, head) = (view.position(), view.head());
    let _ = writeln!(
        text,
        "position {position} of {head} ({} duplicates)",
        offered.duplicates
    );
    let _ = writeln!(
        text,
        "jobs     {}{}",
        view.len(),
        if statuses.is_empty() { "" } else { ": " }.to_owned() + &statuses.join(", ")
    );
    let _ = writeln!(text, "digest   {}", digest(view));
    text
}

fn cell(member: Option<Node<'_>>) -> String {
    let text = member.and_then(Node::string).unwrap_or_default();
    let text = harmless(&text);
    if text.chars().count() <= CELL_CHARS_MAX {
        return text;
    }
    text.chars().take(CELL_CHARS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_from_envelopes_by_their_first_line() {
        assert!(holds_records(
            b"\n{\"seq\":1,\"prev\":\"\",\"hash\":\"\",\"payload\":\"\"}\n{}"
        ));
        for other in [
            "",
            "{}",
            "[",
            "{\"schema\":\"x\"}\n{\"seq\":1,\"prev\":\"\",\"hash\":\"\",\"payload\":\"\"}",
        ] {
            assert!(!holds_records(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!(
            (line_of(b"a\nb", 0), line_of(b"a\nb", 2), line_of(b"a\nb", 99)),
            (1, 2, 2)
        );
    }
}
