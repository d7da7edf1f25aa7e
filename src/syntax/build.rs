//! Small pieces of the tree: names, literals, paths, lengths; shared by the builders of conditions and items.

use std::sync::Arc;

use pest::iterators::Pair;

use super::Rule;
use super::tree::{Dates, Length, Literal, LiteralKind, Path, Unit};
use crate::text::{FileId, Name, Span};

/// Knows where in the file the item being built begins.
pub(super) struct Build {
    pub(super) file: FileId,
    pub(super) base: usize,
}

pub(super) type Piece<'i> = Pair<'i, Rule>;

impl Build {
    /// Returns the place of a pair in the file, without the white space after it.
    pub(super) fn span(&self, pair: &Piece<'_>) -> Span {
        Span::new(self.file, self.base + pair.as_span().start(), self.base + end(pair))
    }

    /// Builds a name; quotes and escapes are taken off.
    pub(super) fn name(&self, pair: &Piece<'_>) -> Name {
        let inner = pair.clone().into_inner().next().unwrap_or_else(|| pair.clone());
        let text = if inner.as_rule() == Rule::quoted { unquote(inner.as_str()) } else { inner.as_str().into() };
        Name { text, span: self.span(&inner) }
    }

    /// Builds the first name among the parts of a pair.
    pub(super) fn first_name(&self, pair: &Piece<'_>) -> Option<Name> {
        children(pair).find(|p| matches!(p.as_rule(), Rule::name | Rule::quoted | Rule::word)).map(|p| self.name(&p))
    }

    /// Builds all names among the parts of a pair.
    pub(super) fn names(&self, pair: &Piece<'_>) -> Vec<Name> {
        children(pair).filter(|p| p.as_rule() == Rule::name).map(|p| self.name(&p)).collect()
    }

    /// Builds a literal from a pair that is one or holds one.
    pub(super) fn literal(&self, pair: &Piece<'_>) -> Literal {
        let inner =
            if pair.as_rule() == Rule::literal { pair.clone().into_inner().next().unwrap_or_else(|| pair.clone()) } else { pair.clone() };
        let (kind, raw) = match inner.as_rule() {
            Rule::quoted => (LiteralKind::Quoted, unquote(inner.as_str())),
            Rule::number => (LiteralKind::Number, inner.as_str().into()),
            Rule::date => (LiteralKind::Date, inner.as_str().into()),
            Rule::time => (LiteralKind::Time, inner.as_str().into()),
            _ => (LiteralKind::Word, inner.as_str().into()),
        };
        Literal { raw, kind, span: self.span(&inner) }
    }

    /// Builds all literals among the parts of a pair.
    pub(super) fn literals(&self, pair: &Piece<'_>) -> Vec<Literal> {
        children(pair).filter(|p| p.as_rule() == Rule::literal).map(|p| self.literal(&p)).collect()
    }

    /// Builds a path from its parts.
    pub(super) fn path(&self, pair: &Piece<'_>) -> Path {
        let parts = children(pair).filter(|p| p.as_rule() == Rule::part).map(|p| self.name(&p)).collect();
        Path { parts, span: self.span(pair) }
    }

    /// Builds the first path among the parts of a pair.
    pub(super) fn first_path(&self, pair: &Piece<'_>) -> Option<Path> {
        children(pair).find(|p| matches!(p.as_rule(), Rule::path | Rule::dotted)).map(|p| self.path(&p))
    }

    /// Builds a length of time.
    pub(super) fn length(&self, pair: &Piece<'_>) -> Option<Length> {
        let amount = self.literal(&child(pair, Rule::number)?);
        let unit = match child(pair, Rule::unit)?.as_str().trim_end_matches('s') {
            "minute" => Unit::Minutes,
            "hour" => Unit::Hours,
            "day" => Unit::Days,
            "week" => Unit::Weeks,
            _ => Unit::Months,
        };
        Some(Length { amount, unit, span: self.span(pair) })
    }

    /// Builds the first length among the parts of a pair.
    pub(super) fn first_length(&self, pair: &Piece<'_>) -> Option<Length> {
        self.length(&child(pair, Rule::length)?)
    }

    /// Builds `from ... through`.
    pub(super) fn dates(&self, pair: &Piece<'_>) -> Dates {
        let from = child(pair, Rule::literal).map(|p| self.literal(&p));
        let through = child(pair, Rule::through).and_then(|t| child(&t, Rule::literal)).map(|p| self.literal(&p));
        Dates { from, through, span: self.span(pair) }
    }
}

/// Yields the parts of a pair.
pub(super) fn children<'i>(pair: &Piece<'i>) -> impl Iterator<Item = Piece<'i>> + use<'i> {
    pair.clone().into_inner()
}

/// Returns the first part made by a rule.
pub(super) fn child<'i>(pair: &Piece<'i>, rule: Rule) -> Option<Piece<'i>> {
    children(pair).find(|p| p.as_rule() == rule)
}

/// Returns whether a part made by the rule is there.
pub(super) fn has(pair: &Piece<'_>, rule: Rule) -> bool {
    child(pair, rule).is_some()
}

/// Takes the quotes off and resolves escapes: a backslash stands for the character after it.
pub(super) fn unquote(written: &str) -> Arc<str> {
    let inside = written.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(written);
    if !inside.contains('\\') {
        return inside.into();
    }
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    text.into()
}

/// Returns where the last token of a pair ends.
///
/// A rule that ends in something optional takes the white space and comments before it along; spans should not.
fn end(pair: &Piece<'_>) -> usize {
    let mut last = pair.clone();
    loop {
        let end = last.as_span().end();
        match last.into_inner().next_back() {
            Some(inner) => last = inner,
            None => return end,
        }
    }
}
