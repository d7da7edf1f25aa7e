//! Texts near another that lie in an area: as little changed as can be.

use std::sync::Arc;

use super::axis::{Aspect, Axis, AxisId, Class, Kind, fold};
use super::coder::Coder;
use super::ordinary::fillers;
use super::wish::Wish;
use super::{Area, Space};
use crate::model::Value;

/// How many values and beginnings of one class are tried.
const MOST_NAMED: usize = 20;

/// How many alternatives of a search are tried.
const MOST_PIECES: usize = 4;

/// The axes that ask about one text.
struct Text<'s> {
    kind: Kind,
    value: Option<(AxisId, &'s Axis)>,
    domain: Option<(AxisId, &'s Axis)>,
    wishes: Vec<Wish<'s>>,
}

impl Space {
    /// Returns whether an axis asks about a text: what it is, its domain, or what is searched for in it.
    #[must_use]
    pub fn asks_a_text(&self, axis: AxisId) -> bool {
        let texts = [Kind::Text, Kind::AnyCase, Kind::Postal];
        match &self.axis(axis).key.aspect {
            Aspect::Value(kind) => texts.contains(kind),
            Aspect::Domain => true,
            Aspect::Fact(_) => self.is_search(axis),
            _ => false,
        }
    }

    /// Lists texts of a field that lie in an area, the nearest to the one it has first.
    #[must_use]
    pub fn texts_near(&self, area: &Area, path: &[Arc<str>], own: Option<&str>, most: usize) -> Vec<Arc<str>> {
        let of_field = |wanted: fn(&Aspect) -> bool| {
            let found = self.axes.iter().position(|a| a.key.path == path && wanted(&a.key.aspect)).map(AxisId::of);
            found.map(|id| (id, self.axis(id)))
        };
        let value = of_field(|a| matches!(a, Aspect::Value(Kind::Text | Kind::AnyCase | Kind::Postal)));
        let domain = of_field(|a| *a == Aspect::Domain);
        let kind = if let Some(Aspect::Value(kind)) = value.map(|(_, v)| &v.key.aspect) { *kind } else { Kind::Text };
        let wishes = value.iter().chain(&domain).filter_map(|(id, _)| self.wish(area, *id)).collect();
        let text = Text { kind, value, domain, wishes };
        let coders = [text.value, text.domain].into_iter().flatten().map(|(id, axis)| (id, Coder::of(axis))).collect::<Vec<_>>();
        let fits = |candidate: &str| {
            let as_value = Value::Text(candidate.into());
            let classed = |(id, coder): &(AxisId, Coder)| {
                let class = coder.class(&as_value, true);
                area.on(*id).is_none_or(|set| set.contains(class.unwrap_or(0)))
            };
            // An address has no blanks.
            let address = text.domain.is_none() || !candidate.contains(' ');
            address && coders.iter().all(classed) && text.answers(candidate)
        };
        let mut found: Vec<Arc<str>> = Vec::new();
        for candidate in text.candidates(area, path, own) {
            let candidate = candidate.trim();
            if !candidate.is_empty() && fits(candidate) && !found.iter().any(|f| **f == *candidate) {
                found.push(candidate.into());
            }
            if found.len() == most {
                break;
            }
        }
        found
    }
}

impl Text<'_> {
    /// Whether the searches find in a text what they should.
    fn answers(&self, text: &str) -> bool {
        let domain = || text.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.wishes.iter().all(|wish| wish.fits(if wish.is_of(self.domain.map(|(id, _)| id)) { domain() } else { text }))
    }

    /// Texts that may fit: as it is, a value that is named, with pieces added and taken out, with another beginning.
    fn candidates(&self, area: &Area, path: &[Arc<str>], own: Option<&str>) -> Vec<String> {
        let own = own.unwrap_or_default();
        let mut all = vec![own.to_owned()];
        if let Some((id, axis)) = self.domain {
            let local = own.split('@').next().map(str::trim).filter(|l| !l.is_empty() && !l.contains(' ')).unwrap_or("someone");
            let wanted = self.wishes.iter().filter(|wish| wish.is_of(Some(id))).flat_map(Wish::domains);
            all.extend(wanted.map(|domain| format!("{local}@{domain}")));
            let (values, beginnings) = named(axis, area, id);
            all.extend(values.iter().map(|domain| format!("{local}@{domain}")));
            for beginning in beginnings {
                let plain = if beginning.is_empty() {
                    ["example.com", "example.org", "example.net"].map(str::to_owned).to_vec()
                } else {
                    vec![format!("{beginning}.example"), beginning.to_string()]
                };
                all.extend(plain.into_iter().map(|domain| format!("{local}@{domain}")));
            }
        }
        let Some((id, axis)) = self.value else { return all };
        let (values, beginnings) = named(axis, area, id);
        all.extend(values.iter().map(ToString::to_string));
        let mut searched = Vec::new();
        for wish in &self.wishes {
            searched.extend(self.rewritten(own, wish));
        }
        all.extend(searched.iter().cloned());
        for beginning in &beginnings {
            // A postal code keeps its length, a text its words.
            let length = beginning.chars().count();
            let rest: String = own.chars().skip(length).collect();
            all.extend([format!("{beginning}{rest}"), beginning.to_string()]);
            if self.kind != Kind::Postal {
                all.extend([format!("{beginning} {own}"), format!("{beginning}{own}")]);
                all.extend(searched.iter().map(|text| format!("{beginning} {text}")));
            }
            let pieces: Vec<Arc<str>> = self.wishes.iter().flat_map(Wish::pieces).collect();
            all.extend(fillers(self.kind, beginning, path, &pieces));
        }
        all.extend(self.wishes.iter().filter_map(Wish::made));
        all
    }

    /// A text without what must not be found, and with what must.
    fn rewritten(&self, own: &str, wish: &Wish<'_>) -> Vec<String> {
        let mut bases = vec![own.to_owned()];
        let mut less = own.to_owned();
        for piece in wish.unwanted() {
            less = without(&less, &piece, self.kind);
        }
        // A domain without a part of it is none.
        if let Some((local, _)) = own.split_once('@')
            && less != own
        {
            bases.push(format!("{local}@example.com"));
        } else {
            bases.push(less);
        }
        for (alternatives, at_end) in wish.wanted() {
            let has = |text: &str, piece: &str| {
                let text = fold(self.kind, text);
                if at_end { text.ends_with(piece) } else { text.contains(piece) }
            };
            let mut next = Vec::new();
            for base in &bases {
                if alternatives.iter().any(|piece| has(base, piece)) {
                    next.push(base.clone());
                }
                for piece in alternatives.iter().take(MOST_PIECES) {
                    next.extend(with(base, piece, at_end));
                }
            }
            next.truncate(60);
            bases = next;
        }
        bases
    }
}

/// Values and beginnings of the classes of an axis that an area takes in.
fn named(axis: &Axis, area: &Area, id: AxisId) -> (Vec<Arc<str>>, Vec<Arc<str>>) {
    let (mut values, mut beginnings) = (Vec::new(), Vec::new());
    let inside = axis.classes.iter().enumerate().filter(|(class, _)| area.on(id).is_none_or(|set| set.contains(*class)));
    for (_, class) in inside {
        match class {
            Class::Values(all) => values.extend(all.iter().take(MOST_NAMED).cloned()),
            Class::Others(all) => beginnings.extend(all.iter().take(MOST_NAMED).cloned()),
            _ => {}
        }
    }
    (values, beginnings)
}

/// A text without a piece, whatever its capitals where they do not matter.
fn without(text: &str, piece: &str, kind: Kind) -> String {
    let folded = fold(kind, text);
    // Folding may change how long a text is; then it is taken as folded.
    let plain: &str = if folded.len() == text.len() { text } else { &folded };
    let mut left = String::new();
    let mut at = 0;
    for (found, _) in folded.match_indices(piece) {
        left.push_str(plain.get(at..found).unwrap_or_default());
        at = found + piece.len();
    }
    left.push_str(plain.get(at..).unwrap_or_default());
    left.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with a piece in it, or at its end.
fn with(text: &str, piece: &str, at_end: bool) -> Vec<String> {
    let mut all = Vec::new();
    if at_end {
        let cut = match piece.chars().next() {
            Some('@') => text.split_once('@').map(|(before, _)| before),
            Some('.') => text.rsplit_once('.').map(|(before, _)| before),
            _ => None,
        };
        all.extend(cut.map(|before| format!("{before}{piece}")));
        // An address may end in a whole domain.
        let local = text.split_once('@').map(|(local, _)| local).filter(|_| piece.contains('.') && !piece.starts_with(['.', '@']));
        all.extend(local.map(|local| format!("{local}@{piece}")));
    }
    let open = text.is_empty() || !piece.starts_with(char::is_alphanumeric) || text.contains('@');
    all.push(if open { format!("{text}{piece}") } else { format!("{text} {piece}") });
    if text.contains('@') && !at_end {
        all.insert(0, format!("{piece}{text}"));
    }
    all
}
