//! Counts of tests, and how to read them from what each test tool prints.
//!
//! Summaries only: a test's own output may contain anything, so a line counts only if it has the summary's exact form.

use std::fmt;
use std::ops::Add;

/// Tests, or checks, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let Self {
            passed,
            failed,
            skipped,
        } = other;
        Self {
            passed: self.passed + passed,
            failed: self.failed + failed,
            skipped: self.skipped + skipped,
        }
    }
}

/// The line that other programs read.
impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

impl Counts {
    /// A step without tests that did what it should, such as a linter.
    pub(crate) fn one_check() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    pub(crate) fn one_failure() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    /// nextest: `Summary [   1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
    pub(crate) fn from_nextest(printed: &str) -> Self {
        let summaries = printed
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("Summary ["));
        let tails = summaries
            .filter_map(|line| line.split_once(" run: "))
            .map(|(_, tail)| tail);
        tails.fold(Self::default(), |sum, tail| {
            let of = |what: &str| number_before(tail, what);
            let failed = of(" failed") + of(" timed out") + of(" exec failed");
            sum + Self {
                passed: of(" passed"),
                failed,
                skipped: of(" skipped"),
            }
        })
    }

    /// cargo test, once for each binary: `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
    pub(crate) fn from_cargo(printed: &str) -> Self {
        printed
            .lines()
            .filter_map(|line| line.strip_prefix("test result: "))
            .fold(Self::default(), |sum, line| {
                let of = |what: &str| number_before(line, what);
                sum + Self {
                    passed: of(" passed"),
                    failed: of(" failed"),
                    skipped: of(" ignored"),
                }
            })
    }

    /// Node's test runner: lines `# pass 3` (to a pipe) or `ℹ pass 3` (to a terminal), once for each run.
    pub(crate) fn from_node(printed: &str) -> Self {
        let words = printed
            .lines()
            .filter_map(|line| line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")));
        words.fold(Self::default(), |mut sum, line| {
            let Some((what, number)) = line.split_once(' ') else {
                return sum;
            };
            let Ok(number) = number.trim().parse::<u64>() else {
                return sum;
            };
            match what {
                "pass" => sum.passed += number,
                "fail" | "cancelled" => sum.failed += number,
                "skipped" | "todo" => sum.skipped += number,
                _ => {}
            }
            sum
        })
    }

    /// Conformance: `native: 3 passed, 0 failed, 0 skipped`, once for each world.
    pub(crate) fn from_conform(printed: &str) -> Self {
        let worlds = ["native: ", "node: ", "browser: "];
        let lines = printed
            .lines()
            .filter_map(|line| worlds.iter().find_map(|world| line.strip_prefix(world)));
        lines.fold(Self::default(), |sum, line| {
            let of = |what: &str| number_before(line, what);
            sum + Self {
                passed: of(" passed"),
                failed: of(" failed"),
                skipped: of(" skipped"),
            }
        })
    }
}

/// The number right before a word; 0 if the word is not there.
fn number_before(text: &str, word: &str) -> u64 {
    let before = text.find(word).map_or("", |end| &text[..end]);
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    before[before.len() - digits..].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn reads_nextest() {
        let text = "     Summary [   0.010s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped\n";
        assert_eq!(Counts::from_nextest(text), counts(10, 2, 3));
        assert_eq!(
            Counts::from_nextest("Summary [  1.0s] 4/9 tests run: 3 passed, 1 failed, 0 skipped"),
            counts(3, 1, 0)
        );
    }

    #[test]
    fn reads_cargo() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                    test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Counts::from_cargo(text), counts(5, 4, 1));
    }

    #[test]
    fn reads_node() {
        assert_eq!(
            Counts::from_node("# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 1\n"),
            counts(2, 2, 1)
        );
        assert_eq!(
            Counts::from_node("ℹ pass 7\nℹ fail 0\nnot ok # pass 9 more\n"),
            counts(7, 0, 0)
        );
    }

    #[test]
    fn reads_conformance() {
        let text = "native: 3 passed, 0 failed, 0 skipped\nnode: 2 passed, 1 failed, 0 skipped\n";
        assert_eq!(Counts::from_conform(text), counts(5, 1, 0));
    }

    #[test]
    fn ends_in_the_agreed_line() {
        assert_eq!(
            (counts(1, 2, 3) + counts(1, 0, 0)).to_string(),
            "2 passed, 2 failed, 3 skipped"
        );
    }
}
