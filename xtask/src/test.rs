//! `cargo xtask test`: every check there is, on a machine that has Rust and Node and may have nothing else.
//!
//! Steps share what they build, and a failing step does not stop the others: one run tells everything. Ends with the
//! steps' durations and one line, the total of all tests in all languages, which other programs read. Owns the order of
//! steps and how each tool's summary is counted; what is tested is each room's own business.

use std::time::{Duration, Instant};

use crate::conform::{Conform, World, parity};
use crate::count::Counts;
use crate::demo::Demo;
use crate::install;
use crate::npm::{self, Npm};
use crate::places;
use crate::run::{Failure, Outcome, Program, say};
use crate::sizes::Sizes;
use crate::tidy::Tidy;
use crate::toolchain::Toolchain;
use crate::wasm::Wasm;
use crate::web;

/// Runs every check: format, lints, house rules, Rust tests, the npm package, conformance and the page in a headless
/// browser. Installs what is missing. The last line is the total: `N passed, N failed, N skipped`.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Run only these steps, separated by commas. They use what earlier runs built.
    #[arg(long, value_delimiter = ',', value_parser = step_name)]
    only: Vec<String>,
    /// Leave these steps out, separated by commas.
    #[arg(long, value_delimiter = ',', value_parser = step_name)]
    skip: Vec<String>,
}

/// One step: a name to select it by, and what it does. The cheap ones come first, then what others build upon.
struct Step {
    name: &'static str,
    run: fn() -> Outcome<Counts>,
}

const STEPS: [Step; 16] = [
    Step {
        name: "install",
        run: install_all,
    },
    Step { name: "fmt", run: fmt },
    Step {
        name: "tidy",
        run: || Tidy::run().map(|()| Counts::one_check()),
    },
    Step {
        name: "wasm",
        run: || Wasm::run().map(|()| Counts::one_check()),
    },
    Step {
        name: "npm",
        run: || npm::build().and_then(|()| Npm::pack()).map(|_| Counts::one_check()),
    },
    // The daemon takes the page into its binary, so the page comes before anything that compiles the daemon.
    Step {
        name: "page",
        run: || web::build().map(|()| Counts::one_check()),
    },
    Step {
        name: "sizes",
        run: || Sizes::run().map(|()| Counts::one_check()),
    },
    Step {
        name: "clippy",
        run: clippy,
    },
    Step {
        name: "rust",
        run: rust,
    },
    Step {
        name: "doctests",
        run: doctests,
    },
    Step {
        name: "package",
        run: || npm_script(npm::Script::Test),
    },
    Step {
        name: "packaging",
        run: || npm_script(npm::Script::Packaging),
    },
    Step {
        name: "conform",
        run: conform,
    },
    Step {
        name: "parity",
        run: || counted(parity()?, Counts::from_conform),
    },
    Step {
        name: "browser",
        run: page,
    },
    Step {
        name: "demo",
        run: || Demo::check().map(|()| Counts::one_check()),
    },
];

/// What a step did.
struct Done {
    name: &'static str,
    took: Duration,
    counts: Counts,
    failure: Option<Failure>,
}

impl Test {
    pub(crate) fn run(&self) -> Outcome {
        let selected = |step: &&Step| {
            let named = |list: &[String]| list.iter().any(|name| name == step.name);
            (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
        };
        let done: Vec<Done> = STEPS.iter().filter(selected).map(Step::perform).collect();
        let total = done.iter().fold(Counts::default(), |sum, step| sum + step.counts);
        for step in &done {
            println!("{}", step.line());
        }
        println!("{total}");
        if total.failed == 0 && total.passed > 0 {
            Ok(())
        } else {
            Err(Failure::silent())
        }
    }
}

fn step_name(name: &str) -> Result<String, String> {
    let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
    if names.contains(&name) {
        Ok(name.to_owned())
    } else {
        Err(format!("the steps are {}", names.join(", ")))
    }
}

impl Step {
    fn perform(&self) -> Done {
        println!("\n==== {} ====", self.name);
        let started = Instant::now();
        let (counts, failure) = match (self.run)() {
            Ok(counts) => (counts, None),
            Err(failure) => {
                println!("{}: {failure}", self.name);
                (Counts::one_failure(), Some(failure))
            }
        };
        Done {
            name: self.name,
            took: started.elapsed(),
            counts,
            failure,
        }
    }
}

impl Done {
    fn line(&self) -> String {
        let verdict = if self.counts.failed == 0 && self.failure.is_none() {
            "ok"
        } else {
            "FAILED"
        };
        format!(
            "{:<10} {:>4} s  {verdict:<6}  {}",
            self.name,
            self.took.as_secs(),
            self.counts
        )
    }
}

/// Everything that comes from outside, first, so that a missing network shows at once and not after ten minutes.
fn install_all() -> Outcome<Counts> {
    if install::find_program(&["node"]).is_none() || install::find_program(&["npm"]).is_none() {
        return Err(Failure::new("please install Node 20.19 or newer, with npm"));
    }
    Program::cargo()
        .folder(&places::root())
        .args(["fetch", "--locked"])
        .run()?;
    Toolchain::find()?;
    install::wasm_opt()?;
    install::npm_ci(&places::node_bindings())?;
    install::npm_ci(&places::web_demo())?;
    let chromium = install::chromium()?;
    say(&format!("browser tests use {}", chromium.display()));
    Ok(Counts::default())
}

fn cargo() -> Program {
    Program::cargo().folder(&places::root())
}

fn fmt() -> Outcome<Counts> {
    cargo()
        .args(["fmt", "--all", "--check"])
        .run()
        .map(|()| Counts::one_check())
}

fn clippy() -> Outcome<Counts> {
    let lint = [
        "clippy",
        "--quiet",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-Dwarnings",
    ];
    cargo().args(lint).run().map(|()| Counts::one_check())
}

/// With nextest where it is installed: it runs each test in a process of its own. Fuzz targets are among the tests,
/// where they run for a short while on generated input.
fn rust() -> Outcome<Counts> {
    if cargo().args(["nextest", "--version"]).succeeds() {
        let run = [
            "nextest",
            "run",
            "--locked",
            "--workspace",
            "--no-fail-fast",
            "--color=never",
        ];
        return counted(
            cargo().args(run).env("NEXTEST_HIDE_PROGRESS_BAR", "1"),
            Counts::from_nextest,
        );
    }
    let run = [
        "test",
        "--locked",
        "--workspace",
        "--no-fail-fast",
        "--lib",
        "--bins",
        "--tests",
    ];
    counted(cargo().args(run), Counts::from_cargo)
}

fn doctests() -> Outcome<Counts> {
    let run = ["test", "--locked", "--workspace", "--no-fail-fast", "--doc"];
    counted(cargo().args(run), Counts::from_cargo)
}

fn npm_script(script: npm::Script) -> Outcome<Counts> {
    // With CI set, a test that misses something fails instead of skipping itself.
    let program = script
        .program()
        .env("CHROMIUM", install::chromium()?)
        .env("NO_COLOR", "1")
        .env("CI", "true")
        .env("JOBFOLD_BIN", places::target().join("debug/jobfold"));
    counted(program, Counts::from_node)
}

fn page() -> Outcome<Counts> {
    let daemon = [
        "build",
        "--quiet",
        "--locked",
        "--package",
        "jobfold",
        "--bin",
        "jobfold",
    ];
    cargo().args(daemon).run()?;
    npm_script(npm::Script::Page)
}

fn conform() -> Outcome<Counts> {
    let cases = places::root().join("fixtures/conformance");
    let world = vec![World::Native, World::Node, World::Browser];
    counted(
        Conform {
            paths: vec![cases],
            world,
        }
        .program()?,
        Counts::from_conform,
    )
}

/// Runs a program that counts its tests. One that failed without a failed test, or that counted none, is a failure too.
fn counted(program: Program, count: fn(&str) -> Counts) -> Outcome<Counts> {
    let (worked, printed) = program.run_and_keep()?;
    let counts = count(&printed);
    match (worked, counts.failed) {
        (false, 0) => Ok(counts + Counts::one_failure()),
        _ => Ok(counts),
    }
}
