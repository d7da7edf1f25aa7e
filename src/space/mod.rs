//! The space of all possible records: each field cut into the classes that a book can tell apart.
//!
//! [`Survey`] reads the conditions of one book, or of two that are compared, into formulas; [`Survey::finish`] cuts the
//! axes and gives a [`Space`], in which a formula is a [`Region`]: a union of [`Area`]s, each with one set of classes for
//! every axis it restricts. Within a class no condition can tell two values apart, so what is found out about classes
//! holds for every record there can be.
//!
//! It is exact but for facts: questions about two fields at once, searches in text and the past are axes of their own,
//! free to be yes or no. So a region may hold points that no record has; [`Space::can_be`] rules out those that dates or
//! searches of one text contradict. What is proved of all points holds for all records; what a point is to show has to be
//! made into a record and asked of the evaluator.

mod age;
mod area;
mod atom;
mod axis;
mod coder;
mod compile;
mod conditions;
mod cover;
mod cut;
mod example;
mod fact;
mod formula;
mod hull;
mod index;
mod local;
mod locate;
mod moments;
mod named;
mod near;
mod ordinary;
mod placing;
mod plain;
mod predicate;
mod proof;
mod set;
mod settle;
mod spelled;
mod spelling;
mod survey;
mod told;
mod walk;
mod whole;
mod wish;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

pub use age::{AgeCut, Anchor, day_tick, tick_day};
pub use area::{Area, Region};
pub use axis::*;
pub use coder::{Coder, TextClasses};
pub use cover::{Budget, Purse, Verdict};
pub use example::{About, Cell, Example, VARIANTS};
pub use fact::{Fact, Question};
pub use formula::NodeId;
pub use hull::{Hull, Hulls};
pub use index::Index;
pub use locate::{Locator, Point};
pub use moments::Moments;
pub use named::Closed;
pub use ordinary::Ordinary;
pub use placing::{Standings, lies_in};
pub use plain::Plain;
pub use proof::{Among, Clash, Hiding, Ranked};
pub use set::ClassSet;
pub use survey::{Decided, Survey, Surveyed};

/// Holds the axes of a space and the formulas that were read into it.
#[derive(Clone, Debug)]
pub struct Space {
    /// The axes.
    pub axes: Vec<Axis>,
    /// By axis and atom: the classes on which it holds.
    atoms: Vec<Vec<ClassSet>>,
    /// By axis and search: the classes in which it finds something, those in which the fact decides, and the fact.
    searches: Vec<Vec<(ClassSet, ClassSet, AxisId)>>,
    /// The texts that are searched.
    searched: wish::AllSearched,
    nodes: Vec<formula::Node>,
    named: named::Named,
    /// How many books were read.
    books: usize,
    /// Conditions with too many cases to be looked into, as far as regions were asked for.
    closed: Vec<Closed>,
    regions: HashMap<NodeId, Arc<Region>>,
    /// How many areas were simplified so far.
    work: usize,
    possible: moments::Possible,
}

impl Space {
    /// Returns an axis.
    #[must_use]
    pub fn axis(&self, id: AxisId) -> &Axis {
        &self.axes[id.index()]
    }

    /// Returns how many classes an axis has.
    #[must_use]
    pub fn width(&self, id: AxisId) -> usize {
        self.axes.get(id.index()).map_or(0, |a| a.classes.len())
    }
}
