//! What an area asks of one text: how it begins, what it is, what searches must find in it and what they must not.
//!
//! Each search is a free question of the space, but not free of the others: what contains `acme corp` contains `acme`. This is
//! the one place where that is settled, exactly: a walk over everything that a text can still become.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::axis::{Aspect, Axis, AxisId, Class, Kind, fold};
use super::coder::TextClasses;
use super::formula::{Asked, Draft};
use super::walk::{MOST_STARTS, OTHERS, Walk, Walked};
use super::{Area, Space};

/// How many texts that searches want are asked whether they begin as wanted.
const MOST_FOUND: usize = 40;

/// Holds the texts that an axis is searched for.
#[derive(Clone, Debug)]
pub(super) struct Searched {
    kind: Kind,
    classes: TextClasses,
    /// Values and beginnings that are named, sorted.
    named: Vec<Arc<str>>,
    /// By search; none when a folded text cannot tell.
    asked: Vec<(Option<Asked>, AxisId)>,
    /// How far all walks over its texts went together.
    walked: Arc<AtomicUsize>,
}

/// The searched texts of a space.
#[derive(Clone, Debug, Default)]
pub(super) struct AllSearched {
    texts: BTreeMap<AxisId, Arc<Searched>>,
    /// By the question of a search, the texts it is asked of.
    of: HashMap<AxisId, Vec<AxisId>>,
    /// By text, the axis of its domain.
    domains: HashMap<AxisId, (AxisId, Arc<TextClasses>)>,
}

impl AllSearched {
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Adds which texts are asked for their domains.
    pub(super) fn pair(&mut self, axes: &[Axis]) {
        for (domain, axis) in axes.iter().enumerate().filter(|(_, axis)| axis.key.aspect == Aspect::Domain) {
            let classes = Arc::new(TextClasses::of(axis));
            let text =
                |id: &AxisId| axes.get(id.index()).is_some_and(|text| text.key.path == axis.key.path && text.key.aspect != Aspect::Domain);
            let texts: Vec<AxisId> = self.texts.keys().copied().filter(text).collect();
            self.domains.extend(texts.into_iter().map(|id| (id, (AxisId::of(domain), classes.clone()))));
        }
    }

    /// Remembers what an axis is searched for, before it is cut.
    pub(super) fn asked(draft: &Draft) -> Vec<(Option<Asked>, AxisId)> {
        draft.searches.iter().map(|s| (s.asked.clone(), s.fact)).collect()
    }

    /// Adds an axis that was cut.
    pub(super) fn add(&mut self, id: AxisId, axis: &Axis, asked: Vec<(Option<Asked>, AxisId)>) {
        if asked.is_empty() {
            return;
        }
        let kind = match axis.key.aspect {
            Aspect::Value(kind) => kind,
            Aspect::Domain => Kind::AnyCase,
            _ => Kind::Text,
        };
        for (_, fact) in &asked {
            self.of.entry(*fact).or_default().push(id);
        }
        let texts = |class: &Class| if let Class::Values(all) | Class::Others(all) = class { all.clone() } else { Vec::new() };
        let mut named: Vec<Arc<str>> = axis.classes.iter().flat_map(texts).filter(|t| !t.is_empty()).collect();
        named.sort_unstable();
        named.dedup();
        self.texts.insert(id, Arc::new(Searched { kind, classes: TextClasses::of(axis), named, asked, walked: Arc::default() }));
    }
}

/// What an area asks of the text of one axis.
#[derive(Debug)]
pub(super) struct Wish<'s> {
    axis: &'s Axis,
    searched: &'s Searched,
    area: &'s Area,
    id: AxisId,
    /// Searches of which the answer is settled.
    wants: Vec<(&'s Asked, bool)>,
    /// Whether some search is to have no answer, though the text is there.
    untold: bool,
    /// Whether all may go without an answer, as they do where there is no text.
    unasked: bool,
    /// The axis of its domain.
    domain: Option<(&'s Axis, AxisId, &'s TextClasses)>,
}

impl Space {
    /// Returns what an area asks of the text of an axis; none when the axis is not searched.
    pub(super) fn wish<'s>(&'s self, area: &'s Area, id: AxisId) -> Option<Wish<'s>> {
        let searched = self.searched.texts.get(&id)?;
        let (mut wants, mut untold, mut unasked) = (Vec::new(), false, true);
        for (asked, fact) in &searched.asked {
            let Some(set) = area.on(*fact) else { continue };
            let fact = self.axis(*fact);
            let may = |class: &Class| fact.position(class).is_some_and(|c| set.contains(c));
            unasked &= may(&Class::Untold);
            match (may(&Class::Yes), may(&Class::No), asked) {
                (true, false, Some(asked)) => wants.push((asked, true)),
                (false, true, Some(asked)) => wants.push((asked, false)),
                (false, false, _) => untold = true,
                _ => {}
            }
        }
        let domain = self.searched.domains.get(&id).map(|(domain, classes)| (self.axis(*domain), *domain, &**classes));
        Some(Wish { axis: self.axis(id), searched, area, id, wants, untold, unasked, domain })
    }

    /// Returns whether some text is searched.
    pub(super) fn is_searched(&self) -> bool {
        !self.searched.is_empty()
    }

    /// Returns whether an axis is the question of a search.
    pub(super) fn is_search(&self, axis: AxisId) -> bool {
        self.searched.of.contains_key(&axis)
    }

    /// Returns whether every text that an area searches can be as it is wanted, as far as texts go.
    pub(super) fn texts_can_be(&self, area: &Area) -> bool {
        if self.searched.is_empty() {
            return true;
        }
        let mut texts: BTreeSet<AxisId> = BTreeSet::new();
        for (axis, _) in area.restricts().filter(|(axis, _)| self.is_search(*axis)) {
            texts.extend(self.searched.of.get(&axis).into_iter().flatten());
        }
        if texts.is_empty() {
            return true;
        }
        // The same searches come together over and over.
        let domains: BTreeSet<AxisId> = texts.iter().filter_map(|text| Some(self.searched.domains.get(text)?.0)).collect();
        let own = area.only(|axis| self.is_search(axis) || texts.contains(&axis) || domains.contains(&axis));
        if let Some(known) = self.possible.get(&own) {
            return known;
        }
        let can_be = texts.iter().all(|id| self.wish(&own, *id).is_none_or(|wish| wish.can_be()));
        self.possible.set(own, can_be);
        can_be
    }
}

impl Wish<'_> {
    fn allows(&self, class: usize) -> bool {
        self.area.on(self.id).is_none_or(|set| set.contains(class))
    }

    /// Returns whether a text is as wanted.
    pub(super) fn fits(&self, text: &str) -> bool {
        let folded = fold(self.searched.kind, text);
        !self.untold && self.searched.classes.find(&folded).is_some_and(|c| self.allows(c)) && self.is_searched(&folded)
    }

    fn is_searched(&self, folded: &str) -> bool {
        self.wants.iter().all(|(asked, found)| asked.finds(folded) == *found)
    }

    /// Lists the pieces that must occur, one of each search, those at the end last.
    pub(super) fn pieces(&self) -> Vec<Arc<str>> {
        let never = self.never();
        let usable = |piece: &&Arc<str>| !never.iter().any(|n| piece.contains(&***n));
        self.wanted().iter().filter_map(|(some, _)| some.iter().find(usable).or(some.first()).cloned()).collect()
    }

    /// The pieces that may not occur anywhere.
    fn never(&self) -> Vec<&Arc<str>> {
        let not = self.wants.iter().filter(|(_, found)| !found);
        let never = not.filter_map(|(asked, _)| match asked {
            Asked::Contains(all, every) if !every || all.len() == 1 => Some(all),
            _ => None,
        });
        never.flatten().collect()
    }

    /// Whether some search can find nothing because all it looks for holds something that may not occur.
    fn is_plainly_impossible(&self) -> bool {
        let never = self.never();
        let usable = |piece: &Arc<str>| !never.iter().any(|n| piece.contains(&***n));
        let patterns = self.wants.iter().any(|(asked, found)| *found && matches!(asked, Asked::Matches(_)));
        !patterns && self.wanted().iter().any(|(some, _)| !some.iter().any(usable))
    }

    /// Lists the pieces that must not occur.
    pub(super) fn unwanted(&self) -> Vec<Arc<str>> {
        let not = self.wants.iter().filter(|(_, found)| !found);
        not.flat_map(|(asked, _)| if let Asked::Contains(all, _) | Asked::Ends(all) = asked { all.clone() } else { Vec::new() }).collect()
    }

    /// Lists what must occur: pieces one of which is enough, and whether at the end. Those at the end come last.
    pub(super) fn wanted(&self) -> Vec<(Vec<Arc<str>>, bool)> {
        let mut all = Vec::new();
        for (asked, _) in self.wants.iter().filter(|(_, found)| *found) {
            match asked {
                Asked::Contains(every, true) => all.extend(every.iter().map(|piece| (vec![piece.clone()], false))),
                Asked::Contains(some, false) => all.push((some.clone(), false)),
                Asked::Ends(some) => all.push((some.clone(), true)),
                Asked::Matches(pattern) => all.extend(literal(&pattern.source).map(|piece| (vec![piece], false))),
            }
        }
        all.sort_by_key(|(_, at_end)| *at_end);
        all
    }

    /// Returns whether it is about the text of an axis.
    pub(super) fn is_of(&self, axis: Option<AxisId>) -> bool {
        Some(self.id) == axis
    }

    /// Returns whether some text, or none where it may be missing, is as wanted.
    fn can_be(&self) -> bool {
        self.axis.classes.iter().enumerate().any(|(position, class)| {
            self.allows(position)
                && match class {
                    // Without a text no search has an answer.
                    Class::Missing | Class::Dangling => self.unasked,
                    // Those of one class are alike to every search.
                    Class::Values(all) => {
                        !self.untold
                            && all.first().is_none_or(|value| self.is_searched(value))
                            && all.iter().any(|value| self.has_domain(value))
                    }
                    Class::Others(beginnings) => {
                        !self.untold && self.ends_in_domain() && self.some_other(position, beginnings) != Walked::Nothing
                    }
                    _ => true,
                }
        })
    }

    /// Domains that have what is wanted of one: `example.de` where it should end with `.de`.
    pub(super) fn domains(&self) -> Vec<String> {
        let wanted = self.wanted();
        let first = |end: bool| wanted.iter().filter(move |(_, at_end)| *at_end == end).filter_map(|(all, _)| all.first());
        let middle: Vec<&str> = first(false).map(|piece| piece.trim_matches(['.', '@', ' '])).filter(|p| !p.is_empty()).collect();
        let middle = if middle.is_empty() { "example".to_owned() } else { middle.join("-") };
        let longest = first(true).max_by_key(|piece| piece.len()).map(|piece| piece.trim_start_matches('@'));
        match longest {
            None => vec![middle.clone(), format!("{middle}.example"), format!("{middle}.com")],
            Some(end) if end.starts_with('.') => vec![format!("{middle}{end}")],
            Some(end) => vec![end.to_owned(), format!("{middle}.{end}"), format!("{middle}{end}")],
        }
    }

    /// Whether the domain of a text is one of those asked for.
    fn has_domain(&self, text: &str) -> bool {
        let Some((axis, set, classes)) = self.domain.and_then(|(axis, id, classes)| Some((axis, self.area.on(id)?, classes))) else {
            return true;
        };
        let class = super::coder::domain(text).and_then(|domain| classes.find(&domain));
        class.or(axis.position(&Class::Missing)).is_none_or(|class| set.contains(class))
    }

    /// Whether a text whose domain is named can end as it is wanted.
    fn ends_in_domain(&self) -> bool {
        let Some((axis, set)) = self.domain.and_then(|(axis, id, _)| Some((axis, self.area.on(id)?))) else { return true };
        let mut named: Vec<String> = Vec::new();
        for class in set.iter() {
            match axis.classes.get(class) {
                Some(Class::Values(all)) => named.extend(all.iter().map(|domain| format!("@{domain}"))),
                _ => return true,
            }
        }
        let ends = |pieces: &[Arc<str>]| {
            pieces.iter().any(|piece| {
                // Signs behind a domain are none of it.
                let small = piece.to_lowercase();
                small.ends_with(|sign: char| sign == '.' || sign == '>' || sign.is_whitespace())
                    || named.iter().any(|domain| domain.ends_with(&small) || small.ends_with(domain.as_str()))
            })
        };
        self.wants.iter().all(|(asked, found)| !found || if let Asked::Ends(pieces) = asked { ends(pieces) } else { true })
    }

    /// Finds a short text as wanted that no rule names.
    pub(super) fn made(&self) -> Option<String> {
        self.axis.classes.iter().enumerate().find_map(|(position, class)| match class {
            Class::Others(beginnings) if self.allows(position) && !self.untold => match self.some_other(position, beginnings) {
                Walked::Found(text) => Some(text),
                Walked::Nothing | Walked::Unclear => None,
            },
            _ => None,
        })
    }

    /// Walks over the texts of a class that no rule names.
    fn some_other(&self, class: usize, beginnings: &[Arc<str>]) -> Walked {
        if self.is_plainly_impossible() {
            return Walked::Nothing;
        }
        let Some(walk) = Walk::new(&self.wants, &self.searched.walked) else { return Walked::Unclear };
        // One piece after the other mostly will do.
        let joined = self.pieces().join(OTHERS.get(..1).unwrap_or_default());
        for beginning in beginnings.iter().take(MOST_STARTS) {
            let text = format!("{beginning}{joined}");
            if !text.is_empty() && text.trim() == text && self.searched.classes.find(&text) == Some(class) && self.is_searched(&text) {
                return Walked::Found(text);
            }
        }
        // Without a look at what is named: most are settled by that.
        match self.walked(&walk, class, beginnings, &[]) {
            (Walked::Nothing | Walked::Unclear, true) => self.walked(&walk, class, beginnings, &self.searched.named).0,
            (walked, _) => walked,
        }
    }

    /// Walks over the texts of a class; says also whether to look again at what is named.
    fn walked(&self, walk: &Walk<'_>, class: usize, beginnings: &[Arc<str>], named: &[Arc<str>]) -> (Walked, bool) {
        let mut found = 0;
        let walked = walk.over(beginnings, named, |text| {
            let in_class = self.searched.classes.find(text) == Some(class);
            // Cells have no blanks around them; patterns are not walked over.
            if in_class && text.trim() == text && self.is_searched(text) {
                return Some(true);
            }
            found += usize::from(in_class || named.is_empty());
            (found > MOST_FOUND).then_some(false)
        });
        let again = found > 0 || walked == Walked::Unclear;
        (if walked == Walked::Nothing && found > 0 { Walked::Unclear } else { walked }, again)
    }
}

/// The plain signs that the first alternative of a pattern begins with.
fn literal(pattern: &str) -> Option<Arc<str>> {
    let first = pattern.split('|').next().unwrap_or_default();
    let plain: String = first.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    (!plain.is_empty()).then(|| plain.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::atom::Atom;
    use super::super::axis::AxisKey;
    use super::super::fact::{Fact, Question};
    use super::super::formula::{Formulas, Search};
    use super::super::{ClassSet, Space};
    use super::*;
    use crate::model::Type;

    /// A space of one text that may begin in some ways, is asked for some values, and is searched.
    fn space(beginnings: &[String], values: &[String], asked: &[Asked]) -> (Space, AxisId) {
        let mut formulas = Formulas::default();
        let text = AxisKey { path: vec!["company".into()], aspect: Aspect::Value(Kind::Text) };
        let axis = formulas.axis(text, &"company".into(), &Type::Text { any_case: false });
        for beginning in beginnings {
            formulas.atom(axis, Atom::Beginnings([beginning.as_str().into()].into()), true);
        }
        for value in values {
            formulas.atom(axis, Atom::Values([value.as_str().into()].into()), true);
        }
        for (at, asked) in asked.iter().enumerate() {
            let fact = formulas.fact(vec!["company".into()], Fact { words: format!("{at}").into(), question: Question::Open });
            formulas.axes[axis.index()].searches.push(Search { asked: Some(asked.clone()), fact });
        }
        formulas.axes[axis.index()].can_miss = true;
        (Space::new(formulas, 1), axis)
    }

    fn asked() -> impl Strategy<Value = Asked> {
        let pieces = || prop::collection::btree_set("[ab]{1,3}", 1..3).prop_map(|all| all.into_iter().map(Into::into).collect());
        prop_oneof![(pieces(), any::<bool>()).prop_map(|(all, every)| Asked::Contains(all, every)), pieces().prop_map(Asked::Ends),]
    }

    /// All texts of up to that many of three signs, the third of which nothing asks for.
    fn texts(most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..most {
            let end = all.len();
            for at in from..end {
                all.extend(["a", "b", "x"].map(|sign| format!("{}{sign}", all[at])));
            }
            from = end;
        }
        all.split_off(1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn what_no_text_can_be_is_ruled_out_and_nothing_else(
            beginnings in prop::collection::vec("[ab]{1,2}", 0..3),
            values in prop::collection::vec("[ab]{1,3}", 0..3),
            asked in prop::collection::vec(asked(), 1..4),
            (pick, answers) in (any::<u64>(), any::<u64>()),
        ) {
            let (space, axis) = space(&beginnings, &values, &asked);
            let width = space.width(axis);
            let classes = ClassSet::of(width, (1..width).filter(|c| pick & (1 << c) != 0));
            prop_assume!(!classes.is_empty());
            let mut area = Area::everything().with(axis, Some(classes.clone()));
            for at in 0..asked.len() {
                // No, yes, or either.
                let set = match answers >> (2 * at) & 3 { 0 => vec![0, 2], 1 => vec![0], 2 => vec![1], _ => continue };
                area = area.with(AxisId::of(at + 1), Some(ClassSet::of(3, set)));
            }
            let wish = space.wish(&area, axis).unwrap();
            let coder = TextClasses::of(space.axis(axis));
            let answered = |text: &str| asked.iter().enumerate().all(|(at, asked)| {
                area.on(AxisId::of(at + 1)).is_none_or(|set| set.contains(usize::from(asked.finds(text))))
            });
            let right = |text: &String| coder.find(text).is_some_and(|c| classes.contains(c)) && answered(text);
            let found = texts(8).into_iter().find(right);
            prop_assert_eq!(space.texts_can_be(&area), found.is_some(), "{:?} {:?}", found, area);
            if let Some(made) = wish.made() {
                prop_assert!(wish.fits(&made) && right(&made), "{}", made);
            }
        }
    }

    #[test]
    fn a_text_is_made_of_what_searches_want() {
        let contains = |piece: &str| Asked::Contains(vec![piece.into()], true);
        let (space, axis) = space(&["st. ".to_owned()], &[], &[contains("acme corp"), contains("acme"), Asked::Ends(vec![".com".into()])]);
        let answers = |of: &[usize]| {
            of.iter()
                .enumerate()
                .fold(Area::everything(), |area, (at, answer)| area.with(AxisId::of(at + 1), Some(ClassSet::of(3, [*answer]))))
        };
        assert!(!space.texts_can_be(&answers(&[1, 0])));
        assert!(space.texts_can_be(&answers(&[0, 1])));
        let area = answers(&[0, 1, 1]).with(axis, Some(ClassSet::of(space.width(axis), [2])));
        assert_eq!(space.wish(&area, axis).unwrap().made().as_deref(), Some("st. acmex.com"));
    }
}
