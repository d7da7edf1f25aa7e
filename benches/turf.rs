//! Placeholder until the benches of the next commit.
fn main() {}
