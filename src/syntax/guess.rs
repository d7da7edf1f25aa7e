//! What people mean where the grammar stops: each guess is a change of the text, kept only if the grammar gets further.

use std::ops::Range;

use pest::Parser as _;
use pest::error::{Error, ErrorVariant};

use super::mend::{Edit, stopped, syntax};
use super::scan::{Seen, Token, is_inside};
use super::{Rule, TurfParser, expected, slips, statement};
use crate::diagnostic::Diagnostic;
use crate::text::{Span, wording};

/// A change that lets the grammar get further, and how to say it.
pub(super) struct Guess {
    pub(super) edit: Edit,
    kind: Kind,
    /// What is written there now.
    written: String,
    /// The grammar must get beyond this byte for the guess to count.
    beyond: usize,
}

enum Kind {
    Capital,
    Commas,
    Missing,
    Near,
    Needless,
    Quotes,
    Instead,
    Brace,
}

impl Guess {
    /// Says the guess as a finding with its fix.
    pub(super) fn finding(self, span: Span) -> Diagnostic {
        let (written, instead) = (self.written, self.edit.1);
        let shown = instead.trim();
        match self.kind {
            Kind::Capital => slips::capital(&written, &instead, span),
            Kind::Commas => slips::commas(span, &written),
            Kind::Missing => syntax(format!("`{shown}` is missing here"))
                .at(span, "before this")
                .fix(span, instead.clone())
                .help(format!("Put `{shown}` here.")),
            Kind::Near => syntax(format!("`{written}` is not a word that can stand here"))
                .at(span, "not known here")
                .fix(span, instead.clone())
                .help(format!("Did you mean `{shown}`?")),
            Kind::Needless => syntax(format!("`{written}` is too much here"))
                .at(span, "not needed")
                .fix(span, instead)
                .help(format!("Take the `{written}` away.")),
            Kind::Quotes => syntax(format!("`{written}` needs quotes"))
                .at(span, "only letters, digits, `_` and `-` may stand without")
                .fix(span, instead.clone())
                .help(format!("Write `{shown}`.")),
            Kind::Instead => syntax(format!("`{written}` is not written in turf"))
                .at(span, "read aloud, it says something else")
                .fix(span, instead.clone())
                .help(format!("Write `{shown}`.")),
            Kind::Brace => Diagnostic::new(crate::diagnostic::DiagnosticName::UnclosedBrace, "the opening `{` is missing here")
                .at(span, "the heading ends before this")
                .fix(span, instead)
                .help("Put a `{` after the heading."),
        }
    }
}

/// Returns the first guess with which the grammar gets further.
pub(super) fn first_that_helps(text: &str, tokens: &[Token<'_>], error: &Error<Rule>, effort: &mut usize) -> Option<Guess> {
    let at = stopped(error);
    let place = Place { text, tokens, here: statement::token_at(tokens, at), expected: expected_rules(error) };
    place.guesses().into_iter().find(|guess| helps(text, guess, effort))
}

fn helps(text: &str, guess: &Guess, effort: &mut usize) -> bool {
    let Some(left) = effort.checked_sub(text.len()) else { return false };
    *effort = left;
    let (range, instead) = &guess.edit;
    let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..)) else { return false };
    let changed = [before, instead, after].concat();
    match TurfParser::parse(Rule::item, &changed) {
        Ok(_) => true,
        Err(error) => changed.len() - stopped(&error).min(changed.len()) < text.len() - guess.beyond.min(text.len()),
    }
}

fn expected_rules(error: &Error<Rule>) -> &[Rule] {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
}

struct Place<'p, 't> {
    text: &'t str,
    tokens: &'p [Token<'t>],
    /// The token at which the grammar stopped.
    here: usize,
    expected: &'p [Rule],
}

impl<'t> Place<'_, 't> {
    fn range(&self, position: usize) -> Range<usize> {
        self.tokens.get(position).map_or(self.text.len()..self.text.len(), |(range, _)| range.clone())
    }

    fn seen(&self, back: usize) -> Option<Seen<'t>> {
        self.here.checked_sub(back).and_then(|p| self.tokens.get(p)).map(|(_, seen)| *seen)
    }

    fn word(&self, back: usize) -> &'t str {
        match self.seen(back) {
            Some(Seen::Word(word)) => word,
            _ => "",
        }
    }

    fn make(&self, kind: Kind, range: Range<usize>, instead: impl Into<String>, beyond: usize) -> Guess {
        let written = self.text.get(range.clone()).unwrap_or("").to_owned();
        Guess { edit: (range, instead.into()), kind, written, beyond }
    }

    /// Lists the guesses, the surest first.
    fn guesses(&self) -> Vec<Guess> {
        let mut guesses = Vec::new();
        guesses.extend(self.capital());
        guesses.extend(self.commas());
        guesses.extend(self.spoken());
        guesses.extend(self.sign());
        guesses.extend(self.brace());
        guesses.extend(self.near());
        guesses.extend(self.keyword());
        guesses.extend(self.joined());
        guesses.extend(self.quotes());
        guesses
    }

    /// `AND` where an operator should stand.
    fn capital(&self) -> Option<Guess> {
        let word = self.word(0);
        let lower = word.to_lowercase();
        (lower != word && expected::is_keyword(&lower))
            .then(|| self.make(Kind::Capital, self.range(self.here), lower, self.range(self.here).start))
    }

    /// `1,000`: the grammar stops at the comma, or behind it where a comma may stand.
    fn commas(&self) -> Option<Guess> {
        let is_part = |c: char| c.is_ascii_digit() || c == ',';
        let at = self.range(self.here).start;
        [at, self.here.checked_sub(1).map_or(at, |p| self.range(p).start)].into_iter().find_map(|at| {
            let before = self.text.get(..at)?;
            let begin = before.trim_end_matches(is_part).len();
            let after = self.text.get(at..)?;
            let length = after.find(|c: char| !is_part(c)).unwrap_or(after.len());
            let written = self.text.get(begin..at + length)?.trim_end_matches(',');
            let mut groups = written.split(',');
            let first = groups.next()?;
            let rest: Vec<&str> = groups.collect();
            let is_number = (1..=3).contains(&first.len()) && !rest.is_empty() && rest.iter().all(|g| g.len() == 3);
            let end = begin + written.len();
            is_number.then(|| self.make(Kind::Commas, begin..end, written.replace(',', "_"), end.saturating_sub(1)))
        })
    }

    /// Operators spelt out in other ways: `is in`, `is greater than`, `is at least`, `equals`.
    ///
    /// The grammar may stop one word later, because a word alone can be a condition.
    fn spoken(&self) -> Vec<Guess> {
        [0, 1].into_iter().filter_map(|back| self.spoken_before(back)).collect()
    }

    fn spoken_before(&self, back: usize) -> Option<Guess> {
        let from = |words: usize| self.range(self.here.saturating_sub(back + words)).start;
        let end = self.range(self.here.checked_sub(back)?).end;
        let (begin, instead) = match (self.word(back + 2), self.word(back + 1), self.word(back)) {
            (_, "is", "in") => (from(1), "in"),
            ("is", "not", "in") => (from(2), "not in"),
            ("is", "greater" | "more" | "larger" | "higher" | "above" | "over", "than") => (from(2), ">"),
            ("is", "less" | "fewer" | "smaller" | "lower" | "below" | "under", "than") => (from(2), "<"),
            ("is", "at", "least") => (from(2), ">="),
            ("is", "at", "most") => (from(2), "<="),
            (_, _, "equals" | "equal") => (from(0), "is"),
            (_, _, "begins") => (from(0), "starts"),
            (_, _, "includes" | "include") => (from(0), "contains"),
            _ => return None,
        };
        Some(self.make(Kind::Instead, begin..end, instead, end))
    }

    /// `:`, `=` and `,` in the wrong place.
    fn sign(&self) -> Vec<Guess> {
        let Some(Seen::Sign(sign @ (':' | '=' | ','))) = self.seen(0) else { return Vec::new() };
        let (range, next) = (self.range(self.here), self.range(self.here + 1).start);
        let mut guesses = Vec::new();
        if sign != ',' {
            let order = if self.expected.len() <= 2 { [":", "=", "is"] } else { ["is", ":", "="] };
            let others = order.into_iter().filter(|o| !o.starts_with(sign));
            guesses.extend(others.map(|o| {
                let glued = self.text.get(..range.start).and_then(|t| t.chars().next_back()).is_some_and(is_inside);
                self.make(Kind::Instead, range.clone(), if glued && o == "is" { format!(" {o}") } else { o.to_owned() }, next)
            }));
        }
        guesses.push(self.make(Kind::Needless, range, "", next));
        guesses
    }

    fn brace(&self) -> Option<Guess> {
        let end = self.range(self.here.checked_sub(1)?).end;
        self.expected.contains(&Rule::open).then(|| self.make(Kind::Brace, end..end, " {", self.range(self.here).start))
    }

    /// A misspelt keyword, or a misspelt statement of this item.
    fn near(&self) -> Option<Guess> {
        let word = self.word(0);
        let mut known: Vec<String> = expected::keywords(self.expected);
        known.extend(statement::words(statement::keyword(self.tokens)).iter().map(|w| (*w).to_owned()));
        if self.here == 0 {
            known.extend(super::split::ITEMS.iter().map(|w| (*w).to_owned()));
        }
        known.sort();
        known.dedup();
        let near = wording::nearest(word, known.iter().map(String::as_str));
        match near.as_slice() {
            [one] => Some(self.make(Kind::Near, self.range(self.here), one.clone(), self.range(self.here).start)),
            _ => None,
        }
    }

    /// The only word or sign that may follow is missing.
    fn keyword(&self) -> Vec<Guess> {
        if self.expected.len() > 3 {
            return Vec::new();
        }
        let range = self.range(self.here);
        let mut words = expected::keywords(self.expected);
        if self.expected.contains(&Rule::colon) {
            words.insert(0, ":".to_owned());
        }
        words.into_iter().map(|word| self.make(Kind::Missing, range.start..range.start, format!("{word} "), range.start)).collect()
    }

    /// Two conditions without `and` between them.
    fn joined(&self) -> Option<Guess> {
        let range = self.range(self.here);
        let operator = match self.tokens.get(self.here + 1).map(|(_, seen)| *seen) {
            Some(Seen::Word(word)) => {
                matches!(word, "is" | "in" | "not" | "contains" | "does" | "starts" | "ends" | "matches" | "before" | "after" | "within")
            }
            Some(Seen::Sign(sign)) => matches!(sign, '<' | '>' | '=' | '.'),
            _ => false,
        };
        (self.expected.contains(&Rule::k_and) && operator && !self.word(0).is_empty())
            .then(|| self.make(Kind::Missing, range.start..range.start, "and ", self.range(self.here + 1).start))
    }

    /// A name or value of several words, or with signs in it, without quotes.
    fn quotes(&self) -> Vec<Guess> {
        let mut guesses = Vec::new();
        let here = self.range(self.here);
        let stops = |c: char| c.is_whitespace() || "[](){},\"".contains(c);
        let begin = self.text.get(..here.start).map_or(here.start, |t| {
            t.rfind(stops).map_or(0, |at| at + t.get(at..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8))
        });
        let after = self.text.get(here.start..).unwrap_or("");
        let end = here.start + after.find(stops).unwrap_or(after.len());
        if begin < here.start || end > here.end {
            guesses.push(self.quoted(begin..end));
        }
        // `because so it is`: the rest of the line is the text.
        if self.expected.contains(&Rule::quoted) && !self.word(0).is_empty() {
            let line = after.find('\n').map_or(after, |end| after.get(..end).unwrap_or(after));
            let line = line.trim_end().trim_end_matches('}').trim_end();
            guesses.push(self.quoted(here.start..here.start + line.len()));
        }
        // `financial services`, `rep Anna Snelling`
        let opens = matches!(
            (self.seen(2), self.word(2)),
            (Some(Seen::Sign('[' | ',' | ':' | '=')), _)
                | (
                    _,
                    "is" | "not"
                        | "contains"
                        | "with"
                        | "rep"
                        | "team"
                        | "queue"
                        | "owner"
                        | "rule"
                        | "segment"
                        | "territory"
                        | "credit"
                        | "list"
                        | "overlay"
                        | "priority"
                        | "parent"
                        | "members"
                        | "as"
                )
        );
        if opens && !self.word(1).is_empty() && !self.word(0).is_empty() {
            let begin = self.range(self.here.saturating_sub(1)).start;
            for last in self.here..self.here + 3 {
                let end = self.range(last).end;
                let one_line = self.text.get(begin..end).is_some_and(|t| !t.contains('\n'));
                if !matches!(self.tokens.get(last), Some((_, Seen::Word(_)))) || !one_line {
                    break;
                }
                guesses.push(self.quoted(begin..end));
            }
        }
        guesses
    }

    fn quoted(&self, range: Range<usize>) -> Guess {
        let written = self.text.get(range.clone()).unwrap_or("").replace('\\', "\\\\");
        let beyond = range.end;
        self.make(Kind::Quotes, range, format!("\"{written}\""), beyond)
    }
}
