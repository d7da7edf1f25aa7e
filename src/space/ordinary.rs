//! What is ordinary: common cells of the data, round numbers, plain texts, for examples that look like real records.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::axis::{Bounds, Kind};

/// Says what is ordinary: the most common cells of the sample data, and who works here.
#[derive(Clone, Debug, Default)]
pub struct Ordinary {
    /// By path: cells with the most common first.
    pub cells: BTreeMap<Vec<Arc<str>>, Vec<Arc<str>>>,
    /// Keys of active reps.
    pub reps: Vec<Arc<str>>,
}

/// A round number in a stretch.
pub(super) fn round_number_in(bounds: &Bounds<Decimal>) -> Option<Decimal> {
    let inside = |n: &Decimal| {
        bounds.low.as_ref().is_none_or(|(low, own)| low < n || (low == n && *own))
            && bounds.high.as_ref().is_none_or(|(high, own)| n < high || (n == high && *own))
    };
    let (low, high) = (bounds.low.map(|(v, _)| v), bounds.high.map(|(v, _)| v));
    let two = Decimal::TWO;
    let mut candidates: Vec<Decimal> = Vec::new();
    match (low, high) {
        (Some(low), Some(high)) => {
            let middle = low.checked_add(high).map(|sum| sum / two);
            candidates.extend([low, low.ceil()]);
            candidates.extend(low.floor().checked_add(Decimal::ONE));
            candidates.extend(middle.map(|m| m.round()));
            candidates.extend([high.floor(), high]);
            candidates.extend(middle);
        }
        (Some(low), None) => {
            candidates.push(low);
            candidates.extend(low.floor().checked_add(Decimal::ONE));
            candidates.push(Decimal::MAX);
        }
        (None, Some(high)) => {
            candidates.push((high / two).floor());
            candidates.extend([Decimal::ZERO, high.floor(), high]);
            candidates.extend(high.ceil().checked_sub(Decimal::ONE));
            candidates.push(Decimal::MIN);
        }
        (None, None) => candidates.push(Decimal::ONE_HUNDRED),
    }
    // A whole number goes before a rounder fraction: most fields count something.
    let found = candidates.iter().find(|n| n.fract().is_zero() && inside(n)).or_else(|| candidates.iter().find(|n| inside(n)));
    found.map(Decimal::normalize)
}

/// Returns whether a whole number lies in a stretch.
pub(super) fn has_whole_number(bounds: &Bounds<Decimal>) -> bool {
    let (Some((low, from)), Some((high, to))) = (&bounds.low, &bounds.high) else { return true };
    // What cannot be counted further is so far out that whole numbers lie before it.
    let first = if *from { Some(low.ceil()) } else { low.floor().checked_add(Decimal::ONE) };
    first.is_none_or(|first| if *to { first <= *high } else { first < *high })
}

/// Texts that begin in a certain way, the most ordinary first.
pub(super) fn fillers(kind: Kind, beginning: &str, path: &[Arc<str>], pieces: &[Arc<str>]) -> Vec<String> {
    let pieces: Vec<&str> = pieces.iter().map(|p| &**p).collect();
    if kind == Kind::Postal {
        let rest = 5_usize.saturating_sub(beginning.chars().count());
        let whole = (rest == 0).then(|| beginning.to_owned());
        let digits = ["10115", "00501", "99999", "73000", "20202", "64646", "38383", "51515"];
        let tails = digits.iter().map(|d| d.chars().take(rest.max(1)).collect::<String>());
        let odd = ["7", "77", "777", "Q", "QX", "Z9Z"].map(ToOwned::to_owned);
        let longer = tails.chain(odd).map(|t| format!("{beginning}{t}")).chain([beginning.to_owned()]);
        return whole.into_iter().chain(longer).filter(|t| !t.is_empty()).collect();
    }
    let name = path.last().map_or("", |n| &**n);
    let plain: &[&str] = if name.contains("email") || name.contains("mail") {
        &["alex@example.com", "kim@example.org", "someone@example.net"]
    } else if name.contains("company") || name == "name" || name.contains("account") {
        &["Example Ltd", "Sample & Sons", "Acme-like Inc"]
    } else {
        &["example", "sample", "something", "other"]
    };
    let mut all: Vec<String> = Vec::new();
    let joined = pieces.join(" ");
    if beginning.is_empty() {
        for text in plain {
            all.push(if joined.is_empty() { (*text).to_owned() } else { format!("{text} {joined}") });
        }
        all.push(joined.clone());
    } else {
        all.push(beginning.to_owned());
        for tail in [" example", "a", "x1", "-7", "zz", "q9q"] {
            all.push(if joined.is_empty() { format!("{beginning}{tail}") } else { format!("{beginning}{tail} {joined}") });
        }
    }
    all.extend((1..4).map(|n| format!("{beginning}{joined}{n}{n}{n}")));
    all.retain(|t| !t.trim().is_empty());
    all
}
