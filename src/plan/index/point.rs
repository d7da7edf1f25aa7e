//! Records to points: the class of a record on every axis that some item asks about.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use jiff::civil::Date;

use crate::model::{
    Attribute, Condition, ConditionKind, FieldId, FieldPath, Place, Record, RecordId, ReferenceData, Root, Schema, TerritoryId, Type, Value,
};
use crate::plan::Plan;
use crate::space::{Aspect, Axis, Coder, Plain, Space, day_tick};
use crate::text::{FileId, Span};

/// Finds the points of one type of record. A point has the class of each axis of the space, by position; axes that nobody
/// asks about, and what only being asked tells, stay at the first class.
#[derive(Clone, Debug)]
pub struct Points {
    record: RecordId,
    /// How many axes a point has.
    axes: usize,
    /// The ways to the records whose fields are looked at; the first is the record itself.
    holders: Vec<Vec<Step>>,
    fields: Vec<FieldAxis>,
    /// The positions of those of them that are not about elements of sets.
    singles: Vec<usize>,
    /// Those that are, by the field of the set.
    sets: Vec<SetAxes>,
    /// By field of the record itself: the positions of the axes that hang on it.
    by_field: Vec<Vec<usize>>,
    today: Option<(usize, Coder)>,
    territory: Option<(usize, Vec<u32>)>,
    derived: Vec<DerivedAxis>,
    /// Whether a derived field may ask where the record is placed.
    pub derived_by_place: bool,
}

/// A reference field to follow, and the type of record it leads to.
type Step = (FieldId, RecordId);

#[derive(Clone, Debug)]
struct FieldAxis {
    at: usize,
    holder: usize,
    field: FieldId,
    /// What a reference leads to.
    to: Option<RecordId>,
    coder: Coder,
    plain: Option<Plain>,
}

/// The axes about elements of one field.
#[derive(Clone, Debug)]
struct SetAxes {
    holder: usize,
    field: FieldId,
    /// By axis: its position in points, and the class when the element is not there.
    without: Vec<(usize, u32)>,
    /// By element: likewise when it is.
    with: HashMap<Arc<str>, (usize, u32), FixedState>,
}

/// An axis of a derived field.
#[derive(Clone, Debug)]
struct DerivedAxis {
    at: usize,
    path: FieldPath,
    coder: Coder,
}

impl Points {
    /// Makes the look-ups of the axes asked about.
    #[must_use]
    pub(super) fn new(plan: &Plan, record: RecordId, space: &Space, asked: &[usize]) -> Self {
        let book = &*plan.book;
        let mut points = Self {
            record,
            axes: space.axes.len(),
            holders: vec![Vec::new()],
            fields: Vec::new(),
            singles: Vec::new(),
            sets: Vec::new(),
            by_field: vec![Vec::new(); book.schema.record(record).fields.len()],
            today: None,
            territory: None,
            derived: Vec::new(),
            derived_by_place: book.segments.iter().any(|s| s.conditions.values().any(asks_place))
                || book.classes.iter().any(|c| c.lines.iter().filter_map(|l| l.when.as_ref()).any(asks_place)),
        };
        for at in asked {
            let Some(axis) = space.axes.get(*at) else { continue };
            let coder = Coder::of(axis);
            match &axis.key.aspect {
                Aspect::Today => points.today = Some((*at, coder)),
                Aspect::Territory => {
                    let class = |name: &str| coder.class_of_text(name).and_then(|c| u32::try_from(c).ok()).unwrap_or(0);
                    points.territory = Some((*at, book.territories.iter().map(|t| class(&t.name.text)).collect()));
                }
                Aspect::Derived => points.derived.extend(derived(plan, record, axis).map(|path| DerivedAxis { at: *at, path, coder })),
                Aspect::Value(_) | Aspect::Domain | Aspect::Element(_) => points.add_field(&book.schema, *at, axis, coder),
                Aspect::Age | Aspect::Fact(_) => {}
            }
        }
        points
    }

    fn add_field(&mut self, schema: &Schema, at: usize, axis: &Axis, coder: Coder) {
        let Some((holder, field, steps)) = follow(schema, self.record, &axis.key.path) else { return };
        let holder_at = self.holders.iter().position(|h| *h == steps).unwrap_or_else(|| {
            self.holders.push(steps);
            self.holders.len() - 1
        });
        let to = if let Type::Reference(to) = schema.field(holder, field).ty { Some(to) } else { None };
        let first = self.holders.get(holder_at).and_then(|steps| steps.first()).map_or(field, |(field, _)| *field);
        if let Some(own) = self.by_field.get_mut(first.index()) {
            own.push(self.fields.len());
        }
        match &coder {
            Coder::Element(element, yes, no) => self.add_element(at, (holder_at, field), element, (*yes, *no)),
            _ => self.singles.push(self.fields.len()),
        }
        let plain = Plain::of(axis, &coder);
        self.fields.push(FieldAxis { at, holder: holder_at, field, to, coder, plain });
    }

    fn add_element(&mut self, at: usize, of: (usize, FieldId), element: &Arc<str>, (yes, no): (Option<usize>, Option<usize>)) {
        let class = |class: Option<usize>| class.and_then(|c| u32::try_from(c).ok()).unwrap_or(0);
        let known = self.sets.iter().position(|s| (s.holder, s.field) == of);
        let known = known.unwrap_or_else(|| {
            self.sets.push(SetAxes { holder: of.0, field: of.1, without: Vec::new(), with: HashMap::default() });
            self.sets.len() - 1
        });
        if let Some(set) = self.sets.get_mut(known) {
            set.without.push((at, class(no)));
            set.with.insert(element.clone(), (at, class(yes)));
        }
    }

    /// Finds the point of a record on a day, but for its derived fields and its territory.
    pub fn find(&self, record: &Record, data: &ReferenceData, today: Date, point: &mut Vec<u32>) {
        point.clear();
        point.resize(self.axes, 0);
        let follow = |steps: &Vec<Step>| {
            steps.iter().try_fold(record, |at, (field, to)| match at.value(*field) {
                Some(Value::Reference(key)) => data.get(*to, key),
                _ => None,
            })
        };
        let holders: smallvec::SmallVec<[Option<&Record>; 4]> = self.holders.iter().map(follow).collect();
        for set in &self.sets {
            let value = holders.get(set.holder).copied().flatten().and_then(|r| r.value(set.field));
            let Some(Value::Set { listed, .. }) = value else { continue };
            let with = listed.iter().filter_map(|element| set.with.get(element));
            for (at, class) in set.without.iter().chain(with) {
                if let Some(own) = point.get_mut(*at) {
                    *own = *class;
                }
            }
        }
        for axis in self.singles.iter().filter_map(|at| self.fields.get(*at)) {
            let Some(value) = holders.get(axis.holder).copied().flatten().and_then(|r| r.value(axis.field)) else { continue };
            if let Some(class) = axis.plain.as_ref().and_then(|plain| plain.class_of_value(value)) {
                put(point, axis.at, class);
                continue;
            }
            let there = match (axis.to, value) {
                (Some(to), Value::Reference(key)) => data.get(to, key).is_some(),
                _ => true,
            };
            put(point, axis.at, axis.coder.class(value, there));
        }
        self.set_day(today, point);
    }

    /// Returns whether some axis asks about one of the record's own fields, or hangs on it.
    #[must_use]
    pub fn asks(&self, field: FieldId) -> bool {
        self.by_field.get(field.index()).is_some_and(|own| !own.is_empty())
    }

    /// Yields the positions of the axes that hang on one of the record's own fields.
    pub fn axes_of(&self, field: FieldId) -> impl Iterator<Item = usize> {
        self.by_field.get(field.index()).into_iter().flatten().filter_map(|at| self.fields.get(*at)).map(|axis| axis.at)
    }

    /// Lists the axes that hang on one of the record's own fields, with their look-ups of plain cells; none when one of them
    /// has no such look-up, or hangs on what the field leads to.
    #[must_use]
    pub fn plain(&self, field: FieldId) -> Option<Vec<(usize, &Plain)>> {
        let own = self.by_field.get(field.index())?.iter().map(|at| self.fields.get(*at));
        own.map(|axis| axis.filter(|a| a.holder == 0).and_then(|a| Some((a.at, a.plain.as_ref()?)))).collect()
    }

    /// Lists the classes that a value of one of the record's own fields gives, by the position of the axis; axes that it
    /// does not reach stay at the first class.
    #[must_use]
    pub fn classes_of(&self, field: FieldId, value: &Value, data: &ReferenceData) -> smallvec::SmallVec<[(u32, u32); 2]> {
        let mut found = smallvec::SmallVec::new();
        let own = self.by_field.get(field.index()).into_iter().flatten().filter_map(|at| self.fields.get(*at));
        for axis in own {
            let steps = self.holders.get(axis.holder).map_or(&[][..], Vec::as_slice);
            let own = match steps.split_first() {
                None => Some(value),
                Some(((_, to), rest)) => {
                    let Value::Reference(key) = value else { continue };
                    let holder = rest.iter().try_fold(data.get(*to, key), |at, (field, to)| match at?.value(*field) {
                        Some(Value::Reference(key)) => Some(data.get(*to, key)),
                        _ => None,
                    });
                    holder.flatten().and_then(|record| record.value(axis.field))
                }
            };
            let Some(own) = own else { continue };
            let there = match (axis.to, own) {
                (Some(to), Value::Reference(key)) => data.get(to, key).is_some(),
                _ => true,
            };
            let class = axis.coder.class(own, there).and_then(|c| u32::try_from(c).ok());
            if let (Some(class @ 1..), Ok(at)) = (class, u32::try_from(axis.at)) {
                found.push((at, class));
            }
        }
        found
    }

    /// Returns how many axes a point has.
    #[must_use]
    pub fn axes(&self) -> usize {
        self.axes
    }

    /// Returns whether some axis is the day it is.
    #[must_use]
    pub fn asks_day(&self) -> bool {
        self.today.is_some()
    }

    /// Returns the position of the axis of the day it is.
    #[must_use]
    pub fn axis_of_day(&self) -> Option<usize> {
        self.today.as_ref().map(|(at, _)| *at)
    }

    /// Puts the day it is into a point.
    pub fn set_day(&self, today: Date, point: &mut [u32]) {
        if let Some((at, class)) = self.class_of_day(today) {
            put(point, at, Some(class));
        }
    }

    /// Returns the axis of the day it is, by its position, with the class of a day; none when no item asks for it.
    #[must_use]
    pub fn class_of_day(&self, today: Date) -> Option<(usize, usize)> {
        let (at, coder) = self.today.as_ref()?;
        Some((*at, coder.class_of_tick(day_tick(today)).unwrap_or(0)))
    }

    /// Yields the derived fields asked about, each with what [`Points::set_derived`] is to be told.
    pub fn derived(&self) -> impl Iterator<Item = (usize, &FieldPath)> {
        self.derived.iter().enumerate().map(|(position, axis)| (position, &axis.path))
    }

    /// Puts the value of a derived field into a point; none when it has none.
    pub fn set_derived(&self, position: usize, value: Option<&str>, point: &mut [u32]) {
        if let Some(axis) = self.derived.get(position) {
            put(point, axis.at, value.and_then(|v| axis.coder.class_of_text(v)));
        }
    }

    /// Puts the territory that holds the record into a point.
    pub fn set_territory(&self, territory: Option<TerritoryId>, point: &mut [u32]) {
        if let Some((at, class)) = self.class_of_territory(territory) {
            put(point, at, Some(class));
        }
    }

    /// Returns the axis of the territory that holds the record, by its position, with the class; none when no item asks.
    #[must_use]
    pub fn class_of_territory(&self, territory: Option<TerritoryId>) -> Option<(usize, usize)> {
        let (at, classes) = self.territory.as_ref()?;
        let class = territory.and_then(|t| classes.get(t.index()).copied()).unwrap_or(0);
        Some((*at, class as usize))
    }
}

fn put(point: &mut [u32], at: usize, class: Option<usize>) {
    if let Some(own) = point.get_mut(at) {
        *own = class.and_then(|c| u32::try_from(c).ok()).unwrap_or(0);
    }
}

/// Follows the names of a path: who holds the field, the field, and the steps to the holder.
fn follow(schema: &Schema, record: RecordId, path: &[Arc<str>]) -> Option<(RecordId, FieldId, Vec<Step>)> {
    let (last, names) = path.split_last()?;
    let (holder, steps) = places(schema, record, names)?;
    let field = schema.record(holder).find(last)?;
    Some((holder, field, steps.into_iter().map(|(_, field, to)| (field, to)).collect()))
}

/// By step the holder, the field and the type of record it leads to.
type Places = Vec<(RecordId, FieldId, RecordId)>;

fn places(schema: &Schema, record: RecordId, names: &[Arc<str>]) -> Option<(RecordId, Places)> {
    let mut at = record;
    let mut steps = Vec::new();
    for name in names {
        let field = schema.record(at).find(name)?;
        let Type::Reference(to) = schema.field(at, field).ty else { return None };
        steps.push((at, field, to));
        at = to;
    }
    Some((at, steps))
}

/// The path of a derived field, to be asked of a record.
fn derived(plan: &Plan, record: RecordId, axis: &Axis) -> Option<FieldPath> {
    let (last, names) = axis.key.path.split_last()?;
    let (holder, steps) = places(&plan.book.schema, record, names)?;
    let class = plan.book.classes.iter().position(|c| c.record == holder && c.name.text == *last)?;
    Some(FieldPath {
        place: Place { root: Root::Subject, steps: steps.into_iter().map(|(holder, field, _)| (holder, field)).collect(), record: holder },
        attribute: Attribute::Class(crate::model::ClassId::from_index(class)),
        domain_of: false,
        ty: Type::Text { any_case: false },
        written: axis.written.clone(),
        span: Span::new(FileId(0), 0, 0),
    })
}

/// Whether a condition asks in which territory a record was placed.
fn asks_place(condition: &Condition) -> bool {
    match &condition.kind {
        ConditionKind::Placed(_) => true,
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().any(asks_place),
        ConditionKind::Not(part) => asks_place(part),
        ConditionKind::Test(_) | ConditionKind::Segment { .. } | ConditionKind::SeenBefore { .. } => false,
    }
}
