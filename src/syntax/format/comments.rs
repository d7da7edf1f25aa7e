//! Where the comments of a file stand: each belongs to the token it follows on its line, or to the one below it.

use crate::text::Span;

/// Hands out the comments of a file in order.
#[derive(Debug)]
pub(super) struct Comments<'t> {
    text: &'t str,
    spans: &'t [Span],
    next: usize,
}

impl<'t> Comments<'t> {
    pub(super) fn new(text: &'t str, spans: &'t [Span]) -> Self {
        Self { text, spans, next: 0 }
    }

    /// Takes the next comment that begins before a place, with the place where it begins.
    pub(super) fn before(&mut self, place: usize) -> Option<(usize, usize, &'t str)> {
        let span = self.spans.get(self.next).filter(|s| (s.start as usize) < place)?;
        self.next += 1;
        Some((span.start as usize, span.end as usize, written(self.text, *span)))
    }

    /// Takes the comment that follows a token on its line, if nothing else stands between.
    pub(super) fn after(&mut self, end: usize) -> Option<&'t str> {
        let span = self.spans.get(self.next)?;
        let between = self.text.get(end..span.start as usize)?;
        let same_line = between.chars().all(|c| c.is_whitespace() && c != '\n');
        same_line.then(|| {
            self.next += 1;
            written(self.text, *span)
        })
    }

    /// Returns whether a comment begins between two places.
    pub(super) fn any_in(&self, from: usize, to: usize) -> bool {
        let first = self.spans.partition_point(|s| (s.start as usize) < from);
        self.spans.get(first).is_some_and(|s| (s.start as usize) < to)
    }

    /// Leaves out the comments before a place.
    pub(super) fn skip_to(&mut self, place: usize) {
        while self.before(place).is_some() {}
    }
}

/// Returns a comment as it is kept: without blanks at its end.
pub(super) fn written(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or("").trim_end()
}
