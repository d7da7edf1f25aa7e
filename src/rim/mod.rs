//! The rim: the folder of a book, the clock, the memory taken. With `data/` and `cli/` the only code that touches the world.

pub mod below;
pub mod book;
pub mod cases;
pub mod clock;
pub mod kept;
pub mod memory;
pub mod revision;
