//! What uses what: the definitions, fields, queues and calendars that a book's rules lead to.
//!
//! The search starts from what happens by itself (rules, last resorts, overlays, territories, overlap, matching, tests)
//! and follows each definition it meets, so that what only an unused definition names counts as unused too.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{
    Attribute, ClassId, Condition, ConditionKind, Credit, CreditId, FieldId, FieldPath, ListId, Moment, OverlapCriterion, Owner, Pick,
    Predicate, RecordId, Right, Role, Rulebook, SegmentId, Target, TargetKind, Team, TeamId, Test, Type, Value,
};

/// Names a definition that others use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Definition {
    /// A segment, as asked about one type of record.
    Segment(SegmentId, RecordId),
    /// A derived field.
    Class(ClassId),
    /// A list.
    List(ListId),
    /// A team.
    Team(TeamId),
    /// A credit plan.
    Credit(CreditId),
}

/// Holds everything that some part of a book names.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Definitions.
    pub(super) definitions: BTreeSet<Definition>,
    /// Declared fields.
    pub(super) fields: BTreeSet<(RecordId, FieldId)>,
    /// Queues.
    pub(super) queues: BTreeSet<Arc<str>>,
    /// Calendars.
    pub(super) calendars: BTreeSet<Arc<str>>,
}

/// Collects all that is used, from what happens by itself to the last definition it leads to.
pub(super) fn reached(book: &Rulebook) -> Uses {
    let mut uses = roots(book);
    let mut open: Vec<Definition> = uses.definitions.iter().copied().collect();
    while let Some(definition) = open.pop() {
        let inner = inside(book, definition);
        uses.fields.extend(inner.fields);
        uses.queues.extend(inner.queues);
        uses.calendars.extend(inner.calendars);
        for next in inner.definitions {
            if uses.definitions.insert(next) {
                open.push(next);
            }
        }
    }
    uses
}

/// Collects what one definition names itself.
pub(super) fn inside(book: &Rulebook, definition: Definition) -> Uses {
    let mut uses = Uses::default();
    match definition {
        Definition::Segment(id, record) => {
            let condition = book.segments.get(id.index()).and_then(|s| s.conditions.get(&record));
            condition.into_iter().for_each(|c| uses.condition(c));
        }
        Definition::Class(id) => {
            let lines = book.classes.get(id.index()).into_iter().flat_map(|c| &c.lines);
            lines.filter_map(|l| l.when.as_ref()).for_each(|c| uses.condition(c));
        }
        Definition::List(_) => {}
        Definition::Team(id) => book.teams.get(id.index()).into_iter().for_each(|t| uses.team(t, book.rep.map(|r| r.record))),
        Definition::Credit(id) => book.credits.get(id.index()).into_iter().for_each(|c| uses.credit(c, book.rep.map(|r| r.record))),
    }
    uses
}

/// Collects what is named by the constructs that nobody needs to call.
fn roots(book: &Rulebook) -> Uses {
    let mut uses = Uses::default();
    for rule in &book.rules {
        uses.condition(&rule.condition);
        uses.targets(&rule.route);
        uses.definitions.extend(rule.credit.map(Definition::Credit));
    }
    for last in book.otherwise.values() {
        uses.targets(&last.route);
        uses.definitions.extend(last.credit.map(Definition::Credit));
    }
    for overlay in &book.overlays {
        uses.condition(&overlay.condition);
        overlay.adds.iter().for_each(|a| uses.targets(&a.targets));
    }
    for territory in &book.territories {
        territory.conditions.values().for_each(|c| uses.condition(c));
        if let Some(Owner::Team(team, _)) = territory.owner {
            uses.definitions.insert(Definition::Team(team));
        }
    }
    for table in &book.tables {
        table.matches.values().flatten().for_each(|m| uses.path(&m.field));
    }
    for matching in book.matches.values() {
        uses.fields.insert((matching.from, matching.field));
        for (from, to) in matching.lines.iter().flat_map(|l| &l.pairs) {
            uses.path(from);
            uses.fields.insert((matching.to, *to));
        }
    }
    uses.read_by_turf(book);
    uses.definitions.extend(book.tested.teams.iter().copied().map(Definition::Team));
    uses.queues.extend(book.tested.queues.iter().cloned());
    uses.calendars.extend(book.tested.calendars.iter().cloned());
    uses
}

impl Uses {
    /// Adds the fields that turf reads without being asked.
    fn read_by_turf(&mut self, book: &Rulebook) {
        for (position, record) in book.schema.records.iter().enumerate() {
            let id = RecordId::from_index(position);
            self.fields.extend([Some(record.key), record.arrival].into_iter().flatten().map(|f| (id, f)));
        }
        let Some(rep) = book.rep else { return };
        self.fields.extend([Some(rep.active), rep.calendar].into_iter().flatten().map(|f| (rep.record, f)));
        for criterion in book.overlap.iter().flat_map(|o| &o.criteria) {
            let field = match criterion {
                OverlapCriterion::LongestTenure => rep.since,
                OverlapCriterion::Highest(field) | OverlapCriterion::Lowest(field) => Some(*field),
                OverlapCriterion::LowestPriority | OverlapCriterion::MostSpecific | OverlapCriterion::Name => None,
            };
            self.fields.extend(field.map(|f| (rep.record, f)));
        }
    }

    fn path(&mut self, path: &FieldPath) {
        self.fields.extend(path.place.steps.iter().copied());
        match path.attribute {
            Attribute::Field(field) => self.fields.insert((path.place.record, field)),
            Attribute::Class(class) => self.definitions.insert(Definition::Class(class)),
        };
    }

    fn condition(&mut self, condition: &Condition) {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().for_each(|p| self.condition(p)),
            ConditionKind::Not(part) => self.condition(part),
            ConditionKind::Test(test) => self.test(test),
            ConditionKind::Segment { segment, at } => {
                self.fields.extend(at.steps.iter().copied());
                self.definitions.insert(Definition::Segment(*segment, at.record));
            }
            ConditionKind::SeenBefore { by, .. } => self.path(by),
            ConditionKind::Placed(_) => {}
        }
    }

    fn test(&mut self, test: &Test) {
        self.path(&test.subject);
        test.predicate.fields().into_iter().for_each(|p| self.path(p));
        let of_calendar = test.subject.ty == Type::Calendar;
        match &test.predicate {
            Predicate::Is(Right::Value(Value::Text(name))) if of_calendar => {
                self.calendars.insert(name.clone());
            }
            Predicate::In(set) => {
                self.definitions.extend(set.list.map(Definition::List));
                if of_calendar {
                    self.calendars.extend(set.texts.iter().cloned());
                }
            }
            Predicate::Missing
            | Predicate::Present
            | Predicate::IsYes
            | Predicate::Is(_)
            | Predicate::Compare(..)
            | Predicate::Between(..)
            | Predicate::StartsWith(_)
            | Predicate::EndsWith(_)
            | Predicate::ContainsText { .. }
            | Predicate::ContainsElement { .. }
            | Predicate::Matches(_)
            | Predicate::Before(Moment::Fixed(_) | Moment::Field(_) | Moment::Ago(_) | Moment::FromNow(_) | Moment::Today | Moment::Now)
            | Predicate::After(Moment::Fixed(_) | Moment::Field(_) | Moment::Ago(_) | Moment::FromNow(_) | Moment::Today | Moment::Now)
            | Predicate::WithinLast(_)
            | Predicate::WithinNext(_) => {}
        }
    }

    fn targets(&mut self, targets: &[Target]) {
        for target in targets {
            target.condition.iter().for_each(|c| self.condition(c));
            match &target.kind {
                TargetKind::Team(team) => {
                    self.definitions.insert(Definition::Team(*team));
                }
                TargetKind::Queue(queue) => {
                    self.queues.insert(queue.clone());
                }
                TargetKind::Path(path) | TargetKind::LeaveAsIs(path) | TargetKind::PreviousRep { by: path, .. } => self.path(path),
                TargetKind::Keep(keep) => std::iter::once(&keep.who).chain(keep.lasts.field()).for_each(|path| self.path(path)),
                TargetKind::Rep(_) | TargetKind::TerritoryOwner => {}
            }
        }
    }

    fn team(&mut self, team: &Team, rep: Option<RecordId>) {
        team.members.iter().flat_map(|m| m.conditions.values()).for_each(|c| self.condition(c));
        team.limits.iter().flat_map(|l| l.conditions.values()).for_each(|c| self.condition(c));
        let mut of_rep: Vec<FieldId> = team.weight.into_iter().collect();
        for pick in &team.pick {
            match pick {
                Pick::Prefer(conditions, _) => conditions.values().for_each(|c| self.condition(c)),
                Pick::Highest(field, _) | Pick::Lowest(field, _) => of_rep.push(*field),
                Pick::InTurn(_)
                | Pick::FewestOpen(_)
                | Pick::LeastFull(_)
                | Pick::MostRoom(_)
                | Pick::LongestWait(_)
                | Pick::AsListed(_) => {}
            }
        }
        self.fields.extend(of_rep.into_iter().filter_map(|f| Some((rep?, f))));
    }

    fn credit(&mut self, credit: &Credit, rep: Option<RecordId>) {
        credit.amount.values().for_each(|p| self.path(p));
        for role in credit.ledgers.iter().flat_map(|l| l.shares.iter().map(|s| &s.role).chain(&l.rest)) {
            match role {
                Role::Path(_, paths) => paths.values().for_each(|p| self.path(p)),
                Role::OfAssignee(field, _) => self.fields.extend(rep.map(|r| (r, *field))),
                Role::Assignee | Role::TerritoryOwner | Role::Rep(_) | Role::Added(_) => {}
            }
        }
    }
}
