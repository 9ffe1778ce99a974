//! `cargo xtask bench`: every benchmark, one after the other, and one table of ratios.
//!
//! A benchmark is any program that prints lines of five fields separated by tabs:
//! `name`, `value`, `baseline`, `ratio`, `target`. The two measurements are text with their unit; a target is `>=3`,
//! `<=25`, or empty. `ratio` is the number that the target speaks of. Everything else a benchmark prints is shown and
//! otherwise passed over. Value and baseline come from one run on one machine, so only the ratio travels.

use std::path::PathBuf;

use crate::install;
use crate::npm;
use crate::places;
use crate::run::{Failure, Outcome, Program};
use crate::wasm::Wasm;

/// Runs all benchmarks and prints one table: each measurement, what it is compared with, their ratio and its target.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// Only benchmarks of these names: node (with the native fold), browser, log.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// In the order in which they run: native code and the package in Node against a reducer written by hand, the package
/// in a page against the same, the log's segments against a bare file and a bare scan.
const ALL: [&str; 3] = ["node", "browser", "log"];

struct Row {
    fields: [String; 5],
}

impl Bench {
    pub(crate) fn run(&self) -> Outcome {
        let mut rows = Vec::new();
        let mut broken = Vec::new();
        for name in ALL {
            if !self.only.is_empty() && !self.only.iter().any(|only| only == name) {
                continue;
            }
            let (worked, printed) = program(name)?.run_and_keep()?;
            let found: Vec<Row> = printed.lines().filter_map(Row::read).collect();
            if !worked || found.is_empty() {
                broken.push(name);
            }
            rows.extend(found);
        }
        print!("\n{}", table(&rows));
        let missed = rows.iter().filter(|row| row.verdict() == Some(false)).count();
        if broken.is_empty() && missed == 0 {
            return Ok(());
        }
        let broken = if broken.is_empty() {
            String::new()
        } else {
            format!(", and these broke: {}", broken.join(", "))
        };
        Err(Failure::new(format!("{missed} targets missed{broken}")))
    }
}

/// The program behind a name, with everything it needs built.
fn program(name: &str) -> Outcome<Program> {
    let script = |script: &str| Ok(install::npm(&package()?).args(["run", "--silent", script]));
    match name {
        "node" => script("bench"),
        "browser" => Ok(script("bench:browser")?.env("CHROMIUM", install::chromium()?)),
        _ => {
            let log = [
                "bench",
                "--quiet",
                "--locked",
                "--package",
                "jobfold-tests",
                "--bench",
                name,
            ];
            Ok(Program::cargo().folder(&places::root()).args(log))
        }
    }
}

fn package() -> Outcome<PathBuf> {
    Wasm::run()?;
    npm::build()?;
    Ok(places::node_bindings())
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let fields: Vec<String> = line.split('\t').map(|field| field.trim().to_owned()).collect();
        fields.try_into().ok().map(|fields| Self { fields })
    }

    /// Whether the ratio reaches its target; `None` if there is no target to reach.
    fn verdict(&self) -> Option<bool> {
        let [.., ratio, target] = &self.fields;
        let ratio = number(ratio);
        if let Some(least) = target.strip_prefix(">=") {
            return Some(ratio? >= number(least)?);
        }
        target
            .strip_prefix("<=")
            .map(|most| ratio.zip(number(most)).is_some_and(|(ratio, most)| ratio <= most))
    }
}

/// The number a text begins with, whatever unit follows.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

fn table(rows: &[Row]) -> String {
    let head = ["benchmark", "value", "baseline", "ratio", "target", ""].map(str::to_owned);
    let body = rows.iter().map(|row| {
        let verdict = row
            .verdict()
            .map_or("", |reached| if reached { "ok" } else { "MISSED" });
        row.fields.iter().cloned().chain([verdict.to_owned()]).collect()
    });
    let lines: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain(body).collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    let cell = |(text, width): (&String, &usize)| format!("{text:<width$}  ");
    lines
        .iter()
        .map(|line| {
            line.iter()
                .zip(&widths)
                .map(cell)
                .collect::<String>()
                .trim_end()
                .to_owned()
                + "\n"
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn a_row_knows_whether_it_reached_its_target() {
        let verdict = |line: &str| Row::read(line).expect("five fields").verdict();
        assert_eq!(verdict("fold\t2.5M/s\t110k/s\t22.7\t>=10"), Some(true));
        assert_eq!(verdict("fold\t2.5M/s\t110k/s\t2.7\t>=10"), Some(false));
        assert_eq!(verdict("push\t20 us\t\t20\t<=25 us"), Some(true));
        assert_eq!(verdict("memory\t30\t\t30\t"), None);
        assert!(Row::read("no tabs here").is_none());
    }
}
