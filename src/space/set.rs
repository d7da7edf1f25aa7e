//! Sets of classes of one axis, as bits.
//!
//! Most axes have fewer than 128 classes, so a set usually needs no memory of its own. Larger ones are shared by their
//! copies: a table of forty thousand rows has a set of forty thousand bits for each, and they are copied often.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How many words need no memory of their own.
const FEW: usize = 2;

/// Holds a set of classes of one axis. Sets of one axis have the same width, so they compare and combine word by word.
#[derive(Clone, Debug)]
pub struct ClassSet(Words);

#[derive(Clone, Debug)]
enum Words {
    /// That many of the words.
    Few([u64; FEW], u8),
    Many(Arc<[u64]>),
}

impl Words {
    fn new(count: usize, mut word: impl FnMut(usize) -> u64) -> Self {
        if count > FEW {
            return Self::Many((0..count).map(word).collect());
        }
        let mut few = [0; FEW];
        few.iter_mut().take(count).enumerate().for_each(|(at, own)| *own = word(at));
        Self::Few(few, u8::try_from(count).unwrap_or(0))
    }

    fn all(&self) -> &[u64] {
        match self {
            Self::Few(few, count) => few.get(..usize::from(*count)).unwrap_or_default(),
            Self::Many(many) => many,
        }
    }

    fn all_mut(&mut self) -> &mut [u64] {
        match self {
            Self::Few(few, count) => few.get_mut(..usize::from(*count)).unwrap_or_default(),
            Self::Many(many) => Arc::make_mut(many),
        }
    }

    fn both(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        match (self, other) {
            (Self::Few(a, count), Self::Few(b, _)) => Self::Few(std::array::from_fn(|at| combine(a[at], b[at])), *count),
            _ => Self::Many(self.all().iter().zip(other.all()).map(|(a, b)| combine(*a, *b)).collect()),
        }
    }
}

impl PartialEq for ClassSet {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl Eq for ClassSet {}

impl PartialOrd for ClassSet {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ClassSet {
    fn cmp(&self, other: &Self) -> Ordering {
        self.words().cmp(other.words())
    }
}

impl Hash for ClassSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words().hash(state);
    }
}

impl ClassSet {
    fn words(&self) -> &[u64] {
        self.0.all()
    }

    /// Returns the set of no class of an axis with that many.
    #[must_use]
    pub fn none(classes: usize) -> Self {
        Self(Words::new(classes.div_ceil(64), |_| 0))
    }

    /// Returns the set of all classes of an axis with that many.
    #[must_use]
    pub fn all(classes: usize) -> Self {
        let mut set = Self(Words::new(classes.div_ceil(64), |_| u64::MAX));
        set.trim(classes);
        set
    }

    /// Returns the set of the classes given.
    pub fn of(classes: usize, members: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Self::none(classes);
        let words = set.0.all_mut();
        for class in members {
            if let Some(word) = words.get_mut(class / 64) {
                *word |= 1 << (class % 64);
            }
        }
        set
    }

    fn trim(&mut self, classes: usize) {
        if let (Some(last), used @ 1..) = (self.0.all_mut().last_mut(), classes % 64) {
            *last &= (1 << used) - 1;
        }
    }

    /// Adds a class.
    pub fn insert(&mut self, class: usize) {
        if let Some(word) = self.0.all_mut().get_mut(class / 64) {
            *word |= 1 << (class % 64);
        }
    }

    /// Returns whether a class is in it.
    #[must_use]
    pub fn contains(&self, class: usize) -> bool {
        self.words().get(class / 64).is_some_and(|w| w & (1 << (class % 64)) != 0)
    }

    /// Returns whether no class is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words().iter().all(|w| *w == 0)
    }

    /// Returns how many classes are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words().iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Returns whether both have a class in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.words().iter().zip(other.words()).any(|(a, b)| a & b != 0)
    }

    /// Returns whether every class of this one is in the other.
    #[must_use]
    pub fn within(&self, other: &Self) -> bool {
        self.words().iter().zip(other.words()).all(|(a, b)| a & !b == 0)
    }

    /// Returns the classes in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.both(&other.0, |a, b| a & b))
    }

    /// Returns the classes in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.both(&other.0, |a, b| a | b))
    }

    /// Returns the classes in this one and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.both(&other.0, |a, b| a & !b))
    }

    /// Returns the classes not in it, of an axis with that many.
    #[must_use]
    pub fn complement(&self, classes: usize) -> Self {
        let own = self.words();
        let mut set = Self(Words::new(own.len(), |at| !own[at]));
        set.trim(classes);
        set
    }

    /// Marks in a row of bits each class from which on the set differs from the class before; the first counts as outside.
    pub(super) fn mark_changes(&self, marks: &mut [u64]) {
        let mut carried = 0;
        for (word, marks) in self.words().iter().zip(marks) {
            *marks |= word ^ (word << 1 | carried);
            carried = word >> 63;
        }
    }

    /// Returns the bits of 64 classes: those from 64 times the position on.
    pub(super) fn word(&self, position: usize) -> u64 {
        self.words().get(position).copied().unwrap_or(0)
    }

    /// Yields the classes in it, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        Self::iter_words(self.words())
    }

    /// Yields the positions of the bits of a row of words, lowest first.
    pub(super) fn iter_words(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
        words.iter().enumerate().flat_map(|(position, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(position * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_every_width_behave_like_sets_of_numbers() {
        for classes in [1, 63, 64, 65, 128, 129, 300] {
            let even = ClassSet::of(classes, (0..classes).step_by(2));
            let third = ClassSet::of(classes, (0..classes).step_by(3));
            let numbers = |set: &ClassSet| set.iter().collect::<Vec<_>>();
            assert_eq!(numbers(&even.and(&third)), (0..classes).step_by(6).collect::<Vec<_>>());
            assert_eq!(numbers(&even.or(&third)), (0..classes).filter(|c| c % 2 == 0 || c % 3 == 0).collect::<Vec<_>>());
            assert_eq!(numbers(&even.minus(&third)), (0..classes).filter(|c| c % 2 == 0 && c % 3 != 0).collect::<Vec<_>>());
            assert_eq!(even.complement(classes), ClassSet::of(classes, (1..classes).step_by(2)));
            assert_eq!(even.complement(classes).or(&even), ClassSet::all(classes));
            assert!(!even.meets(&even.complement(classes)));
            assert!(even.and(&third).within(&third) && ClassSet::none(classes).is_empty());
            assert_eq!(ClassSet::all(classes).count(), classes);
            let mut marks = vec![0; classes.div_ceil(64)];
            third.mark_changes(&mut marks);
            let changes = (0..classes).filter(|c| third.contains(*c) != (*c > 0 && third.contains(*c - 1)));
            assert_eq!(ClassSet::iter_words(&marks).filter(|c| *c < classes).collect::<Vec<_>>(), changes.collect::<Vec<_>>());
        }
    }
}
