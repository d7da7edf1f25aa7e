//! `turf test`: runs the tests of a book.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rust_decimal::Decimal;

use super::output::{self, Exit, Terminal};
use super::recorded_test;
use super::routing;
use crate::data::{DataError, Output};
use crate::plan::Plan;
use crate::rim::{book, cases};
use crate::tester::{self, Case, Coverage};
use crate::text::{Sources, wording};

/// Arguments of `turf test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf test\n  turf test hospital --book rules/first\n  turf test --format junit > tests.xml\n  turf test --coverage --html coverage.html --min 80\n  turf test --write > proposed.turf\n  turf test --write --from-journal L01\n  turf test --mutate\n\nTests stand in `test` blocks of rule files and in the tables that turf.toml names (`tests = [\"cases.csv\"]`). Exit codes: 0 all passed, 1 a test failed or there is none, 2 could not run."
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
    /// Say what of the book no test reaches.
    #[arg(long)]
    coverage: bool,
    /// Write coverage for tools that read lcov.
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,
    /// Write coverage as one page of HTML.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Fail when tests reach less than this much of the book.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min: Option<Decimal>,
    /// Write tests for what no test reaches, ready to paste into a rule file.
    #[arg(long, conflicts_with_all = ["mutate", "format", "coverage", "lcov", "html", "min"])]
    write: bool,
    /// With --write: write the recorded decision about this lead as a test.
    #[arg(long, value_name = "ID", requires = "write")]
    from_journal: Option<String>,
    /// Leave out or bend one rule at a time, and say which changes no test notices.
    #[arg(long)]
    mutate: bool,
}

fn percent(written: &str) -> Result<Decimal, String> {
    let number: Option<Decimal> = written.trim_end_matches('%').parse().ok();
    number.filter(|n| *n >= Decimal::ZERO && *n <= Decimal::ONE_HUNDRED).ok_or_else(|| "write a percentage from 0 to 100".to_owned())
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
    if let Some(id) = &arguments.from_journal {
        return recorded_test::print(arguments.book.as_deref(), id, &plan);
    }
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
    if arguments.write {
        return propose(&plan, &opened.snapshot.sources, &all);
    }
    if all.is_empty() {
        return none(arguments.name.as_deref(), known);
    }
    let sources = &opened.snapshot.sources;
    let wanted = arguments.coverage || arguments.lcov.is_some() || arguments.html.is_some() || arguments.min.is_some();
    let mut coverage = wanted.then(|| Coverage::new(&plan, sources));
    let results: Vec<_> = all
        .iter()
        .map(|case| {
            tester::run(&plan, sources, case, |decision, before| {
                if let Some(coverage) = &mut coverage {
                    coverage.observe(&plan, decision, before);
                }
            })
        })
        .collect();
    let mut exit = if results.iter().all(|r| r.passed) { Exit::Fine } else { Exit::Findings };
    if arguments.mutate && exit != Exit::Fine {
        output::tell("turf: what tests notice can only be told when all of them pass. Mend those that fail first.\n");
    }
    let mutations = (arguments.mutate && exit == Exit::Fine).then(|| tester::mutate(&plan, sources, &all));
    let mut text = match arguments.format {
        Format::Text => tester::text(&results),
        Format::Json => {
            let mut document = tester::json(&plan.book.name, &results);
            if let (Some(coverage), Some(keys)) = (&coverage, document.as_object_mut()) {
                keys.insert("coverage".to_owned(), tester::coverage_json(coverage, sources));
            }
            if let (Some(mutations), Some(keys)) = (&mutations, document.as_object_mut()) {
                keys.insert("mutations".to_owned(), serde_json::json!(mutations));
            }
            format!("{document:#}\n")
        }
        Format::Junit => tester::junit(&plan.book.name, &results),
    };
    if let Some(mutations) = &mutations {
        if arguments.format == Format::Text {
            text += &tester::mutation_text(mutations);
        }
        if mutations.iter().any(|m| m.noticed_by.is_none()) {
            exit = Exit::Findings;
        }
    }
    if let Some(coverage) = &coverage {
        if arguments.format == Format::Text && arguments.coverage {
            text += &tester::coverage_text(coverage, sources);
        }
        if let Err(error) = write(arguments, coverage, sources, &plan.book.name) {
            return output::trouble(&error);
        }
        if let Some(min) = arguments.min.filter(|min| coverage.percent() < *min) {
            output::tell(&format!(
                "turf: the tests reach {}% of the book, less than {min}%. `turf test --coverage` says what they do not reach.\n",
                coverage.percent()
            ));
            exit = Exit::Findings;
        }
    }
    output::print(&text, exit)
}

/// Prints tests for what no test reaches; what no record was found for is said.
fn propose(plan: &Plan, sources: &Sources, all: &[Case]) -> Exit {
    let mut coverage = Coverage::new(plan, sources);
    for case in all {
        let result = tester::run(plan, sources, case, |decision, before| coverage.observe(plan, decision, before));
        drop(result);
    }
    let proposed = tester::propose(plan, sources, all, &mut coverage);
    for gap in &proposed.left {
        let place = tester::gap_span(&coverage, *gap).map(|span| sources.place(span)).unwrap_or_default();
        output::tell(&format!("{place}: {}; no record was found that shows it\n", tester::gap_in_words(&coverage, *gap)));
    }
    let tests = wording::count(proposed.tests, "test", "tests");
    output::tell(&format!("turf: {tests} written. With them the tests reach {}% of the book.\n", coverage.percent()));
    output::print(&proposed.text, Exit::Fine)
}

/// Writes the files of coverage that are wanted.
fn write(arguments: &Arguments, coverage: &Coverage, sources: &Sources, book: &str) -> Result<(), DataError> {
    let put = |path: &Path, text: String| {
        let mut file = Output::file(path)?;
        file.put(text.as_bytes())?;
        file.finish()
    };
    if let Some(path) = &arguments.lcov {
        put(path, tester::lcov(coverage, sources))?;
    }
    if let Some(path) = &arguments.html {
        put(path, tester::html(coverage, sources, book))?;
    }
    Ok(())
}

/// Says that there is nothing to run, which no build should take for success.
fn none(name: Option<&str>, known: usize) -> Exit {
    output::tell(&match name.filter(|_| known > 0) {
        Some(name) => format!("turf: none of the {known} tests has a name that contains `{name}`.\n"),
        None => "turf: the book has no tests. Write one: test \"NAME\" { on 2027-03-01  lead { ... }  expect rep ana }\n".to_owned(),
    });
    Exit::Findings
}
