//! A book's decisions as lists that two books can be compared by.
//!
//! Where a target leads to people whom the two rosters do not have alike, an entry of its own says so, just before the
//! entry of the rule: so the rule need not be taken apart where both rosters agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry::{Entry, Leads, Member, Part, Step};
use super::kept::{Kept, plain};
use super::uses::Uses;
use super::{one_line, roster};
use crate::decide::{Leading, roster as people};
use crate::model::{CreditId, Owner, Period, Role, RuleId, Target, TargetKind, Team, words};
use crate::plan::Plan;
use crate::space::{Area, NodeId, Region, Space, Survey, Surveyed};

/// Holds the lists of one book.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    /// Rules in the order compared, the last resort at the end.
    pub rules: Vec<Entry>,
    /// Territories in the order in which they win; a tie left to a person first.
    pub territories: Vec<Entry>,
    /// By name: what each overlay adds.
    pub overlays: BTreeMap<String, Vec<Entry>>,
    /// Why somebody whom the other roster has otherwise cannot take anything.
    pub absent: BTreeMap<Arc<str>, &'static str>,
}

/// What an entry is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Rule(RuleId),
    Otherwise,
    Overlay(usize),
}

/// Where targets lead to people who differ, by what the targets stand in.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    found: BTreeMap<Source, Vec<(Member, NodeId)>>,
    count: usize,
}

/// How many such places are looked at; more tell that the two rosters have little in common.
const MOST_WAYS: usize = 20_000;

impl Ways {
    /// Finds them; none when there are too many.
    pub(super) fn read(plan: &Plan, of: &Surveyed, survey: &mut Survey, changed: &BTreeSet<Arc<str>>) -> Option<Self> {
        let mut ways = Self::default();
        for key in changed {
            let Some(rep) = people::active_rep(plan, key) else { continue };
            let mut leading = Leading { plan, record: of.record, rep, survey: &mut *survey, of, loose: true };
            for (source, whole, targets) in sources(plan, of) {
                let whole = whole.unwrap_or_else(|| leading.survey.all([]));
                for (target, plain) in targets.iter().zip(plain(&targets)) {
                    let Some((node, _)) = leading.target(target) else { continue };
                    let node = leading.survey.all([whole, node]);
                    let rank = roster::rank(plan, of.record, target, rep);
                    let member = Member { step: words::target(&plan.book, &plain), rep: key.clone(), rank };
                    ways.found.entry(source).or_default().push((member, node));
                    ways.count += 1;
                    if ways.count > MOST_WAYS {
                        return None;
                    }
                }
            }
        }
        Some(ways)
    }
}

/// Everything that leads to people, with where it applies; none stands for everywhere.
pub(super) fn sources<'p>(plan: &'p Plan, of: &Surveyed) -> Vec<(Source, Option<NodeId>, Vec<&'p Target>)> {
    let book = &plan.book;
    let rules = plan.rule_order.get(&of.record).into_iter().flatten();
    let mut all: Vec<_> = rules
        .filter_map(|id| Some((Source::Rule(*id), of.rules.get(id.index()).copied(), book.rules.get(id.index())?.route.iter().collect())))
        .collect();
    all.extend(book.otherwise.get(&of.record).map(|last| (Source::Otherwise, None, last.route.iter().collect())));
    for (index, overlay) in book.overlays.iter().enumerate().filter(|(_, o)| o.record == of.record) {
        let targets = overlay.adds.iter().flat_map(|a| &a.targets).collect();
        all.push((Source::Overlay(index), of.overlays.get(index).copied(), targets));
    }
    all
}

type Steps = BTreeMap<String, Step>;

type Ids = BTreeMap<(String, String, Vec<Area>), usize>;

/// What the lists of one book are read from.
pub(super) struct Reading<'a> {
    pub plan: &'a Plan,
    pub of: &'a Surveyed,
    /// Who differs between the two rosters, and where targets lead to them.
    pub changed: &'a BTreeSet<Arc<str>>,
    /// Segments, classes and lists to be told apart from those of the other book.
    pub altered: &'a BTreeSet<String>,
    pub ways: &'a Ways,
    /// What rules come to while somebody is kept, and when that is over.
    pub kept: &'a Kept,
}

impl Reading<'_> {
    pub(super) fn lists(&self, space: &mut Space, ids: &mut Ids) -> Lists {
        let book = &self.plan.book;
        let steps = self.steps();
        let mut rules = Vec::new();
        for id in self.plan.rule_order.get(&self.of.record).into_iter().flatten() {
            let rule = &book.rules[id.index()];
            let sure = rule.route.iter().any(|target| people::surely_takes(self.plan, target));
            self.members(Source::Rule(*id), rule.name.as_str(), space, &mut rules);
            for (targets, areas) in self.cases(Source::Rule(*id), &rule.route, self.of.rules.get(id.index()).copied(), space) {
                let entry = self.routed(rule.name.as_str(), (targets, &steps), areas);
                rules.push(Entry { respond: respond(rule.respond), sure, ..self.credited(entry, rule.credit) });
            }
        }
        if let Some(last) = book.otherwise.get(&self.of.record) {
            self.members(Source::Otherwise, "otherwise", space, &mut rules);
            for (targets, areas) in self.cases(Source::Otherwise, &last.route, None, space) {
                let entry = self.routed("otherwise", (targets, &steps), areas);
                rules.push(Entry { respond: respond(last.respond), ..self.credited(entry, last.credit) });
            }
        }
        let mut overlays: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for (index, overlay) in book.overlays.iter().enumerate().filter(|(_, o)| o.record == self.of.record) {
            let name = overlay.name.to_string();
            let adds = overlay.adds.iter().map(|add| Part {
                before: "add ".to_owned(),
                steps: self.known(&steps, &add.targets),
                after: format!(" as {}", add.role),
            });
            let own = overlays.entry(name.clone()).or_default();
            self.members(Source::Overlay(index), &name, space, own);
            let asks_territory = overlay.adds.iter().any(|a| asks_territory(&a.targets));
            let areas = areas_of(&space.region(self.of.overlays[index]));
            own.push(Entry { parts: adds.collect(), asks_territory, ..Entry::plain(&name, "", areas) });
        }
        let territories = self.territories(space);
        let absent = self.changed.iter().filter_map(|key| Some((key.clone(), roster::absence(self.plan, key)?))).collect();
        let mut lists = Lists { rules, territories, overlays, absent };
        for entry in lists.rules.iter_mut().chain(&mut lists.territories).chain(lists.overlays.values_mut().flatten()) {
            let next = ids.len();
            entry.id = *ids.entry((entry.name.clone(), entry.content(), entry.areas.clone())).or_insert(next);
        }
        lists
    }

    /// What a rule does and where, one after the other where it keeps somebody for a time.
    fn cases<'t>(
        &'t self,
        source: Source,
        route: &'t [Target],
        whole: Option<NodeId>,
        space: &mut Space,
    ) -> Vec<(&'t [Target], Vec<Area>)> {
        match (self.kept.cases(source), whole) {
            (Some(cases), _) => cases.iter().map(|case| (case.targets.as_slice(), areas_of(&space.region(case.node)))).collect(),
            (None, Some(node)) => vec![(route, areas_of(&space.region(node)))],
            (None, None) => vec![(route, vec![Area::everything()])],
        }
    }

    fn territories(&self, space: &mut Space) -> Vec<Entry> {
        let book = &self.plan.book;
        let mut territories = Vec::new();
        let tied = areas_of(&space.region(self.of.tied));
        if !tied.is_empty() {
            territories.push(Entry::plain("none", "a tie is left to a person", tied));
        }
        for (id, node) in &self.of.order {
            let territory = &book.territories[id.index()];
            let (owner, teams, steady) = match &territory.owner {
                Some(Owner::Rep(name)) => (format!("rep {name}"), String::new(), false),
                Some(Owner::Team(id, _)) => {
                    let team = &book.teams[id.index()];
                    let steady = roster::is_team_steady(self.plan, self.of.record, *id, self.changed);
                    (format!("team {}", team.name), self.team(team), steady)
                }
                None => ("nobody".to_owned(), String::new(), false),
            };
            let mut entry = Entry { teams, ..Entry::plain(territory.name.as_str(), &owner, areas_of(&space.region(*node))) };
            entry.parts.iter_mut().flat_map(|p| &mut p.steps).for_each(|s| s.steady = steady);
            territories.push(entry);
        }
        territories.push(Entry::plain("none", "no territory", vec![Area::everything()]));
        territories
    }

    /// Adds where something leads to people who differ.
    fn members(&self, source: Source, name: &str, space: &mut Space, entries: &mut Vec<Entry>) {
        for (member, node) in self.ways.found.get(&source).into_iter().flatten() {
            let areas = areas_of(&space.region(*node));
            if !areas.is_empty() {
                entries.push(Entry { sure: false, member: Some(member.clone()), ..Entry::plain(name, &member.step, areas) });
            }
        }
    }

    fn routed(&self, name: &str, (targets, steps): (&[Target], &Steps), areas: Vec<Area>) -> Entry {
        let part = Part { steps: self.known(steps, targets), ..Part::default() };
        Entry { parts: vec![part], asks_territory: asks_territory(targets), ..Entry::plain(name, "", areas) }
    }

    /// Every target of the book, by its words: many rules share one, and the whole roster is asked about each.
    fn steps(&self) -> Steps {
        let mut steps = Steps::new();
        for target in sources(self.plan, self.of).into_iter().flat_map(|(_, _, targets)| targets) {
            steps.entry(words::target(&self.plan.book, target)).or_insert_with(|| self.step(target));
        }
        steps
    }

    fn known(&self, steps: &Steps, targets: &[Target]) -> Vec<Step> {
        targets.iter().map(|t| steps.get(&words::target(&self.plan.book, t)).cloned().unwrap_or_else(|| self.step(t))).collect()
    }

    fn step(&self, target: &Target) -> Step {
        let book = &self.plan.book;
        let team = if let TargetKind::Team(id) = target.kind { book.teams.get(id.index()) } else { None };
        Step {
            words: words::target(book, target),
            team: format!("{}{}", team.map_or_else(String::new, |team| self.team(team)), self.uses().target(target).in_words()),
            leads: match target.kind {
                TargetKind::Rep(_) | TargetKind::Queue(_) => Leads::Named,
                TargetKind::Team(_) => Leads::Team,
                TargetKind::TerritoryOwner => Leads::Owner,
                TargetKind::Path(_) | TargetKind::PreviousRep { .. } | TargetKind::LeaveAsIs(_) | TargetKind::Keep(_) => Leads::Recorded,
            },
            steady: roster::is_steady(self.plan, self.of.record, target, self.changed),
            idle: roster::idle(self.plan, self.of.record, target),
            sure: match target.kind {
                // Territories whose owner is not active win nothing.
                TargetKind::TerritoryOwner => target.condition.is_none() && !target.if_available && !target.if_at_work,
                _ => people::surely_takes(self.plan, target),
            },
        }
    }

    fn uses(&self) -> Uses<'_> {
        Uses::new(&self.plan.book, self.altered)
    }

    /// The definition of a team, and which definitions that changed it uses.
    fn team(&self, team: &Team) -> String {
        format!("{}{}", words::team(&self.plan.book, team), self.uses().team(team).in_words())
    }

    /// Adds a credit plan in words, with those whom it names and who are not there to be credited.
    fn credited(&self, entry: Entry, credit: Option<CreditId>) -> Entry {
        let Some(plan) = credit.and_then(|id| self.plan.book.credits.get(id.index())) else { return entry };
        let roles: Vec<&Role> = plan.ledgers.iter().flat_map(|l| l.shares.iter().map(|s| &s.role).chain(&l.rest)).collect();
        let named: BTreeSet<&Arc<str>> =
            roles.iter().filter_map(|r| if let Role::Rep(name) = r { Some(&name.text) } else { None }).collect();
        let gone = named.into_iter().filter_map(|key| Some(format!(", and {key} {}", roster::absence(self.plan, key)?)));
        let credit = format!("{}{}", one_line(&words::credit(&self.plan.book, plan)), gone.collect::<String>());
        Entry { credit, credits_territory: roles.iter().any(|r| matches!(r, Role::TerritoryOwner)), ..entry }
    }
}

fn respond(period: Option<Period>) -> String {
    period.map_or_else(String::new, |p| format!("respond within {}", crate::model::period_in_words(p)))
}

fn asks_territory(targets: &[Target]) -> bool {
    targets.iter().any(|t| matches!(t.kind, TargetKind::TerritoryOwner))
}

/// The region of a formula as areas of its own.
fn areas_of(region: &Arc<Region>) -> Vec<Area> {
    region.areas.clone()
}
