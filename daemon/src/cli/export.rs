//! `jobfold export`.

use super::StateArgs;
use super::client::Client;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::log::repair;
use clap::Args;
use jobfold_core::json::Tape;
use jobfold_core::log::ChainVerifier;
use jobfold_core::log::ndjson::{read_line, write_line};
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Print all records of a log as NDJSON, lossless and verified; `jobfold import` makes the same log of them.
#[derive(Debug, Args)]
#[command(
    after_help = "Reads the state directory, beside a running daemon too, or asks a daemon with --url.\n\
    Example: jobfold export > history.ndjson"
)]
pub(super) struct Export {
    #[command(flatten)]
    state: StateArgs,
    /// Ask the daemon at this address instead of reading its files.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// File that holds a token for --url [default: `token` in the state directory].
    #[arg(long, value_name = "FILE", env = "JOBFOLD_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

/// What we need of a page of records: each as the text it came in.
#[derive(Deserialize)]
struct Page {
    items: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

impl Export {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        let count = match &self.url {
            Some(url) => {
                let client = Client::new(url, self.token_file.clone(), &self.state)?;
                super::client_runtime()?.block_on(of_daemon(&client, &mut out))?
            }
            None => self.of_files(&mut out)?,
        };
        out.flush()?;
        output.say(&format!("{count} records exported"));
        Ok(())
    }

    /// Everything that holds is written, also when the rest does not; the exit code tells.
    fn of_files(&self, out: &mut impl Write) -> Result<u64, Failure> {
        let mut line = Vec::new();
        let mut written = Ok(());
        let report = repair::verify(&self.state.dir().log(), |record| {
            if written.is_ok() {
                line.clear();
                write_line(&mut line, &record.to_record());
                line.push(b'\n');
                written = out.write_all(&line);
            }
        })?;
        written?;
        if let Some(damage) = report.damage {
            out.flush()?;
            return Err(Failure::from(crate::log::Error::Damaged(damage)));
        }
        Ok(report.head.seq)
    }
}

async fn of_daemon(client: &Client, out: &mut impl Write) -> Result<u64, Failure> {
    let mut verifier = ChainVerifier::new();
    let mut tape = Tape::new();
    let mut path = "/v1/events?limit=500".to_owned();
    loop {
        let response = client.send(client.request(Method::GET, &path)).await?;
        let page: Page = response.json().await.map_err(|_| client.broken_off())?;
        for item in &page.items {
            let line = item.get().as_bytes();
            let record = read_line(&mut tape, line).map_err(|error| Failure::failed(error.code(), &error))?;
            verifier
                .check_record(&record)
                .map_err(|error| Failure::new(Exit::Conflict, error.code(), error))?;
            out.write_all(line)?;
            out.write_all(b"\n")?;
        }
        match page.next_cursor {
            Some(cursor) => path = format!("/v1/events?limit=500&cursor={cursor}"),
            None => return Ok(verifier.head().seq),
        }
    }
}
