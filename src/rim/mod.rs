//! The rim: the folder of a book and the clock. With `data/` and `cli/` the only code that touches the world.

pub mod book;
pub mod clock;
pub mod revision;
