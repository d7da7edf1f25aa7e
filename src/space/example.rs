//! An area to a concrete record: complete, ordinary where nothing is asked, on the spot where something is.
//!
//! What comes out is cells of text, read into values as any file is, so that one example serves two books with different
//! declarations. Whether it really does what it is to show is for the evaluator to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::age::tick_day;
use super::axis::{Aspect, Axis, AxisId, Class, Kind, fold};
use super::coder::{Coder, TextClasses};
use super::fact::Question;
use super::moments::Moments;
use super::ordinary::{Ordinary, fillers, round_number_in};
use super::wish::Wish;
use super::{Area, ClassSet, Space};
use crate::model::{ConditionKind, Predicate, Record, RecordId, Right, Schema, Type, Value, plain, read_cell, read_elements};

/// Holds an example: a moment and the cells of a record and of those it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The moment.
    pub now: Timestamp,
    /// By path of field names; what is not named is missing.
    pub cells: BTreeMap<Vec<Arc<str>>, Cell>,
}

/// What a field of an example holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A cell as a file has it.
    Text(Arc<str>),
    /// The elements of a set.
    Elements(Vec<Arc<str>>),
    /// The key of a record that is there.
    Found(Arc<str>),
    /// The key of a record that is not there.
    Dangling(Arc<str>),
}

/// How many different examples of one area are worth trying.
pub const VARIANTS: usize = 4;

impl Space {
    /// Makes an example of an area; none when its dates contradict each other or no text of a class was found.
    ///
    /// Variants differ in how fields are filled that the area leaves free.
    #[must_use]
    pub fn example(&self, area: &Area, about: &About<'_>, variant: usize) -> Option<Example> {
        let Moments::Found(now, ticks) = self.moments(area, about.zone) else { return None };
        let mut made = Making { space: self, area, about, variant, cells: BTreeMap::new(), elements: BTreeMap::new() };
        for (path, tick) in ticks {
            let tick = self.whole_time(area, &path, tick, (now, about.zone));
            made.cells.insert(path.clone(), Some(Cell::Text(made.tick_text(&path, tick).into())));
        }
        made.fill()?;
        made.agree();
        let cells = made.cells.into_iter().filter_map(|(path, cell)| Some((path, cell?))).collect();
        Some(Example { now, cells })
    }
}

/// Says what an example is of.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The declared records.
    pub schema: &'a Schema,
    /// The type of the record.
    pub record: RecordId,
    /// The project's time zone.
    pub zone: &'a TimeZone,
    /// What is ordinary.
    pub ordinary: &'a Ordinary,
}

struct Making<'a> {
    space: &'a Space,
    area: &'a Area,
    about: &'a About<'a>,
    variant: usize,
    /// None means missing on purpose.
    cells: BTreeMap<Vec<Arc<str>>, Option<Cell>>,
    elements: BTreeMap<Vec<Arc<str>>, Vec<Arc<str>>>,
}

impl Making<'_> {
    fn allowed(&self, axis: AxisId) -> ClassSet {
        self.area.on(axis).cloned().unwrap_or_else(|| ClassSet::all(self.space.width(axis)))
    }

    fn tick_text(&self, path: &[Arc<str>], tick: i128) -> String {
        match super::field_at(self.about.schema, self.about.record, path) {
            Some((_, Type::Date)) => tick_day(tick).to_string(),
            _ => Timestamp::from_nanosecond(tick).map_or_else(|_| String::new(), |t| t.to_string()),
        }
    }

    fn fill(&mut self) -> Option<()> {
        let ids: Vec<AxisId> = (0..self.space.axes.len()).map(AxisId::from_index).collect();
        for id in &ids {
            let axis = self.space.axis(*id);
            if let Aspect::Element(element) = &axis.key.aspect {
                let yes = axis.position(&Class::Yes).is_some_and(|y| self.area.on(*id).is_some_and(|s| s.contains(y) && s.count() == 1));
                let all = self.elements.entry(axis.key.path.clone()).or_default();
                if yes {
                    all.push(element.clone());
                }
            }
        }
        // References first: what lies behind a missing one need not be filled.
        let mut order: Vec<AxisId> = ids.clone();
        order.sort_by_key(|id| {
            let key = &self.space.axis(*id).key;
            (key.aspect != Aspect::Value(Kind::Reference), key.path.len(), *id)
        });
        for id in order {
            let axis = self.space.axis(id);
            let behind = (1..axis.key.path.len()).any(|n| !matches!(self.cells.get(&axis.key.path[..n]), Some(Some(Cell::Found(_)))));
            if behind || axis.key.path.is_empty() {
                continue;
            }
            match &axis.key.aspect {
                Aspect::Value(kind) => {
                    let cell = self.value(id, axis, *kind)?;
                    if let Some(cell) = cell {
                        self.cells.insert(axis.key.path.clone(), cell);
                    }
                }
                Aspect::Domain => self.domain(id, axis)?,
                Aspect::Today | Aspect::Element(_) | Aspect::Age | Aspect::Fact(_) | Aspect::Territory | Aspect::Derived => {}
            }
        }
        self.complete();
        Some(())
    }

    /// The cell of a field; the outer none means that nothing fits, the middle that it is filled elsewhere.
    #[expect(clippy::option_option, reason = "nothing fits, filled elsewhere and missing on purpose are three things")]
    fn value(&self, id: AxisId, axis: &Axis, kind: Kind) -> Option<Option<Option<Cell>>> {
        let allowed = self.allowed(id);
        let path = &axis.key.path;
        let has = |class: &Class| axis.position(class).is_some_and(|c| allowed.contains(c));
        match kind {
            Kind::Day | Kind::Instant => {
                if self.cells.contains_key(path) {
                    return Some(None);
                }
                let free = self.area.on(id).is_none();
                // A free date is left out; the example is dated by its moment.
                if free || has(&Class::Missing) { Some(Some(None)) } else { None }
            }
            Kind::Set => {
                let wanted = self.elements.get(path).cloned().unwrap_or_default();
                if has(&Class::Present) && (!wanted.is_empty() || !has(&Class::Missing)) {
                    return Some(Some(Some(Cell::Elements(wanted))));
                }
                has(&Class::Missing).then_some(Some(None))
            }
            Kind::Reference => self.reference(axis, &allowed).map(Some),
            Kind::YesNo => {
                let order = if self.variant.is_multiple_of(2) {
                    [("no", Class::No), ("yes", Class::Yes)]
                } else {
                    [("yes", Class::Yes), ("no", Class::No)]
                };
                for (text, class) in order {
                    if has(&class) {
                        return Some(Some(Some(Cell::Text(text.into()))));
                    }
                }
                has(&Class::Missing).then_some(Some(None))
            }
            Kind::Number => self.number(axis, &allowed).map(Some),
            Kind::Text | Kind::AnyCase | Kind::Postal | Kind::Choice | Kind::Calendar => self.text(id, axis, kind, &allowed).map(Some),
        }
    }

    fn common(&self, path: &[Arc<str>]) -> &[Arc<str>] {
        self.about.ordinary.cells.get(path).map_or(&[], Vec::as_slice)
    }

    fn reference(&self, axis: &Axis, allowed: &ClassSet) -> Option<Option<Cell>> {
        let has = |class: &Class| axis.position(class).is_some_and(|c| allowed.contains(c));
        if has(&Class::Missing) {
            return Some(None);
        }
        let to_rep = matches!(axis.ty, Type::Reference(to) if &*self.about.schema.record(to).name == "rep");
        let named = axis.classes.iter().enumerate().filter(|(c, _)| allowed.contains(*c)).find_map(|(_, class)| match class {
            Class::Values(all) => all.first().cloned(),
            _ => None,
        });
        if has(&Class::Present) {
            let unnamed = |key: &&Arc<str>| !axis.classes.iter().any(|c| matches!(c, Class::Values(all) if all.contains(key)));
            let key = if to_rep {
                self.about
                    .ordinary
                    .reps
                    .iter()
                    .filter(unnamed)
                    .nth(self.variant % 2)
                    .or_else(|| self.about.ordinary.reps.iter().find(unnamed))
                    .cloned()
            } else {
                Some(format!("example-{}", axis.key.path.join("-")).into())
            };
            if let Some(key) = key {
                return Some(Some(Cell::Found(key)));
            }
        }
        if let Some(key) = named {
            return Some(Some(Cell::Found(key)));
        }
        has(&Class::Dangling).then(|| Some(Cell::Dangling("not-on-file".into())))
    }

    fn number(&self, axis: &Axis, allowed: &ClassSet) -> Option<Option<Cell>> {
        let coder = Coder::of(axis);
        let inside = |number: Decimal| coder.class_of_number(number).is_some_and(|c| allowed.contains(c));
        let texts = self.common(&axis.key.path).iter().filter(|cell| match read_cell(cell, &axis.ty, self.about.zone) {
            Ok(Some(Value::Number(number))) => inside(number),
            _ => false,
        });
        if let Some(cell) = texts.into_iter().nth(self.variant) {
            return Some(Some(Cell::Text(cell.clone())));
        }
        let as_cell = |number: Decimal| Cell::Text(plain(&Value::Number(number), &axis.ty).into());
        let ordinary = Decimal::ONE_HUNDRED;
        if inside(ordinary) {
            return Some(Some(as_cell(ordinary)));
        }
        let classes = allowed.iter().filter_map(|c| if let Some(Class::Numbers(b)) = axis.classes.get(c) { Some(b) } else { None });
        let best = classes.filter_map(round_number_in).min_by_key(|n| (n.scale(), (*n - ordinary).abs(), *n));
        let missing = axis.position(&Class::Missing).is_some_and(|c| allowed.contains(c));
        // Of what counts something a blank cell is likelier than a fraction.
        match best {
            Some(number) if number.fract().is_zero() || axis.ty != Type::Number || !missing => Some(Some(as_cell(number))),
            _ => missing.then_some(None),
        }
    }

    fn text(&self, id: AxisId, axis: &Axis, kind: Kind, allowed: &ClassSet) -> Option<Option<Cell>> {
        let classes = TextClasses::of(axis);
        let wish = self.space.wish(self.area, id);
        let wanted = wish.as_ref().map(Wish::pieces).unwrap_or_default();
        let fits = |text: &str| {
            let classed = || classes.find(&fold(kind, text)).is_some_and(|c| allowed.contains(c));
            wish.as_ref().map_or_else(classed, |wish| wish.fits(text))
        };
        let common = || self.common(&axis.key.path).iter().filter(|c| fits(c));
        if let Some(cell) = common().nth(self.variant).or_else(|| common().next()) {
            return Some(Some(Cell::Text(cell.clone())));
        }
        let values = allowed.iter().filter_map(|c| if let Some(Class::Values(all)) = axis.classes.get(c) { Some(all) } else { None });
        let named: Vec<Arc<str>> = values.flatten().filter(|v| fits(v)).take(self.variant + 1).cloned().collect();
        let others: Vec<Arc<str>> = allowed
            .iter()
            .filter_map(|c| if let Some(Class::Others(all)) = axis.classes.get(c) { Some(all) } else { None })
            .flatten()
            .take(50)
            .cloned()
            .collect();
        let free = others.iter().flat_map(|beginning| fillers(kind, beginning, &axis.key.path, &wanted)).find(|text| fits(text));
        let free = free.or_else(|| wish.as_ref().and_then(Wish::made));
        let named = named.into_iter().next_back();
        // Of declared values one is ordinary; of free text one that nobody named is.
        let found = if kind == Kind::Choice { named.or_else(|| free.map(Into::into)) } else { free.map(Into::into).or(named) };
        if let Some(text) = found {
            return Some(Some(Cell::Text(text)));
        }
        let has = |class: &Class| axis.position(class).is_some_and(|c| allowed.contains(c));
        if has(&Class::Missing) {
            return Some(None);
        }
        has(&Class::Unlisted).then(|| Some(Cell::Text("something else".into())))
    }

    fn domain(&mut self, id: AxisId, axis: &Axis) -> Option<()> {
        let allowed = self.allowed(id);
        let path = axis.key.path.clone();
        let email = match self.cells.get(&path) {
            Some(None) => return Some(()),
            Some(Some(Cell::Text(text))) => Some(text.clone()),
            _ => None,
        };
        let value = self.space.axes.iter().find(|a| a.key.path == path && matches!(a.key.aspect, Aspect::Value(_)));
        let classes = TextClasses::of(axis);
        let domain_of = |text: &str| text.rsplit_once('@').map(|(_, d)| d.to_lowercase());
        let wish = self.space.wish(self.area, id);
        let searched = |domain: &str| wish.as_ref().is_none_or(|wish| wish.fits(domain));
        let fits = |text: &str| match domain_of(text) {
            Some(domain) => classes.find(&domain).is_some_and(|c| allowed.contains(c)) && searched(&domain),
            None => allowed.contains(0),
        };
        if email.as_ref().is_some_and(|e| fits(e)) {
            return Some(());
        }
        let mut candidates: Vec<String> = Vec::new();
        candidates.extend(wish.iter().flat_map(Wish::domains).map(|domain| format!("alex@{domain}")));
        for class in allowed.iter() {
            match axis.classes.get(class) {
                Some(Class::Values(all)) => candidates.extend(all.iter().take(self.variant + 1).map(|d| format!("alex@{d}"))),
                Some(Class::Others(all)) => {
                    candidates.extend(
                        all.iter()
                            .take(20)
                            .flat_map(|b| fillers(Kind::Text, b, &path, &[]))
                            .map(|d| format!("alex@{}.example", d.replace(' ', "-").to_lowercase())),
                    );
                }
                Some(Class::Missing) => candidates.push("no address".to_owned()),
                _ => {}
            }
        }
        // An ordinary address goes before one without a domain.
        candidates.sort_by_key(|c| !c.contains('@'));
        let kind = value.map_or(Kind::Text, |v| if let Aspect::Value(kind) = v.key.aspect { kind } else { Kind::Text });
        let own = value.map(TextClasses::of);
        let allowed_own =
            value.and_then(|v| self.space.axes.iter().position(|a| a.key == v.key)).map(|i| self.allowed(AxisId::from_index(i)));
        let right = |text: &String| {
            fits(text)
                && own.as_ref().zip(allowed_own.as_ref()).is_none_or(|(o, a)| o.find(&fold(kind, text)).is_some_and(|c| a.contains(c)))
        };
        let found = candidates.into_iter().find(right)?;
        self.cells.insert(path, Some(Cell::Text(found.into())));
        Some(())
    }

    /// Fills the fields of the record itself that nothing asks about, so that the example is complete.
    fn complete(&mut self) {
        let record = self.about.schema.record(self.about.record);
        for (position, field) in record.fields.iter().enumerate() {
            let path = vec![field.name.clone()];
            if self.cells.contains_key(&path) {
                continue;
            }
            let is_key = record.key.index() == position;
            let cell = match (&field.ty, self.common(&path).first()) {
                _ if is_key => Some(Cell::Text("example".into())),
                (Type::Reference(_) | Type::Time | Type::Date | Type::Set { .. } | Type::Calendar, _) => None,
                (_, Some(cell)) => Some(Cell::Text(cell.clone())),
                (Type::OneOf(values), None) => values.first().map(|v| Cell::Text(v.clone())),
                (Type::Text { .. } | Type::Postal, None) => {
                    fillers(Kind::of(&field.ty), "", &path, &[]).into_iter().next().map(|t| Cell::Text(t.into()))
                }
                (Type::Number | Type::Money(_) | Type::Percent, None) => Some(Cell::Text("100".into())),
                (Type::YesNo, None) => Some(Cell::Text("no".into())),
            };
            self.cells.insert(path, cell);
        }
    }

    /// Makes two fields equal where a free question wants them so and both are free to be.
    fn agree(&mut self) {
        for (id, set) in self.area.restricts() {
            let fact = self.space.axis(id);
            let wants = |class: &Class| fact.position(class).is_some_and(|c| set.contains(c) && set.count() == 1);
            let Some(Question::Condition { condition, steps, .. }) = fact.fact.as_ref().map(|f| &f.question) else { continue };
            let ConditionKind::Test(test) = &condition.kind else { continue };
            let Predicate::Is(Right::Field(other)) = &test.predicate else { continue };
            if !(if test.negated { wants(&Class::No) } else { wants(&Class::Yes) }) {
                continue;
            }
            let names = |written: &str| -> Vec<Arc<str>> { steps.iter().cloned().chain(written.split('.').map(Into::into)).collect() };
            let record = &self.about.schema.record(self.about.record).name;
            let strip = |path: Vec<Arc<str>>| if path.first() == Some(record) { path[1..].to_vec() } else { path };
            let (one, two) = (strip(names(&test.subject.written)), strip(names(&other.written)));
            let (from, to) = if self.variant.is_multiple_of(2) { (one, two) } else { (two, one) };
            if let Some(Some(cell)) = self.cells.get(&from).cloned() {
                self.cells.insert(to, Some(cell));
            }
        }
    }
}

impl Example {
    /// Makes the records of an example for a book: the record itself, and those it refers to.
    #[must_use]
    pub fn records(&self, about: &About<'_>) -> (Record, Vec<Record>) {
        let mut others = Vec::new();
        let key =
            self.cells.get(&vec![about.schema.record(about.record).fields[about.schema.record(about.record).key.index()].name.clone()]);
        let key = if let Some(Cell::Text(key)) = key { key.clone() } else { "example".into() };
        let record = self.record(about, about.record, &mut Vec::new(), &key, &mut others);
        (record, others)
    }

    fn record(&self, about: &About<'_>, kind: RecordId, path: &mut Vec<Arc<str>>, key: &Arc<str>, others: &mut Vec<Record>) -> Record {
        let declared = about.schema.record(kind);
        let mut values = Vec::with_capacity(declared.fields.len());
        for (position, field) in declared.fields.iter().enumerate() {
            path.push(field.name.clone());
            let value = match (self.cells.get(&*path), &field.ty) {
                (None, _) if position == declared.key.index() => read_cell(key, &field.ty, about.zone).ok().flatten(),
                (None, _) => None,
                (Some(Cell::Text(text)), ty) => read_cell(text, ty, about.zone).ok().flatten(),
                (Some(Cell::Elements(all)), Type::Set { values, .. }) => Some(read_elements(all.iter().map(|e| &**e), values.as_deref())),
                (Some(Cell::Elements(_)), _) => None,
                (Some(Cell::Found(key)), Type::Reference(to)) => {
                    let is_rep = &*about.schema.record(*to).name == "rep";
                    if !is_rep && path.len() < 8 {
                        let other = self.record(about, *to, path, key, others);
                        others.push(other);
                    }
                    Some(Value::Reference(key.clone()))
                }
                (Some(Cell::Found(key) | Cell::Dangling(key)), _) => Some(Value::Reference(key.clone())),
            };
            values.push(value);
            path.pop();
        }
        Record { kind, key: key.clone(), values, origin: Default::default() }
    }

    /// Lists the same example at other hours, those of its day first and then those of the week from it on.
    pub fn at_other_hours(&self) -> impl Iterator<Item = Self> + '_ {
        // From nine in the morning on.
        let hours = (1..15).chain((-9..0).rev()).chain(15..7 * 24 - 9);
        hours.filter_map(|hours| Some(Self { now: self.now.checked_add(SignedDuration::from_hours(hours)).ok()?, ..self.clone() }))
    }

    /// Names the fields of the record that hold something, in path order.
    #[must_use]
    pub fn paths(&self) -> BTreeSet<String> {
        self.cells.keys().map(|p| p.join(".")).collect()
    }
}
