//! `turf test`: runs the tests of a book.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{self, Exit, Terminal};
use super::routing;
use crate::rim::{book, cases};
use crate::tester;

/// Arguments of `turf test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf test\n  turf test hospital --book rules/first\n  turf test --format junit > tests.xml\n\nTests stand in `test` blocks of rule files and in the tables that turf.toml names (`tests = [\"cases.csv\"]`). Exit codes: 0 all passed, 1 a test failed or there is none, 2 could not run."
)]
pub struct Arguments {
    /// Run only tests whose name contains this.
    name: Option<String>,
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
    /// How results are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document; see docs/output.md.
    Json,
    /// JUnit XML, for build servers.
    Junit,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    let opened = match book::find(arguments.book.as_deref()).and_then(|dir| book::open(&dir)) {
        Ok(opened) => opened,
        Err(error) => return output::no_book(&error),
    };
    let plan = match routing::usable(&opened, terminal, "tested") {
        Ok(plan) => plan,
        Err(exit) => return exit,
    };
    let mut all = match cases::cases(&opened, &plan) {
        Ok(all) => all,
        Err(wrong) => {
            wrong.iter().for_each(|words| output::tell(&format!("turf: {words}\n")));
            return Exit::CouldNotRun;
        }
    };
    let known = all.len();
    if let Some(name) = &arguments.name {
        all.retain(|case| case.name.contains(name.as_str()));
    }
    if all.is_empty() {
        return none(arguments.name.as_deref(), known);
    }
    let sources = &opened.snapshot.sources;
    let results: Vec<_> = all.iter().map(|case| tester::run(&plan, sources, case, |_, _| {})).collect();
    let text = match arguments.format {
        Format::Text => tester::text(&results),
        Format::Json => format!("{:#}\n", tester::json(&plan.book.name, &results)),
        Format::Junit => tester::junit(&plan.book.name, &results),
    };
    output::print(&text, if results.iter().all(|r| r.passed) { Exit::Fine } else { Exit::Findings })
}

/// Says that there is nothing to run, which no build should take for success.
fn none(name: Option<&str>, known: usize) -> Exit {
    output::tell(&match name.filter(|_| known > 0) {
        Some(name) => format!("turf: none of the {known} tests has a name that contains `{name}`.\n"),
        None => "turf: the book has no tests. Write one: test \"NAME\" { on 2027-03-01  lead { ... }  expect rep ana }\n".to_owned(),
    });
    Exit::Findings
}
