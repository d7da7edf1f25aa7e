//! `turf init`: stub until the example is in.
use super::output::{Exit, Terminal};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder.
    dir: std::path::PathBuf,
}
/// Runs.
pub fn run(_: &Arguments, _: &Terminal) -> Exit {
    Exit::Fine
}
