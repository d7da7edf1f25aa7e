//! Every condition of a book, for checks that look at conditions wherever they stand.

use crate::model::{Condition, Pick, Rulebook, Target};

/// Lists the conditions of a book; one that fits several records is listed for each.
pub(super) fn every_condition(book: &Rulebook) -> Vec<&Condition> {
    let mut all: Vec<&Condition> = Vec::new();
    all.extend(book.segments.iter().flat_map(|s| s.conditions.values()));
    all.extend(book.classes.iter().flat_map(|c| &c.lines).filter_map(|l| l.when.as_ref()));
    all.extend(book.territories.iter().flat_map(|t| t.conditions.values()));
    for team in &book.teams {
        all.extend(team.members.iter().flat_map(|m| m.conditions.values()));
        all.extend(team.limits.iter().flat_map(|l| l.conditions.values()));
        all.extend(team.pick.iter().filter_map(|p| if let Pick::Prefer(c, _) = p { Some(c.values()) } else { None }).flatten());
    }
    all.extend(book.rules.iter().map(|r| &r.condition));
    all.extend(book.rules.iter().flat_map(|r| of_targets(&r.route)));
    all.extend(book.otherwise.values().flat_map(|o| of_targets(&o.route)));
    all.extend(book.overlays.iter().map(|o| &o.condition));
    all.extend(book.overlays.iter().flat_map(|o| &o.adds).flat_map(|a| of_targets(&a.targets)));
    all
}

fn of_targets(targets: &[Target]) -> impl Iterator<Item = &Condition> {
    targets.iter().filter_map(|t| t.condition.as_ref())
}
