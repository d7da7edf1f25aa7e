//! The compiled book: what a decision needs, worked out once.
//!
//! Comes from a [`Rulebook`] and the reference data; goes to `decide`. Holds the order in which rules are considered,
//! the look-ups of matching, and the digest of everything it was made from. The [`index`] is made from it when many records are to be decided.

pub mod index;
mod remembered;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::{Calendar, CalendarId, FieldId, FieldPath, Pick, RecordId, ReferenceData, RuleId, Rulebook, TeamId, TerritoryId, Value};

/// Holds a book ready to decide with. Cheap to share; never changes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rules.
    pub book: Arc<Rulebook>,
    /// The reference data.
    pub data: Arc<ReferenceData>,
    /// Rules by record in the order they are considered: priority, then name.
    pub rule_order: BTreeMap<RecordId, Vec<RuleId>>,
    /// Children of each territory, in name order.
    pub children: Vec<Vec<TerritoryId>>,
    /// Territories without a parent that are not rows of a table: where placing begins.
    pub written_roots: Vec<TerritoryId>,
    /// Children of each territory that are not rows of a table, in name order; rows are looked up, never walked.
    pub written_children: Vec<Vec<TerritoryId>>,
    /// Keys of referenced records by record type, field and [`match_key`] of the value, for `match`; keys are sorted.
    pub match_index: HashMap<(RecordId, FieldId, Arc<str>), Vec<Arc<str>>>,
    /// The values that `previous rep by` and `seen before by` ask for, by record: what an assignment must remember.
    pub remembered: BTreeMap<RecordId, Vec<FieldPath>>,
    /// Calendars by name.
    pub calendars: BTreeMap<Arc<str>, CalendarId>,
    /// The teams that give work in turn, and so keep turns.
    pub turning: BTreeSet<TeamId>,
    /// SHA-256 over the sources and the reference data, in hexadecimal; empty until [`Plan::with_digest`].
    pub digest: Arc<str>,
}

impl Plan {
    /// Compiles a book.
    #[must_use]
    pub fn new(book: Arc<Rulebook>, data: Arc<ReferenceData>) -> Self {
        let is_written = |t: &TerritoryId| book.territories.get(t.index()).is_some_and(|t| t.row.is_none());
        let territories = || (0..book.territories.len()).map(TerritoryId::from_index);
        let mut children = vec![Vec::new(); book.territories.len()];
        for (child, territory) in territories().zip(&book.territories) {
            if let Some(siblings) = territory.parent.and_then(|p| children.get_mut(p.index())) {
                siblings.push(child);
            }
        }
        let written_children = children.iter().map(|all| all.iter().copied().filter(is_written).collect()).collect();
        let written_roots = territories().zip(&book.territories).filter(|(_, t)| t.parent.is_none() && t.row.is_none()).map(|(id, _)| id);
        Self {
            rule_order: rule_order(&book),
            written_roots: written_roots.collect(),
            written_children,
            children,
            match_index: match_index(&book, &data),
            remembered: remembered::remembered(&book),
            calendars: book.calendars.iter().enumerate().map(|(i, c)| (c.name.text.clone(), CalendarId::from_index(i))).collect(),
            turning: book
                .teams
                .iter()
                .enumerate()
                .filter(|(_, t)| t.pick.iter().any(|p| matches!(p, Pick::InTurn(_))))
                .map(|(i, _)| TeamId::from_index(i))
                .collect(),
            digest: "".into(),
            book,
            data,
        }
    }

    /// Returns the plan with the digest of the sources it was made from.
    #[must_use]
    pub fn with_digest(self, digest: impl Into<Arc<str>>) -> Self {
        Self { digest: digest.into(), ..self }
    }

    /// Returns the plan with other reference data, in which nothing is looked up by `match`: for single examples.
    #[must_use]
    pub fn with_data(&self, data: Arc<ReferenceData>) -> Self {
        Self {
            data,
            match_index: HashMap::new(),
            book: self.book.clone(),
            rule_order: self.rule_order.clone(),
            children: self.children.clone(),
            written_roots: self.written_roots.clone(),
            written_children: self.written_children.clone(),
            remembered: self.remembered.clone(),
            calendars: self.calendars.clone(),
            turning: self.turning.clone(),
            digest: self.digest.clone(),
        }
    }

    /// Finds a calendar by name.
    #[must_use]
    pub fn calendar(&self, name: &str) -> Option<(CalendarId, &Calendar)> {
        let id = *self.calendars.get(name)?;
        Some((id, self.book.calendars.get(id.index())?))
    }
}

/// Returns the text under which `match` looks a value up: small letters without blanks, so that fields with and without
/// `any case` and postal codes meet; equality is tested afterwards. Unlisted values and sets match nothing.
#[must_use]
pub fn match_key(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => {
            Some(text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>().into())
        }
        Value::Number(number) => Some(number.normalize().to_string().into()),
        Value::Date(day) => Some(day.to_string().into()),
        Value::Time(at) => Some(at.to_string().into()),
        Value::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.into()),
        Value::Unlisted(_) | Value::Set { .. } => None,
    }
}

fn rule_order(book: &Rulebook) -> BTreeMap<RecordId, Vec<RuleId>> {
    let mut order: BTreeMap<RecordId, Vec<RuleId>> = BTreeMap::new();
    for (position, rule) in book.rules.iter().enumerate() {
        order.entry(rule.record).or_default().push(RuleId::from_index(position));
    }
    for rules in order.values_mut() {
        rules.sort_by_key(|id| book.rules.get(id.index()).map(|r| (r.priority.rank, r.name.text.clone())));
    }
    order
}

fn match_index(book: &Rulebook, data: &ReferenceData) -> HashMap<(RecordId, FieldId, Arc<str>), Vec<Arc<str>>> {
    let fields: BTreeSet<(RecordId, FieldId)> =
        book.matches.values().flat_map(|m| m.lines.iter().flat_map(|l| l.pairs.iter().map(|(_, right)| (m.to, *right)))).collect();
    let mut index: HashMap<_, Vec<Arc<str>>> = HashMap::new();
    for (record, field) in fields {
        for candidate in data.all(record) {
            if let Some(key) = candidate.value(field).and_then(match_key) {
                index.entry((record, field, key)).or_default().push(candidate.key.clone());
            }
        }
    }
    index
}
