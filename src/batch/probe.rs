//! Searches in a text of the record itself, which need no value made of the cell.

use memchr::memmem::Finder;
use regex::Regex;

use crate::model::{Attribute, Condition, ConditionKind, FieldPath, Predicate, Right, Root, Type, Value};

/// One search: what a rule leaves open for the most part.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    /// The position of the field.
    pub field: usize,
    negated: bool,
    search: Search,
}

#[derive(Clone, Debug)]
enum Search {
    Begins(Vec<Box<str>>),
    Ends(Vec<Box<str>>),
    Any(Vec<Finder<'static>>),
    All(Vec<Finder<'static>>),
    Matches(Regex),
}

impl Probe {
    /// Makes the searches of all parts of a condition; none when one of them asks for more.
    pub(super) fn of(parts: &[Condition]) -> Option<Box<[Self]>> {
        parts.iter().map(Self::of_one).collect()
    }

    fn of_one(part: &Condition) -> Option<Self> {
        let ConditionKind::Test(test) = &part.kind else { return None };
        let FieldPath { place, attribute: Attribute::Field(field), domain_of: false, ty, .. } = &test.subject else { return None };
        if place.root != Root::Subject || !place.steps.is_empty() || *ty != (Type::Text { any_case: false }) {
            return None;
        }
        let search = match &test.predicate {
            Predicate::StartsWith(all) => Search::Begins(pieces(all)?),
            Predicate::EndsWith(all) => Search::Ends(pieces(all)?),
            Predicate::ContainsText { pieces: own, all: true } => Search::All(finders(own)?),
            Predicate::ContainsText { pieces: own, all: false } => Search::Any(finders(own)?),
            Predicate::Matches(pattern) => Search::Matches(pattern.regex.clone()),
            _ => return None,
        };
        Some(Self { field: field.index(), negated: test.negated, search })
    }

    /// Returns whether a text that is not missing passes.
    pub(super) fn passes(&self, text: &str) -> bool {
        let found = match &self.search {
            Search::Begins(all) => all.iter().any(|piece| text.starts_with(&**piece)),
            Search::Ends(all) => all.iter().any(|piece| text.ends_with(&**piece)),
            Search::Any(all) => all.iter().any(|piece| piece.find(text.as_bytes()).is_some()),
            Search::All(all) => all.iter().all(|piece| piece.find(text.as_bytes()).is_some()),
            Search::Matches(regex) => regex.is_match(text),
        };
        found != self.negated
    }
}

fn pieces(all: &[Right]) -> Option<Vec<Box<str>>> {
    all.iter().map(|right| if let Right::Value(Value::Text(text)) = right { Some((**text).into()) } else { None }).collect()
}

fn finders(all: &[Right]) -> Option<Vec<Finder<'static>>> {
    Some(pieces(all)?.iter().map(|piece| Finder::new(piece.as_bytes()).into_owned()).collect())
}
