//! The slips of people who come from spreadsheets and word processors, each with its literal fix.
//!
//! Characters that look right and are not (smart quotes, strange blanks, lookalike letters) are looked for in every
//! item; operators of other languages only in items that did not parse, because there they explain why.

use std::ops::Range;

use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

use super::MOST_FINDINGS;
use super::scan::{Scanner, Seen, Token};
use super::split::ITEMS;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, Span, wording};

/// Operators of spreadsheets and other languages, longest first, and what turf writes.
const OPERATORS: &[(&str, &str)] = &[
    ("===", "is"),
    ("!==", "is not"),
    ("...", ".."),
    ("==", "is"),
    ("=>", ">="),
    ("=<", "<="),
    ("<>", "is not"),
    ("!=", "is not"),
    ("&&", "and"),
    ("||", "or"),
    ("\u{2260}", "is not"),
    ("\u{2264}", "<="),
    ("\u{2265}", ">="),
    ("\u{2026}", ".."),
    ("!", "not"),
];

/// Looks for characters that are not what they look like, outside of texts and comments.
pub(super) fn characters(file: FileId, start: usize, text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let usual = |b: u8| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n') && b != b'\'';
    // Looked at to the last byte, because that goes many at a time.
    if text.bytes().fold(true, |all, b| all & usual(b)) {
        return findings;
    }
    let mut last_end = 0;
    let at = |range: Range<usize>| Span::new(file, start + range.start, start + range.end);
    for (range, seen) in Scanner::new(text, 0) {
        if findings.len() > MOST_FINDINGS {
            break;
        }
        let gap = text.get(last_end..range.start).unwrap_or("");
        for (offset, c) in gap.char_indices().filter(|(_, c)| !matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{feff}')) {
            let begin = last_end + offset;
            findings.push(strange_blank(at(begin..begin + c.len_utf8()), c));
        }
        last_end = range.end;
        match seen {
            Seen::Smart => findings.push(smart_quotes(at(range.clone()), text.get(range).unwrap_or(""))),
            Seen::Sign(c) if is_invisible(c) => findings.push(strange_blank(at(range), c)),
            Seen::Word(word) => findings.extend(lookalike(word, at(range))),
            _ => {}
        }
    }
    findings
}

fn smart_quotes(span: Span, written: &str) -> Diagnostic {
    let mut inside = written.chars();
    let (first, last) = (inside.next().unwrap_or('"'), inside.next_back().unwrap_or('"'));
    let odd: Vec<String> = [first, last].iter().filter(|c| **c != '"').map(|c| format!("`{c}`")).collect();
    let odd = if first == last { odd.into_iter().take(1).collect() } else { odd };
    let inside = inside.as_str().replace('\\', "\\\\").replace('"', "\\\"");
    let (verb, what) = if odd.len() == 1 { ("is", "quote") } else { ("are", "quotes") };
    Diagnostic::new(DiagnosticName::SmartQuotes, format!("{} {verb} not the {what} that turf reads", wording::join(&odd, "and")))
        .at(span, "put there by a word processor, or meant as a text")
        .fix(span, format!("\"{inside}\""))
        .help(format!("Write `\"{inside}\"` with straight double quotes."))
}

fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{ad}' | '\u{180e}')
}

fn strange_blank(span: Span, c: char) -> Diagnostic {
    let what = if c == '\u{a0}' { "a non-breaking space".to_owned() } else { format!("an invisible character (U+{:04X})", u32::from(c)) };
    Diagnostic::new(DiagnosticName::StrangeBlank, format!("{what} stands here, as from a web page or a spreadsheet"))
        .at(span, "looks like a blank, and is none")
        .fix(span, if is_invisible(c) && !c.is_whitespace() { "" } else { " " })
        .help("Put a plain blank in its place.")
}

/// Reports a word that mixes alphabets, such as a Cyrillic letter in a Latin name.
fn lookalike(word: &str, span: Span) -> Option<Diagnostic> {
    if word.is_ascii() || word.is_single_script() {
        return None;
    }
    let plain: String = skeleton(word).collect();
    let strangers: Vec<String> = strangers(word);
    let finding = Diagnostic::new(DiagnosticName::LookalikeLetter, format!("`{word}` mixes letters of two alphabets"))
        .at(span, format!("{} comes from another alphabet", wording::join(&strangers, "and")))
        .help("Type the word again on your own keyboard; letters that only look alike make two different names.");
    Some(if plain.is_ascii() && plain != word { finding.fix(span, plain) } else { finding })
}

/// Names the letters that look like plain ones, each with what it looks like.
fn strangers(word: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for c in word.chars().filter(|c| !c.is_ascii()) {
        let like: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
        let said = if like.is_ascii() {
            format!("`{c}` (U+{:04X}), which looks like `{like}`,", u32::from(c))
        } else {
            format!("`{c}` (U+{:04X})", u32::from(c))
        };
        if !found.contains(&said) {
            found.push(said);
        }
    }
    found
}

/// Looks for operators and habits of other languages in an item that did not parse.
pub(super) fn operators(file: FileId, start: usize, text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let span = |range: Range<usize>| Span::new(file, start + range.start, start + range.end);
    let (mut skip_to, mut brackets, mut first) = (0, 0_usize, true);
    let mut tokens = Scanner::new(text, 0).filter(|(_, seen)| *seen != Seen::Comment).peekable();
    while let Some((range, seen)) = tokens.next() {
        if findings.len() > MOST_FINDINGS {
            break;
        }
        match seen {
            Seen::Sign('[') => brackets += 1,
            Seen::Sign(']') => brackets = brackets.saturating_sub(1),
            Seen::Sign(_) if range.start < skip_to => {}
            Seen::Sign(sign) => {
                let rest = text.get(range.start..).unwrap_or("");
                if let Some((written, instead)) = OPERATORS.iter().find(|(written, _)| rest.starts_with(written)) {
                    skip_to = range.start + written.len();
                    findings.push(operator(span(range.start..skip_to), written, instead));
                } else {
                    let next = tokens.peek();
                    findings.extend(single_sign(sign, span(range.clone()), brackets > 0, blanks_around(text, &range, next), next));
                }
            }
            Seen::Word(word) if first => findings.extend(capital_item(word, span(range))),
            _ => {}
        }
        first = false;
    }
    findings
}

/// Returns whether a sign stands alone between blanks.
fn blanks_around(text: &str, range: &Range<usize>, next: Option<&Token<'_>>) -> bool {
    let before = text.get(..range.start).and_then(|t| t.chars().next_back()).is_none_or(char::is_whitespace);
    before && next.is_none_or(|(n, _)| n.start > range.end)
}

fn single_sign(sign: char, span: Span, in_list: bool, alone: bool, next: Option<&Token<'_>>) -> Option<Diagnostic> {
    let number_follows = matches!(next, Some((_, Seen::Word(word))) if word.starts_with(|c: char| c.is_ascii_digit()));
    match sign {
        ';' if in_list => Some(operator(span, ";", ",")),
        ';' => Some(operator(span, ";", "")),
        '&' if alone => Some(operator(span, "&", "and")),
        '|' if alone => Some(operator(span, "|", "or")),
        '\u{2013}' | '\u{2014}' => Some(operator(span, &sign.to_string(), if number_follows { ".." } else { "-" })),
        _ => None,
    }
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

/// Reports a keyword in capitals.
pub(super) fn capital(word: &str, lower: &str, span: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticName::CapitalKeyword, format!("`{word}` is written in capitals"))
        .at(span, "the words of the language are in small letters")
        .fix(span, lower)
        .help(format!("Write `{lower}`. Values such as `OR` for Oregon keep their capitals."))
}

/// Reports a number such as `1,000,000`.
pub(super) fn commas(span: Span, written: &str) -> Diagnostic {
    let instead = written.replace(',', "_");
    Diagnostic::new(DiagnosticName::NumberWithCommas, format!("`{written}` has commas, and a comma separates values"))
        .at(span, "one number, or several?")
        .fix(span, instead.clone())
        .help(format!("Write `{instead}`."))
}
