//! All tests that look at turf from outside, in one binary so that it links once.

mod generated;
mod oracle;
mod tidy;
