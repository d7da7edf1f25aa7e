//! turf: territories and routing rules as text, parsed, checked, evaluated and explained exactly.

pub mod check;
pub mod cli;
pub mod data;
pub mod decide;
pub mod diagnostic;
pub mod explain;
pub mod model;
pub mod plan;
pub mod report;
pub mod rim;
pub mod state;
pub mod syntax;
pub mod text;
pub mod workspace;
