//! `jobfold import`.

use super::StateArgs;
use super::exit::{Exit, Failure};
use super::output::{Output, data};
use super::replay::read_input;
use crate::log::{Answer, Batch, EmbeddedLog, EventLog, NewRecord, Options, Receipt, Record};
use clap::Args;
use jobfold_core::log::ChainVerifier;
use jobfold_core::log::ndjson::Lines;
use std::future::poll_fn;
use std::path::PathBuf;
use std::task::Poll;

/// Bounds of one batch. A batch has one time, so a change of time ends it as well.
const BATCH: Bounds = Bounds {
    items_max: 1000,
    bytes_max: 4 << 20,
};
/// Bounds of the batches that wait for the disk together and share its syncs; far below what the log lets wait.
const WINDOW: Bounds = Bounds {
    items_max: 256,
    bytes_max: 32 << 20,
};

/// How much may be taken at a time. One item is always taken, however large.
struct Bounds {
    items_max: usize,
    bytes_max: usize,
}

impl Bounds {
    /// How many of `items` to take now.
    fn take<T>(&self, items: &[T], bytes: impl Fn(&T) -> usize) -> usize {
        let mut sum = 0;
        let fits = items.iter().take(self.items_max).take_while(|item| {
            sum += bytes(item);
            sum <= self.bytes_max
        });
        fits.count().max(1).min(items.len())
    }
}

/// Take exported records into a log: the same records, at the same places, with the same hashes.
#[derive(Debug, Args)]
#[command(
    after_help = "The file is verified before anything is stored. The log must be empty, or hold a beginning of\n\
    the same history, which is then continued; any other log is refused. The daemon must not be running."
)]
pub(super) struct Import {
    /// NDJSON as `jobfold export` prints it; `-` reads stdin.
    file: PathBuf,
    #[command(flatten)]
    state: StateArgs,
    /// Print one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

impl Import {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        let bytes = read_input(&self.file)?;
        let records = self.verified(&bytes)?;
        let state = self.state.dir();
        state.create()?;
        let (log, _) = EmbeddedLog::open(&state.log(), &Options::default(), |_| {})?;
        let before = log.head();
        let runtime = super::client_runtime()?;
        runtime.block_on(continues(&log, &records))?;
        let known = usize::try_from(before.seq).unwrap_or(usize::MAX).min(records.len());
        runtime.block_on(append_all(&log, &records[known..]))?;
        let (head, added) = (log.head(), records.len() - known);
        log.close()?;
        let text = if output.json {
            serde_json::json!({"added": added, "seq": head.seq, "hash": head.hash.to_string()}).to_string()
        } else {
            format!("{added} records added\nhead {} at seq {}", head.hash, head.seq)
        };
        Ok(data(format!("{text}\n").as_bytes())?)
    }

    /// All records of the file, if they form a chain from the beginning.
    fn verified(&self, bytes: &[u8]) -> Result<Vec<Record>, Failure> {
        let mut verifier = ChainVerifier::new();
        let mut records = Vec::new();
        for line in Lines::new(bytes) {
            let place = |code, error: &dyn std::fmt::Display| {
                let (file, ordinal, offset) = (self.file.display(), line.ordinal, line.offset);
                Failure::failed(
                    code,
                    format!("{file}: record {ordinal} (byte {offset}): {error}; nothing was stored"),
                )
            };
            let record = line.record.as_ref().map_err(|error| place(error.code(), error))?;
            verifier
                .check_record(record)
                .map_err(|error| place(error.code(), &error))?;
            records.extend(line.record);
        }
        Ok(records)
    }
}

/// Refuses unless one of the two histories is a beginning of the other. The chain makes one hash stand for all
/// records before it.
async fn continues(log: &EmbeddedLog, records: &[Record]) -> Result<(), Failure> {
    let head = log.head();
    let common = head.seq.min(records.len() as u64);
    let Some(theirs) = usize::try_from(common)
        .ok()
        .and_then(|common| records.get(common.checked_sub(1)?))
    else {
        return Ok(());
    };
    let ours = log.read(common, 1).await?;
    if ours.first().is_some_and(|ours| ours.hash == theirs.hash) {
        return Ok(());
    }
    let detail = "the log holds another history than the file; nothing was stored";
    Err(Failure::new(Exit::Conflict, "history_differs", detail).hint("name an empty directory with --state-dir"))
}

async fn append_all(log: &EmbeddedLog, records: &[Record]) -> Result<(), Failure> {
    let batches = batches(records);
    let mut rest = batches.as_slice();
    while !rest.is_empty() {
        let count = WINDOW.take(rest, |records| records.iter().map(record_bytes).sum());
        let (window, later) = rest.split_at(count);
        let waiting = window.iter().map(|records| log.append(batch(records))).collect();
        for (receipt, records) in all_in_order(waiting).await.into_iter().zip(window) {
            let head = receipt?.head;
            if records.last().is_some_and(|last| last.hash != head.hash) {
                return Err(Failure::failed(
                    "chain_hash",
                    "the stored records do not yield the file's hashes",
                ));
            }
        }
        rest = later;
    }
    Ok(())
}

fn batches(records: &[Record]) -> Vec<&[Record]> {
    let mut batches = Vec::new();
    for mut same_time in records.chunk_by(|one, next| one.at_ms == next.at_ms) {
        while !same_time.is_empty() {
            let (batch, later) = same_time.split_at(BATCH.take(same_time, record_bytes));
            batches.push(batch);
            same_time = later;
        }
    }
    batches
}

/// Roughly what a record weighs while it waits; the payload is nearly all of it.
fn record_bytes(record: &Record) -> usize {
    record.payload.len() + 1024
}

/// The expected seq makes sure that nothing comes between and that batches stay in order.
fn batch(records: &[Record]) -> Batch {
    Batch {
        records: records.iter().map(NewRecord::from_record).collect(),
        expected_seq: records.first().map(|first| first.seq - 1),
        at_ms: records.first().map_or(0, |first| first.at_ms),
    }
}

/// Awaits all appends together, so that they share syncs; asks them in order, so that they queue in order.
async fn all_in_order(mut waiting: Vec<Answer<'_, Receipt>>) -> Vec<Result<Receipt, crate::log::Error>> {
    let mut done: Vec<_> = waiting.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (append, slot) in waiting.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let Poll::Ready(receipt) = append.as_mut().poll(context)
            {
                *slot = Some(receipt);
            }
        }
        if done.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_always_taken_and_bounds_are_kept() {
        let bounds = Bounds {
            items_max: 3,
            bytes_max: 10,
        };
        let take = |items: &[usize]| bounds.take(items, |bytes| *bytes);
        assert_eq!([take(&[]), take(&[99]), take(&[4, 6, 1])], [0, 1, 2]);
        assert_eq!([take(&[1, 1, 1, 1]), take(&[1, 99]), take(&[99, 1])], [3, 1, 1]);
    }
}
