//! What tests reach, written for people, for programs, for tools that read lcov, and as one page.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::coverage::{Coverage, Gap, SIDES};
use crate::text::xml::escaped;
use crate::text::{Sources, Span};

/// Says what a gap is, without its place: `rule big never decided`, ``rule big: `size >= 100` was never no``.
#[must_use]
pub fn gap_in_words(coverage: &Coverage, gap: Gap) -> String {
    match gap {
        Gap::Reach(at) => match coverage.reached.get(at) {
            Some(reached) if reached.kind == "rule" => format!("rule {} never decided", reached.name),
            Some(reached) => format!("overlay {} never added anybody", reached.name),
            None => String::new(),
        },
        Gap::Answer(span, yes) => {
            let Some(asked) = coverage.asked.get(&span) else { return String::new() };
            format!("{}: `{}` was never {}", asked.of, asked.text, if yes { "yes" } else { "no" })
        }
        Gap::Side(span, boundary, side) => {
            let Some(asked) = coverage.asked.get(&span) else { return String::new() };
            let value = asked.boundaries.get(boundary).map_or("", |b| &b.text);
            format!("{}: `{}` was never asked {} {value}", asked.of, asked.text, SIDES.get(side).unwrap_or(&""))
        }
    }
}

/// Returns where a gap is.
#[must_use]
pub fn gap_span(coverage: &Coverage, gap: Gap) -> Option<Span> {
    match gap {
        Gap::Reach(at) => coverage.reached.get(at).map(|r| r.span),
        Gap::Answer(span, _) | Gap::Side(span, ..) => Some(span),
    }
}

/// The gaps in the order of the files, each with its place.
fn placed(coverage: &Coverage) -> Vec<(Span, Gap)> {
    let mut gaps: Vec<(Span, Gap)> = coverage.gaps().into_iter().filter_map(|gap| Some((gap_span(coverage, gap)?, gap))).collect();
    gaps.sort();
    gaps
}

/// Writes what is not reached, place by place, and the share that is.
#[must_use]
pub fn coverage_text(coverage: &Coverage, sources: &Sources) -> String {
    let mut text = String::new();
    for (span, gap) in placed(coverage) {
        text += &format!("{}: {}\n", sources.place(span), gap_in_words(coverage, gap));
    }
    let (reached, all) = coverage.counted();
    let each = "rules and overlays reached, conditions seen yes and no, boundaries seen below, at and above";
    text + &format!("Coverage {}%: {reached} of {all} ({each}).\n", coverage.percent())
}

/// Writes coverage as JSON.
#[must_use]
pub fn coverage_json(coverage: &Coverage, sources: &Sources) -> Value {
    let (reached, all) = coverage.counted();
    let items: Vec<Value> = coverage
        .reached
        .iter()
        .map(|r| json!({ "kind": r.kind, "name": r.name, "place": sources.place(r.span), "times": r.times }))
        .collect();
    let conditions: Vec<Value> = coverage
        .asked
        .iter()
        .map(|(span, a)| {
            let boundaries: Vec<Value> =
                a.boundaries.iter().map(|b| json!({ "value": b.text, "below": b.seen[0], "at": b.seen[1], "above": b.seen[2] })).collect();
            json!({
                "of": a.of, "text": a.text, "place": sources.place(*span),
                "yes": a.yes, "no": a.no, "cannot_tell": a.cannot_tell, "boundaries": boundaries,
            })
        })
        .collect();
    json!({ "percent": coverage.percent().to_string(), "reached": reached, "all": all, "items": items, "conditions": conditions })
}

/// What of a file is reached, by line.
#[derive(Default)]
struct Lines {
    /// Rules and overlays: how often each line's was reached.
    items: BTreeMap<usize, u64>,
    /// What each line's conditions were asked: one entry for each answer and side.
    branches: BTreeMap<usize, Vec<u64>>,
    /// What is not reached on each line, in words.
    gaps: BTreeMap<usize, Vec<String>>,
}

fn by_file<'s>(coverage: &Coverage, sources: &'s Sources) -> Vec<(&'s crate::text::SourceFile, Lines)> {
    let mut files: BTreeMap<u32, Lines> = BTreeMap::new();
    let line = |span: Span| sources.get(span.file).map_or(0, |f| f.line_column(span.start).line);
    for reached in &coverage.reached {
        files.entry(reached.span.file.0).or_default().items.insert(line(reached.span), reached.times);
    }
    for (span, asked) in &coverage.asked {
        let branches = files.entry(span.file.0).or_default().branches.entry(line(*span)).or_default();
        branches.extend([asked.yes, asked.no]);
        branches.extend(asked.boundaries.iter().flat_map(|b| b.seen));
    }
    for (span, gap) in placed(coverage) {
        files.entry(span.file.0).or_default().gaps.entry(line(span)).or_default().push(gap_in_words(coverage, gap));
    }
    files.into_iter().filter_map(|(id, lines)| Some((sources.get(crate::text::FileId(id))?, lines))).collect()
}

/// Writes coverage for tools that read lcov: a line for each rule and overlay, a branch for each answer and side.
#[must_use]
pub fn lcov(coverage: &Coverage, sources: &Sources) -> String {
    let mut text = String::new();
    for (file, lines) in by_file(coverage, sources) {
        text += &format!("TN:\nSF:{}\n", file.path());
        let mut hit = (0, 0);
        for (line, branches) in &lines.branches {
            for (branch, times) in branches.iter().enumerate() {
                text += &format!("BRDA:{line},0,{branch},{times}\n");
                hit = (hit.0 + usize::from(*times > 0), hit.1 + 1);
            }
        }
        text += &format!("BRF:{}\nBRH:{}\n", hit.1, hit.0);
        for (line, times) in &lines.items {
            text += &format!("DA:{line},{times}\n");
        }
        let reached = lines.items.values().filter(|times| **times > 0).count();
        text += &format!("LF:{}\nLH:{reached}\nend_of_record\n", lines.items.len());
    }
    text
}

/// Writes coverage as one page that needs nothing else: the rule files, with what is not reached marked and said.
#[must_use]
pub fn html(coverage: &Coverage, sources: &Sources, book: &str) -> String {
    let book = escaped(book);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Coverage of {book}</title>\n<style>\nbody {{ font: 14px/1.5 system-ui, sans-serif; margin: 2em; color: #222; background: #fff }}\ntable {{ border-collapse: collapse; font-family: ui-monospace, monospace }}\ntd {{ padding: 0 .6em; white-space: pre-wrap; vertical-align: top }}\ntd.n {{ color: #666; text-align: right }}\ntr.hit td.c {{ background: #e6f4e6 }}\ntr.gap td.c {{ background: #fde7e3 }}\ntd.w {{ color: #8a1c0c; font-family: system-ui, sans-serif }}\n</style></head>\n<body><h1>Coverage of {book}: {}%</h1>\n",
        coverage.percent()
    );
    for (file, lines) in by_file(coverage, sources) {
        page += &format!("<h2>{}</h2>\n<table>\n", escaped(file.path()));
        for (at, written) in file.text().lines().enumerate() {
            let line = at + 1;
            let gaps = lines.gaps.get(&line);
            let counted = lines.items.contains_key(&line) || lines.branches.contains_key(&line);
            let class = if gaps.is_some() {
                " class=\"gap\""
            } else if counted {
                " class=\"hit\""
            } else {
                ""
            };
            let said = gaps.map(|g| escaped(&g.join("\n"))).unwrap_or_default();
            page += &format!(
                "<tr{class}><td class=\"n\">{line}</td><td class=\"c\">{}</td><td class=\"w\">{said}</td></tr>\n",
                escaped(written)
            );
        }
        page += "</table>\n";
    }
    page + "</body></html>\n"
}
