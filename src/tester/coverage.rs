//! What tests reach of a book: rules that decide, overlays that add, conditions seen yes and no, boundaries seen from all
//! sides.
//!
//! Every condition of a rule, overlay or territory is asked of every record that is decided, and so are the segments and
//! classes it leads to, whoever comes first in the end. Conditions about members of teams are not counted.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::decide::{Context, Decider, Decision, Edge, answer, calendar, edge, find, reach};
use crate::model::{
    Answer, Attribute, ClassId, Condition, ConditionKind, Moment, Predicate, RecordId, Right, SegmentId, Test, Value, show,
};
use crate::plan::Plan;
use crate::state::State;
use crate::text::{Sources, Span};

/// A rule or overlay, and how often it decided or added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// `rule` or `overlay`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// How often.
    pub times: u64,
}

/// One test of a value, or a name, inside a condition, and what came of asking it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What it stands in: `rule health`.
    pub of: String,
    /// In the words of the book.
    pub text: String,
    /// How often it was yes.
    pub yes: u64,
    /// How often it was no.
    pub no: u64,
    /// How often it could not be told.
    pub cannot_tell: u64,
    /// The values at which its answer turns.
    pub boundaries: Vec<Boundary>,
}

/// A value at which an answer turns, and from which sides it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundary {
    /// The value in words.
    pub text: String,
    /// Values below, at and above it.
    pub seen: [u64; 3],
}

/// The words for the sides of a boundary.
pub const SIDES: [&str; 3] = ["below", "at", "above"];

/// Something no test has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// The rule or overlay at a position was never reached.
    Reach(usize),
    /// The condition there was never yes, or never no.
    Answer(Span, bool),
    /// The boundary of a condition was never seen from a side.
    Side(Span, usize, usize),
}

/// Holds what was reached so far.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Rules and overlays, in the order of the book.
    pub reached: Vec<Reached>,
    /// Conditions by place.
    pub asked: BTreeMap<Span, Asked>,
}

impl Coverage {
    /// Finds what there is to reach in a book; nothing is reached yet.
    #[must_use]
    pub fn new(plan: &Plan, sources: &Sources) -> Self {
        let book = &plan.book;
        let mut coverage = Self { reached: Vec::new(), asked: BTreeMap::new() };
        let rules = book.rules.iter().map(|r| ("rule", &r.name));
        let overlays = book.overlays.iter().map(|o| ("overlay", &o.name));
        coverage.reached =
            rules.chain(overlays).map(|(kind, name)| Reached { kind, name: name.to_string(), span: name.span, times: 0 }).collect();
        let mut walk = |of: String, condition: &Condition| coverage.declare(plan, sources, &of, condition);
        book.rules.iter().for_each(|r| walk(format!("rule {}", r.name), &r.condition));
        book.overlays.iter().for_each(|o| walk(format!("overlay {}", o.name), &o.condition));
        for territory in book.territories.iter().filter(|t| t.row.is_none()) {
            territory.conditions.values().for_each(|c| walk(format!("territory {}", territory.name), c));
        }
        for segment in &book.segments {
            segment.conditions.values().for_each(|c| walk(format!("segment {}", segment.name), c));
        }
        for class in &book.classes {
            class.lines.iter().filter_map(|l| l.when.as_ref()).for_each(|c| walk(format!("class {}", class.name), c));
        }
        coverage
    }

    fn declare(&mut self, plan: &Plan, sources: &Sources, of: &str, condition: &Condition) {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().for_each(|p| self.declare(plan, sources, of, p)),
            ConditionKind::Not(part) => self.declare(plan, sources, of, part),
            kind => {
                let words = |span| sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
                let boundaries =
                    if let ConditionKind::Test(test) = kind { boundaries(plan, test, &words(test.predicate_span)) } else { Vec::new() };
                let boundaries = boundaries.into_iter().map(|text| Boundary { text, seen: [0; 3] }).collect();
                let asked = Asked { of: of.to_owned(), text: words(condition.span), boundaries, ..Asked::default() };
                self.asked.entry(condition.span).or_insert(asked);
            }
        }
    }

    /// Takes in one decision.
    pub fn observe(&mut self, plan: &Plan, decision: &Decision, before: &State) {
        let rules = plan.book.rules.len();
        let decided = if let Some(Decider::Rule(id)) = decision.outcome.by { Some(id.index()) } else { None };
        let added = decision.added.iter().filter(|a| a.assignee.is_some()).map(|a| rules + a.overlay.index());
        for at in decided.into_iter().chain(added) {
            if let Some(reached) = self.reached.get_mut(at) {
                reached.times += 1;
            }
        }
        let context = Context::new(plan, &decision.record, before, decision.at).placed_in(decision.placement.territory());
        let kind = decision.record.kind;
        let mut asking = Asking { coverage: self, seen: BTreeSet::new() };
        plan.book.rules.iter().filter(|r| r.record == kind).for_each(|r| asking.ask(&r.condition, &context));
        plan.book.overlays.iter().filter(|o| o.record == kind).for_each(|o| asking.ask(&o.condition, &context));
        let territories = plan.book.territories.iter().filter(|t| t.row.is_none());
        territories.filter_map(|t| t.conditions.get(&kind)).for_each(|c| asking.ask(c, &context));
        // Classes that only teams look at are asked of the record too.
        for (at, class) in plan.book.classes.iter().enumerate().filter(|(_, c)| c.record == kind) {
            if asking.seen.insert((Definition::Class(ClassId::from_index(at)), kind, decision.record.key.clone())) {
                class.lines.iter().filter_map(|l| l.when.as_ref()).for_each(|c| asking.ask(c, &context));
            }
        }
    }

    /// Returns how much was reached, and how much there is.
    #[must_use]
    pub fn counted(&self) -> (u64, u64) {
        let one = |yes: bool| (u64::from(yes), 1);
        let reached = self.reached.iter().map(|r| one(r.times > 0));
        let asked = self.asked.values().flat_map(|a| {
            let sides = a.boundaries.iter().flat_map(|b| b.seen).map(|times| one(times > 0));
            [one(a.yes > 0), one(a.no > 0)].into_iter().chain(sides)
        });
        reached.chain(asked).fold((0, 0), |(a, b), (x, y)| (a + x, b + y))
    }

    /// Returns the share reached in percent, rounded down to one decimal so that 100 means everything.
    #[must_use]
    pub fn percent(&self) -> Decimal {
        let (reached, all) = self.counted();
        let thousandths = reached.saturating_mul(1000).checked_div(all).unwrap_or(1000);
        Decimal::new(i64::try_from(thousandths).unwrap_or(0), 1)
    }

    /// Returns whether nothing has shown something yet.
    #[must_use]
    pub fn lacks(&self, gap: Gap) -> bool {
        let times = match gap {
            Gap::Reach(at) => self.reached.get(at).map(|r| r.times),
            Gap::Answer(span, yes) => self.asked.get(&span).map(|a| if yes { a.yes } else { a.no }),
            Gap::Side(span, boundary, side) => {
                self.asked.get(&span).and_then(|a| a.boundaries.get(boundary)).and_then(|b| b.seen.get(side)).copied()
            }
        };
        times == Some(0)
    }

    /// Returns everything no test has shown, in the order of the book.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self.reached.iter().enumerate().filter(|(_, r)| r.times == 0).map(|(at, _)| Gap::Reach(at)).collect();
        for (span, asked) in &self.asked {
            gaps.extend((asked.yes == 0).then_some(Gap::Answer(*span, true)));
            gaps.extend((asked.no == 0).then_some(Gap::Answer(*span, false)));
            for (at, boundary) in asked.boundaries.iter().enumerate() {
                gaps.extend(boundary.seen.iter().enumerate().filter(|(_, n)| **n == 0).map(|(side, _)| Gap::Side(*span, at, side)));
            }
        }
        gaps
    }
}

/// Asks conditions of one record.
struct Asking<'c> {
    coverage: &'c mut Coverage,
    /// Definitions asked already, each of one record.
    seen: BTreeSet<(Definition, RecordId, std::sync::Arc<str>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Definition {
    Segment(SegmentId),
    Class(ClassId),
}

impl Asking<'_> {
    /// Depth is bounded by the brackets of the rule files, and by the context for definitions that lead into each other.
    fn ask(&mut self, condition: &Condition, context: &Context<'_>) {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => return parts.iter().for_each(|p| self.ask(p, context)),
            ConditionKind::Not(part) => return self.ask(part, context),
            _ => {}
        }
        if let Some(asked) = self.coverage.asked.get_mut(&condition.span) {
            match answer(condition, context) {
                Answer::Yes => asked.yes += 1,
                Answer::No => asked.no += 1,
                Answer::CannotTell => asked.cannot_tell += 1,
            }
            if let ConditionKind::Test(test) = &condition.kind {
                for (boundary, side) in asked.boundaries.iter_mut().zip(sides(test, context)) {
                    if let Some(times) = side.and_then(|side| boundary.seen.get_mut(side)) {
                        *times += 1;
                    }
                }
            }
        }
        let (at, definition) = match &condition.kind {
            ConditionKind::Segment { segment, at } => (at, Definition::Segment(*segment)),
            ConditionKind::Test(test) => match test.subject.attribute {
                Attribute::Class(class) => (&test.subject.place, Definition::Class(class)),
                Attribute::Field(_) => return,
            },
            _ => return,
        };
        let Ok(record) = reach(at, context) else { return };
        if !self.seen.insert((definition, record.kind, record.key.clone())) {
            return;
        }
        let Some(about) = context.about(record) else { return };
        let book = &context.plan.book;
        match definition {
            Definition::Segment(id) => {
                let condition = book.segments.get(id.index()).and_then(|s| s.conditions.get(&record.kind));
                condition.into_iter().for_each(|c| self.ask(c, &about));
            }
            Definition::Class(id) => {
                let lines = book.classes.get(id.index()).into_iter().flat_map(|c| &c.lines);
                lines.filter_map(|l| l.when.as_ref()).for_each(|c| self.ask(c, &about));
            }
        }
    }
}

/// Returns the values at which the answer of a test turns, in words.
fn boundaries(plan: &Plan, test: &Test, words: &str) -> Vec<String> {
    let shown = |value: &Value| show(value, &test.subject.ty, &plan.book.zone);
    let rest = || vec![words.split_once(' ').map_or(words, |(_, rest)| rest).to_owned()];
    match &test.predicate {
        Predicate::Compare(_, Right::Value(value)) => vec![shown(value)],
        Predicate::Between(low, high) => vec![shown(low), shown(high)],
        Predicate::Before(moment) | Predicate::After(moment) if !matches!(moment, Moment::Field(_) | Moment::Now) => rest(),
        Predicate::WithinLast(period) => vec![format!("{} ago", crate::model::period_in_words(*period))],
        Predicate::WithinNext(period) => vec![format!("{} from now", crate::model::period_in_words(*period))],
        _ => Vec::new(),
    }
}

/// Returns on which side of each boundary the value of a record lies: 0 below, 1 at, 2 above.
fn sides(test: &Test, context: &Context<'_>) -> Vec<Option<usize>> {
    let found = find(&test.subject, context);
    let Some(value) = found.value() else { return Vec::new() };
    let fixed = |bound: &Value| compared(value, bound, context);
    let at = |moment: &Moment| by_time(value, edge(moment, &test.subject.ty, context).ok()?, context);
    let all = match &test.predicate {
        Predicate::Compare(_, Right::Value(bound)) => vec![fixed(bound)],
        Predicate::Between(low, high) => vec![fixed(low), fixed(high)],
        Predicate::Before(moment) | Predicate::After(moment) => vec![at(moment)],
        Predicate::WithinLast(period) => vec![at(&Moment::Ago(*period))],
        Predicate::WithinNext(period) => vec![at(&Moment::FromNow(*period))],
        _ => Vec::new(),
    };
    all.into_iter()
        .map(|order| {
            order.map(|o| match o {
                Ordering::Less => 0,
                Ordering::Equal => 1,
                Ordering::Greater => 2,
            })
        })
        .collect()
}

fn compared(value: &Value, bound: &Value, context: &Context<'_>) -> Option<Ordering> {
    match (value, bound) {
        (Value::Number(value), Value::Number(bound)) => Some(value.cmp(bound)),
        (_, Value::Date(day)) => by_time(value, Edge::Day(*day), context),
        (_, Value::Time(at)) => by_time(value, Edge::Instant(*at), context),
        _ => None,
    }
}

/// Compares by instants where both are, else by days in the project's zone.
fn by_time(value: &Value, bound: Edge, context: &Context<'_>) -> Option<Ordering> {
    let day = |at| calendar::day_in(&context.plan.book.zone, at);
    match (value, bound) {
        (Value::Date(value), Edge::Day(bound)) => Some(value.cmp(&bound)),
        (Value::Date(value), Edge::Instant(bound)) => Some(value.cmp(&day(bound))),
        (Value::Time(value), Edge::Day(bound)) => Some(day(*value).cmp(&bound)),
        (Value::Time(value), Edge::Instant(bound)) => Some(value.cmp(&bound)),
        _ => None,
    }
}
