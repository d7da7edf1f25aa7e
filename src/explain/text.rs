//! Explanations for a person: one page, section by section.

use crate::reach::SmallestChange;

use super::explanation::{Explanation, RecordedRef, TargetWords, Tree, WhyNot};

/// How many passed rules are shown one by one before the others are only counted.
const MOST: usize = 30;

/// Collects lines, wrapped to a width.
pub(super) struct Page {
    pub text: String,
    width: usize,
}

impl Page {
    /// Makes an empty page.
    pub fn new(width: usize) -> Self {
        Self { text: String::new(), width: width.max(60) }
    }

    pub fn section(&mut self, title: &str) {
        self.text.push('\n');
        self.text.push_str(title);
        self.text.push('\n');
    }

    /// Writes a line; what does not fit goes on under it, indented by `hang` more.
    pub fn line(&mut self, indent: usize, hang: usize, words: &str) {
        let mut at = indent;
        self.text.push_str(&" ".repeat(indent));
        for (position, word) in words.split(' ').enumerate() {
            let length = word.chars().count();
            if position > 0 {
                if at + 1 + length > self.width {
                    self.text.push('\n');
                    self.text.push_str(&" ".repeat(indent + hang));
                    at = indent + hang;
                } else {
                    self.text.push(' ');
                    at += 1;
                }
            }
            self.text.push_str(word);
            at += length;
        }
        self.text.push('\n');
    }

    /// Writes a word and what is said of it, in a column.
    pub fn fact(&mut self, word: &str, said: &str) {
        self.line(2, 12, &format!("{word:<12}{said}"));
    }

    fn tree(&mut self, tree: &Tree, depth: usize) {
        let joined = matches!(tree.text.as_str(), "all of" | "one of" | "not");
        let mut words = format!("{:<11} ", tree.answer);
        words.push_str(&"  ".repeat(depth));
        words.push_str(&tree.text);
        if let Some(missing) = &tree.missing {
            words.push_str(&format!("   <- {missing}"));
        } else if let Some(value) = &tree.value {
            words.push_str(&format!("   <- {value}"));
        } else if joined {
            words.push(':');
        }
        // The answer's column is kept as it is; only what follows wraps.
        self.text.push_str("  ");
        self.text.push_str(words.trim_end());
        self.text.push('\n');
        tree.parts.iter().for_each(|part| self.tree(part, depth + 1));
    }

    fn targets(&mut self, targets: &[TargetWords], indent: usize) {
        for target in targets {
            let mark = if target.taken { "->" } else { " x" };
            self.line(indent, 5, &format!("{mark} {} ({}): {}", target.text, target.place, target.result));
            for candidate in target.candidates.iter().filter(|_| target.candidates.len() > 1 || target.taken) {
                let mark = if candidate.taken { "*" } else { " " };
                let turns = candidate.turns.as_ref().map_or_else(String::new, |t| format!(" [turns {t}]"));
                self.line(indent + 5, 4, &format!("{mark} {}{turns} {}", candidate.rep, candidate.reason));
            }
        }
    }
}

/// Writes an explanation as a page of the given width.
#[must_use]
pub fn explanation_text(explanation: &Explanation, width: usize) -> String {
    let mut page = Page::new(width);
    heading(&mut page, explanation);
    decision(&mut page, explanation);
    considered_before(&mut page, explanation);
    placed(&mut page, explanation);
    matched(&mut page, explanation);
    added(&mut page, explanation);
    credited(&mut page, explanation);
    if let Some(clock) = &explanation.clock {
        page.section("The clock");
        page.line(2, 2, &format!("A response is due by {}: {}.", clock.due, clock.counted));
    }
    fields(&mut page, explanation);
    explanation.recorded.iter().for_each(|recorded| recorded_at(&mut page, recorded));
    page.text
}

fn recorded_at(page: &mut Page, recorded: &RecordedRef) {
    page.section("In the journal");
    let book = if recorded.book_today { "the book of today".to_owned() } else { format!("the book {} as it was then", recorded.book) };
    page.line(2, 2, &format!("Recorded as entry {} on {}, by {book}.", recorded.entry, recorded.at));
    if let Some(former) = recorded.former {
        page.line(2, 2, &format!("Decided before in entry {former}; `--entry {former}` explains that."));
    }
    if let Some(later) = recorded.later {
        page.line(2, 2, &format!("Decided again in entry {later}."));
    }
    recorded.since.iter().for_each(|told| page.line(2, 2, &format!("Since then, {told}.")));
}

fn heading(page: &mut Page, explanation: &Explanation) {
    let record = &explanation.record;
    let key = record.fields.iter().find(|f| f.value.as_ref() == Some(&record.id)).map(|f| f.name.as_str());
    let name = record
        .fields
        .iter()
        .find(|f| !f.private && Some(f.name.as_str()) != key && f.value.as_ref().is_some_and(|v| v.chars().any(char::is_alphabetic)));
    let name = name.and_then(|f| f.value.clone()).map_or_else(String::new, |n| format!(" {n}"));
    let outcome = &explanation.outcome;
    let goes = match (outcome.kind, &outcome.assignee, &outcome.team) {
        ("queue", Some(queue), _) => format!("goes to the queue {queue}"),
        (_, Some(rep), Some(team)) => format!("goes to {rep} of team {team}"),
        (_, Some(rep), None) => format!("goes to {rep}"),
        _ => "is placed only: no rule of the book is for such records".to_owned(),
    };
    page.line(0, 2, &format!("{} {}{name} {goes}", record.kind, record.id));
    page.line(0, 2, &format!("{}, decided for {} by the book `{}`", record.place, explanation.decided_at, explanation.book.name));
}

fn decision(page: &mut Page, explanation: &Explanation) {
    let outcome = &explanation.outcome;
    let Some(rule) = &outcome.rule else { return };
    let priority = rule.priority.as_ref().map_or_else(String::new, |p| format!(", priority {p}"));
    page.section(&format!("Rule {} ({}{priority})", rule.name, rule.place));
    if let Some(because) = &rule.because {
        page.line(2, 2, &format!("\"{because}\""));
    }
    match &outcome.condition {
        Some(tree) => page.tree(tree, 0),
        None => page.line(2, 2, "no rule before it took the record"),
    }
    page.targets(&outcome.targets, 2);
    for also in &explanation.also {
        page.line(
            2,
            2,
            &format!(
                "! the rule {} ({}) of the same priority applies too; the name decided. Give one of them another priority.",
                also.name, also.place
            ),
        );
    }
}

fn considered_before(page: &mut Page, explanation: &Explanation) {
    if explanation.passed.is_empty() {
        return;
    }
    page.section("Considered before, and why not");
    for passed in explanation.passed.iter().take(MOST) {
        let priority = passed.rule.priority.as_deref().unwrap_or("");
        page.line(2, 4, &format!("{} ({}, priority {priority}): {}", passed.rule.name, passed.rule.place, passed.failed));
        page.targets(&passed.targets, 4);
    }
    if explanation.passed.len() > MOST {
        page.line(2, 4, &format!("... and {} more; `--format json` lists all.", explanation.passed.len() - MOST));
    }
}

fn placed(page: &mut Page, explanation: &Explanation) {
    let territories = &explanation.territories;
    page.section(&match territories.winners.as_slice() {
        [] if territories.claims.is_empty() => "Territory: none claims it".to_owned(),
        [] => "Territory: none holds it".to_owned(),
        winners => format!("Territory {}", winners.join(", ")),
    });
    for claim in &territories.claims {
        let owner = claim.owner.as_ref().map_or_else(|| "nobody".to_owned(), Clone::clone);
        page.line(2, 4, &format!("{} ({}), owner {owner}: {}", claim.territory, claim.place, claim.standing));
    }
    territories.steps.iter().for_each(|step| page.line(4, 3, step));
}

fn matched(page: &mut Page, explanation: &Explanation) {
    let Some(matching) = &explanation.matching else { return };
    let found = matching.found.as_ref().map_or_else(|| format!("no {}", matching.to), |f| format!("{} {f}", matching.to));
    page.section(&format!("Matched to {found}"));
    matching.lines.iter().for_each(|line| page.line(2, 4, line));
}

fn added(page: &mut Page, explanation: &Explanation) {
    if explanation.overlays.is_empty() {
        return;
    }
    page.section("Overlays");
    for overlay in &explanation.overlays {
        let words = match &overlay.failed {
            Some(failed) => format!("does not apply: {failed}"),
            None => overlay.added.join(", "),
        };
        page.line(2, 4, &format!("{} ({}): {words}", overlay.name, overlay.place));
    }
}

fn credited(page: &mut Page, explanation: &Explanation) {
    if explanation.credits.is_empty() {
        return;
    }
    page.section("Credit");
    for ledger in &explanation.credits {
        page.line(2, 4, &format!("{} ({}, {}): {}", ledger.ledger, ledger.plan, ledger.place, ledger.arithmetic));
        ledger.parts.iter().for_each(|part| page.line(4, 4, part));
        let shared = ledger.parts.len() > ledger.totals.len();
        for total in ledger.totals.iter().filter(|t| shared || t.amount.is_some()) {
            let amount = total.amount.as_ref().map_or_else(String::new, |a| format!(" = {a}"));
            page.line(4, 4, &format!("total {}: {}%{amount}", total.taker, total.percent));
        }
    }
}

fn fields(page: &mut Page, explanation: &Explanation) {
    page.section(&format!("What was known of the {}", explanation.record.kind));
    let known: Vec<String> = explanation.record.fields.iter().filter_map(|f| Some(format!("{}: {}", f.name, f.value.as_ref()?))).collect();
    page.line(2, 2, &known.join("   "));
    let missing: Vec<&str> = explanation.record.fields.iter().filter(|f| f.value.is_none()).map(|f| f.name.as_str()).collect();
    if !missing.is_empty() {
        page.line(2, 2, &format!("missing: {}", missing.join(", ")));
    }
}

/// Writes the answer to `--not NAME` as a page of the given width.
#[must_use]
pub fn why_not_text(why_not: &WhyNot, width: usize) -> String {
    let mut page = Page::new(width);
    page.line(0, 2, &why_not.answer);
    for path in &why_not.paths {
        page.text.push('\n');
        page.line(2, 2, &format!("{} ({})", path.path, path.place));
        page.line(4, 2, &path.failed);
        if let Some(tree) = path.condition.as_ref().filter(|t| !t.parts.is_empty()) {
            page.tree(tree, 1);
        }
    }
    let change = match (&why_not.change, why_not.no_change) {
        (Some(change), _) => Some(change_words(change)),
        (None, Some("proved")) => Some(
            "Nothing would change it: by the rules and the roster as they are, no record at all leads there. That is proved.".to_owned(),
        ),
        (None, Some(_)) => Some(format!(
            "No change that would have led there was found. What was tried: {}. That is no proof that there is none: who is away, full or next in turn counts as well.",
            why_not.searched.join("; ")
        )),
        (None, None) => None,
    };
    if let Some(words) = change {
        page.text.push('\n');
        page.line(0, 2, &words);
    }
    page.text
}

/// What would have changed the outcome, as a sentence.
fn change_words(change: &SmallestChange) -> String {
    let by = change.rule.as_ref().map_or_else(String::new, |rule| format!(" by the rule {rule}"));
    let by = if change.rule.as_deref() == Some("otherwise") { " by `otherwise`".to_owned() } else { by };
    format!("What would change it: if {}, it would go to {}{by}.", change.in_words(), change.assignee)
}
