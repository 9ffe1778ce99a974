//! Rules about the text of single files: how they open, how long lines are, what must not be left in them.

use super::Complaint;
use super::tree::Source;

/// As wide as rustfmt makes Rust.
const RUST_CHARS_MAX: usize = 120;

/// Markup and types in one signature have no formatter here, and read better unbroken a little longer.
const SCRIPT_CHARS_MAX: usize = 150;

/// Marks of unfinished work. Spelled in halves, so that this file does not hold what it forbids.
const LEFT_BEHIND: [&str; 7] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("#[ig", "nore"),
];

/// Folders of one machine, and hosts that only a lock file or a registry's client should name.
const OF_ONE_MACHINE: [&str; 7] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("registry.npm", "js.org"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
];

/// Names that say nothing about what a file holds.
const SAYS_NOTHING: [&str; 8] = [
    "util", "utils", "helper", "helpers", "manager", "misc", "stuff", "common",
];

pub(super) fn check(files: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files {
        opens_with_its_reason(file, &mut complaints);
        is_named_for_its_content(file, &mut complaints);
        for (index, line) in file.text.lines().enumerate() {
            let at = || format!("{}:{}", file.path, index + 1);
            if let Some(wants) = complaint_about(file, line) {
                complaints.push(Complaint::new(at(), wants));
            }
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') && !file.is_data() {
            complaints.push(Complaint::new(&file.path, "end the last line"));
        }
    }
    complaints
}

/// A reader who opens a file learns first why it exists.
fn opens_with_its_reason(file: &Source, complaints: &mut Vec<Complaint>) {
    let body = match file.text.strip_prefix("#!") {
        Some(rest) if !rest.starts_with('[') => rest.split_once('\n').map_or("", |(_, body)| body),
        _ => &file.text,
    };
    let body = body.trim_start();
    let opens = if file.is_rust() {
        body.starts_with("//!")
    } else if file.is_javascript() || file.extension() == "css" {
        body.starts_with("/*") || body.starts_with("//")
    } else if file.extension() == "toml" && file.name() != "Cargo.toml" || file.path.starts_with(".ci/") {
        body.starts_with('#')
    } else {
        true
    };
    if !opens {
        complaints.push(Complaint::new(
            &file.path,
            "open with a comment that says why the file exists",
        ));
    }
}

fn is_named_for_its_content(file: &Source, complaints: &mut Vec<Complaint>) {
    let stem = file.name().split('.').next().unwrap_or_default();
    if SAYS_NOTHING.contains(&stem) {
        complaints.push(Complaint::new(&file.path, "name the file for what it holds"));
    }
}

fn complaint_about(file: &Source, line: &str) -> Option<String> {
    if let Some(found) = OF_ONE_MACHINE.iter().find(|pattern| line.contains(*pattern)) {
        return Some(format!("take out {found:?}, which means something on one machine only"));
    }
    if file.is_data() {
        return None;
    }
    if let Some(found) = LEFT_BEHIND.iter().find(|pattern| line.contains(*pattern)) {
        return Some(format!("finish what {found:?} stands for"));
    }
    if line.ends_with([' ', '\t']) {
        return Some("cut the white space at the end".to_owned());
    }
    let most = match (file.is_rust(), file.is_javascript() || file.extension() == "css") {
        (true, _) => RUST_CHARS_MAX,
        (_, true) => SCRIPT_CHARS_MAX,
        _ => usize::MAX,
    };
    if line.chars().count() > most && !is_one_long_literal(line) {
        return Some(format!("break the line, it has more than {most} characters"));
    }
    None
}

/// A line that is a string and little else: recorded text that would lose its meaning when broken.
fn is_one_long_literal(line: &str) -> bool {
    let line = line.trim();
    let (first, last) = (line.find(['"', '\'', '`']), line.rfind(['"', '\'', '`']));
    matches!((first, last), (Some(first), Some(last)) if (last - first) * 3 > line.len() * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> usize {
        check(&[Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }])
        .len()
    }

    #[test]
    fn files_open_with_their_reason() {
        assert_eq!(complaints("a/b.rs", "//! Why.\n"), 0);
        assert_eq!(complaints("a/b.rs", "use std::fmt;\n"), 1);
        assert_eq!(complaints("a/b.mjs", "#!/usr/bin/env node\n/** Why. */\n"), 0);
        assert_eq!(complaints("a/b.ts", "import 'x';\n"), 1);
    }

    #[test]
    fn leftovers_are_found() {
        assert_eq!(complaints("a.rs", concat!("//! Why.\n// TO", "DO: more\n")), 1);
        assert_eq!(complaints("a.rs", "//! Why. \n"), 1);
        assert_eq!(complaints("a.md", concat!("see /wo", "rk/x\n")), 1);
        assert_eq!(complaints("a.rs", &format!("//! Why.\n// {}\n", "long".repeat(30))), 1);
    }

    #[test]
    fn empty_names_are_found() {
        assert_eq!(complaints("core/src/utils.rs", "//! Why.\n"), 1);
    }
}
