//! Conditions of a book to formulas.

use std::collections::HashMap;
use std::sync::Arc;

use super::age::AgeCut;
use super::atom::Atom;
use super::axis::{Aspect, AxisId, AxisKey, Kind};
use super::fact::{self, Fact, Question};
use super::formula::{Formulas, Node, NodeId, Search};
use super::placing::{Placing, lies_in};
use super::predicate;
use crate::model::{
    Attribute, ClassId, Condition, ConditionKind, Dates, FieldPath, Place, PlacedTest, Predicate, RecordId, Right, Root, Rulebook,
    TerritoryId, Test, Type, Value,
};

/// How deeply definitions may lead into each other, as when deciding.
const DEEPEST: usize = 100;

/// Reads the conditions of one book about one type of record.
pub(super) struct Reader<'f, 'b> {
    pub formulas: &'f mut Formulas,
    /// The book's position among those of the space.
    pub position: usize,
    pub book: &'b Rulebook,
    /// The record that is decided.
    pub record: RecordId,
    pub placing: Option<&'f Placing>,
    /// Whether conditions are read to decide records: the territory and derived fields are then known, and axes of their own.
    pub deciding: bool,
    pub depth: usize,
    pub seen: &'f mut Seen,
}

/// A definition of a book, the steps that lead to the record it is asked of, and what was wanted of it.
type Used<Id, Wanted> = (usize, Id, Vec<Arc<str>>, Wanted);

/// What was read before, so that a definition used a thousand times is read once.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By book, segment, record and whether yes was wanted.
    segments: HashMap<Used<crate::model::SegmentId, bool>, NodeId>,
    /// By book, class, record and which lines were wanted.
    classes: HashMap<Used<ClassId, String>, NodeId>,
    lists: HashMap<(AxisId, usize), NodeId>,
}

/// The record a condition is asked of: the names of the fields that lead to it, and its type.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub steps: Vec<Arc<str>>,
    pub record: RecordId,
}

impl At {
    pub(super) fn subject(record: RecordId) -> Self {
        Self { steps: Vec::new(), record }
    }
}

/// Whether the formula is wanted of where a condition is yes, or of where it is no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Want {
    Yes,
    No,
}

impl Want {
    fn other(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
        }
    }
}

impl Reader<'_, '_> {
    /// Returns the formula of where a condition is yes (or no).
    pub(super) fn condition(&mut self, condition: &Condition, at: &At, want: Want) -> NodeId {
        match &condition.kind {
            ConditionKind::All(parts) => {
                let parts: Vec<NodeId> = parts.iter().map(|p| self.condition(p, at, want)).collect();
                if want == Want::Yes { self.formulas.all(parts) } else { self.formulas.any(parts) }
            }
            ConditionKind::Any(parts) => {
                let parts: Vec<NodeId> = parts.iter().map(|p| self.condition(p, at, want)).collect();
                if want == Want::Yes { self.formulas.any(parts) } else { self.formulas.all(parts) }
            }
            ConditionKind::Not(part) => self.condition(part, at, want.other()),
            ConditionKind::Test(test) => self.test(condition, test, at, want),
            ConditionKind::Segment { segment, at: place } => {
                if place.root == Root::Candidate {
                    return self.free(condition, at, want);
                }
                let (reach, there) = self.reach(place, at);
                let key = (self.position, *segment, there.steps.clone(), want == Want::Yes);
                let inner = match self.seen.segments.get(&key) {
                    Some(known) => *known,
                    None => {
                        let book = self.book;
                        let found = book.segments.get(segment.index()).and_then(|s| s.conditions.get(&there.record));
                        let node = match found {
                            Some(c) if self.depth < DEEPEST => {
                                self.depth += 1;
                                let name = &book.segments[segment.index()].name;
                                let before = self.formulas.named.enter("the segment", name, self.position);
                                let node = self.condition(c, &there, want);
                                self.formulas.named.leave(before, node, if want == Want::Yes { "is yes" } else { "is no" });
                                self.depth -= 1;
                                node
                            }
                            _ => self.formulas.constant(false),
                        };
                        self.seen.segments.insert(key, node);
                        node
                    }
                };
                self.formulas.all([reach, inner])
            }
            ConditionKind::Placed(test) => self.placed(condition, test, at, want),
            ConditionKind::SeenBefore { by, .. } => {
                let present = self.present(by, at);
                let free = self.free(condition, at, want);
                self.formulas.all([present, free])
            }
        }
    }

    /// Returns the formula of the days a stretch contains.
    pub(super) fn dates(&mut self, dates: &Dates) -> NodeId {
        if dates.from.is_none() && dates.through.is_none() {
            return self.formulas.constant(true);
        }
        let today = self.formulas.axis(AxisKey { path: Vec::new(), aspect: Aspect::Today }, &"today".into(), &Type::Date);
        let stretch = super::axis::Bounds::closed(dates.from.map(super::age::day_tick), dates.through.map(super::age::day_tick));
        self.formulas.atom(today, Atom::Ticks(Arc::new([stretch])), true)
    }

    fn placed(&mut self, condition: &Condition, test: &PlacedTest, at: &At, want: Want) -> NodeId {
        if self.deciding {
            return self.placed_in(test, want);
        }
        let Some(placing) = self.placing.filter(|_| at.steps.is_empty()) else { return self.free(condition, at, want) };
        let yes = match test {
            PlacedTest::Present => placing.somewhere,
            PlacedTest::Missing => self.formulas.opposite(placing.somewhere),
            PlacedTest::Within { territories, negated } => {
                let inside = placing.within(territories, self.book, self.formulas);
                if *negated { self.formulas.opposite(inside) } else { inside }
            }
        };
        if want == Want::Yes { yes } else { self.formulas.opposite(yes) }
    }

    /// The formula of the territory that holds the record being one of those a test is about.
    fn placed_in(&mut self, test: &PlacedTest, want: Want) -> NodeId {
        let key = AxisKey { path: Vec::new(), aspect: Aspect::Territory };
        let axis = self.formulas.axis(key, &"territory".into(), &Type::Text { any_case: false });
        let (atom, holds) = match test {
            PlacedTest::Present => (Atom::Present, true),
            PlacedTest::Missing => (Atom::Present, false),
            PlacedTest::Within { territories, negated } => {
                let all = (0..self.book.territories.len()).map(TerritoryId::from_index);
                let inside = all.filter(|id| lies_in(self.book, *id, territories));
                let mut names: Vec<Arc<str>> = inside.map(|id| self.book.territories[id.index()].name.text.clone()).collect();
                names.sort_unstable();
                (Atom::Values(names.into()), !negated)
            }
        };
        self.formulas.atom(axis, atom, holds == (want == Want::Yes))
    }

    /// Follows the references of a place; the formula says that they all lead somewhere.
    fn reach(&mut self, place: &Place, at: &At) -> (NodeId, At) {
        let mut there = at.clone();
        let mut found = Vec::new();
        for (holder, field) in &place.steps {
            let field = self.book.schema.field(*holder, *field);
            there.steps.push(field.name.clone());
            let axis = self.value_axis(&there.steps, *holder, &field.ty);
            found.push(self.formulas.atom(axis, Atom::Found, true));
            if let Type::Reference(to) = field.ty {
                there.record = to;
            }
        }
        (self.formulas.all(found), there)
    }

    fn value_axis(&mut self, path: &[Arc<str>], holder: RecordId, ty: &Type) -> AxisId {
        let key = AxisKey { path: path.to_vec(), aspect: Aspect::Value(Kind::of(ty)) };
        let axis = self.formulas.axis(key, &path.join(".").into(), ty);
        let record = self.book.schema.record(holder);
        let is_key = path.last().and_then(|name| record.find(name)) == Some(record.key);
        if let Some(draft) = self.formulas.axes.get_mut(axis.index()) {
            // Of two books compared one may have another key.
            draft.can_miss |= !is_key;
        }
        axis
    }

    /// Names the field a path leads to; none for derived fields.
    fn field(&self, path: &FieldPath, there: &At) -> Option<(Vec<Arc<str>>, Type)> {
        let Attribute::Field(field) = path.attribute else { return None };
        let field = self.book.schema.field(there.record, field);
        let mut names = there.steps.clone();
        names.push(field.name.clone());
        Some((names, field.ty.clone()))
    }

    /// Names the field a path leads to from a record; none for derived fields.
    pub(super) fn names_of(&mut self, path: &FieldPath, at: &At) -> Option<(Vec<Arc<str>>, Type)> {
        let (_, there) = self.reach(&path.place, at);
        self.field(path, &there)
    }

    /// Returns the formula of a path having a value.
    pub(super) fn present(&mut self, path: &FieldPath, at: &At) -> NodeId {
        if path.place.root == Root::Candidate {
            return self.formulas.constant(true);
        }
        let (reach, there) = self.reach(&path.place, at);
        let own = match (path.attribute, self.field(path, &there)) {
            (Attribute::Class(class), _) => self.class(class, &there, &|_| true),
            (_, Some((names, ty))) => {
                let axis = self.value_axis(&names, there.record, &ty);
                let value = self.formulas.atom(axis, Atom::Present, true);
                if path.domain_of {
                    let domain = self.domain_axis(&names);
                    let has = self.formulas.atom(domain, Atom::Present, true);
                    self.formulas.all([value, has])
                } else {
                    value
                }
            }
            (_, None) => self.formulas.constant(true),
        };
        self.formulas.all([reach, own])
    }

    fn domain_axis(&mut self, names: &[Arc<str>]) -> AxisId {
        let written = format!("domain of {}", names.join("."));
        self.formulas.axis(
            AxisKey { path: names.to_vec(), aspect: Aspect::Domain },
            &written.into(),
            // Domains are in small letters, whatever the address.
            &Type::Text { any_case: true },
        )
    }

    /// Makes a question free: yes, no or cannot tell.
    fn free(&mut self, condition: &Condition, at: &At, want: Want) -> NodeId {
        let words = fact::words(self.book, condition, &at.steps);
        let question = Question::Condition { book: self.position, condition: Arc::new(condition.clone()), steps: at.steps.clone() };
        let axis = self.formulas.fact(Vec::new(), Fact { words, question });
        self.formulas.atom(axis, if want == Want::Yes { Atom::Yes } else { Atom::No }, true)
    }

    fn test(&mut self, condition: &Condition, test: &Test, at: &At, want: Want) -> NodeId {
        if test.subject.place.root == Root::Candidate || test.predicate.fields().iter().any(|f| f.place.root == Root::Candidate) {
            return self.free(condition, at, want);
        }
        let want_plain = if test.negated { want.other() } else { want };
        if matches!(test.predicate, Predicate::Missing | Predicate::Present) {
            let present = self.present(&test.subject, at);
            let wanted = matches!(test.predicate, Predicate::Present) == (want_plain == Want::Yes);
            return if wanted { present } else { self.formulas.opposite(present) };
        }
        let others = test.predicate.fields();
        if !others.is_empty() {
            let mut parts = vec![self.present(&test.subject, at)];
            // With several pieces one missing field need not leave the test untold.
            if let [only] = others.as_slice() {
                parts.push(self.present(only, at));
            }
            parts.push(self.free(condition, at, want));
            return self.formulas.all(parts);
        }
        let (reach, there) = self.reach(&test.subject.place, at);
        let own = if let Attribute::Class(class) = test.subject.attribute {
            self.class_test(class, &there, &test.predicate, want_plain)
        } else {
            self.field_test(condition, test, (at, &there), want_plain)
        };
        self.formulas.all([reach, own])
    }

    fn class_test(&mut self, class: ClassId, there: &At, predicate: &Predicate, want: Want) -> NodeId {
        let wanted = |value: &str| match predicate {
            Predicate::Is(Right::Value(Value::Choice(is))) => **is == *value,
            Predicate::In(set) => set.texts.contains(value),
            _ => false,
        };
        self.class(class, there, &|value| wanted(value) == (want == Want::Yes))
    }

    /// Returns the formula of a path to a derived field having one of the values wanted; never for other paths.
    pub(super) fn derived(&mut self, path: &FieldPath, at: &At, wanted: &dyn Fn(&str) -> bool) -> NodeId {
        let Attribute::Class(class) = path.attribute else { return self.formulas.constant(false) };
        let (reach, there) = self.reach(&path.place, at);
        let own = self.class(class, &there, wanted);
        self.formulas.all([reach, own])
    }

    /// Returns the formula of a derived field having one of the values wanted: the first line that is yes gives it.
    fn class(&mut self, class: ClassId, there: &At, wanted: &dyn Fn(&str) -> bool) -> NodeId {
        let book = self.book;
        let Some(class_item) = book.classes.get(class.index()) else { return self.formulas.constant(false) };
        if self.deciding {
            let mut values: Vec<Arc<str>> = class_item.lines.iter().map(|l| l.value.text.clone()).filter(|v| wanted(v)).collect();
            values.sort_unstable();
            values.dedup();
            let path: Vec<Arc<str>> = there.steps.iter().chain([&class_item.name.text]).cloned().collect();
            let written = path.join(".").into();
            let axis = self.formulas.axis(AxisKey { path, aspect: Aspect::Derived }, &written, &Type::Text { any_case: false });
            return self.formulas.atom(axis, Atom::Values(values.into()), true);
        }
        if self.depth >= DEEPEST {
            return self.formulas.constant(false);
        }
        let signature: String = class_item.lines.iter().map(|l| if wanted(l.value.as_str()) { '1' } else { '0' }).collect();
        let key = (self.position, class, there.steps.clone(), signature);
        if let Some(known) = self.seen.classes.get(&key) {
            return *known;
        }
        self.depth += 1;
        let before = self.formulas.named.enter("the derived field", &class_item.name, self.position);
        let mut result = self.formulas.constant(false);
        for line in class_item.lines.iter().rev() {
            let own = match &line.when {
                Some(when) => self.condition(when, there, Want::Yes),
                None => self.formulas.constant(true),
            };
            let dates = self.dates(&line.dates);
            let active = self.formulas.all([own, dates]);
            let value = self.formulas.constant(wanted(line.value.as_str()));
            result = self.formulas.choose(active, value, result);
        }
        self.formulas.named.leave(before, result, "has the value asked for");
        self.depth -= 1;
        self.seen.classes.insert(key, result);
        result
    }

    fn field_test(&mut self, condition: &Condition, test: &Test, (at, there): (&At, &At), want: Want) -> NodeId {
        let Some((names, ty)) = self.field(&test.subject, there) else { return self.formulas.constant(false) };
        let axis = self.value_axis(&names, there.record, &ty);
        let present = self.formulas.atom(axis, Atom::Present, true);
        let (axis, kind) = if test.subject.domain_of { (self.domain_axis(&names), Kind::AnyCase) } else { (axis, Kind::of(&ty)) };
        let yes = if let Some(yes) = self.one_axis(test, (axis, &names), kind) {
            yes
        } else if let Some(yes) = self.search(test, axis, kind, at) {
            yes
        } else {
            // Nothing of the kind is known, so it is free; the question is asked as written, `not` included.
            let free = self.free(condition, at, if test.negated { want.other() } else { want });
            return self.formulas.all([present, free]);
        };
        let told = if test.subject.domain_of {
            let has = self.formulas.atom(axis, Atom::Present, true);
            self.formulas.all([present, has])
        } else {
            present
        };
        let answer = if want == Want::Yes { yes } else { self.formulas.opposite(yes) };
        self.formulas.all([told, answer])
    }

    /// Returns the formula of a test that classes of one axis answer, of present values.
    fn one_axis(&mut self, test: &Test, (axis, names): (AxisId, &[Arc<str>]), kind: Kind) -> Option<NodeId> {
        let atom = match &test.predicate {
            Predicate::IsYes => Atom::Yes,
            Predicate::In(set) if !set.texts.is_empty() || (set.numbers.is_empty() && set.dates.is_empty()) => {
                return Some(self.listed(axis, set));
            }
            Predicate::ContainsElement { elements, all } => return self.elements(names, elements, *all, &test.subject.ty),
            other => predicate::atom(other, kind, &self.book.zone)?,
        };
        match atom {
            Atom::Age(from, to) => {
                let aged = AxisKey { path: names.to_vec(), aspect: Aspect::Age };
                let axis = self.formulas.axis(aged, &names.join(".").into(), &test.subject.ty);
                let days = test.subject.ty == Type::Date;
                // Months make some cuts come in either order; such a test is free instead.
                let known = self.formulas.axes.get(axis.index()).map(|a| a.atoms.as_slice()).unwrap_or_default();
                let cuts = |atom: &Atom| if let Atom::Age(a, b) = atom { [*a, *b] } else { [None, None] };
                let known: Vec<AgeCut> = known.iter().flat_map(cuts).flatten().collect();
                if from.iter().chain(&to).any(|cut| known.iter().any(|k| k.order(cut, days).is_none())) {
                    return None;
                }
                Some(self.formulas.atom(axis, Atom::Age(from, to), true))
            }
            atom => Some(self.formulas.atom(axis, atom, true)),
        }
    }

    /// A list may be long and used often: it is sorted once for each axis.
    fn listed(&mut self, axis: AxisId, set: &crate::model::ValueSet) -> NodeId {
        let key = (axis, Arc::as_ptr(&set.texts).addr());
        if set.list.is_some()
            && let Some(known) = self.seen.lists.get(&key)
        {
            return *known;
        }
        let mut values: Vec<Arc<str>> = set.texts.iter().cloned().collect();
        values.sort_unstable();
        let node = self.formulas.atom(axis, Atom::Values(values.into()), true);
        self.seen.lists.insert(key, node);
        node
    }

    fn elements(&mut self, names: &[Arc<str>], elements: &[Right], all: bool, ty: &Type) -> Option<NodeId> {
        let mut parts = Vec::new();
        for element in elements {
            let Right::Value(Value::Text(element) | Value::Choice(element)) = element else { return None };
            let key = AxisKey { path: names.to_vec(), aspect: Aspect::Element(element.clone()) };
            let axis = self.formulas.axis(key, &names.join(".").into(), ty);
            parts.push(self.formulas.atom(axis, Atom::Yes, true));
        }
        Some(if all { self.formulas.all(parts) } else { self.formulas.any(parts) })
    }

    /// Returns the formula of a search in a text: told for named values, free for all others.
    fn search(&mut self, test: &Test, axis: AxisId, kind: Kind, at: &At) -> Option<NodeId> {
        let asked = predicate::search(&test.predicate, kind)?;
        let plain = Test { negated: false, ..test.clone() };
        let plain = Condition { kind: ConditionKind::Test(Box::new(plain)), span: test.predicate_span };
        let words = fact::words(self.book, &plain, &at.steps);
        let question = Question::Condition { book: self.position, condition: Arc::new(plain), steps: at.steps.clone() };
        let path = self.formulas.axes.get(axis.index()).map(|a| a.key.path.clone()).unwrap_or_default();
        let fact = self.formulas.fact(path, Fact { words, question });
        let draft = self.formulas.axes.get_mut(axis.index())?;
        let position = draft.searches.iter().position(|s| s.fact == fact).unwrap_or_else(|| {
            draft.searches.push(Search { asked, fact });
            draft.searches.len() - 1
        });
        let search = u32::try_from(position).ok()?;
        Some(self.formulas.node(Node::Search { axis, search, found: true }))
    }
}
