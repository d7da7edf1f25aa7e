//! What the row at hand lets through: the rows of bits that its cells give, and its point where more than rules is asked for.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::cell_cache::{More, Outcome};
use crate::model::{FieldId, TerritoryId};
use crate::plan::index::{Added, Candidates, Index, PlainAxis, Scratch, Source};
use crate::text::Short;

/// The classes that a cell gives, by the position of the axis.
pub(super) type Classes = SmallVec<[(u32, u32); 2]>;

/// Gathers what the cells of a row let through.
pub(super) struct Sieve<'s> {
    index: &'s Index,
    rules: Scratch,
    /// For territories and overlays.
    others: Scratch,
    /// Whether territories or overlays are asked for, so that the point of each record is needed.
    pub pointed: bool,
    point: Vec<u32>,
    /// What all rows let through: axes that no field gives a class on.
    always: Vec<Source>,
    /// What several classes let through together.
    combined: HashMap<Vec<Source>, Source, FixedState>,
}

impl<'s> Sieve<'s> {
    pub(super) fn new(index: &'s Index, fields: usize) -> Self {
        let mut sieve = Self {
            index,
            rules: Scratch::default(),
            others: Scratch::default(),
            pointed: !index.claims.is_empty() || !index.overlays.is_empty(),
            point: Vec::new(),
            always: Vec::new(),
            combined: HashMap::default(),
        };
        let day = index.points.axis_of_day();
        let territory = index.points.class_of_territory(None).map(|(at, _)| at);
        let of_fields: Vec<usize> = (0..fields).flat_map(|f| index.points.axes_of(FieldId::from_index(f))).collect();
        let given = |at: &usize| Some(*at) == day || Some(*at) == territory || of_fields.contains(at);
        let always = index.rules.axes().filter(|at| !given(at)).map(|at| index.rules.source(at, 0)).collect();
        sieve.always = sieve.together(always);
        sieve
    }

    /// Begins the next row.
    pub(super) fn begin(&mut self) {
        self.rules.added.clear();
        self.always.iter().for_each(|source| self.rules.added.add(*source));
        if self.pointed {
            self.point.clear();
            self.point.resize(self.index.points.axes(), 0);
        }
    }

    /// Begins the next row with what was looked up of it; what was there before is left in its place.
    pub(super) fn begin_with(&mut self, found: &mut Added) {
        std::mem::swap(&mut self.rules.added, found);
        self.always.iter().for_each(|source| self.rules.added.add(*source));
    }

    /// Takes a row of rules.
    #[inline(always)]
    pub(super) fn add(&mut self, source: Source) {
        self.rules.added.add(source);
    }

    /// Takes the class on an axis, by its position.
    pub(super) fn put(&mut self, axis: usize, class: usize) {
        self.rules.added.add(self.index.rules.source(axis, class));
        if self.pointed {
            self.point_to(axis, class);
        }
    }

    /// Takes the classes of a plain text; none when it is not plain, and then it has to be taken another way.
    #[inline]
    pub(super) fn put_text(&mut self, axes: &[PlainAxis<'_>], text: &[u8], short: Option<&Short>) -> Option<()> {
        for axis in axes {
            let class = axis.plain.class_of_text(text, short)?.unwrap_or(0);
            self.put_on(axis, class);
        }
        Some(())
    }

    /// Takes the classes of a whole number, or of a moment in seconds.
    #[inline]
    pub(super) fn put_whole(&mut self, axes: &[PlainAxis<'_>], number: i64) {
        for axis in axes {
            self.put_on(axis, axis.plain.class_of_whole(number));
        }
    }

    /// Takes a class of an axis.
    #[inline]
    pub(super) fn put_on(&mut self, axis: &PlainAxis<'_>, class: usize) {
        if let Some(source) = axis.rules.get(class) {
            self.rules.added.add(*source);
        }
        if self.pointed {
            self.point_to(axis.at, class);
        }
    }

    fn point_to(&mut self, axis: usize, class: usize) {
        if let (Some(own), Ok(class)) = (self.point.get_mut(axis), u32::try_from(class)) {
            *own = class;
        }
    }

    /// Takes what a cell came to.
    #[inline(always)]
    pub(super) fn take(&mut self, outcome: &Outcome) {
        self.rules.added.add(outcome.source);
        if let Some(more) = &outcome.more {
            self.take_more(more);
        }
    }

    #[inline(never)]
    fn take_more(&mut self, more: &More) {
        more.sources.iter().for_each(|source| self.rules.added.add(*source));
        more.classes.iter().for_each(|(axis, class)| self.point_to(*axis as usize, *class as usize));
    }

    /// Makes the outcome of classes on the axes that hang on a field; those not given are the first.
    pub(super) fn outcome(&mut self, field: FieldId, classes: &Classes) -> Outcome {
        let class = |at: usize| classes.iter().find(|(axis, _)| *axis as usize == at).map_or(0, |(_, class)| *class as usize);
        let sources = self.index.points.axes_of(field).map(|at| self.index.rules.source(at, class(at))).collect();
        let mut sources = self.together(sources);
        let source = sources.pop().unwrap_or(Source::All);
        let classes = if self.pointed { classes.clone() } else { Classes::default() };
        let more = !sources.is_empty() || !classes.is_empty();
        Outcome { source, more: more.then(|| Box::new(More { sources, classes, ..More::default() })) }
    }

    /// Combines rows into one where there is room to keep it.
    fn together(&mut self, mut sources: Vec<Source>) -> Vec<Source> {
        sources.retain(|source| *source != Source::All);
        if let Some(known) = self.combined.get(&sources) {
            return vec![*known];
        }
        let Some(combined) = self.index.rules.combine(&sources, &mut self.rules) else { return sources };
        self.combined.insert(sources, combined);
        vec![combined]
    }

    /// Yields the rules that may apply.
    pub(super) fn rules(&mut self) -> Candidates<'_> {
        self.index.rules.candidates(&mut self.rules)
    }

    /// Yields the territories that may claim the record.
    pub(super) fn claims(&mut self) -> Candidates<'_> {
        self.index.claims.at(&self.point, &mut self.others)
    }

    /// Returns whether an overlay may apply.
    pub(super) fn any_overlay(&mut self) -> bool {
        !self.index.overlays.is_empty() && self.index.overlays.at(&self.point, &mut self.others).next().is_some()
    }

    /// Takes the day it is.
    pub(super) fn on_day(&mut self, today: jiff::civil::Date) {
        if let Some((at, class)) = self.index.points.class_of_day(today) {
            self.put(at, class);
        }
    }

    /// Takes the territory that holds the record.
    pub(super) fn placed_in(&mut self, territory: Option<TerritoryId>) {
        if let Some((at, class)) = self.index.points.class_of_territory(territory) {
            self.put(at, class);
        }
    }
}
