//! Comparisons as Markdown, for a merge request.

use super::text::{
    SHOWN, TAKERS, by_kind, counted, definitions, example, headline, left_out, money, more, perhaps, sample_words, shown, title,
};
use super::{Change, Comparison, Sample};
use crate::diagnostic::render;

/// Writes a comparison as Markdown.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = format!("### What changes for {}s\n\n{}", comparison.record, headline(comparison));
    let counts = comparison.sample.is_some();
    for (kind, changes) in by_kind(comparison) {
        let (head, line) = if counts { (" concerns |", " --- |") } else { ("", "") };
        out.push_str(&format!("\n#### {}\n\n| which |{head} was | now | example |\n| --- |{line} --- | --- | --- |\n", title(kind)));
        for change in changes {
            let concerns = change.concerns.as_ref().map_or_else(String::new, |c| format!(" {} |", cell(&render::concerns(c))));
            out.push_str(&format!(
                "| {} |{concerns} {} | {} | {} |\n",
                places(change),
                cell(&change.old.in_words()),
                cell(&change.new.in_words()),
                cell(perhaps(change).unwrap_or_else(|| example(change, "")).trim())
            ));
        }
    }
    if !comparison.definitions.is_empty() {
        out.push_str("\n#### Definitions\n\n");
        definitions(comparison).iter().for_each(|d| out.push_str(&format!("- {}\n", cell(d))));
    }
    if let Some(sample) = &comparison.sample {
        out.push_str(&format!("\n#### On sample records\n\n{}\n", sample_words(sample)));
        takers(sample, &mut out);
        flows(sample, &mut out);
    }
    out
}

/// The places of a change, one a line.
fn places(change: &Change) -> String {
    let of_several = change.places.len() > 1;
    let mut places: Vec<String> = shown(change)
        .map(|(place, concerns)| match concerns.filter(|_| of_several) {
            Some(concerns) => cell(&format!("{place} ({})", counted(concerns.records))),
            None => cell(place),
        })
        .collect();
    places.extend(left_out(change));
    places.join("<br>")
}

fn takers(sample: &Sample, out: &mut String) {
    let all = sample.winners_and_losers();
    if all.is_empty() {
        return;
    }
    out.push_str("\n| who | before | after | change |\n| --- | --- | --- | --- |\n");
    for (name, tally) in all.iter().take(TAKERS) {
        let change = i128::from(tally.after) - i128::from(tally.before);
        out.push_str(&format!("| {} | {} | {} | {change:+}{} |\n", cell(name), tally.before, tally.after, money(tally, sample)));
    }
    out.push_str(&more(all.len(), TAKERS).map_or_else(String::new, |more| format!("\n{more}\n")));
}

fn flows(sample: &Sample, out: &mut String) {
    let all = sample.flows_in_order();
    if all.is_empty() {
        return;
    }
    out.push_str("\n| from whom to whom | records |\n| --- | --- |\n");
    for (flow, tally) in all.iter().take(SHOWN) {
        out.push_str(&format!("| {} | {} |\n", cell(flow), tally.after));
    }
    out.push_str(&more(all.len(), SHOWN).map_or_else(String::new, |more| format!("\n{more}\n")));
}

/// A cell of a table: the bar and line ends would break it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
