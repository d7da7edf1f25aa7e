//! Where statements begin and end in an item that does not parse, so that a bad one can be left out.

use std::ops::Range;

use pest::Parser as _;

use super::mend::syntax;
use super::scan::{Seen, Token};
use super::{Rule, TurfParser};
use crate::diagnostic::Diagnostic;

/// The words that begin a statement inside an item.
pub(super) fn words(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "match" => &["by"],
        "calendar" => &["zone", "open", "closed"],
        "segment" => &["because"],
        "territory" => &["territory", "priority", "parent", "where", "owner", "from", "through", "because"],
        "territories" => &["match", "name", "owner", "parent", "priority"],
        "overlap" => &["winners"],
        "team" => &["members", "pick", "limit", "working", "weight", "counts", "because"],
        "rule" => &["priority", "when", "route", "keep", "credit", "respond", "from", "through", "because"],
        "otherwise" => &["route", "keep", "credit", "respond", "because"],
        "overlay" => &["when", "add", "from", "through", "because"],
        "credit" => &["amount", "because"],
        "test" => &["on", "given", "expect"],
        _ => &[],
    }
}

/// Returns the keyword of the item.
pub(super) fn keyword<'t>(tokens: &[Token<'t>]) -> &'t str {
    match tokens.first() {
        Some((_, Seen::Word(word))) => word,
        _ => "",
    }
}

/// Returns whether a statement begins at a token.
fn begins(tokens: &[Token<'_>], position: usize, keyword: &str) -> bool {
    let seen = |at: usize| tokens.get(at).map(|(_, seen)| *seen);
    let Some(Seen::Word(word)) = seen(position) else { return false };
    let next = seen(position + 1);
    match keyword {
        "record" => next == Some(Seen::Sign(':')),
        "classify" => matches!(next, Some(Seen::Word("when" | "otherwise"))),
        "credit" => next == Some(Seen::Sign(':')) || words(keyword).contains(&word),
        "test" => matches!(next, Some(Seen::Sign(':' | '{'))) || words(keyword).contains(&word),
        _ => words(keyword).contains(&word),
    }
}

/// Returns how many braces are open before each token; the last entry is the depth at the end.
fn depths(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut depths = Vec::with_capacity(tokens.len() + 1);
    for (_, seen) in tokens {
        if *seen == Seen::Sign('}') {
            depth = depth.saturating_sub(1);
        }
        depths.push(depth);
        if *seen == Seen::Sign('{') {
            depth += 1;
        }
    }
    depths.push(depth);
    depths
}

/// Returns the token at a place, or the number of tokens at the end.
pub(super) fn token_at(tokens: &[Token<'_>], at: usize) -> usize {
    tokens.partition_point(|(range, _)| range.end <= at)
}

/// Returns the range of the statement in which the grammar stopped, to leave it out; nothing outside of braces.
pub(super) fn around(tokens: &[Token<'_>], at: usize, text: &str) -> Option<Range<usize>> {
    let keyword = keyword(tokens);
    let here = token_at(tokens, at);
    let depths = depths(tokens);
    // A closing brace belongs to the statement before it.
    let closing = matches!(tokens.get(here), Some((_, Seen::Sign('}'))));
    let depth = depths.get(here)? + usize::from(closing);
    if depth == 0 {
        return None;
    }
    let starts = |position: &usize| depths.get(*position) == Some(&depth) && begins(tokens, *position, keyword);
    let block = (0..here).rev().find(|p| depths.get(*p).is_some_and(|d| *d < depth)).map_or(0, |p| p + 1);
    let from = if starts(&here) && here == block { here } else { (block..here).rev().find(starts).unwrap_or(block) };
    let ends = |position: &usize| starts(position) || depths.get(*position).is_some_and(|d| *d < depth);
    let to = ((here + usize::from(!closing))..tokens.len()).find(ends);
    let range = tokens.get(from)?.0.start..to.and_then(|t| tokens.get(t)).map_or(text.len(), |t| t.0.start);
    (!range.is_empty() && from < tokens.len()).then_some(range)
}

/// Reports a statement that was not finished, where the first word of the next one was taken for its end.
pub(super) fn unfinished(tokens: &[Token<'_>], at: usize, text: &str, effort: &mut usize) -> Option<(Range<usize>, Diagnostic)> {
    let taken = token_at(tokens, at).checked_sub(1)?;
    let before = taken.checked_sub(1)?;
    let (last, next) = (tokens.get(before)?.0.clone(), tokens.get(taken)?.0.clone());
    let first_on_line = text.get(last.end..next.start)?.contains('\n');
    if !first_on_line || !begins(tokens, taken, keyword(tokens)) {
        return None;
    }
    *effort = effort.checked_sub(text.len())?;
    // If everything up to here is complete, the word rightly begins a statement.
    let closed = format!("{}{}", text.get(..next.start)?, "}".repeat(*depths(tokens).get(taken)?));
    if TurfParser::parse(Rule::item, &closed).is_ok() {
        return None;
    }
    let (word, statement) = (text.get(last.clone())?, text.get(next)?);
    let finding = syntax(format!("something is missing after `{word}`"))
        .help(format!("The next statement, `{statement}`, begins before this one is complete."));
    Some((last, finding))
}
