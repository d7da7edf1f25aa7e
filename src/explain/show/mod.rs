//! One territory, segment, class, rule or team as it really is: with what it inherits and what its names stand for.
//!
//! Comes from a plan, its sources and a moment; goes out as a [`Shown`], a plain value: `text` writes it for a person,
//! serde as JSON. No record is decided here; only a team looks at the roster.

mod page;
mod segments;
mod shown;
mod team;
mod territory;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Condition, RecordId, Rulebook, words};
use crate::plan::Plan;
use crate::text::{Sources, Span, wording};

pub use page::shown_text;
pub use shown::*;

/// Holds what is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The rule files, for places.
    pub sources: &'p Sources,
    /// The only record to show conditions for; all that fit without one.
    pub record: Option<RecordId>,
    /// The moment for which the roster is looked at.
    pub now: Timestamp,
}

/// Says that the book has nothing of that kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotThere {
    /// Names of that kind that are near.
    pub near: Vec<String>,
    /// Other kinds of thing that have the name.
    pub instead: Vec<ShownKind>,
    /// All names of that kind, in order.
    pub known: Vec<String>,
}

/// Shows a thing of the book.
///
/// # Errors
/// When the book has nothing of that kind and name.
pub fn show_definition(asking: &Asking<'_>, kind: ShownKind, name: &str) -> Result<Shown, NotThere> {
    let book = &*asking.plan.book;
    let found = names(book, kind).iter().position(|n| *n == name).and_then(|at| asking.shown(kind, at));
    found.ok_or_else(|| NotThere {
        near: wording::nearest(name, names(book, kind)),
        instead: ShownKind::ALL.into_iter().filter(|k| *k != kind && names(book, *k).contains(&name)).collect(),
        known: names(book, kind).into_iter().map(str::to_owned).collect(),
    })
}

/// The names of a kind, by position.
fn names(book: &Rulebook, kind: ShownKind) -> Vec<&str> {
    match kind {
        ShownKind::Territory => book.territories.iter().map(|t| t.name.as_str()).collect(),
        ShownKind::Segment => book.segments.iter().map(|s| s.name.as_str()).collect(),
        ShownKind::Class => book.classes.iter().map(|c| c.name.as_str()).collect(),
        ShownKind::Rule => book.rules.iter().map(|r| r.name.as_str()).collect(),
        ShownKind::Team => book.teams.iter().map(|t| t.name.as_str()).collect(),
    }
}

impl<'p> Asking<'p> {
    fn book(&self) -> &'p Rulebook {
        &self.plan.book
    }

    fn place(&self, span: Span) -> String {
        self.sources.place(span)
    }

    fn shown(&self, kind: ShownKind, at: usize) -> Option<Shown> {
        let book = self.book();
        let (name, because, (what, segments)) = match kind {
            ShownKind::Territory => {
                let territory = book.territories.get(at)?;
                (&territory.name, &territory.because, territory::territory(self, at))
            }
            ShownKind::Segment => {
                let segment = book.segments.get(at)?;
                let what = Details::Segment(SegmentShown { conditions: self.conditions(&segment.conditions) });
                (&segment.name, &segment.because, (what, segments::used(self, self.wanted(&segment.conditions))))
            }
            ShownKind::Class => (&book.classes.get(at)?.name, &None, self.class(at)?),
            ShownKind::Rule => {
                let rule = book.rules.get(at)?;
                (&rule.name, &rule.because, self.rule(at)?)
            }
            ShownKind::Team => {
                let team = book.teams.get(at)?;
                let conditions = team.members.iter().flat_map(|m| self.wanted(&m.conditions));
                (&team.name, &team.because, (team::team(self, team), segments::used(self, conditions)))
            }
        };
        Some(Shown {
            format: SHOWN_FORMAT,
            kind,
            name: name.to_string(),
            place: self.place(name.span),
            because: because.as_ref().map(ToString::to_string),
            what,
            segments,
        })
    }

    fn class(&self, at: usize) -> Option<(Details, Vec<SegmentUsed>)> {
        let book = self.book();
        let class = book.classes.get(at)?;
        let lines = class.lines.iter().map(|line| ClassLineShown {
            value: line.value.to_string(),
            condition: line.when.as_ref().map(|c| words::condition(book, c)),
            dates: words::dates(&line.dates),
            place: self.place(line.span),
        });
        let what = ClassShown { record: book.schema.record(class.record).name.to_string(), lines: lines.collect() };
        Some((Details::Class(what), segments::used(self, class.lines.iter().filter_map(|l| l.when.as_ref()))))
    }

    fn rule(&self, at: usize) -> Option<(Details, Vec<SegmentUsed>)> {
        let book = self.book();
        let rule = book.rules.get(at)?;
        let credit = rule.credit.and_then(|c| book.credits.get(c.index())).map(|credit| CreditShown {
            name: credit.name.to_string(),
            place: self.place(credit.name.span),
            ledgers: credit.ledgers.iter().map(|l| words::ledger(book, l)).collect(),
        });
        let what = RuleShown {
            record: book.schema.record(rule.record).name.to_string(),
            condition: words::condition(book, &rule.condition),
            dates: words::dates(&rule.dates),
            priority: rule.priority.name.to_string(),
            targets: rule.route.iter().map(|t| words::target(book, t)).collect(),
            credit,
            respond: rule.respond.map(words::period),
        };
        let wishes = rule.route.iter().filter_map(|t| t.condition.as_ref());
        let segments = segments::used(self, std::iter::once(&rule.condition).chain(wishes));
        Some((Details::Rule(what), segments))
    }

    /// The conditions to show: for the record asked about, or for all.
    fn wanted<'c>(&self, conditions: &'c BTreeMap<RecordId, Condition>) -> impl Iterator<Item = &'c Condition> + use<'c> {
        let record = self.record;
        conditions.iter().filter(move |(r, _)| record.is_none_or(|only| only == **r)).map(|(_, c)| c)
    }

    /// Writes conditions, records of equal text together.
    fn conditions(&self, conditions: &BTreeMap<RecordId, Condition>) -> Vec<ConditionShown> {
        let book = self.book();
        let mut shown: Vec<ConditionShown> = Vec::new();
        for (record, condition) in conditions.iter().filter(|(r, _)| self.record.is_none_or(|only| only == **r)) {
            let text = words::condition(book, condition);
            let record = book.schema.record(*record).name.to_string();
            match shown.iter_mut().find(|s| s.text == text) {
                Some(same) => same.records.push(record),
                None => shown.push(ConditionShown { records: vec![record], text }),
            }
        }
        shown
    }
}
