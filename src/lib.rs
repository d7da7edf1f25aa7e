//! turf: territories and routing rules as text, parsed, checked, evaluated and explained exactly.

pub mod diagnostic;
pub mod syntax;
pub mod text;
