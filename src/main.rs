//! Arguments in, exit code out.

use turf::cli::{self, Exit};

fn main() -> Exit {
    cli::run()
}
