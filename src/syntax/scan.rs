//! Reads a rule file token by token: words, texts, patterns, comments and single signs.
//!
//! Knows nothing of the grammar, so that a file can be cut into items, and slips be found, where the grammar fails.

use std::ops::Range;

/// Double quotes that word processors put in the place of `"`.
const SMART_DOUBLE: &[char] = &['\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{ab}', '\u{bb}', '\u{2033}', '\u{ff02}'];

/// Single quotes, which turf does not have.
const SINGLE: &[char] = &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// One thing the scanner sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'t> {
    /// A run of letters, digits, `_` and `-`.
    Word(&'t str),
    /// `"..."`, quotes included. One that is never closed ends with its line, before a `{` or `}` at the end of it.
    Text { closed: bool },
    /// A text between other quotes than `"`.
    Smart,
    /// A comment, `#` included.
    Comment,
    /// `/.../` after `matches`.
    Pattern { closed: bool },
    /// Any other single character.
    Sign(char),
}

/// One token with its place, in bytes.
pub(super) type Token<'t> = (Range<usize>, Seen<'t>);

/// Reads a text token by token.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    after_matches: bool,
}

impl<'t> Scanner<'t> {
    /// Makes a scanner that begins at byte `at`.
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at, after_matches: false }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Reads up to the closing mark on the same line; a backslash stands for the character after it.
    fn delimited(&self, mark: u8) -> (usize, bool) {
        let rest = self.rest();
        let mut escaped = false;
        // All that matters is ASCII, so bytes do: those of other characters never look like it.
        for (at, byte) in rest.bytes().enumerate().skip(1) {
            match byte {
                b'\n' => return (unclosed_length(rest.get(..at).unwrap_or("")), false),
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                _ if byte == mark => return (at + 1, true),
                _ => {}
            }
        }
        (unclosed_length(rest), false)
    }

    fn text(&self) -> (usize, Seen<'t>) {
        let (length, closed) = self.delimited(b'"');
        if closed {
            return (length, Seen::Text { closed });
        }
        // `"Bay Area”`: opened rightly, closed by a word processor.
        let written = self.rest().get(..length).unwrap_or("");
        match written.char_indices().find(|(_, c)| SMART_DOUBLE.contains(c)) {
            Some((at, c)) => (at + c.len_utf8(), Seen::Smart),
            None => (length, Seen::Text { closed }),
        }
    }

    /// Reads a text between quotes of a word processor; nothing when no closing one follows on the line.
    fn smart(&self, first: char) -> Option<usize> {
        let single = SINGLE.contains(&first);
        let inside_a_word = self.text.get(..self.at).and_then(|t| t.chars().next_back()).is_some_and(is_inside);
        if single && inside_a_word {
            return None;
        }
        let closes = |c: char| if single { SINGLE.contains(&c) } else { c == '"' || SMART_DOUBLE.contains(&c) };
        let line = self.rest().char_indices().skip(1).take_while(|(_, c)| *c != '\n');
        line.into_iter().find(|(_, c)| closes(*c)).map(|(at, c)| at + c.len_utf8())
    }

    fn other(&self, first: char) -> (usize, Seen<'t>) {
        let rest = self.rest();
        match first {
            '"' => self.text(),
            '#' => (rest.find('\n').unwrap_or(rest.len()), Seen::Comment),
            '/' if self.after_matches => {
                let (length, closed) = self.delimited(b'/');
                (length, Seen::Pattern { closed })
            }
            c if SMART_DOUBLE.contains(&c) || SINGLE.contains(&c) => match self.smart(c) {
                Some(length) => (length, Seen::Smart),
                None => (c.len_utf8(), Seen::Sign(c)),
            },
            c => (c.len_utf8(), Seen::Sign(c)),
        }
    }
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        self.at += blank_length(self.rest());
        let rest = self.rest();
        let first = rest.chars().next()?;
        let word = word_length(rest);
        let (length, seen) = if word > 0 { (word, Seen::Word(rest.get(..word).unwrap_or(""))) } else { self.other(first) };
        self.after_matches = seen == Seen::Word("matches") || self.after_matches && seen == Seen::Comment;
        let range = self.at..self.at + length.max(1);
        self.at = range.end;
        Some((range, seen))
    }
}

/// Returns whether a character may stand inside a word.
pub(super) fn is_inside(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Returns how many bytes of white space a text begins with. Nearly all of it is ASCII, which is told by the byte.
fn blank_length(text: &str) -> usize {
    let plain = text.bytes().position(|b| !matches!(b, b' ' | b'\t'..=b'\r')).unwrap_or(text.len());
    if is_plain_at(text, plain) { plain } else { text.len() - text.trim_start().len() }
}

/// Returns how many bytes of a word a text begins with.
fn word_length(text: &str) -> usize {
    let plain = text.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))).unwrap_or(text.len());
    if is_plain_at(text, plain) { plain } else { text.find(|c: char| !is_inside(c)).unwrap_or(text.len()) }
}

/// Returns whether no character beyond ASCII begins at a byte.
fn is_plain_at(text: &str, at: usize) -> bool {
    text.as_bytes().get(at).is_none_or(u8::is_ascii)
}

/// A text that is not closed gives back the brace that ends its line, so that one slip does not become two.
fn unclosed_length(line: &str) -> usize {
    let whole = line.trim_end();
    let shorter = whole.strip_suffix(['{', '}']).filter(|s| s.ends_with([' ', '\t'])).map_or(whole, str::trim_end);
    if shorter.len() > 1 { shorter.len() } else { whole.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(&str, Seen<'_>)> {
        Scanner::new(text, 0).map(|(range, seen)| (text.get(range).unwrap(), seen)).collect()
    }

    #[test]
    fn tokens_know_texts_comments_and_patterns() {
        assert_eq!(
            seen("a \"b # \\\" c\" matches /x#\\/y/ # d"),
            [
                ("a", Seen::Word("a")),
                ("\"b # \\\" c\"", Seen::Text { closed: true }),
                ("matches", Seen::Word("matches")),
                ("/x#\\/y/", Seen::Pattern { closed: true }),
                ("# d", Seen::Comment),
            ]
        );
    }

    #[test]
    fn an_unclosed_text_ends_before_the_brace_that_ends_its_line() {
        assert_eq!(seen("test \"big {\n")[1], ("\"big", Seen::Text { closed: false }));
        assert_eq!(seen("because \"so}\n")[1], ("\"so}", Seen::Text { closed: false }));
    }

    #[test]
    fn quotes_of_word_processors_hold_a_text() {
        for text in ["“Bay { Area”", "„Bay { Area“", "«Bay { Area»", "\"Bay { Area”", "“Bay { Area\"", "‘Bay { Area’", "'Bay { Area'"]
        {
            assert_eq!(seen(text), [(text, Seen::Smart)]);
        }
        assert_eq!(seen("O'Brien's").len(), 5);
    }

    #[test]
    fn a_slash_is_a_pattern_only_after_matches() {
        assert_eq!(seen("yes/no # / x").len(), 4);
    }
}
