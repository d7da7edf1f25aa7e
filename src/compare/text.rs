//! Comparisons for people at a terminal, and what both ways of writing them share.

use rust_decimal::Decimal;

use super::outcome::Kind;
use super::{Change, Comparison, Sample, Tally};
use crate::diagnostic::{Concerns, render};
use crate::model::show_number;
use crate::text::wording;

/// How many parts of a change are shown.
pub(super) const SHOWN: usize = 8;

/// How many of those who gain or lose are shown.
pub(super) const TAKERS: usize = 32;

/// Says where all of what is left out can be had.
pub(super) const ALL: &str = "`--format json` lists them all";

/// Why something is only perhaps so.
const UNPROVED: &str = "not proved, as no example was found";

/// Writes a comparison for a terminal.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    let mut out = headline(comparison);
    for (kind, changes) in by_kind(comparison) {
        out.push_str(&format!("\n{}\n", title(kind)));
        for change in changes {
            out.push_str(&format!("\n  - was  {}\n", change.old.in_words()));
            out.push_str(&format!("    now  {}\n", change.new.in_words()));
            for (place, concerns) in shown(change) {
                let concerns = concerns.map_or_else(String::new, |c| format!("; {}", render::concerns(c)));
                out.push_str(&format!("    for {}s: {place}{concerns}\n", comparison.record));
            }
            out.push_str(&left_out(change).map_or_else(String::new, |more| format!("    {more}\n")));
            out.push_str(
                &change
                    .concerns
                    .as_ref()
                    .filter(|_| change.places.len() > 1)
                    .map_or_else(String::new, |c| format!("    together {}\n", render::concerns(c))),
            );
            out.push_str(&example(change, "    for example "));
            out.push_str(&perhaps(change).map_or_else(String::new, |said| format!("    {said}\n")));
        }
    }
    if !comparison.definitions.is_empty() {
        out.push_str("\nDefinitions\n\n");
        definitions(comparison).iter().for_each(|d| out.push_str(&format!("  - {d}\n")));
    }
    if let Some(sample) = &comparison.sample {
        out.push_str(&format!("\n{}\n", sample_words(sample)));
        let all = sample.winners_and_losers();
        for (name, tally) in all.iter().take(TAKERS) {
            out.push_str(&format!("  {name}: {}\n", tally_words(tally, sample)));
        }
        out.push_str(&more(all.len(), TAKERS).map_or_else(String::new, |more| format!("  {more}\n")));
        let all = sample.flows_in_order();
        for (flow, tally) in all.iter().take(SHOWN) {
            out.push_str(&format!("  {flow}: {}\n", counted(tally.after)));
        }
        out.push_str(&more(all.len(), SHOWN).map_or_else(String::new, |more| format!("  {more}\n")));
    }
    out
}

/// The changes by kind, those that matter most first.
pub(super) fn by_kind(comparison: &Comparison) -> impl Iterator<Item = (Kind, Vec<&Change>)> {
    let of = |kind: Kind| comparison.changes.iter().filter(|c| c.kind == kind).collect::<Vec<_>>();
    KINDS.iter().map(move |kind| (*kind, of(*kind))).filter(|(_, changes)| !changes.is_empty())
}

/// The places of a change that are shown, with how many sample records each concerns.
pub(super) fn shown(change: &Change) -> impl Iterator<Item = (&String, Option<&Concerns>)> {
    change.shortly.iter().take(SHOWN).enumerate().map(|(at, place)| (place, change.where_concerns.get(at)))
}

/// The definitions that changed, and where all of them are when some are cut short.
pub(super) fn definitions(comparison: &Comparison) -> Vec<String> {
    let mut all = comparison.definitions_shortly.clone();
    if comparison.definitions != comparison.definitions_shortly {
        all.push(format!("of long lists some are left out here; {ALL}"));
    }
    all
}

/// Says how many are not shown.
pub(super) fn more(all: usize, shown: usize) -> Option<String> {
    let left = all.checked_sub(shown).filter(|left| *left > 0)?;
    Some(format!("and {} more; {ALL}", wording::grouped(left)))
}

pub(super) fn counted(records: u64) -> String {
    wording::count(usize::try_from(records).unwrap_or(usize::MAX), "record", "records")
}

const KINDS: &[Kind] =
    &[Kind::Assignment, Kind::Team, Kind::Territory, Kind::Credit, Kind::CreditAndResponse, Kind::Response, Kind::Overlay, Kind::RuleOnly];

pub(super) fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Assignment => "Goes to somebody else, or may",
        Kind::Team => "Goes to the same team, and the team changed",
        Kind::Territory => "Lies in another territory, with the same assignee",
        Kind::Credit => "Same assignee, credited differently",
        Kind::CreditAndResponse => "Same assignee, credited differently and with another time to respond",
        Kind::Response => "Same assignee, with another time to respond",
        Kind::Overlay => "Other people are added",
        Kind::RuleOnly => "Owner unchanged, rule changed",
    }
}

/// How to have a search go on.
const LONGER: &str = "A larger `budget` under `[check]` in the turf.toml of the newer book lets it go on.";

pub(super) fn headline(comparison: &Comparison) -> String {
    let names = if comparison.old == comparison.new { String::new() } else { format!(" ({} and {})", comparison.old, comparison.new) };
    let record = &comparison.record;
    let first = match (comparison.changes.len(), comparison.complete) {
        (0, true) if comparison.not_compared.is_empty() => format!("Both books{names} treat every possible {record} alike."),
        (0, true) => format!("As far as rules, territories and the roster go, both books{names} treat every possible {record} alike."),
        (0, false) => format!("No difference was found{names}, but the search was cut short and there may be some. {LONGER}"),
        (n, complete) => {
            let end = match (complete, comparison.not_compared.is_empty()) {
                (true, true) => "This list is complete.",
                (true, false) => "This list is complete as far as rules, territories and the roster go.",
                (false, _) => "The search was cut short: there may be more.",
            };
            let end = if complete { end.to_owned() } else { format!("{end} {LONGER}") };
            let open = comparison.changes.iter().filter(|c| !c.proved).count();
            let kinds = |n: usize| format!("{} of {record}", wording::count(n, "kind", "kinds"));
            let which = if open == 1 { "which is" } else { "which are" };
            match n - open {
                0 => format!("The books{names} may differ for {}, {which} {UNPROVED}. {end}", kinds(open)),
                _ if open == 0 => format!("The books{names} differ for {}. {end}", kinds(n)),
                sure => format!("The books{names} differ for {}, and perhaps for {open} more, {which} {UNPROVED}. {end}", kinds(sure)),
            }
        }
    };
    let more: String = comparison.not_compared.iter().map(|sentence| format!("{sentence}\n")).collect();
    format!("{first}\n{more}")
}

/// Says that a change is not proved.
pub(super) fn perhaps(change: &Change) -> Option<String> {
    (!change.proved).then(|| format!("perhaps: {UNPROVED}"))
}

/// Says what of a change is not shown, and where all of it is.
pub(super) fn left_out(change: &Change) -> Option<String> {
    if let Some(more) = more(change.places.len(), SHOWN) {
        return Some(more);
    }
    (change.places != change.shortly).then(|| format!("with values left out; {ALL}"))
}

pub(super) fn example(change: &Change, before: &str) -> String {
    let (Some(example), Some((from, to))) = (&change.example, &change.example_moves) else { return String::new() };
    let moves = if from == to { format!("{to} both times") } else { format!("{from}, now {to}") };
    format!("{before}{}: {moves}\n", example.in_words())
}

pub(super) fn sample_words(sample: &Sample) -> String {
    let count = |n: u64| wording::grouped(usize::try_from(n).unwrap_or(usize::MAX));
    let alike = if sample.alike == 0 {
        String::new()
    } else {
        format!(
            " Of those that go to somebody else {} in none of the differences above: turns, limits or open work made them.",
            if sample.alike == 1 { "1 lies".to_owned() } else { format!("{} lie", count(sample.alike)) }
        )
    };
    let verb = |n: u64, one: &str, many: &str| format!("{} {}", count(n), if n == 1 { one } else { many });
    format!(
        "Of {} {}: {} to somebody else, {} in another territory, {} the same owner by another rule; {} credited differently and {} other people added.{alike}",
        counted(sample.records),
        verb(sample.changed, "changes", "change"),
        verb(sample.moved, "goes", "go"),
        verb(sample.territory, "lies", "lie"),
        verb(sample.rule_only, "has", "have"),
        verb(sample.credit, "is", "are"),
        verb(sample.overlay, "has", "have"),
    )
}

fn tally_words(tally: &Tally, sample: &Sample) -> String {
    let change = i128::from(tally.after) - i128::from(tally.before);
    format!("{} before, {} after ({change:+}){}", tally.before, tally.after, money(tally, sample))
}

pub(super) fn money(tally: &Tally, sample: &Sample) -> String {
    let Some((_, currency)) = &sample.money else { return String::new() };
    let change: Decimal = tally.money_after - tally.money_before;
    let sign = if change.is_sign_negative() { "" } else { "+" };
    format!(", {sign}{} {currency}", show_number(change))
}
