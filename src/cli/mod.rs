//! The commands: arguments in, a value made, a renderer printing it, an exit code out. One file for each command.

mod audit;
mod check;
mod completions;
mod diff;
mod drift;
mod event;
mod examples;
mod fmt;
mod init;
mod journal;
mod ledger;
mod output;
mod recorded;
mod recorded_test;
mod recorded_why;
mod replay;
mod report;
mod results;
mod route;
mod routing;
mod sample;
mod show;
mod test;
mod twice;
mod who;
mod why;

use clap::{Parser, Subcommand};

pub use output::Exit;
use output::Terminal;

/// Territories and lead routing as text you can read, check and explain.
#[derive(Debug, Parser)]
#[command(
    name = "turf",
    version,
    arg_required_else_help = true,
    after_help = "A first try:\n  turf init my-book         make a small book to play with\n  turf check my-book        look for mistakes\n  turf route --book my-book who gets what\n\nExit codes: 0 fine, 1 findings (mistakes, rows set aside with --strict), 2 could not run."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a small working book, commented for a beginner.
    Init(init::Arguments),
    /// Look for mistakes in a book, all of them at once.
    Check(check::Arguments),
    /// Put rule files into the one style.
    Fmt(fmt::Arguments),
    /// Decide who gets each record of a file. A dry run, unless --commit records it.
    Route(route::Arguments),
    /// Run the tests of a book.
    Test(test::Arguments),
    /// Compare two books over every possible record.
    Diff(diff::Arguments),
    /// Show one territory, segment, rule, team or class with all that it inherits.
    Show(show::Arguments),
    /// List which records a rep can get, over every possible record.
    Who(who::Arguments),
    /// Decide recorded decisions again, by the book that decided them or by another.
    Replay(replay::Arguments),
    /// See that nobody tampered with the journal; write it out; take out an old book.
    Audit(audit::Arguments),
    /// Show the fairness ledger of a team: turns taken, forgiven, given back, owed.
    Ledger(ledger::Arguments),
    /// Show the numbers of the journal: time to assignment, shares, parity, dead rules, overdue responses.
    Report(report::Arguments),
    /// Place accounts anew: who would move, why, and how much moves along.
    Drift(drift::Arguments),
    /// Tell the journal what happened afterwards: accepted, rejected, handed over, closed, away, back.
    Event(event::Arguments),
    /// Explain one decision: why it went there, and why not elsewhere.
    Why(why::Arguments),
    /// Print what a shell needs to complete commands.
    Completions(completions::Completions),
    /// Print the manual page.
    Man(completions::Man),
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and the version are answers, not errors; a closed pipe has nobody left to tell.
            let asked = !error.use_stderr();
            return match error.print() {
                Ok(()) if asked => Exit::Fine,
                _ => Exit::CouldNotRun,
            };
        }
    };
    let terminal = Terminal::of_process();
    match arguments.command {
        Command::Init(arguments) => init::run(&arguments, &terminal),
        Command::Check(arguments) => check::run(&arguments, &terminal),
        Command::Fmt(arguments) => fmt::run(&arguments, &terminal),
        Command::Route(arguments) => route::run(&arguments, &terminal),
        Command::Test(arguments) => test::run(&arguments, &terminal),
        Command::Diff(arguments) => diff::run(&arguments, &terminal),
        Command::Show(arguments) => show::run(&arguments, &terminal),
        Command::Who(arguments) => who::run(&arguments, &terminal),
        Command::Replay(arguments) => replay::run(&arguments, &terminal),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Ledger(arguments) => ledger::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments, &terminal),
        Command::Event(arguments) => event::run(&arguments, &terminal),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => completions::man(&arguments),
        Command::Why(arguments) => why::run(&arguments, &terminal),
    }
}
