//! `jobfold verify`.

use super::StateArgs;
use super::exit::Failure;
use super::output::{Output, data};
use crate::log::repair::{self, Report};
use clap::Args;
use std::fmt::Write as _;

/// Check every record of a log: frames, hashes, and the chain that links them. Changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Works beside a running daemon too; its newest write may then appear as unfinished.")]
pub(super) struct Verify {
    #[command(flatten)]
    state: StateArgs,
    /// Print one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

impl Verify {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        let report = repair::verify(&self.state.dir().log(), |_| {})?;
        data(render(&report, output.json).as_bytes())?;
        outcome(&report)
    }
}

/// The report as text or as one document.
pub(super) fn render(report: &Report, json: bool) -> String {
    if json {
        document(report).to_string() + "\n"
    } else {
        words(report)
    }
}

fn document(report: &Report) -> serde_json::Value {
    let damage = report.damage.as_ref().map(|damage| {
        serde_json::json!({
            "file": damage.file, "offset": damage.offset, "seq": damage.seq, "what": damage.what,
        })
    });
    serde_json::json!({
        "whole": report.is_whole(),
        "seq": report.head.seq,
        "hash": report.head.hash.to_string(),
        "confirmed_seq": report.confirmed_seq,
        "segments": report.segments,
        "torn_bytes": report.torn_bytes,
        "damage": damage,
        "set_aside": report.set_aside,
    })
}

fn words(report: &Report) -> String {
    let (seq, segments) = (report.head.seq, report.segments);
    let mut text = format!(
        "records   {seq}\nhead      {}\nsegments  {segments}\n",
        report.head.hash
    );
    if report.torn_bytes > 0 {
        let torn = report.torn_bytes;
        let _ = writeln!(
            text,
            "torn      {torn} bytes of an unfinished write at the end; nobody was told that it was stored"
        );
    }
    if let Some(damage) = &report.damage {
        let _ = writeln!(text, "damaged   {damage}");
    }
    for path in &report.set_aside {
        let _ = writeln!(text, "set aside {}", path.display());
    }
    text
}

/// Damage is a failure, whatever could be said about it.
fn outcome(report: &Report) -> Result<(), Failure> {
    match &report.damage {
        None => Ok(()),
        Some(damage) => Err(Failure::from(crate::log::Error::Damaged(damage.clone()))),
    }
}
