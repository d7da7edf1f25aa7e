//! `turf why`: stub until the example is in.
use super::output::{Exit, Terminal};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder.
    id: String,
}
/// Runs.
pub fn run(_: &Arguments, _: &Terminal) -> Exit {
    Exit::Fine
}
