//! What is shown, as a page for a person.

use std::collections::BTreeSet;

use super::{
    ClassShown, ConditionShown, Details, LevelShown, RosterShown, RowsShown, RuleShown, SegmentUsed, Shown, TeamShown, TerritoryShown,
};
use crate::explain::text::Page;
use crate::text::wording;

/// Writes what is shown as a page of the given width.
#[must_use]
pub fn shown_text(shown: &Shown, width: usize) -> String {
    let mut page = Page::new(width);
    let of = match &shown.what {
        Details::Rule(RuleShown { record, .. }) | Details::Class(ClassShown { record, .. }) => format!(" for {record} records"),
        Details::Territory(_) | Details::Segment(_) | Details::Team(_) => String::new(),
    };
    page.line(0, 2, &format!("{} {}{of} ({})", shown.kind.as_str(), shown.name, shown.place));
    if let Some(because) = &shown.because {
        page.line(2, 2, &format!("\"{because}\""));
    }
    match &shown.what {
        Details::Territory(territory) => territory_page(&mut page, territory, &shown.segments),
        Details::Segment(segment) => {
            page.section("Condition");
            if segment.conditions.is_empty() {
                page.line(2, 2, "It asks for fields that such a record does not have.");
            }
            segment.conditions.iter().for_each(|c| page.line(2, 4, &condition(c)));
            segments(&mut page, &shown.segments);
        }
        Details::Class(class) => {
            page.section("Values: the first line that holds gives the value");
            for line in &class.lines {
                let asked = line.condition.as_ref().map_or_else(|| "otherwise".to_owned(), |c| format!("when {c}"));
                let dates = line.dates.as_ref().map_or_else(String::new, |d| format!(" {d}"));
                page.line(2, 4, &format!("{} {asked}{dates} ({})", line.value, line.place));
            }
            segments(&mut page, &shown.segments);
        }
        Details::Rule(rule) => rule_page(&mut page, rule, &shown.segments),
        Details::Team(team) => team_page(&mut page, team, &shown.segments),
    }
    page.text
}

/// Writes a condition; which records it is for is said where it is not plain.
fn condition(condition: &ConditionShown) -> String {
    format!("for {}: {}", wording::join(&condition.records, "and"), condition.text)
}

fn territory_page(page: &mut Page, territory: &TerritoryShown, used: &[SegmentUsed]) {
    page.section("A record lies here when every line holds, from the root down");
    let records: BTreeSet<&String> = territory.levels.iter().flat_map(|l| &l.conditions).flat_map(|c| &c.records).collect();
    territory.levels.iter().for_each(|l| level(page, l, records.len()));
    segments(page, used);
    page.section("What else holds");
    let dates = &territory.dates;
    let days = match (&dates.from, &dates.through) {
        _ if dates.never => "never: the lines above are in force at different times".to_owned(),
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(through)) => format!("through {through}"),
        (Some(from), Some(through)) => format!("from {from} through {through}"),
    };
    page.fact("in force", &days);
    let priority = territory.priority.as_ref().map_or_else(|| "none".to_owned(), |p| format!("{}, from {} ({})", p.name, p.from, p.place));
    page.fact("priority", &priority);
    page.fact("owner", territory.owner.as_deref().unwrap_or("nobody"));
    page.fact("inside", &wording::count(territory.inside, "territory", "territories"));
}

/// Writes a level; `records` is how many kinds of record the whole territory is about.
fn level(page: &mut Page, level: &LevelShown, records: usize) {
    let dates = level.dates.as_ref().map_or_else(String::new, |d| format!(", {d}"));
    let heading = format!("{} ({}{dates}):", level.name, level.place);
    match (&level.rows, level.conditions.as_slice()) {
        (Some(rows), _) => page.line(2, 4, &format!("{heading} {}", rows_words(rows))),
        (None, []) => page.line(2, 4, &format!("{heading} asks for fields that such a record does not have")),
        (None, [only]) if only.records.len() == records => page.line(2, 4, &format!("{heading} {}", only.text)),
        (None, [only]) => page.line(2, 4, &format!("{heading} {}", condition(only))),
        (None, several) => {
            page.line(2, 4, &heading);
            several.iter().for_each(|c| page.line(6, 4, &condition(c)));
        }
    }
}

fn rows_words(rows: &RowsShown) -> String {
    let keys: Vec<String> = rows.keys.iter().map(|cells| cells.join(" / ")).collect();
    let more = rows.count.saturating_sub(keys.len());
    let more = if more == 0 { String::new() } else { format!(" and {} more", wording::grouped(more)) };
    format!(
        "{} of {}, where {}: {}{more}",
        wording::count(rows.count, "row", "rows"),
        rows.file,
        rows.compared.join(" and "),
        keys.join(", ")
    )
}

fn segments(page: &mut Page, used: &[SegmentUsed]) {
    if used.is_empty() {
        return;
    }
    page.section("Segments");
    let alike = used.iter().all(|s| used.first().is_some_and(|first| first.records == s.records));
    for segment in used {
        let of = if alike { String::new() } else { format!(" of {}", wording::join(&segment.records, "and")) };
        // Deep chains would run off the page.
        let indent = 2 + 2 * segment.depth.min(10);
        page.line(indent, 4, &format!("{}{of} ({}): {}", segment.name, segment.place, segment.condition));
    }
}

fn rule_page(page: &mut Page, rule: &RuleShown, used: &[SegmentUsed]) {
    page.section("Applies when");
    page.line(2, 4, &rule.condition);
    segments(page, used);
    page.section("What it does");
    page.fact("priority", &rule.priority);
    page.fact("in force", rule.dates.as_deref().unwrap_or("always"));
    let chain = rule.targets.join(", else ");
    match chain.strip_prefix("keep ") {
        Some(kept) => page.fact("keep", kept),
        None => page.fact("route to", &chain),
    }
    page.fact("respond", &rule.respond.as_ref().map_or_else(|| "at any time".to_owned(), |r| format!("within {r}")));
    match &rule.credit {
        Some(credit) => {
            page.fact("credit", &format!("{} ({})", credit.name, credit.place));
            credit.ledgers.iter().for_each(|l| page.line(14, 2, l));
        }
        None => page.fact("credit", "nobody"),
    }
}

fn team_page(page: &mut Page, team: &TeamShown, used: &[SegmentUsed]) {
    page.section("Who belongs to it, and who gets a record");
    let picked = if team.pick.is_empty() { "the only member".to_owned() } else { team.pick.join(", then ") };
    team.members.iter().for_each(|m| page.line(2, 4, m));
    page.line(2, 4, &format!("pick {picked}"));
    team.weight.iter().for_each(|w| page.line(2, 4, &format!("weight {w}")));
    team.limits.iter().for_each(|l| page.line(2, 4, l));
    team.counts.iter().for_each(|c| page.line(2, 4, c));
    if team.working_hours_only {
        page.line(2, 4, "working hours only");
    }
    segments(page, used);
    let able = team.roster.iter().filter(|r| r.can_take).count();
    page.section(&format!("Who can get a record on {}: {}", team.at, wording::count(able, "rep", "reps")));
    for RosterShown { rep, can_take, reason } in &team.roster {
        let mark = if *can_take { "yes" } else { "no " };
        let reason = reason.as_ref().map_or_else(String::new, |r| format!(": {r}"));
        page.line(2, 6, &format!("{mark} {rep}{reason}"));
    }
    if team.others > 0 {
        page.line(2, 4, &format!("{} of the roster cannot be a member", wording::count(team.others, "other", "others")));
    }
}
