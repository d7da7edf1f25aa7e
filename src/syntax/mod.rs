//! From source text to a typed syntax tree, with every error of the file.

pub mod tree;
