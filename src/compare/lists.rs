//! A book's decisions as lists that two books can be compared by.

use std::collections::BTreeMap;

use super::areas_of;
use crate::model::{CreditId, Owner, Rule, Target, TargetKind, words};
use crate::plan::Plan;
use crate::space::{Area, Space, Surveyed};

/// One entry of a list: where it applies and what it does.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The same for entries of both books that apply to the same records and do and are called the same.
    pub id: usize,
    pub name: String,
    /// What it does, for people.
    pub does: String,
    /// The definitions of the teams it asks.
    pub teams: String,
    /// The credit plan with its definition.
    pub credit: String,
    pub areas: Vec<Area>,
    /// Whether it takes every record it applies to.
    pub sure: bool,
    /// Whether it asks who owns the territory.
    pub asks_territory: bool,
}

/// Holds the lists of one book.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    /// Rules in the order compared, the last resort at the end.
    pub rules: Vec<Entry>,
    /// Territories in the order in which they win; a tie left to a person first.
    pub territories: Vec<Entry>,
    pub overlays: Vec<Entry>,
}

type Ids = BTreeMap<(String, String, Vec<Area>), usize>;

impl Lists {
    pub(super) fn read(plan: &Plan, of: &Surveyed, space: &mut Space, ids: &mut Ids) -> Self {
        let book = &plan.book;
        let mut rules = Vec::new();
        for id in plan.rule_order.get(&of.record).into_iter().flatten() {
            let rule = &book.rules[id.index()];
            let areas = areas_of(&space.region(of.rules[id.index()]));
            rules.push(rule_entry(plan, rule, areas));
        }
        if let Some(last) = book.otherwise.get(&of.record) {
            let does = chain(plan, &last.route);
            rules.push(Entry {
                id: 0,
                name: "otherwise".to_owned(),
                teams: teams(plan, &last.route),
                does,
                credit: credit(plan, last.credit),
                areas: vec![Area::everything()],
                sure: true,
                asks_territory: asks_territory(&last.route),
            });
        }
        let mut territories = Vec::new();
        let tied = areas_of(&space.region(of.tied));
        if !tied.is_empty() {
            territories.push(place("none", "a tie is left to a person", tied));
        }
        for (id, node) in &of.order {
            let territory = &book.territories[id.index()];
            let (owner, teams) = match &territory.owner {
                Some(Owner::Rep(name)) => (format!("rep {name}"), String::new()),
                Some(Owner::Team(id, _)) => {
                    let team = &book.teams[id.index()];
                    (format!("team {}", team.name), words::team(book, team))
                }
                None => ("nobody".to_owned(), String::new()),
            };
            territories.push(Entry { teams, ..place(territory.name.as_str(), &owner, areas_of(&space.region(*node))) });
        }
        territories.push(place("none", "no territory", vec![Area::everything()]));
        let mut overlays = Vec::new();
        for (index, overlay) in book.overlays.iter().enumerate().filter(|(_, o)| o.record == of.record) {
            let adds: Vec<String> = overlay.adds.iter().map(|a| format!("add {} as {}", chain(plan, &a.targets), a.role)).collect();
            let teams = overlay.adds.iter().map(|a| teams(plan, &a.targets)).collect();
            overlays.push(Entry {
                sure: false,
                teams,
                ..place(overlay.name.as_str(), &adds.join("; "), areas_of(&space.region(of.overlays[index])))
            });
        }
        let mut lists = Self { rules, territories, overlays };
        for entry in lists.rules.iter_mut().chain(&mut lists.territories).chain(&mut lists.overlays) {
            let next = ids.len();
            let key = (entry.name.clone(), format!("{}|{}|{}", entry.does, entry.teams, entry.credit), entry.areas.clone());
            entry.id = *ids.entry(key).or_insert(next);
        }
        lists
    }
}

fn place(name: &str, does: &str, areas: Vec<Area>) -> Entry {
    Entry {
        id: 0,
        name: name.to_owned(),
        does: does.to_owned(),
        teams: String::new(),
        credit: String::new(),
        areas,
        sure: true,
        asks_territory: false,
    }
}

fn rule_entry(plan: &Plan, rule: &Rule, areas: Vec<Area>) -> Entry {
    let respond = rule.respond.map_or_else(String::new, |p| format!(", respond within {}", crate::model::period_in_words(p)));
    let does = format!("{}{respond}", chain(plan, &rule.route));
    Entry {
        id: 0,
        name: rule.name.to_string(),
        teams: teams(plan, &rule.route),
        does,
        credit: credit(plan, rule.credit),
        areas,
        sure: rule.route.iter().any(|t| matches!(t.kind, TargetKind::Queue(_)) && t.condition.is_none()),
        asks_territory: asks_territory(&rule.route),
    }
}

fn asks_territory(targets: &[Target]) -> bool {
    targets.iter().any(|t| matches!(t.kind, TargetKind::TerritoryOwner))
}

fn chain(plan: &Plan, targets: &[Target]) -> String {
    words::chain(&plan.book, targets)
}

/// The definitions of the teams a chain asks.
fn teams(plan: &Plan, targets: &[Target]) -> String {
    let teams = targets.iter().filter_map(|t| if let TargetKind::Team(id) = t.kind { plan.book.teams.get(id.index()) } else { None });
    teams.map(|team| words::team(&plan.book, team)).collect()
}

fn credit(plan: &Plan, credit: Option<CreditId>) -> String {
    credit.and_then(|id| plan.book.credits.get(id.index())).map_or_else(String::new, |c| words::credit(&plan.book, c))
}
