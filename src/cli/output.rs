//! Where output goes: exit codes, colours, width, and writing that survives a closed pipe.

use std::io::{self, IsTerminal, Write};
use std::process::{ExitCode, Termination};

use crate::data::DataError;
use crate::diagnostic::render::Look;
use crate::rim::book::OpenError;
use crate::store::StoreError;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Fine.
    Fine,
    /// There are findings.
    Findings,
    /// It could not run.
    CouldNotRun,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::CouldNotRun => 2,
        })
    }
}

/// Describes the terminal, if output goes to one.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether results may use colours.
    pub colour: bool,
    /// Whether messages may use colours.
    pub error_colour: bool,
    /// Whether messages go to a terminal, so that progress may be shown.
    pub interactive: bool,
    /// Width in columns; 100 when output goes elsewhere.
    pub width: u16,
}

impl Terminal {
    /// Looks at the process's streams; `NO_COLOR` (no-color.org) turns colours off.
    pub fn of_process() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let width = terminal_size::terminal_size().map(|(width, _)| width.0).filter(|_| io::stdout().is_terminal());
        Self {
            colour: wanted && io::stdout().is_terminal(),
            error_colour: wanted && io::stderr().is_terminal(),
            interactive: io::stderr().is_terminal(),
            width: width.unwrap_or(100).clamp(60, 160),
        }
    }

    /// How findings look among results.
    pub fn look(&self) -> Look {
        Look { colour: self.colour, width: usize::from(self.width) }
    }

    /// How findings look among messages.
    pub fn error_look(&self) -> Look {
        Look { colour: self.error_colour, width: usize::from(self.width) }
    }
}

/// Writes results; a closed pipe or a full disk ends the command with its own exit code.
pub fn print(text: &str, exit: Exit) -> Exit {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit,
        Err(error) => trouble(&DataError::writing("standard output", error)),
    }
}

/// Writes a message for the person; nobody is left to tell when that fails.
pub fn tell(text: &str) {
    let mut out = io::stderr().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    drop(written);
}

/// Reports trouble with the world. A reader that went away is not told about itself.
pub fn trouble(error: &DataError) -> Exit {
    if !matches!(error, DataError::BrokenPipe) {
        tell(&format!("turf: {error}. {}\n", error.remedy()));
    }
    Exit::CouldNotRun
}

/// Reports trouble with a journal.
pub fn store_trouble(error: &StoreError) -> Exit {
    tell(&format!("turf: {error}. {}\n", error.remedy()));
    Exit::CouldNotRun
}

/// Why a command could not go on.
#[derive(Debug)]
pub enum Failure {
    /// Trouble with a file.
    Data(DataError),
    /// Trouble with the journal.
    Store(StoreError),
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reports why a command could not go on.
pub fn failed(failure: &Failure) -> Exit {
    match failure {
        Failure::Data(error) => trouble(error),
        Failure::Store(error) => store_trouble(error),
    }
}

/// Reports that a folder is no book.
pub fn no_book(error: &OpenError) -> Exit {
    tell(&format!("turf: {}\n", error.in_words()));
    Exit::CouldNotRun
}
