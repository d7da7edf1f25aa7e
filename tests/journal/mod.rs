//! The journal from outside, by real processes: recording, replay, what is told afterwards, and every fault it must survive.
//!
//! What holds for every database is tried on SQLite and on a real PostgreSQL server.

mod events;
mod faults;
mod home;
mod questions;
mod recording;
mod server;

pub use home::{Home, Kept};
