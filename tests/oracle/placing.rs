//! Where a record belongs: every territory is asked, then the overlap is settled round by round.

use std::sync::Arc;

use rust_decimal::Decimal;
use turf::model::{Answer, OverlapCriterion, Owner, TerritoryId, look_up_key};

use super::evaluate::find;
use super::{Case, Oracle, size};

impl Oracle<'_> {
    pub(super) fn own_claim(&self, id: TerritoryId, case: Case<'_>) -> bool {
        let territory = &self.plan.book.territories[id.index()];
        if !territory.dates.contains(self.today(case.at)) {
            return false;
        }
        let Some(rows) = &territory.row else {
            return territory.conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, None).is_yes());
        };
        let table = &self.plan.book.tables[rows.table];
        let Some(matches) = table.matches.get(&case.record.kind) else { return false };
        let context = self.context(case);
        let keys: Option<Vec<Arc<str>>> = matches.iter().map(|m| look_up_key(&*find(&m.field, &context)?, &m.field.ty)).collect();
        let Some(keys) = keys else { return false };
        // Of all rows that fit, those with the longest prefix, column by column from the left.
        let fits = |row: &[Arc<str>]| {
            let mut cells = matches.iter().zip(row).zip(&keys);
            cells.all(|((m, cell), key)| if m.prefix { key.starts_with(&**cell) } else { cell == key })
        };
        let mut candidates: Vec<_> = table.rows.iter().filter(|(row, _)| fits(row)).collect();
        for column in (0..matches.len()).filter(|c| matches[*c].prefix) {
            let longest = candidates.iter().map(|(row, _)| row[column].len()).max();
            candidates.retain(|(row, _)| Some(row[column].len()) == longest);
        }
        candidates.iter().any(|(_, claims)| claims.iter().any(|(t, _)| *t == id))
    }

    pub(super) fn claims(&self, id: TerritoryId, case: Case<'_>) -> bool {
        let mut at = Some(id);
        while let Some(territory) = at {
            if !self.own_claim(territory, case) {
                return false;
            }
            at = self.plan.book.territories[territory.index()].parent;
        }
        true
    }

    /// The active people behind an owner: of a team those listed, and of the whole roster those who may fit.
    pub(super) fn staff(&self, owner: &Owner, case: Case<'_>) -> Vec<Arc<str>> {
        let mut people = match owner {
            Owner::Rep(name) => vec![name.text.clone()],
            Owner::Team(team, _) => {
                let mut members = Vec::new();
                for line in &self.plan.book.teams[team.index()].members {
                    let condition = line.conditions.get(&case.record.kind);
                    let possible = |rep: &Arc<str>| condition.is_some_and(|c| self.ask(c, case, self.rep(rep)) != Answer::No);
                    members.extend(self.line_members(line).into_iter().filter(|rep| !line.listed.is_empty() || possible(rep)));
                }
                members
            }
        };
        people.retain(|rep| self.active(rep));
        people
    }

    pub(super) fn line_members(&self, line: &turf::model::Members) -> Vec<Arc<str>> {
        if line.listed.is_empty() {
            return self.plan.data.all(self.plan.book.rep.unwrap().record).map(|r| r.key.clone()).collect();
        }
        line.listed.iter().map(|(n, _)| n.text.clone()).collect()
    }

    pub(super) fn territories(&self, case: Case<'_>) -> Vec<TerritoryId> {
        let book = &self.plan.book;
        let ids = (0..book.territories.len()).map(TerritoryId::from_index);
        let owner = |id: TerritoryId| book.territories[id.index()].owner.as_ref();
        let has_staff = |id: TerritoryId| owner(id).is_some_and(|o| !self.staff(o, case).is_empty());
        let staffed: Vec<TerritoryId> = ids.filter(|id| self.claims(*id, case) && has_staff(*id)).collect();
        let deepest = |id: &&TerritoryId| {
            let here = &book.territories[id.index()];
            staffed.iter().all(|o| book.territories[o.index()].root != here.root || book.territories[o.index()].depth <= here.depth)
        };
        let mut left: Vec<TerritoryId> = staffed.iter().filter(deepest).copied().collect();
        let Some(overlap) = &book.overlap else { return Vec::new() };
        let mut winners = Vec::new();
        while winners.len() < overlap.winners as usize && !left.is_empty() {
            let mut best = left.clone();
            for criterion in &overlap.criteria {
                // Lower is better; missing comes last.
                let rank = |id: &TerritoryId| -> (bool, Decimal) { self.overlap_rank(*criterion, *id, case) };
                let lowest = best.iter().map(rank).min().unwrap();
                best.retain(|id| rank(id) == lowest);
            }
            if best.len() > 1 && overlap.or_nobody {
                break;
            }
            winners.push(best[0]);
            left.retain(|id| *id != best[0]);
        }
        winners
    }

    pub(super) fn overlap_rank(&self, criterion: OverlapCriterion, id: TerritoryId, case: Case<'_>) -> (bool, Decimal) {
        let territory = &self.plan.book.territories[id.index()];
        // The lowest value of the field, or of its negative, among the people behind the owner.
        let of_staff = |field, sign: i64| {
            let people = territory.owner.iter().flat_map(|o| self.staff(o, case));
            people.filter_map(|rep| size(self.rep(&rep)?.value(field))).map(|v| v * Decimal::from(sign)).min()
        };
        let or_last = |value: Option<Decimal>| (value.is_none(), value.unwrap_or_default());
        match criterion {
            OverlapCriterion::LowestPriority => or_last(territory.priority.as_ref().map(|p| Decimal::from(p.rank))),
            OverlapCriterion::MostSpecific => (false, -Decimal::from(territory.attributes)),
            OverlapCriterion::Name => (false, Decimal::from(id.0)),
            OverlapCriterion::Highest(field) => or_last(of_staff(field, -1)),
            OverlapCriterion::Lowest(field) => or_last(of_staff(field, 1)),
            OverlapCriterion::LongestTenure => or_last(self.plan.book.rep.and_then(|r| r.since).and_then(|f| of_staff(f, 1))),
        }
    }
}
