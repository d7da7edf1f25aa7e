//! The oracle: a slow, obvious second reading of what a book means, written apart from the engine.
//!
//! It keeps a list of everything that was ever assigned and counts by walking all of it; working time is counted
//! minute by minute. Nothing here is shared with the engine but the model of the rules.

mod asked;
mod credit;
mod evaluate;
mod placing;
mod targets;
mod teams;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use evaluate::{Context, answer, find};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use num_rational::BigRational;
use rust_decimal::Decimal;
use turf::model::{Answer, Condition, Record, TerritoryId, Value};
use turf::plan::Plan;
use values::same;

/// One assignment that was made.
#[derive(Clone, Debug)]
pub struct Event {
    pub rep: Arc<str>,
    pub team: Option<Arc<str>>,
    pub record: Record,
    pub placed: Option<TerritoryId>,
    pub at: Timestamp,
    /// How many events there were before the decision it belongs to: all that its conditions may look at.
    pub seen: usize,
    /// Whether it gave somebody work; overlays only take a turn.
    pub work: bool,
}

/// What the oracle says of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub matched: Option<Arc<str>>,
    pub territories: Vec<TerritoryId>,
    pub rule: Option<String>,
    pub assignee: Option<String>,
    pub added: Vec<(String, Option<String>)>,
    /// By ledger: taker and exact percentage.
    pub totals: Vec<(String, Vec<(String, BigRational)>)>,
    /// Only for minutes and hours.
    pub due: Option<Timestamp>,
}

/// Decides one record after the other.
pub struct Oracle<'a> {
    plan: &'a Plan,
    events: Vec<Event>,
    /// When the first record was decided.
    began: Option<Timestamp>,
    pointers: BTreeMap<(Arc<str>, Arc<str>), (BigRational, bool)>,
}

/// One decision under way.
#[derive(Clone, Copy)]
struct Case<'c> {
    record: &'c Record,
    at: Timestamp,
    placed: Option<TerritoryId>,
    /// How many events there were before this decision.
    seen: usize,
}

impl<'a> Oracle<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, events: Vec::new(), began: None, pointers: BTreeMap::new() }
    }

    fn ask(&self, condition: &Condition, case: Case<'_>, candidate: Option<&Record>) -> Answer {
        answer(condition, &Context { candidate, ..self.context(case) })
    }

    fn context<'c>(&'c self, case: Case<'c>) -> Context<'c> {
        let events = self.events.get(..case.seen).unwrap();
        Context { plan: self.plan, record: case.record, candidate: None, placed: case.placed, at: case.at, events }
    }

    fn today(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.plan.book.zone.clone()).date()
    }

    fn rep(&self, key: &str) -> Option<&'a Record> {
        self.plan.data.get(self.plan.book.rep?.record, key)
    }

    fn active(&self, key: &str) -> bool {
        let field = self.plan.book.rep.unwrap().active;
        self.rep(key).is_some_and(|r| r.value(field) == Some(&Value::YesNo(true)))
    }

    fn away(&self, key: &str, at: Timestamp) -> bool {
        self.plan.data.absences.get(key).is_some_and(|all| all.iter().any(|a| a.from <= at && at < a.until))
    }

    fn zone_of(&self, key: &str) -> TimeZone {
        self.calendar_of(key).map_or_else(|| self.plan.book.zone.clone(), |c| c.zone.clone())
    }

    fn calendar_of(&self, key: &str) -> Option<&'a turf::model::Calendar> {
        let field = self.plan.book.rep?.calendar?;
        let Some(Value::Text(name)) = self.rep(key)?.value(field) else { return None };
        self.plan.book.calendars.iter().find(|c| c.name.text == *name)
    }

    fn at_work(&self, key: &str, at: Timestamp) -> bool {
        self.calendar_of(key).is_some_and(|c| open_at(c, at))
    }

    pub fn decide(&mut self, mut record: Record, at: Timestamp) -> Verdict {
        self.began.get_or_insert(at);
        let seen = self.events.len();
        let matched = self.matched(&mut record);
        let territories = self.territories(Case { record: &record, at, placed: None, seen });
        let case = Case { record: &record, at, placed: territories.first().copied(), seen };
        let mut verdict = Verdict { matched, territories, rule: None, assignee: None, added: Vec::new(), totals: Vec::new(), due: None };
        let kind = record.kind;
        let mut rules: Vec<_> = self.plan.book.rules.iter().filter(|r| r.record == kind && r.dates.contains(self.today(at))).collect();
        rules.sort_by_key(|r| (r.priority.rank, r.name.text.clone()));
        let mut decided = None;
        for rule in rules {
            if self.ask(&rule.condition, case, None).is_yes()
                && let Some(taker) = self.chain(&rule.route, case, true)
            {
                verdict.rule = Some(rule.name.to_string());
                decided = Some((taker, rule.credit, rule.respond));
                break;
            }
        }
        if decided.is_none()
            && let Some(last) = self.plan.book.otherwise.get(&kind)
        {
            let taker = self.chain(&last.route, case, true).unwrap();
            verdict.rule = Some("otherwise".to_owned());
            decided = Some((taker, last.credit, last.respond));
        }
        // Overlays add people whether or not somebody has the record.
        for overlay in &self.plan.book.overlays {
            if overlay.record == kind && overlay.dates.contains(self.today(at)) && self.ask(&overlay.condition, case, None).is_yes() {
                for add in &overlay.adds {
                    let added = self.chain(&add.targets, case, false);
                    verdict.added.push((add.role.to_string(), added.map(|t| t.0)));
                }
            }
        }
        let Some((taker, credit, respond)) = decided else { return verdict };
        verdict.assignee = Some(taker.0.clone());
        if let Some(credit) = credit {
            verdict.totals = self.credit(&self.plan.book.credits[credit.index()], case, &taker, &verdict.added);
        }
        verdict.due = respond.and_then(|r| self.due(r, at, &taker.0));
        verdict
    }

    fn matched(&self, record: &mut Record) -> Option<Arc<str>> {
        let matching = self.plan.book.matches.get(&record.kind)?;
        if let Some(Value::Reference(given)) = record.value(matching.field) {
            return Some(given.clone());
        }
        for line in &matching.lines {
            let context = Context { plan: self.plan, record, candidate: None, placed: None, at: Timestamp::UNIX_EPOCH, events: &[] };
            let fits = |other: &&Record| {
                line.pairs.iter().all(|(left, right)| {
                    let ty = &self.plan.book.schema.field(matching.to, *right).ty;
                    match (find(left, &context), other.value(*right)) {
                        (Some(a), Some(b)) => same(&a, &left.ty, b, ty),
                        _ => false,
                    }
                })
            };
            let found: Vec<Arc<str>> = self.plan.data.all(matching.to).filter(fits).map(|r| r.key.clone()).collect();
            if let [only] = found.as_slice() {
                record.values[matching.field.index()] = Some(Value::Reference(only.clone()));
                return Some(only.clone());
            }
        }
        None
    }
}

fn open_at(calendar: &turf::model::Calendar, at: Timestamp) -> bool {
    let local = at.to_zoned_datetime(calendar.zone.clone());
    calendar.spans(local.date()).iter().any(|(from, to)| *from <= local.time() && (local.time() < *to || *to == jiff::civil::Time::MAX))
}

/// Reads anything that has a size as a number.
fn size(value: Option<&Value>) -> Option<Decimal> {
    match value? {
        Value::Number(number) => Some(*number),
        Value::Date(date) => Some(Decimal::from(date.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp().as_second())),
        Value::Time(time) => Some(Decimal::from(time.as_second())),
        _ => None,
    }
}

fn rational(value: Decimal) -> BigRational {
    let ten = BigRational::from_integer(10.into());
    (0..value.scale()).fold(BigRational::from_integer(value.mantissa().into()), |n, _| n / &ten)
}
