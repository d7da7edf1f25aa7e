//! Atoms of an axis to classes, and each atom to the set of classes on which it holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::ClassSet;
use super::age::AgeCut;
use super::atom::Atom;
use super::axis::{Aspect, Axis, Bounds, Class, Kind};
use super::formula::{Asked, Draft};

/// Holds an axis cut into classes.
pub(super) struct Cut {
    pub axis: Axis,
    /// By atom: the classes on which it holds.
    pub atoms: Vec<ClassSet>,
    /// By search: the named values it finds something in, and the classes for which the fact decides.
    pub searches: Vec<(ClassSet, ClassSet)>,
}

/// Cuts an axis.
pub(super) fn cut(draft: Draft) -> Cut {
    let (classes, atoms, searches) = match &draft.key.aspect {
        Aspect::Today => plain(ticks(&draft.atoms, false), &draft.atoms),
        Aspect::Age => ages(&draft),
        Aspect::Element(_) => plain(vec![Class::No, Class::Yes], &draft.atoms),
        Aspect::Fact(_) => plain(vec![Class::No, Class::Yes, Class::Untold], &draft.atoms),
        Aspect::Domain => texts(&draft, Kind::AnyCase),
        Aspect::Territory | Aspect::Derived => texts(&draft, Kind::Text),
        Aspect::Value(kind) => match kind {
            Kind::YesNo => plain(vec![Class::Missing, Class::No, Class::Yes], &draft.atoms),
            Kind::Set => plain(vec![Class::Missing, Class::Present], &draft.atoms),
            Kind::Number => plain(numbers(&draft.atoms, draft.can_miss), &draft.atoms),
            Kind::Day | Kind::Instant => plain(ticks(&draft.atoms, true), &draft.atoms),
            Kind::Text | Kind::AnyCase | Kind::Postal | Kind::Choice | Kind::Calendar | Kind::Reference => texts(&draft, *kind),
        },
    };
    let axis = Axis { key: draft.key, written: draft.written, ty: draft.ty, classes, fact: draft.fact, spelling: Default::default() };
    Cut { axis, atoms, searches }
}

type Cuts = (Vec<Class>, Vec<ClassSet>, Vec<(ClassSet, ClassSet)>);

/// Axes whose classes answer every atom by themselves.
fn plain(classes: Vec<Class>, atoms: &[Atom]) -> Cuts {
    let sets = atoms.iter().map(|atom| sorted_set(&classes, atom)).collect();
    (classes, sets, Vec::new())
}

fn sorted_set(classes: &[Class], atom: &Atom) -> ClassSet {
    match atom {
        // Stretches come sorted, so a binary search finds the first class of each.
        Atom::Numbers(stretches) => {
            let mut set = ClassSet::none(classes.len());
            for stretch in stretches.iter() {
                let first =
                    classes.partition_point(|c| matches!(c, Class::Missing) || matches!(c, Class::Numbers(own) if before(own, stretch)));
                let inside = classes.iter().enumerate().skip(first);
                inside.take_while(|(_, c)| matches!(c, Class::Numbers(own) if lies_in(own, stretch))).for_each(|(i, _)| set.insert(i));
            }
            set
        }
        Atom::Ticks(stretches) => {
            let mut set = ClassSet::none(classes.len());
            for stretch in stretches.iter() {
                let low = stretch.low.map_or(i128::MIN, |(v, _)| v);
                let first = classes.partition_point(|c| {
                    matches!(c, Class::Missing) || matches!(c, Class::Ticks(own) if own.low.map_or(i128::MIN, |(v, _)| v) < low)
                });
                let inside = classes.iter().enumerate().skip(first);
                inside.take_while(|(_, c)| matches!(c, Class::Ticks(own) if lies_in(own, stretch))).for_each(|(i, _)| set.insert(i));
            }
            set
        }
        _ => ClassSet::of(classes.len(), classes.iter().enumerate().filter(|(_, c)| holds(c, atom)).map(|(i, _)| i)),
    }
}

fn holds(class: &Class, atom: &Atom) -> bool {
    match atom {
        Atom::Present => *class != Class::Missing,
        Atom::Yes => *class == Class::Yes,
        Atom::No => *class == Class::No,
        Atom::Found => !matches!(class, Class::Missing | Class::Dangling),
        _ => false,
    }
}

/// Whether a class of numbers begins before a stretch does.
fn before(class: &Bounds<Decimal>, stretch: &Bounds<Decimal>) -> bool {
    match (&class.low, &stretch.low) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(a), Some(b)) => a.0 < b.0 || (a.0 == b.0 && a.1 && !b.1),
    }
}

/// Whether a class lies in a stretch; classes are cut at the ends of all stretches, so they never straddle one.
fn lies_in<T: Ord>(class: &Bounds<T>, stretch: &Bounds<T>) -> bool {
    let above = match (&class.low, &stretch.low) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some((a, own)), Some((b, inside))) => a > b || (a == b && (*inside || !*own)),
    };
    let below = match (&class.high, &stretch.high) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some((a, own)), Some((b, inside))) => a < b || (a == b && (*inside || !*own)),
    };
    above && below
}

fn numbers(atoms: &[Atom], can_miss: bool) -> Vec<Class> {
    // A cut lies just before a number, or just after it.
    let mut cuts: BTreeSet<(Decimal, bool)> = BTreeSet::new();
    for atom in atoms {
        if let Atom::Numbers(stretches) = atom {
            for stretch in stretches.iter() {
                cuts.extend(stretch.low.map(|(v, inside)| (v, !inside)));
                cuts.extend(stretch.high);
            }
        }
    }
    let mut classes: Vec<Class> = can_miss.then_some(Class::Missing).into_iter().collect();
    let mut low = None;
    for (value, after) in cuts {
        classes.push(Class::Numbers(Bounds { low, high: Some((value, after)) }));
        low = Some((value, !after));
    }
    classes.push(Class::Numbers(Bounds { low, high: None }));
    classes
}

fn ticks(atoms: &[Atom], can_miss: bool) -> Vec<Class> {
    // Each cut is the first tick after it.
    let mut cuts: BTreeSet<i128> = BTreeSet::new();
    for atom in atoms {
        if let Atom::Ticks(stretches) = atom {
            for stretch in stretches.iter() {
                cuts.extend(stretch.low.map(|(v, _)| v));
                cuts.extend(stretch.high.map(|(v, _)| v.saturating_add(1)));
            }
        }
    }
    let mut classes: Vec<Class> = can_miss.then_some(Class::Missing).into_iter().collect();
    let mut low = None;
    for tick in cuts {
        classes.push(Class::Ticks(Bounds::closed(low, Some(tick - 1))));
        low = Some(tick);
    }
    classes.push(Class::Ticks(Bounds::closed(low, None)));
    classes
}

/// Cuts told from the present. The reader only puts cuts on the axis whose order is the same on every day.
fn ages(draft: &Draft) -> Cuts {
    let days = draft.ty == crate::model::Type::Date;
    let mut cuts: Vec<AgeCut> = Vec::new();
    for atom in &draft.atoms {
        if let Atom::Age(from, to) = atom {
            for cut in from.iter().chain(to) {
                if let Err(at) = cuts.binary_search_by(|c| c.order(cut, days).unwrap_or(std::cmp::Ordering::Less)) {
                    cuts.insert(at, *cut);
                }
            }
        }
    }
    let starts = std::iter::once(None).chain(cuts.iter().copied().map(Some));
    let ends = cuts.iter().copied().map(Some).chain(std::iter::once(None));
    let classes: Vec<Class> = starts.zip(ends).map(|(a, b)| Class::Age(a, b)).collect();
    let rank = |cut: &AgeCut| cuts.iter().position(|c| c.order(cut, days) == Some(std::cmp::Ordering::Equal)).map_or(0, |p| p + 1);
    let sets = draft
        .atoms
        .iter()
        .map(|atom| match atom {
            Atom::Age(from, to) => {
                let (first, end) = (from.as_ref().map_or(0, rank), to.as_ref().map_or(classes.len(), rank));
                ClassSet::of(classes.len(), first..end)
            }
            _ => ClassSet::none(classes.len()),
        })
        .collect();
    (classes, sets, Vec::new())
}

/// Texts: named values and beginnings, those that no atom and no search tells apart together.
fn texts(draft: &Draft, kind: Kind) -> Cuts {
    let named = Named::of(&draft.atoms);
    let mut values: BTreeMap<Arc<str>, Vec<u32>> = draft.declared.iter().map(|v| (v.clone(), Vec::new())).collect();
    for (position, atom) in (0..).zip(&draft.atoms) {
        if let Atom::Values(all) = atom {
            for value in all.iter() {
                values.entry(value.clone()).or_default().push(position);
            }
        }
    }
    let mut classes: Vec<Class> = draft.can_miss.then_some(Class::Missing).into_iter().collect();
    let mut signatures: Vec<(Vec<u32>, Vec<bool>)> = classes.iter().map(|_| (Vec::new(), Vec::new())).collect();
    if kind == Kind::Choice {
        classes.push(Class::Unlisted);
        signatures.push((Vec::new(), Vec::new()));
    }
    let mut known: HashMap<(Vec<u32>, Vec<bool>), usize> = HashMap::new();
    for (value, mut signature) in values {
        named.add(&value, &mut signature);
        let found: Vec<bool> = draft.searches.iter().map(|s| s.asked.as_ref().is_some_and(|a| a.finds(&value))).collect();
        let key = (signature, found);
        match known.get(&key).and_then(|at| classes.get_mut(*at)) {
            Some(Class::Values(all)) => all.push(value),
            _ => {
                known.insert(key.clone(), classes.len());
                classes.push(Class::Values(vec![value]));
                signatures.push(key);
            }
        }
    }
    let first_other = classes.len();
    match kind {
        Kind::Choice => {}
        Kind::Reference => {
            classes.push(Class::Present);
            signatures.push((Vec::new(), Vec::new()));
            classes.push(Class::Dangling);
            signatures.push((Vec::new(), Vec::new()));
        }
        _ => {
            let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
            for beginning in named.beginnings() {
                let mut signature = Vec::new();
                named.add(&beginning, &mut signature);
                match known.get(&signature).and_then(|at| classes.get_mut(*at)) {
                    Some(Class::Others(all)) => all.push(beginning),
                    _ => {
                        known.insert(signature.clone(), classes.len());
                        classes.push(Class::Others(vec![beginning]));
                        signatures.push((signature, Vec::new()));
                    }
                }
            }
        }
    }
    let width = classes.len();
    let mut sets: Vec<ClassSet> = draft
        .atoms
        .iter()
        .map(|a| if matches!(a, Atom::Present | Atom::Found) { sorted_set(&classes, a) } else { ClassSet::none(width) })
        .collect();
    for (class, (signature, _)) in signatures.iter().enumerate() {
        for atom in signature {
            if let Some(set) = sets.get_mut(*atom as usize) {
                set.insert(class);
            }
        }
    }
    let free = ClassSet::of(width, (first_other..width).filter(|c| matches!(classes[*c], Class::Others(_))));
    let searches = draft
        .searches
        .iter()
        .enumerate()
        .map(|(position, search)| {
            let told = signatures.iter().enumerate().filter(|(_, (_, found))| found.get(position).copied().unwrap_or(false));
            let found = ClassSet::of(width, told.map(|(class, _)| class));
            // What a folded value cannot answer is free for named values as well.
            let free = if search.asked.is_some() { free.clone() } else { ClassSet::of(width, 1..width) };
            (found, free)
        })
        .collect();
    (classes, sets, searches)
}

impl Asked {
    /// Returns whether it finds something in a folded text.
    pub(super) fn finds(&self, text: &str) -> bool {
        match self {
            Self::Contains(pieces, true) => pieces.iter().all(|p| text.contains(&**p)),
            Self::Contains(pieces, false) => pieces.iter().any(|p| text.contains(&**p)),
            Self::Ends(pieces) => pieces.iter().any(|p| text.ends_with(&**p)),
            Self::Matches(pattern) => pattern.regex.is_match(text),
        }
    }
}

/// Positions of atoms by the beginning they name.
type AtomsOf<'a> = HashMap<&'a str, Vec<u32>>;

/// The beginnings that atoms name, for looking up which atoms a text answers with yes.
struct Named<'a> {
    plain: AtomsOf<'a>,
    /// For each table: its beginnings, and by beginning the atoms for which that one must be the longest.
    tables: Vec<(&'a [Arc<str>], AtomsOf<'a>)>,
}

impl<'a> Named<'a> {
    fn of(atoms: &'a [Atom]) -> Self {
        let mut named = Self { plain: HashMap::new(), tables: Vec::new() };
        for (position, atom) in (0..).zip(atoms) {
            match atom {
                Atom::Beginnings(all) => all.iter().for_each(|p| named.plain.entry(p).or_default().push(position)),
                Atom::Longest(table, wanted) => {
                    let at = named.tables.iter().position(|(known, _)| **known == **table).unwrap_or_else(|| {
                        named.tables.push((table, HashMap::new()));
                        named.tables.len() - 1
                    });
                    wanted.iter().for_each(|p| named.tables[at].1.entry(p).or_default().push(position));
                }
                _ => {}
            }
        }
        named
    }

    /// All beginnings named, the empty one included, sorted.
    fn beginnings(&self) -> BTreeSet<Arc<str>> {
        let mut all: BTreeSet<Arc<str>> = BTreeSet::from(["".into()]);
        #[expect(clippy::iter_over_hash_type, reason = "goes into a sorted set")]
        for beginning in self.plain.keys() {
            all.insert((*beginning).into());
        }
        for (table, _) in &self.tables {
            all.extend(table.iter().cloned());
        }
        all
    }

    /// Adds the atoms that a text answers with yes by its beginning; sorted afterwards.
    fn add(&self, text: &str, signature: &mut Vec<u32>) {
        if self.plain.is_empty() && self.tables.is_empty() {
            return;
        }
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let beginnings: Vec<&str> = ends.filter_map(|end| text.get(..end)).collect();
        for beginning in &beginnings {
            signature.extend(self.plain.get(beginning).into_iter().flatten());
        }
        for (table, wanted) in &self.tables {
            let longest = beginnings.iter().rev().find(|b| table.binary_search_by(|t| (**t).cmp(b)).is_ok());
            signature.extend(longest.and_then(|b| wanted.get(*b)).into_iter().flatten());
        }
        signature.sort_unstable();
        signature.dedup();
    }
}
