//! How data come in and go out: configuration, tables, records, reference data, order, output.
//!
//! The floor between the pure rooms and the file system. Files come in as typed [`crate::model::Record`]s with every
//! trouble named by file, line and column; results go out whole or not at all. What is wrong with the book's data is a
//! finding; what is wrong with the world (no such file, no room on the disk) is an error.

mod config;
#[cfg(test)]
mod sample;

pub use config::{CONFIG_FILE, Column, Config, DataFile};
