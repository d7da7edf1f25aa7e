//! `turf check`: all findings of a book, or the page of one kind of finding.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{self, Exit, Terminal};
use super::sample::Sample;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity, render};
use crate::rim::book::{self, Opened};
use crate::text::wording;

/// Arguments of `turf check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf check rules/forbes2000\n  turf check --on leads.csv\n  turf check --explain mixed-priorities\n  turf check --format line | sort\n  turf check --format sarif --deny warnings > turf.sarif"
)]
pub struct Arguments {
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    dir: Option<PathBuf>,
    /// Print the page about one kind of finding, such as `unknown-value`.
    #[arg(long, value_name = "NAME")]
    explain: Option<String>,
    /// File of records: findings then say how many of them they concern, and stand in that order.
    #[arg(long, value_name = "FILE")]
    on: Option<PathBuf>,
    /// What that file holds: lead, or another record that rules are for.
    #[arg(long, value_name = "NAME", default_value = "lead")]
    record: String,
    /// The field of money that is summed; without it the records' first.
    #[arg(long, value_name = "FIELD")]
    money: Option<String>,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// What besides errors makes the exit code 1.
    #[arg(long, value_enum, value_name = "LEVEL")]
    deny: Option<Deny>,
}

/// The findings that can be denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings too.
    Warnings,
    /// Warnings and advice too.
    Advice,
}

/// The formats of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines they point at, for people.
    Text,
    /// One finding a line.
    Line,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Commands that GitHub shows beside the lines of a change.
    Github,
    /// JUnit XML, for build servers.
    Junit,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    if let Some(name) = &arguments.explain {
        return explain(name);
    }
    let mut opened = match book::find(arguments.dir.as_deref()).and_then(|dir| book::open(&dir)) {
        Ok(opened) => opened,
        Err(error) => return output::no_book(&error),
    };
    if let Err(exit) = prove(arguments, &mut opened, terminal) {
        return exit;
    }
    let findings = &opened.snapshot.findings;
    let sources = &opened.snapshot.sources;
    // Warnings and advice are shown, and the book can be used all the same.
    let usable = !findings.iter().any(|f| f.severity == Severity::Error);
    let fails = |finding: &Diagnostic| match finding.severity {
        Severity::Error => true,
        Severity::Warning => arguments.deny.is_some(),
        Severity::Advice => arguments.deny == Some(Deny::Advice),
    };
    let exit = if findings.iter().any(fails) { Exit::Findings } else { Exit::Fine };
    let base = opened.folder.display().to_string();
    match arguments.format {
        Format::Text if findings.is_empty() => output::print(&fine(&opened), exit),
        Format::Text => {
            let mut text = render::terminal(findings, sources, terminal.look());
            if usable {
                text.push_str(&fine(&opened));
            } else if opened.snapshot.plan.is_none() {
                text.push_str(
                    "What holds for every possible record (conflicts, hidden rules, gaps) is looked at once these errors are put right.\n",
                );
            }
            output::print(&text, exit)
        }
        Format::Line => output::print(&render::lines(findings, sources), exit),
        Format::Json => output::print(&format!("{:#}\n", render::json(findings, sources)), exit),
        Format::Sarif => output::print(&format!("{:#}\n", render::sarif(findings, sources, &base)), exit),
        Format::Github => output::print(&render::github(findings, sources, &base), exit),
        Format::Junit => output::print(&render::junit(findings, sources, &base, fails), exit),
    }
}

/// Adds what is proved over all possible records, and how many records of a file each finding concerns.
fn prove(arguments: &Arguments, opened: &mut Opened, terminal: &Terminal) -> Result<(), Exit> {
    let mut sample = None;
    if let (Some(file), Some(_)) = (&arguments.on, &opened.snapshot.plan) {
        let opening = Sample::open(file, opened.folder.clone(), &arguments.record, terminal)?;
        opened.snapshot.settings.ordinary.insert(opening.record(), opening.ordinary()?);
        sample = Some(opening);
    }
    let proved = opened.snapshot.prove();
    if let Some(first) = proved.mistakes.first() {
        output::tell(&format!(
            "turf: the analysis and the evaluator disagree about {first}. This is a mistake in turf, not in your book: please report it with the book.\n"
        ));
        return Err(Exit::CouldNotRun);
    }
    match sample {
        Some(sample) => sample.count(&proved, arguments.money.as_deref(), &mut opened.snapshot.findings),
        None => Ok(()),
    }
}

fn explain(name: &str) -> Exit {
    if let Some(known) = DiagnosticName::parse(name) {
        return output::print(known.page(), Exit::Fine);
    }
    let near = wording::nearest(name, DiagnosticName::ALL.iter().map(|n| n.as_str()));
    let help = if near.is_empty() {
        let all: Vec<&str> = DiagnosticName::ALL.iter().map(|n| n.as_str()).collect();
        format!("The names are: {}.", all.join(", "))
    } else {
        format!("Did you mean `{}`?", wording::join(&near, "or"))
    };
    output::tell(&format!("turf: no finding is called `{name}`. {help}\n"));
    Exit::CouldNotRun
}

fn fine(opened: &Opened) -> String {
    let book = &opened.snapshot.book;
    let shown = if opened.folder == Path::new(".") { "this folder".to_owned() } else { opened.folder.display().to_string() };
    let counted = [
        wording::count(book.rules.len(), "rule", "rules"),
        wording::count(book.territories.len(), "territory", "territories"),
        wording::count(book.teams.len(), "team", "teams"),
        wording::count(book.overlays.len(), "overlay", "overlays"),
    ];
    let state = if opened.snapshot.findings.iter().all(|f| f.severity == Severity::Advice) { "is fine" } else { "can be used" };
    format!("The book `{}` in {shown} {state}: {}.\n", book.name, wording::join(&counted, "and"))
}
