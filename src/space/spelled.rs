//! Classes of texts in words that say exactly what they hold: values, beginnings, and what is left out of those.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ClassSet;
use super::axis::{Axis, Class};
use crate::text::wording;

/// Some texts of an axis, as shortly as can be said exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spelled {
    /// Single texts that none of the beginnings takes in.
    values: Vec<Arc<str>>,
    /// Everything that begins in some way, by the beginning; the empty one stands for every text.
    beginnings: BTreeMap<Arc<str>, But>,
}

/// What is left out of the texts that begin in some way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct But {
    beginnings: Vec<Arc<str>>,
    values: Vec<Arc<str>>,
}

impl Spelled {
    /// Spells out a set of classes.
    fn of(axis: &Axis, set: &ClassSet) -> Self {
        let spelling = axis.spelling();
        let mut spelled = Self::default();
        let inside: BTreeSet<usize> = set.iter().filter_map(|class| spelling.of_class.get(&class)).flatten().copied().collect();
        let around = |place: Option<usize>| place.is_some_and(|place| inside.contains(&place));
        // Sorted, so what a beginning lies in comes before it.
        for place in &inside {
            let beginning = &spelling.beginnings[*place];
            if !around(beginning.around) {
                spelled.beginnings.insert(beginning.text.clone(), But::default());
            }
        }
        let left_out = inside.iter().flat_map(|place| &spelling.beginnings[*place].beginnings);
        let left_out: BTreeSet<usize> = left_out.copied().filter(|place| !inside.contains(place)).collect();
        for place in left_out {
            let text = &spelling.beginnings[place].text;
            if let Some(around) = spelled.around(text) {
                around.beginnings.push(text.clone());
            }
        }
        for class in set.iter() {
            let Some(Class::Values(all)) = axis.classes.get(class) else { continue };
            let places = spelling.of_values.get(&class);
            let own = all.iter().enumerate().filter(|(at, _)| !around(places.and_then(|places| places.get(*at).copied().flatten())));
            spelled.values.extend(own.map(|(_, value)| value.clone()));
        }
        let left_out = inside.iter().flat_map(|place| &spelling.beginnings[*place].values);
        let left_out: BTreeSet<(usize, usize)> = left_out.copied().filter(|(class, _)| !set.contains(*class)).collect();
        for (class, at) in left_out {
            let Some(Class::Values(all)) = axis.classes.get(class) else { continue };
            if let (Some(value), Some(around)) = (all.get(at), all.get(at).and_then(|value| spelled.around(value))) {
                around.values.push(value.clone());
            }
        }
        spelled
    }

    /// The longest of its beginnings that a text has.
    fn around(&mut self, text: &str) -> Option<&mut But> {
        let known = |length: &usize| text.get(..*length).is_some_and(|beginning| self.beginnings.contains_key(beginning));
        let longest = (0..=text.len()).rev().find(known)?;
        self.beginnings.get_mut(text.get(..longest)?)
    }

    /// Returns whether a folded text is one of those that are spelled out.
    #[cfg(test)]
    fn holds(&self, text: &str) -> bool {
        let longest = |all: &mut dyn Iterator<Item = &Arc<str>>| all.filter(|b| text.starts_with(&***b)).map(|b| b.len() + 1).max();
        let inside = longest(&mut self.beginnings.keys());
        let outside = longest(&mut self.beginnings.values().flat_map(|but| &but.beginnings));
        let named = |all: &[Arc<str>]| all.iter().any(|v| **v == *text);
        named(&self.values) || (inside > outside && !self.beginnings.values().any(|but| named(&but.values)))
    }

    /// Writes the beginnings, those of which nothing is left out together and first.
    fn in_words(&self, most: usize) -> Vec<String> {
        let written = |all: &[Arc<str>]| all.iter().map(|b| wording::as_written(b)).collect::<Vec<_>>();
        let whole: Vec<String> = self.beginnings.iter().filter(|(_, but)| but.is_empty()).map(|(b, _)| wording::as_written(b)).collect();
        let mut said = Vec::new();
        if !whole.is_empty() {
            said.push(format!("something that begins with {}", wording::any_of(&whole, most)));
        }
        for (beginning, but) in self.beginnings.iter().filter(|(_, but)| !but.is_empty()) {
            let exactly = written(&but.values).into_iter().map(|v| format!("exactly {v}"));
            let out: Vec<String> = written(&but.beginnings).into_iter().chain(exactly).collect();
            said.push(format!("something that begins with {} but not {}", wording::as_written(beginning), wording::any_of(&out, most)));
        }
        said
    }
}

impl But {
    fn is_empty(&self) -> bool {
        self.beginnings.is_empty() && self.values.is_empty()
    }
}

/// Writes texts by what is in the set, or by what is not when that is shorter to say.
pub(super) fn texts(axis: &Axis, set: &ClassSet, most: usize) -> String {
    let name = &axis.written;
    let outside = set.complement(axis.classes.len());
    let missing_out = has_missing(axis, &outside);
    let dangling_out = axis.position(&Class::Dangling).is_some_and(|d| outside.contains(d));
    if dangling_out && outside.count() == 1 + usize::from(missing_out) {
        return format!("{name} is {}on file", if has_missing(axis, set) { "missing or " } else { "" });
    }
    if outside.count() == 1 && missing_out {
        return format!("{name} is present");
    }
    if !says_what_is_out(axis, set, &outside) {
        return format!("{name} is {}", wording::join(&parts(axis, set, most), "or"));
    }
    let unsaid = [Class::Missing, Class::Dangling].iter().filter_map(|class| axis.position(class)).collect::<Vec<_>>();
    let named = outside.minus(&ClassSet::of(axis.classes.len(), unsaid));
    let others = parts(axis, &named, most);
    let not = if others.len() == 1 { format!("not {}", others.join("")) } else { format!("neither {}", wording::join(&others, "nor")) };
    match axis.position(&Class::Missing) {
        Some(_) if dangling_out => format!("{name} is {}on file and {not}", if has_missing(axis, set) { "missing, or " } else { "" }),
        None => format!("{name} is {not}"),
        Some(_) if missing_out => format!("{name} is present and {not}"),
        Some(_) => format!("{name} is missing or {not}"),
    }
}

/// Whether what is not in a set is said instead of what is. Texts that no rule names can only be told from those it does.
fn says_what_is_out(axis: &Axis, set: &ClassSet, outside: &ClassSet) -> bool {
    let spelling = axis.spelling();
    if let Some(unnamed) = spelling.unnamed {
        return set.contains(unnamed) && !outside.is_empty();
    }
    // What is on file and not named has no other name than that.
    let another = axis.position(&Class::Present).is_some_and(|c| outside.contains(c));
    let (own, other) = spelling.weights(set, outside);
    own > other && !outside.is_empty() && !another
}

/// Whether a set takes in that there is no value.
pub(super) fn has_missing(axis: &Axis, set: &ClassSet) -> bool {
    axis.position(&Class::Missing).is_some_and(|c| set.contains(c))
}

fn parts(axis: &Axis, set: &ClassSet, most: usize) -> Vec<String> {
    let spelled = Spelled::of(axis, set);
    let mut out = shortened(spelled.values.iter().map(|v| wording::as_written(v)).collect(), most);
    for class in set.iter() {
        match axis.classes.get(class) {
            Some(Class::Unlisted) => out.push("an unlisted value".to_owned()),
            Some(Class::Present) => {
                let others = axis.classes.iter().any(|c| matches!(c, Class::Values(_)));
                out.push(if others { "another on file" } else { "present" }.to_owned());
            }
            Some(Class::Dangling) => out.push("not on file".to_owned()),
            Some(Class::Missing) => out.push("missing".to_owned()),
            _ => {}
        }
    }
    // Last, because what they leave out reads on to the end.
    out.extend(spelled.in_words(most));
    out
}

/// Leaves out all but a few, and says how many.
pub(super) fn shortened(mut values: Vec<String>, most: usize) -> Vec<String> {
    if values.len() > most + 1 {
        let more = values.len() - most;
        values.truncate(most);
        values.push(format!("one of {} more values", wording::grouped(more)));
    }
    values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::atom::Atom;
    use super::super::axis::{Aspect, AxisKey, Kind};
    use super::super::coder::TextClasses;
    use super::super::cut::cut;
    use super::super::formula::Draft;
    use super::*;
    use crate::model::Type;

    fn axis(atoms: Vec<Atom>) -> Axis {
        let key = AxisKey { path: vec!["postal".into()], aspect: Aspect::Value(Kind::Postal) };
        let draft = Draft {
            key,
            written: "postal".into(),
            ty: Type::Postal,
            atoms,
            atom_index: Default::default(),
            searches: Vec::new(),
            declared: Vec::new(),
            fact: None,
            can_miss: true,
        };
        cut(draft).axis
    }

    fn sorted(all: impl IntoIterator<Item = String>) -> Arc<[Arc<str>]> {
        all.into_iter().collect::<BTreeSet<_>>().into_iter().map(Into::into).collect()
    }

    fn atom() -> impl Strategy<Value = Atom> {
        let texts = || prop::collection::vec("[01]{1,4}", 1..4);
        prop_oneof![
            texts().prop_map(|all| Atom::Values(sorted(all))),
            texts().prop_map(|all| Atom::Beginnings(sorted(all))),
            (texts(), prop::bits::u8::ANY).prop_map(|(all, some)| {
                let table = sorted(all);
                let wanted = table.iter().zip(0..).filter(|(_, i)| some & (1 << i) != 0).map(|(t, _)| t.to_string());
                Atom::Longest(table.clone(), sorted(wanted))
            }),
        ]
    }

    /// Texts of every class: those named, and others that begin likewise.
    fn samples(axis: &Axis) -> Vec<String> {
        let named =
            axis.classes.iter().flat_map(|c| if let Class::Values(all) | Class::Others(all) = c { all.clone() } else { Vec::new() });
        let named: Vec<Arc<str>> = named.collect();
        let tails = ["", "0", "1", "7", "01", "10", "00777"];
        named.iter().flat_map(|text| tails.iter().map(move |tail| format!("{text}{tail}"))).collect()
    }

    proptest! {
        #[test]
        fn what_is_spelled_out_is_what_the_classes_hold(atoms in prop::collection::vec(atom(), 1..5), pick in any::<u64>()) {
            let axis = axis(atoms);
            let classes = TextClasses::of(&axis);
            let width = axis.classes.len();
            let set = ClassSet::of(width, (0..width).filter(|c| pick & (1 << (c % 64)) != 0));
            for set in [set.complement(width), set] {
                let spelled = Spelled::of(&axis, &set);
                for text in samples(&axis) {
                    let class = classes.find(&text).unwrap_or(0);
                    prop_assert_eq!(spelled.holds(&text), set.contains(class), "{:?} {:?} {:?}", text, spelled, axis.classes);
                }
            }
        }
    }

    #[test]
    fn words_say_what_is_left_out() {
        let beginnings = |all: &[&str]| Atom::Beginnings(sorted(all.iter().map(|t| (*t).to_owned())));
        let values = |all: &[&str]| Atom::Values(sorted(all.iter().map(|t| (*t).to_owned())));
        let axis = axis(vec![beginnings(&["94"]), beginnings(&["941"]), values(&["94105"]), beginnings(&["10"]), values(&["9417", "20"])]);
        let classes = TextClasses::of(&axis);
        let said = |all: &[&str]| texts(&axis, &ClassSet::of(axis.classes.len(), all.iter().filter_map(|t| classes.find(t))), 8);
        assert_eq!(said(&["947"]), "postal is something that begins with 94 but not 941");
        assert_eq!(said(&["947", "107"]), "postal is something that begins with 10 or something that begins with 94 but not 941");
        assert_eq!(said(&["941"]), "postal is something that begins with 941 but not exactly 94105 or exactly 9417");
        assert_eq!(said(&["947", "941", "94105", "9417", "20"]), "postal is 20 or something that begins with 94");
        assert_eq!(said(&["947", "94105"]), "postal is 94105 or something that begins with 94 but not 941");
        // The rest is told from what rules name.
        assert_eq!(
            said(&["7", "941", "94105", "9417", "107"]),
            "postal is present and neither 20 nor something that begins with 94 but not 941"
        );
    }
}
