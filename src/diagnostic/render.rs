//! Findings to text. Filled in by the renderers beside it.
