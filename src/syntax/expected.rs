//! A plain syntax error in the user's words: what was expected, what the item looks like.

use std::collections::BTreeSet;

use pest::error::{Error, ErrorVariant, InputLocation};

use super::Rule;
use super::scan::{Scanner, Seen};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, Span, wording};

/// Makes a finding of pest's error in one item.
pub(super) fn finding(file: FileId, start: usize, text: &str, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let (range, found) = found_at(text, at);
    let span = Span::new(file, start + range.start, start + range.end);
    let words = words(error);
    let headline = match found {
        Some(found) => format!("`{found}` is not expected here"),
        None => "this item ends too early".to_owned(),
    };
    let keyword = Scanner::new(text, 0).find_map(|(_, seen)| if let Seen::Word(word) = seen { Some(word) } else { None }).unwrap_or("");
    let mut finding = Diagnostic::new(DiagnosticName::Syntax, headline).at(span, format!("expected {}", wording::any_of(&words, 8)));
    if let Some(found) = found {
        let keywords: Vec<&str> = words.iter().filter_map(|w| w.strip_prefix('`')?.strip_suffix('`')).collect();
        let near = wording::nearest(found, keywords.iter().copied());
        if let [one] = near.as_slice() {
            finding = finding.fix(span, one.clone()).help(format!("Did you mean `{one}`?"));
        }
    }
    if let Some(several) = several_words(text, &range) {
        finding = finding.help(format!("If `{several}` is one value, put it in quotes: `\"{several}\"`."));
    }
    match example(keyword) {
        Some(example) => finding.help(format!("It is written like this: `{example}`.")),
        None => finding.help("A file holds items, each beginning with one of the words record, list, segment, territory, team, rule, overlay, credit, otherwise and a few more."),
    }
}

/// Returns the token at a place, and its text; at the end of the item the last token and nothing.
fn found_at(text: &str, at: usize) -> (std::ops::Range<usize>, Option<&str>) {
    let mut last = 0..0;
    for (range, seen) in Scanner::new(text, 0) {
        if seen == Seen::Comment {
            continue;
        }
        if range.end > at {
            // Pest may stop inside a word; the whole word is what the reader sees.
            let found = text.get(range.clone());
            return (range, found);
        }
        last = range;
    }
    (last, None)
}

/// Returns the words before and at a place, if both are words on one line that could be one value.
fn several_words(text: &str, at: &std::ops::Range<usize>) -> Option<String> {
    let tokens: Vec<(std::ops::Range<usize>, Seen<'_>)> = Scanner::new(text, 0).collect();
    let position = tokens.iter().position(|(range, _)| range == at)?;
    let (Seen::Word(here), (before_range, Seen::Word(before)), (_, Seen::Word(operator))) =
        (tokens.get(position)?.1, tokens.get(position.checked_sub(1)?)?.clone(), tokens.get(position.checked_sub(2)?)?.clone())
    else {
        return None;
    };
    let between = text.get(before_range.end..at.start)?;
    (matches!(operator, "is" | "not" | "contains" | "with") && !between.contains('\n')).then(|| format!("{before} {here}"))
}

/// Returns the keywords among rules, in order of the alphabet.
pub(super) fn keywords(rules: &[Rule]) -> Vec<String> {
    let words: BTreeSet<String> = rules.iter().filter_map(|r| word(*r)?.strip_prefix('`')?.strip_suffix('`').map(str::to_owned)).collect();
    words.into_iter().filter(|w| w.chars().all(|c| c.is_ascii_lowercase() || c == ' ')).collect()
}

/// Returns whether a word is a keyword of the language.
pub(super) fn is_keyword(word: &str) -> bool {
    Rule::all_rules().iter().any(|r| format!("{r:?}").strip_prefix("k_") == Some(word))
}

fn words(error: &Error<Rule>) -> Vec<String> {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return vec!["something else".to_owned()] };
    let words: BTreeSet<String> = positives.iter().filter_map(|r| word(*r)).collect();
    if words.is_empty() { vec!["something else".to_owned()] } else { words.into_iter().collect() }
}

/// Says what a rule of the grammar is called by people; nothing for rules that only group others.
fn word(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    if let Some(keyword) = name.strip_prefix("k_") {
        return (keyword != "assignee_dot").then(|| format!("`{keyword}`"));
    }
    let plain = match rule {
        Rule::name | Rule::word => "a name",
        Rule::quoted => "a text in quotes",
        Rule::number => "a number",
        Rule::date => "a date",
        Rule::time => "a time",
        Rule::clock | Rule::hours => "hours such as 09:00..17:30",
        Rule::days => "days such as mon..fri",
        Rule::pattern => "a pattern between slashes",
        Rule::literal | Rule::operand | Rule::pieces | Rule::operands | Rule::range | Rule::moment => "a value",
        Rule::literals | Rule::names | Rule::open_list => "`[`",
        Rule::close_list => "`]`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::open_bracket => "`(`",
        Rule::close_bracket => "`)`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::dots => "`..`",
        Rule::equal_sign | Rule::equal_to => "`=`",
        Rule::size | Rule::comparison => "`<`, `<=`, `>` or `>=`",
        Rule::path | Rule::part | Rule::field_word | Rule::subject | Rule::dotted => "a field",
        Rule::unit => "minutes, hours, days, weeks or months",
        Rule::length => "a time such as 90 days",
        Rule::condition
        | Rule::all_of
        | Rule::opposite
        | Rule::primary
        | Rule::bracketed
        | Rule::named
        | Rule::test
        | Rule::seen_before => "a condition",
        Rule::field_type | Rule::type_yes_no => "a type",
        Rule::target => "somebody to route to",
        Rule::role => "a role",
        Rule::share => "a share such as 60%",
        Rule::EOI => "the next item",
        _ => return grouping(rule),
    };
    Some(plain.to_owned())
}

/// The rules whose parts are named instead, or whose first keyword says enough.
fn grouping(rule: Rule) -> Option<String> {
    let words = match rule {
        Rule::is_missing | Rule::is_present | Rule::is_value => "`is`",
        Rule::in_set => "`in`",
        Rule::starts_with | Rule::table_prefix => "`starts with`",
        Rule::ends_with => "`ends with`",
        Rule::contains => "`contains`",
        Rule::does_not_contain => "`does not contain`",
        Rule::matches => "`matches`",
        Rule::before => "`before`",
        Rule::after => "`after`",
        Rule::within_next | Rule::within_last => "`within`",
        Rule::predicate => "what is asked of it, such as `is`",
        Rule::because => "`because`",
        Rule::priority => "`priority`",
        Rule::when_line => "`when`",
        Rule::where_line | Rule::target_where => "`where`",
        Rule::route => "`route`",
        Rule::keep => "`keep`",
        Rule::keep_until => "`until`",
        Rule::keep_tenure => "`for`",
        Rule::use_credit => "`credit`",
        Rule::respond => "`respond`",
        Rule::dates => "`from`",
        Rule::through => "`through`",
        Rule::owner => "`owner`",
        Rule::parent => "`parent`",
        Rule::members => "`members`",
        Rule::pick => "`pick`",
        Rule::limit => "`limit`",
        Rule::working_hours => "`working hours only`",
        Rule::weight => "`weight`",
        Rule::counts => "`counts`",
        Rule::add => "`add`",
        Rule::amount => "`amount`",
        Rule::zone => "`zone`",
        Rule::opening => "`open`",
        Rule::closed => "`closed`",
        Rule::expect => "`expect`",
        Rule::given => "`given`",
        Rule::test_on => "`on`",
        Rule::winners => "`winners`",
        Rule::territory => "`territory`",
        _ => return None,
    };
    Some(words.to_owned())
}

/// Returns one short example of an item.
fn example(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "record" => "record lead { id: text, key  country: one of [US, CA]  employees: number }",
        "match" => "match lead to account { by domain of email is domain }",
        "list" => "list west = [CA, OR, WA]",
        "calendar" => "calendar berlin { zone \"Europe/Berlin\"  open mon..fri 09:00..17:30 }",
        "segment" => "segment enterprise { employees >= 1_000 or revenue >= 250M }",
        "classify" => "classify account as standing { divest when margin < 0%  core otherwise }",
        "priorities" => "priorities [named, customers, geography]",
        "queues" => "queues [triage, review]",
        "territory" => "territory west { priority geography  where state in [CA, OR]  owner ana }",
        "territories" => "territories from \"zips.csv\" { match postal is zip  name territory  owner rep }",
        "overlap" => "overlap { lowest priority, then most specific, then name  winners 1 }",
        "team" => "team inbound { members ana, lee  pick in turn  limit 40 open }",
        "rule" => "rule health { priority experts  when industry is healthcare  route to team experts, else queue triage }",
        "otherwise" => "otherwise { route to queue triage }",
        "overlay" => "overlay security { when products contains security  add one of team experts as specialist }",
        "credit" => "credit shared { revenue: 60% assignee, rest territory owner }",
        "test" => "test \"a hospital\" { lead { industry: healthcare }  expect rule health }",
        _ => return None,
    })
}
