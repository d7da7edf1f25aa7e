//! One entry of a book's decision list: where it applies, what it does, and who may take a record there.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::space::Area;

/// One entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The same for entries of both books that apply to the same records and do and are called the same.
    pub id: usize,
    pub name: String,
    /// What it does, target by target.
    pub parts: Vec<Part>,
    /// The definition of the team that owns a territory.
    pub teams: String,
    /// The credit plan with its definition.
    pub credit: String,
    /// Whether that credits the owner of the territory.
    pub credits_territory: bool,
    /// How soon somebody must respond.
    pub respond: String,
    pub areas: Vec<Area>,
    /// Whether it takes every record it applies to.
    pub sure: bool,
    /// Whether it asks who owns the territory.
    pub asks_territory: bool,
    /// For an entry that only says where one target of the next entry leads to one person: which.
    pub member: Option<Member>,
}

/// A chain of targets with the words around it: those of an overlay say what is added, and as what.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub before: String,
    pub steps: Vec<Step>,
    pub after: String,
}

/// One target of a chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub words: String,
    /// The definition of the team it asks.
    pub team: String,
    pub leads: Leads,
    /// Whether somebody whom both rosters have alike can always be picked.
    pub steady: bool,
    /// Why nobody can ever take a record by it.
    pub idle: Option<String>,
    /// Whether it takes every record it is offered: a queue, or an active person; of the owner of a territory, whether it
    /// does where that is a person.
    pub sure: bool,
}

/// To whom a target leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Leads {
    /// To whom the book names, or to a queue.
    #[default]
    Named,
    /// To a person whom the record names, or who had one before.
    Recorded,
    /// To somebody of a team.
    Team,
    /// To the owner of the territory, who may be a team.
    Owner,
}

/// Says that a target leads to a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    /// The words of the target.
    pub step: String,
    pub rep: Arc<str>,
    pub rank: Rank,
}

/// What of a person counts when one of a team is picked.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// Everything, private values included, to be compared.
    pub exact: String,
    /// The same for people.
    pub shown: String,
}

/// By the words of a target and by rep: what counts when one is picked.
pub(super) type Members = BTreeMap<(String, Arc<str>), Rank>;

impl Part {
    /// Returns the same without its targets.
    fn around(&self) -> Self {
        Self { before: self.before.clone(), steps: Vec::new(), after: self.after.clone() }
    }
}

impl Entry {
    /// Makes an entry that does one thing without any condition.
    pub(super) fn plain(name: &str, does: &str, areas: Vec<Area>) -> Self {
        let step = Step { words: does.to_owned(), ..Step::default() };
        Self {
            id: 0,
            name: name.to_owned(),
            parts: vec![Part { steps: vec![step], ..Part::default() }],
            teams: String::new(),
            credit: String::new(),
            credits_territory: false,
            respond: String::new(),
            areas,
            sure: true,
            asks_territory: false,
            member: None,
        }
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|p| &p.steps)
    }

    /// Returns the same without the targets that were asked before, by the chain itself or by those that filled `seen`; none
    /// when nothing is left of it.
    ///
    /// Whoever could not take a record cannot take it when asked again. What an overlay adds, it adds by a chain of its own.
    pub(super) fn without_repeats<'e>(&'e self, seen: &mut BTreeSet<&'e str>) -> Option<Cow<'e, Self>> {
        let mut parts = Vec::new();
        for part in &self.parts {
            if !part.before.is_empty() {
                seen.clear();
            }
            let steps: Vec<&Step> = part.steps.iter().filter(|s| seen.insert(&s.words)).collect();
            parts.push(steps);
        }
        if parts.iter().zip(&self.parts).all(|(steps, part)| steps.len() == part.steps.len()) {
            return Some(Cow::Borrowed(self));
        }
        let asks_territory = self.asks_territory && parts.iter().flatten().any(|s| s.leads == Leads::Owner);
        let kept = |(steps, part): (Vec<&Step>, &Part)| Part { steps: steps.into_iter().cloned().collect(), ..part.around() };
        let parts: Vec<Part> = parts.into_iter().zip(&self.parts).map(kept).collect();
        let any = parts.iter().any(|p| !p.steps.is_empty());
        any.then(|| Cow::Owned(Self { parts, asks_territory, ..self.anywhere() }))
    }

    /// Returns everything but where it applies and what it asks.
    fn anywhere(&self) -> Self {
        Self {
            id: self.id,
            name: self.name.clone(),
            parts: Vec::new(),
            teams: self.teams.clone(),
            credit: self.credit.clone(),
            credits_territory: self.credits_territory,
            respond: self.respond.clone(),
            areas: Vec::new(),
            sure: self.sure,
            asks_territory: self.asks_territory,
            member: self.member.clone(),
        }
    }

    /// Returns whether nobody can ever take a record by it.
    pub(super) fn is_idle(&self) -> bool {
        self.steps().all(|s| s.idle.is_some())
    }

    /// Writes what it does.
    pub(super) fn does(&self) -> String {
        self.written(|_| true, |_| None)
    }

    /// Writes what it does, without targets that nobody can take a record by.
    pub(super) fn effect(&self) -> String {
        self.written(|step| step.idle.is_none(), |_| None)
    }

    /// Writes what it does with a note behind some targets.
    pub(super) fn noted(&self, note: impl Fn(&Step) -> Option<String>) -> String {
        self.written(|_| true, |step| step.idle.clone().or_else(|| note(step)))
    }

    fn written(&self, keep: impl Fn(&Step) -> bool, note: impl Fn(&Step) -> Option<String>) -> String {
        let step = |s: &Step| note(s).map_or_else(|| s.words.clone(), |n| format!("{} ({n})", s.words));
        let part = |p: &Part| {
            let steps: Vec<String> = p.steps.iter().filter(|s| keep(s)).map(step).collect();
            (!steps.is_empty()).then(|| format!("{}{}{}", p.before, steps.join(", else "), p.after))
        };
        self.parts.iter().filter_map(part).collect::<Vec<_>>().join("; ")
    }

    /// Returns everything about it but where it applies, to tell entries apart.
    pub(super) fn content(&self) -> String {
        let steps: String = self.steps().map(|s| format!("{}|{:?}|", s.team, s.idle)).collect();
        format!("{}|{steps}{}|{}|{}|{:?}", self.does(), self.teams, self.credit, self.respond, self.member)
    }
}
