//! What is reported for what slip: name, what it points at, and the fix.

use super::parsed;
use crate::diagnostic::Place;
use crate::syntax::tree::Item;

/// Writes each finding as `name | text it points at | replacement`.
fn found(text: &str) -> Vec<String> {
    let of = |span: crate::text::Span| text.get(span.range()).unwrap_or_else(|| panic!("{span:?} cuts a character of {text}")).to_owned();
    parsed(text)
        .findings
        .iter()
        .map(|finding| {
            let Place::Source(span) = finding.labels[0].place else { panic!("not in the source") };
            let fix = finding.fix.as_ref().map_or("-".to_owned(), |f| f.replacement.clone());
            format!("{} | {} | {fix}", finding.name, of(span))
        })
        .collect()
}

/// Applies every fix.
fn mended(text: &str) -> String {
    let mut fixes: Vec<_> = parsed(text).findings.into_iter().filter_map(|f| f.fix).collect();
    fixes.sort_by_key(|f| std::cmp::Reverse(f.span.start));
    let mut text = text.to_owned();
    for fix in fixes {
        text.replace_range(fix.span.range(), &fix.replacement);
    }
    text
}

/// Checks the findings of a text; where every one has a fix, the fixes together must leave nothing to find.
fn check(text: &str, expected: &[&str]) {
    assert_eq!(found(text), expected, "{text}\n{:#?}", parsed(text).findings.iter().map(|f| &f.headline).collect::<Vec<_>>());
    if expected.iter().all(|e| !e.ends_with("| -")) {
        let mended = mended(text);
        assert_eq!(found(&mended), Vec::<String>::new(), "after mending: {mended}");
    }
}

#[test]
fn operators_of_spreadsheets() {
    for (wrong, right) in
        [("==", "is"), ("=>", ">="), ("=<", "<="), ("<>", "is not"), ("!=", "is not"), ("≥", ">="), ("≤", "<="), ("≠", "is not")]
    {
        check(&format!("segment a {{ x {wrong} 5 }}"), &[&format!("spreadsheet-operator | {wrong} | {right}")]);
    }
    check("segment a { x && y }", &["spreadsheet-operator | && | and"]);
    check("segment a { x || y }", &["spreadsheet-operator | || | or"]);
    check("segment a { x & y }", &["spreadsheet-operator | & | and"]);
    check("segment a { n in 1…5 }", &["spreadsheet-operator | … | .."]);
    check("segment a { n in 1–5 }", &["spreadsheet-operator | – | .."]);
    check("queues [a; b];", &["spreadsheet-operator | ; | ,", "spreadsheet-operator | ; | "]);
}

#[test]
fn quotes_and_blanks_of_word_processors() {
    for written in ["“Bay Area”", "„Bay Area“", "«Bay Area»", "‘Bay Area’", "'Bay Area'", "\"Bay Area”"] {
        check(&format!("segment a {{ city is {written} }}"), &[&format!("smart-quotes | {written} | \"Bay Area\"")]);
    }
    check("segment a { city\u{a0}is x }", &["strange-blank | \u{a0} |  "]);
    check("segment a { city\u{200b} is x }", &["strange-blank | \u{200b} | "]);
    check("segment a {\u{2003}x }", &["strange-blank | \u{2003} |  "]);
}

#[test]
fn nothing_fires_inside_texts_and_comments() {
    check("segment a { x is \"“==” OR\u{a0}1,000 аna\" } # “a” == \u{a0} аna 1,000", &[]);
    check("segment a { x matches /“==”\u{a0}#{/ }", &[]);
}

#[test]
fn capitals_where_operators_stand_and_not_where_values_do() {
    check("rule r { when a is x AND b is y route to rep z }", &["capital-keyword | AND | and"]);
    check("rule r { when NOT a OR b route to rep z }", &["capital-keyword | NOT | not", "capital-keyword | OR | or"]);
    check("rule r { when a IS x route to rep z }", &["capital-keyword | IS | is"]);
    check("rule r { when a IN [x] route to rep z }", &["capital-keyword | IN | in"]);
    check("Rule r { When a route to rep z }", &["capital-keyword | Rule | rule", "capital-keyword | When | when"]);
    check("segment a { state is OR or state in [OR, IN] or state is IN }", &[]);
}

#[test]
fn numbers_with_commas() {
    check("segment a { x >= 1,000 }", &["number-with-commas | 1,000 | 1_000"]);
    check("segment a { x in 1,000..2,000,000 }", &["number-with-commas | 1,000 | 1_000", "number-with-commas | 2,000,000 | 2_000_000"]);
    check("test \"t\" { lead { n: 4,500, m: 1 } }", &["number-with-commas | 4,500 | 4_500"]);
    check("segment a { x in [1,000, 2] }", &[]);
}

#[test]
fn letters_that_only_look_alike() {
    check("team x { members аna }", &["lookalike-letter | аna | ana"]);
    check("ruIe r { }", &["syntax | ruIe | rule"]);
    check("segment münchen { stadt is münchen or имя is anna }", &[]);
}

#[test]
fn braces_and_brackets() {
    check("segment a { x is y", &["unclosed-brace | { | \n}"]);
    check("segment a { x is y } }", &["unclosed-brace | } | "]);
    check("segment a x is y }", &["unclosed-brace |  |  {"]);
    check(
        "rule a {\n  when x\nrule b { when y }\nrule c { when x == y }\n",
        &["unclosed-brace | { | \n}", "spreadsheet-operator | == | is"],
    );
    // What only follows from a slip is not said.
    assert_eq!(found("rule c { when == }"), ["spreadsheet-operator | == | is"]);
    // The brace whose closing one stands further left is the forgotten one.
    let text = "territory a {\n  territory b {\n    where x\n}\nteam t { members ana }\n";
    let parsed = parsed(text);
    let Place::Source(span) = parsed.findings[0].labels[0].place else { panic!() };
    assert_eq!(span.start as usize, text.rfind("{\n    where").unwrap());
    assert_eq!(parsed.tree.items.len(), 2);
}

#[test]
fn texts_never_closed() {
    check("rule a {\n  because \"so\n  when x == y\n}", &["unclosed-text | \"so | \"", "spreadsheet-operator | == | is"]);
    check("test \"t {\n  lead { a: 1 }\n}", &["unclosed-text | \"t | \""]);
    check("segment a { x matches /b }\n", &["unclosed-text | /b | /"]);
}

#[test]
fn one_bad_item_hides_no_other() {
    let text = "segment a { x is }\nrul b { }\nteam c { members ana }\nfoo\nlist d = [\nqueues [q]\n";
    let items = parsed(text).tree.items;
    let kinds: Vec<&str> = items
        .iter()
        .map(|i| match i {
            Item::Broken(b) => b.name.as_ref().map_or("?", |n| n.as_str()),
            Item::Team(_) => "team",
            Item::Queues(_) => "queues",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["a", "b", "team", "?", "d", "queues"]);
}

#[test]
fn what_people_write_instead() {
    check("segment a { state is in [x] }", &["syntax | is in | in"]);
    check("segment a { n is greater than 5 }", &["syntax | is greater than | >"]);
    check("segment a { n is at least 5 }", &["syntax | is at least | >="]);
    check("rule r { when industry: retail route to rep z }", &["syntax | : |  is"]);
    check("territory t { priority: high  owner = ana }", &["syntax | : | ", "syntax | = | "]);
    check("record lead { id = text }", &["syntax | = | :"]);
    check("list west: [CA]", &["syntax | : | ="]);
    check("rule r { priority p, when x }", &["syntax | , | "]);
    check("rule r { wen x rout to rep z }", &["syntax | wen | when", "syntax | rout | route"]);
    check("rule r { route team x }", &["syntax |  | to "]);
    check("rule r { when a is x b is y }", &["syntax |  | and "]);
    check("rule r { when industry is financial services route to rep z }", &["syntax | financial services | \"financial services\""]);
    check(
        "list l = [financial services, AT&T, b.com]",
        &["syntax | financial services | \"financial services\"", "syntax | AT&T | \"AT&T\"", "syntax | b.com | \"b.com\""],
    );
    check("rule r { route to rep Anna Snelling }", &["syntax | Anna Snelling | \"Anna Snelling\""]);
}

#[test]
fn several_bad_statements_are_all_reported() {
    check(
        "rule r {\n  priority\n  when x is\n  route to rep ana\n  foo bar\n  respond 1 hour\n  because so\n}",
        &["syntax | priority | -", "syntax | is | -", "syntax | foo | -", "syntax |  | within ", "syntax | so | \"so\""],
    );
}
