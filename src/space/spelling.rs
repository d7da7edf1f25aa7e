//! What an axis keeps to say its classes quickly: where the classes without a value stand, how long each class is to say,
//! and which beginnings lie in which. It is worked out once an axis and not once a sentence, so that a sentence costs what
//! it says and not what the book says of the field.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::ClassSet;
use super::axis::Class;

/// Holds the spelling of an axis, worked out when it is first asked for.
#[derive(Clone, Debug, Default)]
pub struct Lazily(OnceLock<Arc<Spelling>>);

impl Lazily {
    /// Returns the spelling of the classes of the axis it belongs to.
    pub(super) fn of(&self, classes: &[Class]) -> &Spelling {
        self.0.get_or_init(|| Arc::new(Spelling::of(classes)))
    }
}

/// Holds what is asked for every sentence about an axis.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    /// The class of all texts that no beginning names.
    pub unnamed: Option<usize>,
    /// The positions of classes that hold no values to name, by what they are.
    plain: BTreeMap<u8, usize>,
    /// How much there is to say of each class, and of all.
    weights: Vec<usize>,
    total: usize,
    /// All beginnings, sorted, so what a beginning lies in comes before it.
    pub beginnings: Vec<Beginning>,
    /// By class the positions of its beginnings.
    pub of_class: BTreeMap<usize, Vec<usize>>,
    /// By class of values, in their order, the longest beginning that each has.
    pub of_values: BTreeMap<usize, Vec<Option<usize>>>,
}

/// A beginning that some condition names.
#[derive(Debug)]
pub(super) struct Beginning {
    pub text: Arc<str>,
    /// The longest of those that it begins with itself.
    pub around: Option<usize>,
    /// Those that lie in it and in none that lies in it.
    pub beginnings: Vec<usize>,
    /// The values, by class and position, that have it and none that lies in it.
    pub values: Vec<(usize, usize)>,
}

fn plain(class: &Class) -> Option<u8> {
    Some(match class {
        Class::Missing => 0,
        Class::Unlisted => 1,
        Class::Present => 2,
        Class::Dangling => 3,
        Class::Yes => 4,
        Class::No => 5,
        Class::Untold => 6,
        Class::Values(_) | Class::Others(_) | Class::Numbers(_) | Class::Ticks(_) | Class::Age(..) => return None,
    })
}

impl Spelling {
    fn of(classes: &[Class]) -> Self {
        let mut spelling = Self::default();
        let mut named: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for (position, class) in classes.iter().enumerate() {
            if let Some(plain) = plain(class) {
                spelling.plain.entry(plain).or_insert(position);
            }
            if let Class::Others(all) = class {
                named.extend(all.iter().map(|text| (text, position)));
                if all.iter().any(|text| text.is_empty()) {
                    spelling.unnamed.get_or_insert(position);
                }
            }
            let weight = match class {
                Class::Values(all) | Class::Others(all) => all.len(),
                Class::Unlisted | Class::Present => 3,
                _ => 1,
            };
            spelling.weights.push(weight);
            spelling.total += weight;
        }
        let lengths: BTreeSet<usize> = named.keys().map(|text| text.len()).collect();
        let places: BTreeMap<&str, usize> = named.keys().enumerate().map(|(place, text)| (&***text, place)).collect();
        let longest = |text: &str, most: usize| {
            let shorter = lengths.range(..most).rev().filter_map(|length| text.get(..*length));
            shorter.filter_map(|beginning| places.get(beginning)).next().copied()
        };
        for (place, (text, class)) in named.iter().enumerate() {
            let around = longest(text, text.len());
            let beginning = Beginning { text: (*text).clone(), around, beginnings: Vec::new(), values: Vec::new() };
            spelling.beginnings.push(beginning);
            spelling.of_class.entry(*class).or_default().push(place);
            if let Some(around) = around {
                spelling.beginnings[around].beginnings.push(place);
            }
        }
        for (position, class) in classes.iter().enumerate() {
            let (Class::Values(all), false) = (class, lengths.is_empty()) else { continue };
            let around: Vec<Option<usize>> = all.iter().map(|value| longest(value, value.len() + 1)).collect();
            for (at, around) in around.iter().enumerate() {
                if let Some(around) = around {
                    spelling.beginnings[*around].values.push((position, at));
                }
            }
            spelling.of_values.insert(position, around);
        }
        spelling
    }

    /// Returns the position of a class; those that hold values are searched for.
    pub(super) fn position(&self, class: &Class, classes: &[Class]) -> Option<usize> {
        match plain(class) {
            Some(plain) => self.plain.get(&plain).copied(),
            None => classes.iter().position(|c| c == class),
        }
    }

    /// Returns how much there is to say of the classes of a set, and of those outside.
    pub(super) fn weights(&self, set: &ClassSet, outside: &ClassSet) -> (usize, usize) {
        let weight = |of: &ClassSet| of.iter().filter_map(|class| self.weights.get(class)).sum::<usize>();
        // The smaller of the two is gone through.
        if set.count() <= outside.count() {
            let own = weight(set);
            (own, self.total - own)
        } else {
            let other = weight(outside);
            (self.total - other, other)
        }
    }
}
