//! Comparisons for people: at a terminal, and as Markdown for a merge request.

use rust_decimal::Decimal;

use super::outcome::Kind;
use super::{Change, Comparison, Sample, Tally};
use crate::model::show_number;
use crate::text::wording;

/// How many parts of a change, and how many takers, are shown.
const SHOWN: usize = 8;

/// Writes a comparison for a terminal.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    let mut out = headline(comparison);
    for kind in KINDS {
        let of: Vec<&Change> = comparison.changes.iter().filter(|c| c.kind == *kind).collect();
        if of.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", title(*kind)));
        for change in of {
            out.push_str(&format!("\n  - was  {}\n", change.old.in_words()));
            out.push_str(&format!("    now  {}\n", change.new.in_words()));
            for place in change.shortly.iter().take(SHOWN) {
                out.push_str(&format!("    for {}s: {place}\n", comparison.record));
            }
            out.push_str(&left_out(change).map_or_else(String::new, |more| format!("    {more}\n")));
            out.push_str(&example(change, "    for example "));
        }
    }
    if !comparison.definitions.is_empty() {
        out.push_str("\nDefinitions\n\n");
        comparison.definitions.iter().for_each(|d| out.push_str(&format!("  - {d}\n")));
    }
    if let Some(sample) = &comparison.sample {
        out.push_str(&format!("\n{}\n", sample_words(sample)));
        for (name, tally) in sample.winners_and_losers().into_iter().take(SHOWN * 4) {
            out.push_str(&format!("  {name}: {}\n", tally_words(tally, sample)));
        }
        for (flow, tally) in flows(sample) {
            out.push_str(&format!(
                "  {flow}: {}\n",
                wording::count(usize::try_from(tally.after).unwrap_or(usize::MAX), "record", "records")
            ));
        }
    }
    out
}

/// Writes a comparison as Markdown.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = format!("### What changes for {}s\n\n{}", comparison.record, headline(comparison));
    for kind in KINDS {
        let of: Vec<&Change> = comparison.changes.iter().filter(|c| c.kind == *kind).collect();
        if of.is_empty() {
            continue;
        }
        out.push_str(&format!("\n#### {}\n\n| which | was | now | example |\n| --- | --- | --- | --- |\n", title(*kind)));
        for change in of {
            let mut places: Vec<String> = change.shortly.iter().take(SHOWN).map(|p| cell(p)).collect();
            places.extend(left_out(change));
            let example = example(change, "");
            out.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                places.join("<br>"),
                cell(&change.old.in_words()),
                cell(&change.new.in_words()),
                cell(example.trim())
            ));
        }
    }
    if !comparison.definitions.is_empty() {
        out.push_str("\n#### Definitions\n\n");
        comparison.definitions.iter().for_each(|d| out.push_str(&format!("- {}\n", cell(d))));
    }
    if let Some(sample) = &comparison.sample {
        out.push_str(&format!("\n#### On sample records\n\n{}\n", sample_words(sample)));
        let all = sample.winners_and_losers();
        if !all.is_empty() {
            out.push_str("\n| who | before | after | change |\n| --- | --- | --- | --- |\n");
            for (name, tally) in all.into_iter().take(SHOWN * 4) {
                let change = i128::from(tally.after) - i128::from(tally.before);
                out.push_str(&format!("| {} | {} | {} | {change:+}{} |\n", cell(name), tally.before, tally.after, money(tally, sample)));
            }
        }
    }
    out
}

const KINDS: &[Kind] =
    &[Kind::Assignment, Kind::Team, Kind::Territory, Kind::Credit, Kind::CreditAndResponse, Kind::Response, Kind::Overlay, Kind::RuleOnly];

fn title(kind: Kind) -> &'static str {
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

fn headline(comparison: &Comparison) -> String {
    let names = if comparison.old == comparison.new { String::new() } else { format!(" ({} and {})", comparison.old, comparison.new) };
    let record = &comparison.record;
    let first = match (comparison.changes.len(), comparison.complete) {
        (0, true) if comparison.not_compared.is_empty() => format!("Both books{names} treat every possible {record} alike."),
        (0, true) => format!("As far as rules, territories and the roster go, both books{names} treat every possible {record} alike."),
        (0, false) => format!("No difference was found{names}, but the search was cut short and there may be some."),
        (n, complete) => {
            let end = match (complete, comparison.not_compared.is_empty()) {
                (true, true) => "This list is complete.",
                (true, false) => "This list is complete as far as rules, territories and the roster go.",
                (false, _) => "The search was cut short: there may be more.",
            };
            format!("The books{names} differ for {} of {record}. {end}", wording::count(n, "kind", "kinds"))
        }
    };
    let more: String = comparison.not_compared.iter().map(|sentence| format!("{sentence}\n")).collect();
    format!("{first}\n{more}")
}

/// Says what of a change is not shown, and where all of it is.
fn left_out(change: &Change) -> Option<String> {
    if change.places.len() > SHOWN {
        return Some(format!("and {} more; `--format json` lists them all", change.places.len() - SHOWN));
    }
    (change.places != change.shortly).then(|| "with values left out; `--format json` lists them all".to_owned())
}

fn example(change: &Change, before: &str) -> String {
    let (Some(example), Some((from, to))) = (&change.example, &change.example_moves) else { return String::new() };
    let moves = if from == to { format!("{to} both times") } else { format!("{from}, now {to}") };
    format!("{before}{}: {moves}\n", example.in_words())
}

fn sample_words(sample: &Sample) -> String {
    let count = |n: u64| wording::grouped(usize::try_from(n).unwrap_or(usize::MAX));
    format!(
        "Of {} records {} change: {} go to somebody else, {} lie in another territory, {} have the same owner by another rule; {} are credited differently and {} have other people added.",
        count(sample.records),
        count(sample.changed),
        count(sample.moved),
        count(sample.territory),
        count(sample.rule_only),
        count(sample.credit),
        count(sample.overlay)
    )
}

fn tally_words(tally: &Tally, sample: &Sample) -> String {
    let change = i128::from(tally.after) - i128::from(tally.before);
    format!("{} before, {} after ({change:+}){}", tally.before, tally.after, money(tally, sample))
}

fn money(tally: &Tally, sample: &Sample) -> String {
    let Some((_, currency)) = &sample.money else { return String::new() };
    let change: Decimal = tally.money_after - tally.money_before;
    let sign = if change.is_sign_negative() { "" } else { "+" };
    format!(", {sign}{} {currency}", show_number(change))
}

fn flows(sample: &Sample) -> Vec<(&String, &Tally)> {
    let mut all: Vec<(&String, &Tally)> = sample.flows.iter().collect();
    all.sort_by_key(|(name, tally)| (std::cmp::Reverse(tally.after), *name));
    all.truncate(SHOWN);
    all
}

/// A cell of a table: the bar and line ends would break it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
