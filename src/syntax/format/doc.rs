//! Lays text out in a width: what fits stays on one line, what does not is broken where it may be.
//!
//! The outermost group that does not fit is broken at all its lines; a fill is broken only where the next part would
//! not fit. A comment ends its line, so whatever holds one inside is broken.

/// Holds a piece of a layout.
#[derive(Clone, Debug)]
pub(super) enum Doc {
    /// Text without line ends.
    Text(String),
    /// A comment at the end of its line; comments of one number stand in one column.
    Trail(String, usize),
    /// A comment on a line of its own.
    Own(String),
    /// So many blanks, or a new line when the group is broken.
    Line(usize),
    /// A blank, unless a line begins.
    Space,
    /// A blank, or a new line when what follows does not fit.
    Fill,
    /// A new line.
    Hard,
    /// An empty line.
    Blank,
    /// Text of several lines that stays as it is.
    Raw(String),
    /// Parts on one line if they fit.
    Group(Vec<Self>),
    /// Parts whose new lines stand so many columns further right.
    Indent(usize, Vec<Self>),
    /// Parts whose new lines stand as far right as the line they begin on.
    Hang(Vec<Self>),
}

/// More columns than any width: what can never be on one line.
const NEVER: usize = 1 << 40;

/// Returns how many columns parts take on one line.
pub(super) fn flat_width(docs: &[Doc]) -> usize {
    docs.iter().map(Doc::flat_width).fold(0, |sum, width| (sum + width).min(NEVER))
}

impl Doc {
    fn flat_width(&self) -> usize {
        match self {
            Self::Text(text) => columns(text),
            Self::Line(blanks) => *blanks,
            Self::Space | Self::Fill => 1,
            Self::Trail(..) | Self::Own(_) | Self::Hard | Self::Blank | Self::Raw(_) => NEVER,
            Self::Group(parts) | Self::Indent(_, parts) | Self::Hang(parts) => flat_width(parts),
        }
    }

    /// Returns how many columns it takes up to where it may be broken first, and whether that is before its end.
    fn first_width(&self) -> (usize, bool) {
        match self {
            Self::Text(text) => (columns(text), false),
            Self::Space => (1, false),
            Self::Line(_) | Self::Fill | Self::Hard | Self::Blank | Self::Trail(..) | Self::Own(_) | Self::Raw(_) => (0, true),
            Self::Group(parts) | Self::Indent(_, parts) | Self::Hang(parts) => until_break(parts, 0),
        }
    }
}

/// Returns how many columns follow up to the first place that may be broken; `tail` is what follows the last part.
fn until_break(docs: &[Doc], tail: usize) -> (usize, bool) {
    let mut sum = 0;
    for doc in docs {
        let (width, broken) = doc.first_width();
        sum += width;
        if broken {
            return (sum, true);
        }
    }
    (sum + tail, false)
}

/// Returns the columns a text takes: its characters.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Prints a layout.
pub(super) fn print(docs: &[Doc], width: usize) -> String {
    let mut printer = Printer { width, ..Printer::default() };
    printer.all(docs, 0, false, 0);
    printer.finish()
}

#[derive(Default)]
struct Printer {
    width: usize,
    /// Lines that are complete, and the one being written.
    lines: Vec<String>,
    line: String,
    /// How far the line being written is indented, or will be.
    line_indent: usize,
    /// Whether anything stands on it.
    begun: bool,
    /// Whether an empty line comes before the next.
    blank: bool,
    /// Comments at line ends: line, and the number of their column.
    trails: Vec<(usize, String, usize)>,
    /// Whether the line may take nothing more.
    full: bool,
}

impl Printer {
    fn all(&mut self, docs: &[Doc], indent: usize, flat: bool, tail: usize) {
        for (at, doc) in docs.iter().enumerate() {
            let rest = docs.get(at + 1..).unwrap_or_default();
            let after = until_break(rest, tail).0;
            match doc {
                Doc::Text(text) => {
                    if self.full {
                        self.new_line(indent);
                    }
                    self.text(text);
                }
                Doc::Space => self.blanks(1),
                Doc::Line(blanks) if flat => self.blanks(*blanks),
                Doc::Line(_) | Doc::Hard => self.new_line(indent),
                Doc::Fill if flat || self.fits(1 + until_next(rest, tail)) => self.blanks(1),
                Doc::Fill => self.new_line(indent),
                Doc::Blank => {
                    self.new_line(indent);
                    self.blank = true;
                }
                Doc::Trail(text, number) => {
                    self.trails.push((self.lines.len(), text.clone(), *number));
                    self.full = true;
                }
                Doc::Own(text) => {
                    self.new_line(indent);
                    self.text(text);
                    self.full = true;
                }
                Doc::Raw(text) => {
                    self.new_line(0);
                    self.text(text);
                    self.full = true;
                }
                Doc::Group(parts) => {
                    let flat = flat || self.fits_at(indent, flat_width(parts) + after);
                    self.all(parts, indent, flat, after);
                }
                Doc::Indent(by, parts) => self.all(parts, indent + by, flat, after),
                Doc::Hang(parts) => {
                    let from = if self.full { indent } else { self.line_indent };
                    self.all(parts, from, flat, after);
                }
            }
        }
    }

    fn fits(&self, more: usize) -> bool {
        !self.full && columns(&self.line) + more <= self.width
    }

    fn fits_at(&self, indent: usize, more: usize) -> bool {
        let from = match (self.full, self.begun) {
            (true, _) => indent,
            (false, true) => columns(&self.line),
            (false, false) => self.line_indent,
        };
        from + more <= self.width
    }

    fn blanks(&mut self, count: usize) {
        if self.begun && !self.full {
            self.line.extend(std::iter::repeat_n(' ', count));
        }
    }

    fn text(&mut self, text: &str) {
        if !self.begun {
            if self.blank && !self.lines.is_empty() {
                self.lines.push(String::new());
            }
            self.blank = false;
            self.begun = true;
            self.line.extend(std::iter::repeat_n(' ', self.line_indent));
        }
        self.line.push_str(text);
    }

    /// Goes to a new line, unless nothing stands on this one yet; what comes next is indented so far.
    fn new_line(&mut self, indent: usize) {
        self.full = false;
        self.line_indent = indent;
        if self.begun {
            self.lines.push(std::mem::take(&mut self.line).trim_end().to_owned());
            self.begun = false;
        }
    }

    /// Sets the comments at line ends into their columns and joins the lines.
    fn finish(mut self) -> String {
        self.new_line(0);
        let mut column = std::collections::BTreeMap::new();
        for (line, _, number) in &self.trails {
            let width = self.lines.get(*line).map_or(0, |l| last_line(l));
            let widest = column.entry(*number).or_insert(0_usize);
            *widest = (*widest).max(width);
        }
        for (line, text, number) in &self.trails {
            let Some(written) = self.lines.get_mut(*line) else { continue };
            let to = column.get(number).copied().unwrap_or(0) + 2;
            let gap = to.saturating_sub(last_line(written));
            written.extend(std::iter::repeat_n(' ', gap));
            written.push_str(text);
        }
        let mut text = self.lines.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

fn last_line(text: &str) -> usize {
    columns(text.rsplit('\n').next().unwrap_or(""))
}

/// Returns how many columns the next part of a fill takes: up to the next place where the fill may be broken.
fn until_next(docs: &[Doc], tail: usize) -> usize {
    let end = docs.iter().position(|d| matches!(d, Doc::Fill | Doc::Line(_) | Doc::Hard | Doc::Blank));
    let part = docs.get(..end.unwrap_or(docs.len())).unwrap_or_default();
    let comment = part.iter().position(|d| matches!(d, Doc::Trail(..) | Doc::Own(_)));
    let part = part.get(..comment.unwrap_or(part.len())).unwrap_or_default();
    flat_width(part) + if end.is_none() && comment.is_none() { tail } else { 0 }
}
