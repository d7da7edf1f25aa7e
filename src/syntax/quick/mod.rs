//! Reads the plain forms of the commonest items straight from the text, many times faster than the grammar does.
//!
//! A book of ten thousand rules is mostly rules, and pest takes a microsecond for each word of them. What comes in is
//! one item as it stands; what goes out is the very tree that the grammar would have led to, or nothing. Nothing is
//! never a mistake: whatever is rare, odd or wrong is left to the grammar, which alone decides what the language is and
//! reports what does not parse. So each function follows the alternatives of the grammar rule it is called after, in
//! their order, and gives up where the grammar would look further. `tests/quick.rs`
//! compares the two.

mod conditions;
mod items;

use std::collections::HashMap;
use std::sync::Arc;

use super::build::unquote;
use super::tree::{Item, Length, Literal, LiteralKind, Path, Unit};
use crate::text::{FileId, Name, Span};

/// How deep conditions and territories may nest here: so far below [`super::DEPTH_LIMIT`] that it is never reached.
const DEPTH: usize = 24;

/// The words of a file so far, so that the thousand times it says `country` are one text.
pub(super) type Words<'t> = HashMap<&'t str, Arc<str>>;

/// Reads an item that takes up the whole text; `base` is where in the file the text begins.
pub(super) fn item<'t>(file: FileId, base: usize, text: &'t str, words: &mut Words<'t>) -> Option<Item> {
    let mut quick = Quick { file, base, text, words, at: 0, end: 0, depth: 0 };
    quick.take(0)?;
    let item = quick.item()?;
    (quick.at == text.len()).then_some(item)
}

/// Stands before a token of the item.
struct Quick<'w, 't> {
    file: FileId,
    base: usize,
    text: &'t str,
    words: &'w mut Words<'t>,
    /// Where the next token begins.
    at: usize,
    /// Where the token before it ended.
    end: usize,
    depth: usize,
}

impl<'t> Quick<'_, 't> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, from: usize, to: usize) -> Option<&'t str> {
        self.text.get(from..to)
    }

    /// Takes everything up to `end` as a token, and goes on to the next one.
    fn take(&mut self, end: usize) -> Option<()> {
        self.end = end;
        self.at = end;
        loop {
            match self.byte(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(b'#') => {
                    let rest = self.text.get(self.at..)?;
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                _ => return Some(()),
            }
        }
    }

    /// Returns the place from a token's begin to the end of the last one taken.
    fn span(&self, from: usize) -> Span {
        Span::new(self.file, self.base + from, self.base + self.end)
    }

    /// Returns where the word ends that begins at a place; nothing when letters beyond ASCII belong to it.
    fn word_end(&self, at: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(at..)?;
        let length = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))).unwrap_or(rest.len());
        rest.get(length).is_none_or(u8::is_ascii).then_some(at + length)
    }

    /// Returns the run of letters, digits, `_` and `-` that comes next; it may be empty.
    fn next_word(&self) -> Option<&'t str> {
        self.slice(self.at, self.word_end(self.at)?)
    }

    /// Takes a keyword if it comes next.
    fn keyword(&mut self, word: &str) -> Option<bool> {
        if self.next_word()? != word {
            return Some(false);
        }
        self.take(self.at + word.len())?;
        Some(true)
    }

    /// Takes a keyword that must come next.
    fn must(&mut self, word: &str) -> Option<()> {
        self.keyword(word)?.then_some(())
    }

    /// Takes a sign if it comes next.
    fn sign(&mut self, sign: u8) -> Option<bool> {
        if self.byte(self.at) != Some(sign) {
            return Some(false);
        }
        self.take(self.at + 1)?;
        Some(true)
    }

    /// Takes a sign that must come next.
    fn must_sign(&mut self, sign: u8) -> Option<()> {
        self.sign(sign)?.then_some(())
    }

    /// Takes a text in quotes.
    fn quoted(&mut self) -> Option<Name> {
        let (from, end) = (self.at, self.delimited_end(b'"')?);
        let text = unquote(self.slice(from, end)?);
        self.take(end)?;
        Some(Name { text, span: self.span(from) })
    }

    /// Returns where a text or pattern ends that begins here; a backslash stands for the whole character after it.
    fn delimited_end(&self, mark: u8) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            match self.byte(at)? {
                b'\n' => return None,
                b'\\' => at += 1 + self.text.get(at + 1..)?.chars().next()?.len_utf8(),
                byte if byte == mark => return Some(at + 1),
                _ => at += 1,
            }
        }
    }

    /// Takes a name: `"..."`, or a word that is not reserved.
    fn name(&mut self) -> Option<Name> {
        if self.byte(self.at) == Some(b'"') {
            return self.quoted();
        }
        let (from, word) = (self.at, self.next_word()?);
        if !is_name(word) {
            return None;
        }
        self.take(from + word.len())?;
        Some(Name { text: self.shared(word), span: self.span(from) })
    }

    fn shared(&mut self, word: &'t str) -> Arc<str> {
        self.words.entry(word).or_insert_with(|| word.into()).clone()
    }

    /// Takes a text, date, number or word. Times are left to the grammar.
    fn literal(&mut self) -> Option<Literal> {
        let (from, first) = (self.at, self.byte(self.at)?);
        let (kind, end) = match first {
            b'"' => {
                let Name { text, span } = self.quoted()?;
                return Some(Literal { raw: text, kind: LiteralKind::Quoted, span });
            }
            b'0'..=b'9' | b'-' => self.digits()?,
            _ => (LiteralKind::Word, self.word_end(from)?),
        };
        let raw = self.slice(from, end)?;
        if kind == LiteralKind::Word && !is_name(raw) {
            return None;
        }
        self.take(end)?;
        let raw = if kind == LiteralKind::Word { self.shared(raw) } else { raw.into() };
        Some(Literal { raw, kind, span: self.span(from) })
    }

    /// Tells what begins with a digit or a minus sign: a date, a number or a word.
    fn digits(&self) -> Option<(LiteralKind, usize)> {
        let end = self.word_end(self.at)?;
        if self.byte(end) == Some(b':') {
            return None;
        }
        if is_date(self.slice(self.at, end)?) {
            return Some((LiteralKind::Date, end));
        }
        Some(self.number_end(self.at).map_or((LiteralKind::Word, end), |end| (LiteralKind::Number, end)))
    }

    /// Returns where the number ends that begins at a place.
    fn number_end(&self, from: usize) -> Option<usize> {
        let run = |at: usize| {
            let rest = self.text.as_bytes().get(at..).unwrap_or_default();
            let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
            (digits > 0 && rest.first().is_some_and(u8::is_ascii_digit)).then_some(at + digits)
        };
        let mut at = run(from + usize::from(self.byte(from) == Some(b'-')))?;
        if self.byte(at) == Some(b'.') {
            at = run(at + 1).unwrap_or(at);
        }
        at += usize::from(matches!(self.byte(at), Some(b'K' | b'M' | b'B' | b'k' | b'm' | b'b')));
        at += usize::from(self.byte(at) == Some(b'%'));
        (self.word_end(at)? == at).then_some(at)
    }

    /// Takes a number.
    fn number(&mut self) -> Option<Literal> {
        let (from, end) = (self.at, self.number_end(self.at)?);
        let raw = self.slice(from, end)?.into();
        self.take(end)?;
        Some(Literal { raw, kind: LiteralKind::Number, span: self.span(from) })
    }

    /// Takes a path: words and texts with dots and nothing else between. Parts that begin with a digit are left to the
    /// grammar.
    fn path(&mut self) -> Option<Path> {
        let from = self.at;
        let mut parts = Vec::with_capacity(1);
        loop {
            if self.byte(self.at)?.is_ascii_digit() {
                return None;
            }
            parts.push(self.name()?);
            if self.byte(self.end) != Some(b'.') {
                return Some(Path { parts, span: self.span(from) });
            }
            self.at = self.end + 1;
        }
    }

    /// Takes a length of time.
    fn length(&mut self) -> Option<Length> {
        let from = self.at;
        let amount = self.number()?;
        let word = self.next_word()?;
        let unit = match word {
            "minutes" | "minute" => Unit::Minutes,
            "hours" | "hour" => Unit::Hours,
            "days" | "day" => Unit::Days,
            "weeks" | "week" => Unit::Weeks,
            "months" | "month" => Unit::Months,
            _ => return None,
        };
        self.take(self.at + word.len())?;
        Some(Length { amount, unit, span: self.span(from) })
    }

    /// Takes values in square brackets, with a comma between and perhaps one after the last.
    fn bracketed<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.must_sign(b'[')?;
        let mut all = Vec::new();
        while !self.sign(b']')? {
            all.push(one(self)?);
            if !self.sign(b',')? {
                self.must_sign(b']')?;
                break;
            }
        }
        Some(all)
    }
}

/// Returns whether a word can be a name or a value.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric()) && !matches!(word, "and" | "or" | "not" | "is" | "in")
}

/// Returns whether a word has the shape of `2027-03-01`.
fn is_date(word: &str) -> bool {
    word.len() == 10 && word.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}
