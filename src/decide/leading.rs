//! Where a target leads to a rep, as formulas of the space: the roster settles what it can, the rest is asked of the record.

use super::bind::{bind, loosened};
use super::lasting::lasting;
use super::roster::is_active;
use crate::model::{
    Condition, ConditionKind, FieldPath, Owner, Predicate, Record, RecordId, Right, Target, TargetKind, TeamId, Territory, Test, Value,
};
use crate::plan::Plan;
use crate::space::{NodeId, Survey, Surveyed};
use crate::text::{Span, wording};

/// Reads where targets lead to one rep.
#[derive(Debug)]
pub struct Leading<'a> {
    /// The book and its roster.
    pub plan: &'a Plan,
    /// The type of the records that are routed.
    pub record: RecordId,
    /// The rep; whether the rep is active is for the caller to ask.
    pub rep: &'a Record,
    /// What the formulas are read into.
    pub survey: &'a mut Survey,
    /// The book as it was read there.
    pub of: &'a Surveyed,
    /// Whether what still asks about the rep, or about the last day of a tenure, counts as fulfilled; else it is a free question.
    pub loose: bool,
}

/// How many people are gone through to find out where a target leads to anybody.
const MOST_PEOPLE: usize = 60;

impl Leading<'_> {
    /// Returns where some of the targets lead to anybody who is active, or to a queue; none where that would be too much to find
    /// out.
    pub fn anybody(&mut self, targets: &[Target]) -> Option<NodeId> {
        let reps: Vec<&Record> =
            self.plan.book.rep.iter().flat_map(|r| self.plan.data.all(r.record)).filter(|r| is_active(self.plan, r)).collect();
        if reps.len() > MOST_PEOPLE {
            return None;
        }
        let mut all = Vec::new();
        for target in targets {
            if matches!(target.kind, TargetKind::Queue(_)) {
                all.push(match &target.condition {
                    Some(condition) => self.survey.condition(&self.plan.book, self.of, condition),
                    None => self.survey.all([]),
                });
            }
            for rep in &reps {
                let mut leading =
                    Leading { plan: self.plan, record: self.record, rep, survey: &mut *self.survey, of: self.of, loose: false };
                all.extend(leading.target(target).map(|(node, _)| node));
            }
        }
        Some(self.survey.any(all))
    }

    /// Returns where a target can lead to the rep, its own condition included, and the team it asks; none when it never
    /// does.
    pub fn target(&mut self, target: &Target) -> Option<(NodeId, Option<String>)> {
        let (node, team) = self.kind(target)?;
        self.wished(target, node, team)
    }

    /// Returns the same with a part for each that owns territories, the rep first and then each team the rep may be picked
    /// from.
    pub fn parts(&mut self, target: &Target) -> Vec<(NodeId, Option<String>)> {
        if !matches!(target.kind, TargetKind::TerritoryOwner) {
            return self.target(target).into_iter().collect();
        }
        let owners = self.owners();
        owners.into_iter().filter_map(|(node, team)| self.wished(target, node, team)).collect()
    }

    /// Adds the condition of a target.
    fn wished(&mut self, target: &Target, node: NodeId, team: Option<String>) -> Option<(NodeId, Option<String>)> {
        let Some(condition) = &target.condition else { return Some((node, team)) };
        let wish = self.bound(condition);
        let node = self.survey.all([node, wish]);
        (node != self.survey.any([])).then_some((node, team))
    }

    fn bound(&mut self, condition: &Condition) -> NodeId {
        let bound = bind(self.plan, self.record, condition, self.rep);
        let bound = if self.loose { loosened(&bound, true) } else { bound };
        self.survey.condition(&self.plan.book, self.of, &bound)
    }

    fn kind(&mut self, target: &Target) -> Option<(NodeId, Option<String>)> {
        match &target.kind {
            TargetKind::Rep(name) => (*name.text == *self.rep.key).then(|| (self.survey.all([]), None)),
            TargetKind::Queue(_) => None,
            TargetKind::Team(team) => self.team(*team),
            TargetKind::TerritoryOwner => self.owner(),
            TargetKind::Path(path) | TargetKind::LeaveAsIs(path) => Some((self.named(path, target.span), None)),
            TargetKind::Keep(keep) => {
                let named = self.named(&keep.who, target.span);
                let lasts = lasting(self.plan, (self.survey, self.of), (&keep.lasts, target.span), self.loose);
                Some((self.survey.all([named, lasts]), None))
            }
            TargetKind::PreviousRep { by, within } => {
                let seen = Condition { kind: ConditionKind::SeenBefore { by: by.clone(), within: *within }, span: target.span };
                Some((self.survey.condition(&self.plan.book, self.of, &seen), None))
            }
        }
    }

    /// Returns where the rep is a member of a team, and the team's name; none when that is nowhere.
    pub fn team(&mut self, id: TeamId) -> Option<(NodeId, Option<String>)> {
        let team = self.plan.book.teams.get(id.index())?;
        let mut lines = Vec::new();
        for members in &team.members {
            let named = members.listed.is_empty() || members.listed.iter().any(|(n, _)| *n.text == *self.rep.key);
            if let (true, Some(condition)) = (named, members.conditions.get(&self.record)) {
                lines.push(self.bound(condition));
            }
        }
        let fits = self.survey.any(lines);
        let never = self.survey.any([]);
        (fits != never).then(|| (fits, Some(team.name.to_string())))
    }

    fn owner(&mut self) -> Option<(NodeId, Option<String>)> {
        let owners = self.owners();
        if owners.is_empty() {
            return None;
        }
        let names: Vec<String> = owners.iter().filter_map(|(_, team)| team.clone()).collect();
        let team = (!names.is_empty()).then(|| wording::join(&names, "or"));
        Some((self.survey.any(owners.into_iter().map(|(node, _)| node)), team))
    }

    /// Where territories lead to the rep: those of the rep first, then those of each team the rep may be picked from.
    fn owners(&mut self) -> Vec<(NodeId, Option<String>)> {
        let book = &self.plan.book;
        let mut owners = Vec::new();
        let own: Vec<bool> =
            book.territories.iter().map(|t| matches!(&t.owner, Some(Owner::Rep(name)) if *name.text == *self.rep.key)).collect();
        if own.iter().any(|o| *o) {
            owners.push((self.survey.held(self.of, |id| own[id.index()]), None));
        }
        for (index, team) in book.teams.iter().enumerate() {
            let id = TeamId::from_index(index);
            let owns = |t: &Territory| matches!(&t.owner, Some(Owner::Team(owner, _)) if *owner == id);
            if !book.territories.iter().any(owns) {
                continue;
            }
            if let Some((member, _)) = self.team(id) {
                let held = self.survey.held(self.of, |t| owns(&book.territories[t.index()]));
                owners.push((self.survey.all([held, member]), Some(team.name.to_string())));
            }
        }
        owners
    }

    /// Where a path leads to the rep by key.
    fn named(&mut self, path: &FieldPath, span: Span) -> NodeId {
        let predicate = Predicate::Is(Right::Value(Value::Reference(self.rep.key.clone())));
        let test = Test { subject: path.clone(), negated: false, predicate, predicate_span: span };
        let condition = Condition { kind: ConditionKind::Test(Box::new(test)), span };
        self.survey.condition(&self.plan.book, self.of, &condition)
    }
}
