//! `cargo xtask sizes`: how large the things are that a browser downloads, against their limits and the last look.
//!
//! `xtask/sizes.json` is the one place of limits: for each thing a file, or all files of an extension in a folder, and
//! the most bytes it may have as it is (`raw_max`), by gzip (`gzip_max`), by Brotli (`brotli_max`). `docs/sizes.txt` is
//! the last accepted look (`cargo xtask bless` writes it), so that growth shows in a diff; another compiler may
//! make it differ a little, so only a limit fails the build.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::places;
use crate::run::{Context, Failure, Outcome, Program};

/// Prints the size of each module, of the glue and of the page, as it is and compressed. Fails if one is over its limit
/// in xtask/sizes.json. Build first: `cargo xtask web`.
#[derive(clap::Args)]
pub(crate) struct Sizes {}

/// Bytes as they are, by gzip and by Brotli.
const WAYS: [&str; 3] = ["raw", "gzip", "brotli"];

struct Thing {
    name: String,
    bytes: [u64; 3],
    limits: [Option<u64>; 3],
}

impl Sizes {
    pub(crate) fn run() -> Outcome {
        let things = measure()?;
        println!("{}", compare(&things));
        let over: Vec<&str> = things
            .iter()
            .filter(|thing| thing.is_over())
            .map(|thing| thing.name.as_str())
            .collect();
        if over.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(format!("over the limit: {}", over.join(", "))))
        }
    }

    /// Accepts the sizes of now as the ones to compare with.
    pub(crate) fn bless() -> Outcome {
        let text = table(&measure()?);
        fs::write(snapshot(), text).context(snapshot().display())
    }
}

impl Thing {
    fn is_over(&self) -> bool {
        self.bytes
            .iter()
            .zip(self.limits)
            .any(|(bytes, limit)| limit.is_some_and(|limit| *bytes > limit))
    }
}

fn snapshot() -> PathBuf {
    places::root().join("docs/sizes.txt")
}

fn measure() -> Outcome<Vec<Thing>> {
    let root = places::root();
    let limits = root.join("xtask/sizes.json");
    let text = fs::read_to_string(&limits).context(limits.display())?;
    let listed: Vec<Value> = serde_json::from_str(&text).context(limits.display())?;
    listed.iter().map(|entry| thing(&root, entry)).collect()
}

fn thing(root: &Path, entry: &Value) -> Outcome<Thing> {
    let text = |name: &str| entry[name].as_str();
    let name = text("name").unwrap_or_default().to_owned();
    let mut files = Vec::new();
    match (text("file"), text("folder"), text("extension")) {
        (Some(file), ..) => files.push(root.join(file)),
        (None, Some(folder), Some(extension)) => find(&root.join(folder), extension, &mut files)?,
        _ => {
            return Err(Failure::new(format!(
                "xtask/sizes.json: {name:?} names neither a file nor a folder"
            )));
        }
    }
    if files.is_empty() || files.iter().any(|file| !file.is_file()) {
        return Err(Failure::new(format!("{name} is not built; run `cargo xtask web`")));
    }
    let sizes = Program::new("node")
        .arg(root.join("xtask/src/sizes.mjs"))
        .args(&files)
        .read()?;
    let sizes: Vec<Value> = serde_json::from_str(&sizes).context("sizes.mjs")?;
    let sum = |way: &str| sizes.iter().filter_map(|size| size[way].as_u64()).sum();
    let limit = |way: &str| entry[format!("{way}_max")].as_u64();
    Ok(Thing {
        name,
        bytes: WAYS.map(sum),
        limits: WAYS.map(limit),
    })
}

fn find(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Outcome {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry.context(folder.display())?.path();
        if path.is_dir() {
            find(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

/// Bytes and limits, a line a thing: what the snapshot holds.
fn table(things: &[Thing]) -> String {
    let mut text = format!("{:<46}{:>12}{:>12}{:>12}\n", "bytes", WAYS[0], WAYS[1], WAYS[2]);
    for thing in things {
        let [raw, gzip, brotli] = thing.bytes;
        let _ = writeln!(text, "{:<46}{raw:>12}{gzip:>12}{brotli:>12}", thing.name);
    }
    text
}

/// The table with limits, and with the change since the snapshot where there is one.
fn compare(things: &[Thing]) -> String {
    let before = fs::read_to_string(snapshot()).unwrap_or_default();
    let mut text = format!(
        "{:<46}{:>10}{:>12}{:>12}{:>12}  verdict\n",
        "thing", "as", "bytes", "limit", "change"
    );
    for thing in things {
        let then = before.lines().find_map(|line| line.strip_prefix(thing.name.as_str()));
        let then: Vec<i64> = then
            .unwrap_or_default()
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        for (index, way) in WAYS.iter().enumerate() {
            let bytes = thing.bytes[index];
            let change = then
                .get(index)
                .map_or_else(String::new, |then| format!("{:+}", bytes.cast_signed() - then));
            let limit = thing.limits[index].map_or_else(String::new, |limit| limit.to_string());
            let verdict = thing.limits[index].map_or("", |limit| if bytes > limit { "OVER" } else { "ok" });
            let _ = writeln!(
                text,
                "{:<46}{way:>10}{bytes:>12}{limit:>12}{change:>12}  {verdict}",
                thing.name
            );
        }
    }
    text
}
