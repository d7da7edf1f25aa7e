//! Territories that never win, because others go before them wherever they claim something.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::ground::Ground;
use super::super::proofs::Proofs;
use super::{at_row, table};
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity};
use crate::model::TerritoryId;
use crate::space::{Area, Hiding, Ranked, Region};
use crate::text::wording;

/// How many of those that go before one are named for a row of a table.
const NAMED: usize = 4;

/// What is found of one table.
#[derive(Default)]
struct OfTable {
    /// Those that never win, with what goes before them.
    hidden: Vec<(TerritoryId, Vec<TerritoryId>)>,
    /// How many could not be told in the time allowed.
    undecided: usize,
}

pub(super) fn check(ground: &Ground<'_>, order: &[TerritoryId], claims: &[Arc<Region>], ranked: &Ranked<'_>, proofs: &mut Proofs) {
    let mut of_tables: BTreeMap<usize, OfTable> = BTreeMap::new();
    for (position, id) in order.iter().enumerate() {
        let territory = ground.territory(*id);
        let of_table = table(ground, *id);
        match ranked.hidden_by(position, &ranked.all_before(position), &mut ground.budget()) {
            Hiding::Hidden(by) if !by.is_empty() => {
                let by: Vec<TerritoryId> = by.into_iter().map(|p| order[p]).collect();
                match of_table {
                    Some(table) => of_tables.entry(table).or_default().hidden.push((*id, by)),
                    None => proofs.findings.push(hidden(ground, *id, &by)),
                }
            }
            Hiding::Empty => {
                let has_children = ground.plan.children.get(id.index()).is_some_and(|c| !c.is_empty());
                if has_children && !inner(ground, *id, order, claims).is_empty() {
                    shared_out(ground, *id, proofs);
                }
            }
            Hiding::Undecided => match of_table {
                Some(table) => of_tables.entry(table).or_default().undecided += 1,
                None => proofs.undecided(territory.name.span, format!("whether the territory `{}` can ever win", territory.name)),
            },
            Hiding::Hidden(_) | Hiding::Seen(_) => {}
        }
    }
    for (position, found) in of_tables {
        let Some(table) = ground.plan.book.tables.get(position) else { continue };
        if found.undecided > 0 {
            let count = wording::count(found.undecided, "territory", "territories");
            proofs.undecided(table.span, format!("whether {count} of `{}` can ever win", table.file));
        }
        match &*found.hidden {
            [] => {}
            [(id, by)] => proofs.findings.push(hidden(ground, *id, by)),
            all => proofs.findings.push(rows(ground, &table.file, all).at(table.span, "some of its rows can never win")),
        }
    }
}

fn hidden(ground: &Ground<'_>, id: TerritoryId, by: &[TerritoryId]) -> Diagnostic {
    let headline = format!(
        "the territory `{}` never holds a {}: {} wherever it claims one",
        ground.territory(id).name,
        ground.record_name(),
        win(ground, by, usize::MAX)
    );
    let mut finding = at_row(ground, id, Diagnostic::new(DiagnosticName::TerritoryNeverWins, headline), "can never win");
    for other in by.iter().take(4) {
        finding = at_row(ground, *other, finding, "goes before it");
    }
    finding.help("Narrow the others, give this one a priority that goes before theirs, or remove it.")
}

fn rows(ground: &Ground<'_>, file: &str, all: &[(TerritoryId, Vec<TerritoryId>)]) -> Diagnostic {
    let count = wording::count(all.len(), "territory", "territories");
    let headline = format!("{count} of `{file}` never hold a {}: others win wherever they claim one", ground.record_name());
    let about = all.iter().map(|(id, by)| format!("`{}`: {}", ground.territory(*id).name, win(ground, by, NAMED)));
    Diagnostic::new(DiagnosticName::TerritoryNeverWins, headline)
        .about(about.collect())
        .help("Remove their rows, narrow the others, or give the table a priority that goes before theirs.")
}

/// Says who goes before: "`west` wins".
fn win(ground: &Ground<'_>, by: &[TerritoryId], most: usize) -> String {
    let mut names: Vec<String> = by.iter().take(most).map(|b| format!("`{}`", ground.territory(*b).name)).collect();
    if by.len() > most {
        names.push(wording::count(by.len() - most, "other", "others"));
    }
    format!("{} {}", wording::join(&names, "and"), if by.len() == 1 { "wins" } else { "win" })
}

/// A territory whose inner ones share out all of it: its owner stands by for theirs, which may be meant.
fn shared_out(ground: &Ground<'_>, id: TerritoryId, proofs: &mut Proofs) {
    let territory = ground.territory(id);
    let what = ground.record_name();
    proofs.findings.push(
        Diagnostic::new(
            DiagnosticName::TerritoryNeverWins,
            format!("the territories inside `{}` share out all of it, so its own owner never gets a {what} by it", territory.name),
        )
        .as_severe_as(Severity::Advice)
        .at(territory.name.span, "nothing is left for its owner")
        .help("The owner stands by for the day when one of them has nobody active. If that is what was meant, all is well."),
    );
}

/// The territories inside one that leave nothing of it; none when it claims nothing anyway.
fn inner(ground: &Ground<'_>, id: TerritoryId, order: &[TerritoryId], claims: &[Arc<Region>]) -> Vec<TerritoryId> {
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    if !claims[id.index()].areas.iter().any(possible) {
        return Vec::new();
    }
    let (root, depth) = (ground.territory(id).root, ground.territory(id).depth);
    let deeper = order.iter().copied().filter(|o| ground.territory(*o).root == root && ground.territory(*o).depth > depth);
    deeper.filter(|o| claims[o.index()].meets(&claims[id.index()])).take(8).collect()
}
