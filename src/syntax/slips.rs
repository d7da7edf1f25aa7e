//! The slips of people who come from spreadsheets and word processors, each with its literal fix.
//!
//! Characters that look right and are not (smart quotes, strange blanks, lookalike letters) are looked for in every
//! item; operators of other languages only in items that did not parse, because there they explain why.

use std::ops::Range;

use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

use super::split::{ITEMS, Scanner, Seen};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, Span, wording};

/// Quotes that word processors put in the place of `"`.
const SMART_QUOTES: &[char] =
    &['\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{ab}', '\u{bb}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{2033}', '\u{ff02}'];

/// Operators of spreadsheets and other languages, longest first, and what turf writes.
const OPERATORS: &[(&str, &str)] = &[
    ("===", "is"),
    ("!==", "is not"),
    ("==", "is"),
    ("=>", ">="),
    ("=<", "<="),
    ("<>", "is not"),
    ("!=", "is not"),
    ("&&", "and"),
    ("||", "or"),
    (";", ""),
    ("!", "not"),
];

/// Looks for characters that are not what they look like, outside of texts and comments.
pub(super) fn characters(file: FileId, start: usize, text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if text.is_ascii() {
        return findings;
    }
    let mut last_end = 0;
    let at = |range: Range<usize>| Span::new(file, start + range.start, start + range.end);
    for (range, seen) in Scanner::new(text, 0) {
        let gap = text.get(last_end..range.start).unwrap_or("");
        for (offset, c) in gap.char_indices().filter(|(_, c)| !matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{feff}')) {
            let begin = last_end + offset;
            findings.push(strange_blank(at(begin..begin + c.len_utf8()), c));
        }
        last_end = range.end;
        match seen {
            Seen::Sign(c) if SMART_QUOTES.contains(&c) => findings.push(
                Diagnostic::new(DiagnosticName::SmartQuotes, format!("`{c}` is a quote from a word processor"))
                    .at(at(range.clone()), "not a plain quote")
                    .fix(at(range), "\"")
                    .help("Write texts between plain quotes: `\"...\"`."),
            ),
            Seen::Sign(c) if is_invisible(c) => findings.push(strange_blank(at(range), c)),
            Seen::Word(word) => findings.extend(lookalike(word, at(range))),
            _ => {}
        }
    }
    findings
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' | '\u{180e}')
}

fn strange_blank(span: Span, c: char) -> Diagnostic {
    let what = if c == '\u{a0}' { "a non-breaking space".to_owned() } else { format!("an invisible character (U+{:04X})", u32::from(c)) };
    Diagnostic::new(DiagnosticName::StrangeBlank, format!("{what} stands here, as from a web page or a spreadsheet"))
        .at(span, "looks like a blank, and is none")
        .fix(span, if is_invisible(c) { "" } else { " " })
        .help("Put a plain blank in its place.")
}

/// Reports a word that mixes alphabets, such as a Cyrillic letter in a Latin name.
fn lookalike(word: &str, span: Span) -> Option<Diagnostic> {
    if word.is_ascii() || word.is_single_script() {
        return None;
    }
    let plain: String = skeleton(word).collect();
    let strangers: Vec<String> = word.chars().filter(|c| !c.is_ascii()).map(|c| format!("`{c}` (U+{:04X})", u32::from(c))).collect();
    let finding = Diagnostic::new(DiagnosticName::LookalikeLetter, format!("`{word}` mixes letters of two alphabets"))
        .at(span, format!("{} is not from the alphabet of the others", wording::join(&strangers, "and")))
        .help("Type the word again on your own keyboard; letters that only look alike make two different names.");
    Some(if plain.is_ascii() && plain != word { finding.fix(span, plain) } else { finding })
}

/// Looks for operators and habits of other languages in an item that did not parse.
pub(super) fn operators(file: FileId, start: usize, text: &str) -> Vec<Diagnostic> {
    let tokens: Vec<(Range<usize>, Seen<'_>)> = Scanner::new(text, 0).filter(|(_, seen)| *seen != Seen::Comment).collect();
    let mut findings = Vec::new();
    let span = |range: Range<usize>| Span::new(file, start + range.start, start + range.end);
    let mut skip_to = 0;
    for (position, (range, seen)) in tokens.iter().enumerate() {
        if range.start < skip_to {
            continue;
        }
        match seen {
            Seen::Sign(_) => {
                let rest = text.get(range.start..).unwrap_or("");
                if let Some((sign, instead)) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
                    skip_to = range.start + sign.len();
                    findings.push(operator(span(range.start..skip_to), sign, instead));
                }
            }
            Seen::Word(word) if position == 0 => findings.extend(capital_item(word, span(range.clone()))),
            Seen::Word(word) => {
                findings.extend(capital_keyword(&tokens, position, word, span(range.clone())));
                if let Some(end) = number_with_commas(&tokens, position, text) {
                    skip_to = end;
                    findings.push(commas(span(range.start..end), text.get(range.start..end).unwrap_or("")));
                }
            }
            _ => {}
        }
    }
    findings
}

fn operator(span: Span, sign: &str, instead: &str) -> Diagnostic {
    let finding = Diagnostic::new(DiagnosticName::SpreadsheetOperator, format!("`{sign}` is not written in turf"));
    if instead.is_empty() {
        return finding.at(span, "lines need no end mark").fix(span, "").help(format!("Take the `{sign}` away."));
    }
    finding.at(span, "from a spreadsheet or a program").fix(span, instead).help(format!("Write `{instead}`."))
}

fn capital_item(word: &str, span: Span) -> Option<Diagnostic> {
    let lower = word.to_lowercase();
    (lower != word && ITEMS.contains(&lower.as_str())).then(|| capital(word, &lower, span))
}

fn capital(word: &str, lower: &str, span: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticName::CapitalKeyword, format!("`{word}` is written in capitals"))
        .at(span, "the words of the language are in small letters")
        .fix(span, lower)
        .help(format!("Write `{lower}`. Values such as `OR` for Oregon keep their capitals."))
}

/// `AND` between two tests is an operator; `OR` after `is` or inside brackets is a value.
fn capital_keyword(tokens: &[(Range<usize>, Seen<'_>)], position: usize, word: &str, span: Span) -> Option<Diagnostic> {
    if !matches!(word, "AND" | "OR" | "NOT" | "IS" | "IN" | "When" | "WHEN" | "Where" | "WHERE" | "Route" | "ROUTE" | "CONTAINS") {
        return None;
    }
    let before = position.checked_sub(1).and_then(|p| tokens.get(p)).map(|(_, seen)| *seen);
    let after = tokens.get(position + 1).map(|(_, seen)| *seen);
    let a_value_follows = matches!(
        before,
        Some(Seen::Sign('[' | ',' | '=' | '<' | '>' | '.' | ':') | Seen::Word("is" | "not" | "in" | "with" | "contains" | "of"))
    );
    if a_value_follows || matches!(after, None | Some(Seen::Sign(',' | ']' | '}'))) {
        return None;
    }
    Some(capital(word, &word.to_lowercase(), span))
}

/// Returns the end of a number such as `1,000,000` outside of square brackets.
fn number_with_commas(tokens: &[(Range<usize>, Seen<'_>)], position: usize, text: &str) -> Option<usize> {
    let digits = |seen: Seen<'_>, most: usize| matches!(seen, Seen::Word(w) if w.len() <= most && w.bytes().all(|b| b.is_ascii_digit()));
    if !tokens.get(position).is_some_and(|(_, seen)| digits(*seen, 3)) {
        return None;
    }
    let depth = tokens.iter().take(position).fold(0_i32, |depth, (_, seen)| match seen {
        Seen::Sign('[') => depth + 1,
        Seen::Sign(']') => depth - 1,
        _ => depth,
    });
    let (mut end, mut at) = (tokens.get(position)?.0.end, position);
    while let (Some((comma, Seen::Sign(','))), Some((group, Seen::Word(word)))) = (tokens.get(at + 1), tokens.get(at + 2)) {
        let core = word.trim_end_matches(['K', 'M', 'B']);
        let joined = comma.start == end && group.start == comma.end;
        if !joined || core.len() != 3 || !core.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        (end, at) = (group.end, at + 2);
    }
    (depth == 0 && at > position && text.get(end..).is_some()).then_some(end)
}

fn commas(span: Span, written: &str) -> Diagnostic {
    let instead = written.replace(',', "_");
    Diagnostic::new(DiagnosticName::NumberWithCommas, format!("`{written}` has commas, and a comma separates values"))
        .at(span, "one number, or several?")
        .fix(span, instead.clone())
        .help(format!("Write `{instead}`."))
}
