//! Records that only a territory claims which has nobody to take them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::ground::{Ground, Shown};
use super::super::proofs::Proofs;
use super::table;
use crate::decide::roster;
use crate::diagnostic::{Diagnostic, DiagnosticName, Witness};
use crate::model::{Owner, TerritoryId};
use crate::space::{Area, Index, Region};
use crate::text::wording;

/// How many parts of what one leaves are listed.
const MOST: usize = 50;

/// The territories of one table without staff whose records nobody else claims.
#[derive(Default)]
struct OfTable {
    names: Vec<String>,
    about: Vec<String>,
    gaps: Vec<Area>,
    example: Option<Witness>,
}

pub(super) fn check(ground: &Ground<'_>, order: &[TerritoryId], claims: &[Arc<Region>], proofs: &mut Proofs) {
    let staffed: BTreeSet<TerritoryId> = order.iter().copied().collect();
    let unstaffed = || (0..claims.len()).map(TerritoryId::from_index).filter(|id| !staffed.contains(id));
    if unstaffed().next().is_none() {
        return;
    }
    let cover: Vec<&Area> = order.iter().flat_map(|id| &claims[id.index()].areas).collect();
    let index = Index::new(&ground.space, &cover);
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    let mut of_tables: BTreeMap<usize, OfTable> = BTreeMap::new();
    for id in unstaffed() {
        // Only the outermost is reported: what lies inside is left over for the same reason.
        if ground.territory(id).parent.is_some_and(|p| !staffed.contains(&p)) {
            continue;
        }
        let claim = &claims[id.index()];
        let (mut gaps, _) = ground.space.holes(&claim.areas, (&cover, &index), MOST, &mut ground.budget(), possible);
        let name = &ground.territory(id).name;
        let has_children = ground.plan.children.get(id.index()).is_some_and(|c| !c.is_empty());
        if gaps.is_empty() {
            if !has_children && table(ground, id).is_none() && claim.areas.iter().any(possible) {
                let why = unowned(ground, id);
                let what = ground.record_name();
                let headline = format!("the territory `{name}` never holds a {what}: {}, and others take its {what}s", why.said);
                let finding = Diagnostic::new(DiagnosticName::TerritoryNeverWins, headline).at(name.span, "can never win");
                proofs.findings.push(finding.help(format!("{}, or remove it.", why.remedy)));
            }
            continue;
        }
        gaps = ground.space.distinct(gaps);
        gaps.sort_by_cached_key(|area| ground.largeness(area));
        let example = || {
            gaps.iter().take(10).find_map(|area| match ground.show(area, |t| t.decision.placement.territory().is_none()) {
                Shown::Example(example) => Some(example),
                Shown::Unclear | Shown::Mistake(_) => None,
            })
        };
        if let Some(table) = table(ground, id) {
            let of_table = of_tables.entry(table).or_default();
            if of_table.example.is_none() {
                of_table.example = example();
            }
            of_table.names.push(format!("`{name}`"));
            of_table.about.extend(gaps.first().map(|gap| format!("`{name}`: {}", ground.space.sentence(gap, ground.zone()))));
            of_table.gaps.append(&mut gaps);
            continue;
        }
        let why = unowned(ground, id);
        let (finding, headline, label) = if has_children {
            let headline = format!("{}, and the territories inside it leave a gap", why.said);
            (DiagnosticName::TerritoryGap, headline, "what is left belongs to nobody")
        } else {
            let headline = format!("{}, and no other claims its {}s", why.said, ground.record_name());
            (DiagnosticName::UnstaffedTerritory, headline, "cannot win without an active owner")
        };
        let finding = Diagnostic::new(finding, headline)
            .at(name.span, label)
            .about(ground.in_words(&gaps))
            .shown_by(example())
            .help(format!("{}, or let another territory claim what is left.", why.remedy));
        proofs.found(finding, ground.record, gaps);
    }
    for (position, of_table) in of_tables {
        finding(ground, position, of_table, proofs);
    }
}

fn finding(ground: &Ground<'_>, position: usize, found: OfTable, proofs: &mut Proofs) {
    let Some(table) = ground.plan.book.tables.get(position) else { return };
    let what = ground.record_name();
    let headline = match &*found.names {
        [name] => format!("nobody active owns the territory {name} of `{}`, and no other claims its {what}s", table.file),
        names => format!(
            "nobody active owns {} of `{}`, and no other claims their {what}s",
            wording::count(names.len(), "territory", "territories"),
            table.file
        ),
    };
    let finding = Diagnostic::new(DiagnosticName::UnstaffedTerritory, headline)
        .at(table.span, "cannot win without an active owner")
        .about(found.about)
        .shown_by(found.example)
        .help("Name an active owner in their rows, or let another territory claim what is left.");
    proofs.found(finding, ground.record, found.gaps);
}

/// Why a territory cannot win, and what would mend it.
struct Unowned {
    said: String,
    remedy: String,
}

fn unowned(ground: &Ground<'_>, id: TerritoryId) -> Unowned {
    let name = &ground.territory(id).name;
    let said = match &ground.territory(id).owner {
        None => {
            let said = format!("the territory `{name}` has no owner");
            return Unowned { said, remedy: format!("Give `{name}` an owner with `owner`") };
        }
        Some(Owner::Rep(rep)) => {
            let known = roster::rep(ground.plan, &rep.text).is_some();
            let lacks = if known { "is not active" } else { "is not in the roster" };
            format!("`{rep}`, who owns the territory `{name}`, {lacks}")
        }
        Some(Owner::Team(team, _)) => {
            let team = ground.plan.book.teams.get(team.index()).map_or_else(String::new, |t| format!(" `{}`", t.name));
            format!("nobody of the team{team}, which owns the territory `{name}`, is active and fits")
        }
    };
    Unowned { said, remedy: format!("Give `{name}` an owner who is active") }
}
