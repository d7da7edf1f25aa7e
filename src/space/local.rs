//! A cover as seen from inside one area: classes that no area of the cover tells apart become one, so that the search
//! works on a few words of bits however many classes an axis has.

use super::{Area, AxisId, ClassSet, Space};

/// Holds an area and the areas of a cover that meet it, in bits of its own.
pub(super) struct Local<'a> {
    within: &'a Area,
    axes: Vec<LocalAxis>,
    /// How many words a box takes.
    words: usize,
    /// By area of the cover: where its restrictions begin in `restrictions`; one more at the end.
    starts: Vec<u32>,
    restrictions: Vec<Restriction>,
    pool: Vec<u64>,
}

struct LocalAxis {
    id: AxisId,
    /// Where its words lie in a box.
    start: usize,
    end: usize,
    /// How many bits it has.
    bits: usize,
    stretches: Stretches,
}

/// The classes of an axis in stretches that no set of a cover cuts: an axis of ten thousand classes is few stretches to a
/// few intervals.
struct Stretches {
    /// The first class of each.
    starts: Vec<u32>,
    /// By stretch its bit, counted from one; zero for those that the area leaves out.
    numbers: Vec<u32>,
    /// How many classes the axis has.
    width: usize,
}

impl Stretches {
    /// Finds the stretches.
    fn new<'c>(width: usize, sets: impl Iterator<Item = &'c ClassSet>) -> Self {
        let mut cuts = vec![0_u64; width.div_ceil(64)];
        for set in sets {
            set.mark_changes(&mut cuts);
        }
        if let Some(first) = cuts.first_mut() {
            *first |= 1;
        }
        let starts: Vec<u32> = ClassSet::iter_words(&cuts).filter(|c| *c < width).map(|c| u32::try_from(c).unwrap_or(u32::MAX)).collect();
        let numbers = vec![0; starts.len()];
        Self { starts, numbers, width }
    }

    /// Lists the positions of those that lie in a set that cuts none.
    fn of<'s>(&'s self, set: &'s ClassSet) -> impl Iterator<Item = usize> + 's {
        (0..self.starts.len()).filter(|at| set.contains(self.starts[*at] as usize))
    }

    /// Lists the classes of one.
    fn classes(&self, at: usize) -> std::ops::Range<usize> {
        self.starts[at] as usize..self.starts.get(at + 1).map_or(self.width, |next| *next as usize)
    }
}

/// What an area of the cover leaves of an axis.
#[derive(Clone, Copy)]
struct Restriction {
    axis: u32,
    /// Where its words begin in the pool.
    at: u32,
}

/// A part of the area: the bits left of each axis, one axis after the other.
pub(super) type Part = Box<[u64]>;

impl<'a> Local<'a> {
    /// Takes the area and what covers it; all of that must meet it.
    pub(super) fn new(space: &Space, within: &'a Area, cover: &[&Area]) -> Self {
        let mut ids: Vec<AxisId> = Vec::new();
        for area in cover {
            // A list is merged in as it is met: covers restrict few axes, most of them known soon.
            for (axis, _) in area.restricts() {
                if let Err(at) = ids.binary_search(&axis) {
                    ids.insert(at, axis);
                }
            }
        }
        let mut axes = Vec::with_capacity(ids.len());
        let mut words = 0;
        for id in ids {
            let (bits, stretches) = groups(space, id, within.on(id), cover);
            let end = words + bits.div_ceil(64);
            axes.push(LocalAxis { id, start: words, end, bits, stretches });
            words = end;
        }
        let mut local = Self { within, axes, words, starts: vec![0], restrictions: Vec::new(), pool: Vec::new() };
        for area in cover {
            let mut next = 0;
            for (id, set) in area.restricts() {
                while local.axes[next].id != id {
                    next += 1;
                }
                if within.on(id).is_some_and(|own| own.within(set)) {
                    continue;
                }
                let axis = &local.axes[next];
                let at = local.pool.len();
                local.pool.resize(at + axis.end - axis.start, 0);
                for stretch in axis.stretches.of(set) {
                    if let Some(bit) = axis.stretches.numbers[stretch].checked_sub(1) {
                        local.pool[at + bit as usize / 64] |= 1 << (bit % 64);
                    }
                }
                local.restrict(next, at);
            }
            local.close();
        }
        local
    }

    fn restrict(&mut self, axis: usize, at: usize) {
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.restrictions.push(Restriction { axis: short(axis), at: short(at) });
    }

    fn close(&mut self) {
        self.starts.push(u32::try_from(self.restrictions.len()).unwrap_or(u32::MAX));
    }

    /// Adds a part to the cover and returns its position.
    pub(super) fn cover_with(&mut self, part: &Part) -> u32 {
        for axis in 0..self.axes.len() {
            let (start, end) = (self.axes[axis].start, self.axes[axis].end);
            if part[start..end] != self.full(axis)[..] {
                let at = self.pool.len();
                self.pool.extend_from_slice(&part[start..end]);
                self.restrict(axis, at);
            }
        }
        let position = u32::try_from(self.starts.len() - 1).unwrap_or(u32::MAX);
        self.close();
        position
    }

    fn full(&self, axis: usize) -> Vec<u64> {
        let bits = self.axes[axis].bits;
        let mut words = vec![u64::MAX; bits.div_ceil(64)];
        if let (Some(last), used @ 1..) = (words.last_mut(), bits % 64) {
            *last &= (1 << used) - 1;
        }
        words
    }

    /// Returns all of the area.
    pub(super) fn whole(&self) -> Part {
        let mut part = Vec::with_capacity(self.words);
        (0..self.axes.len()).for_each(|axis| part.extend(self.full(axis)));
        part.into()
    }

    fn of(&self, covering: u32) -> &[Restriction] {
        let at = covering as usize;
        &self.restrictions[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The bits of a part on the axis of a restriction, and those that the restriction leaves.
    fn sides<'s>(&'s self, part: &'s [u64], restriction: Restriction) -> (&'s [u64], &'s [u64]) {
        let axis = &self.axes[restriction.axis as usize];
        let at = restriction.at as usize;
        (&part[axis.start..axis.end], &self.pool[at..at + axis.end - axis.start])
    }

    /// Counts the axes on which an area of the cover leaves out something of a part; none when it covers it.
    fn cut_by(&self, part: &Part, covering: u32) -> usize {
        let leaves_out = |r: &&Restriction| {
            let (own, set) = self.sides(part, **r);
            own.iter().zip(set).any(|(a, b)| a & !b != 0)
        };
        self.of(covering).iter().filter(leaves_out).count()
    }

    /// Finds the candidate that leaves out something of a part on the fewest axes, the first of several, and on how many.
    pub(super) fn splitter(&self, part: &Part, candidates: &[u32]) -> Option<(usize, u32)> {
        let mut best: Option<(usize, u32)> = None;
        for candidate in candidates {
            let left_out = self.cut_by(part, *candidate);
            if best.is_none_or(|(least, _)| left_out < least) {
                best = Some((left_out, *candidate));
                if left_out == 0 {
                    break;
                }
            }
        }
        best
    }

    /// Returns whether an area of the cover meets a part.
    pub(super) fn meets(&self, part: &Part, covering: u32) -> bool {
        self.of(covering).iter().all(|r| {
            let (own, set) = self.sides(part, *r);
            own.iter().zip(set).any(|(a, b)| a & b != 0)
        })
    }

    /// Splits what an area of the cover leaves over of a part, each piece with those of the candidates that meet it.
    pub(super) fn pieces(&self, part: &Part, splitter: u32, candidates: &[u32]) -> Vec<(Part, Vec<u32>)> {
        let mut pieces = Vec::new();
        let mut rest = part.clone();
        let mut near = candidates.to_vec();
        for restriction in self.of(splitter) {
            let (start, end) = (self.axes[restriction.axis as usize].start, self.axes[restriction.axis as usize].end);
            let (own, set) = self.sides(&rest, *restriction);
            let outside: Vec<u64> = own.iter().zip(set).map(|(a, b)| a & !b).collect();
            if outside.iter().all(|w| *w == 0) {
                continue;
            }
            let inside: Vec<u64> = own.iter().zip(set).map(|(a, b)| a & b).collect();
            let mut piece = rest.clone();
            piece[start..end].copy_from_slice(&outside);
            pieces.push((piece, self.meeting(restriction.axis, &outside, &near)));
            rest[start..end].copy_from_slice(&inside);
            near = self.meeting(restriction.axis, &inside, &near);
        }
        pieces
    }

    /// Keeps the candidates that meet some bits of an axis.
    fn meeting(&self, axis: u32, bits: &[u64], candidates: &[u32]) -> Vec<u32> {
        let meets = |covering: &u32| {
            let restriction = self.of(*covering).iter().find(|r| r.axis == axis);
            restriction.is_none_or(|r| {
                let at = r.at as usize;
                bits.iter().zip(&self.pool[at..at + bits.len()]).any(|(a, b)| a & b != 0)
            })
        };
        candidates.iter().copied().filter(meets).collect()
    }

    /// Returns a part as an area of the space.
    pub(super) fn area(&self, part: &Part) -> Area {
        let mut area = self.within.clone();
        for (axis, local) in self.axes.iter().enumerate() {
            let own = &part[local.start..local.end];
            if *own == self.full(axis)[..] {
                continue;
            }
            let left = |number: u32| number.checked_sub(1).is_some_and(|bit| own[bit as usize / 64] & 1 << (bit % 64) != 0);
            let stretches = &local.stretches;
            let classes = (0..stretches.starts.len()).filter(|at| left(stretches.numbers[*at])).flat_map(|at| stretches.classes(at));
            area = area.with(local.id, Some(ClassSet::of(stretches.width, classes)));
        }
        area
    }

    /// Makes a part that none of some areas meet as large as it can be, one axis after the other.
    pub(super) fn widened<K: Ord>(&self, part: &Part, cover: &[u32], order: impl Fn(AxisId) -> K) -> Part {
        let mut part = part.clone();
        let mut axes: Vec<usize> =
            (0..self.axes.len()).filter(|a| part[self.axes[*a].start..self.axes[*a].end] != self.full(*a)[..]).collect();
        axes.sort_by_key(|a| order(self.axes[*a].id));
        for axis in axes {
            let mut free = self.full(axis);
            for covering in cover {
                let mut on = None;
                let meets = self.of(*covering).iter().all(|r| {
                    if r.axis as usize == axis {
                        on = Some(*r);
                        return true;
                    }
                    let (own, set) = self.sides(&part, *r);
                    own.iter().zip(set).any(|(a, b)| a & b != 0)
                });
                if meets && let Some(on) = on {
                    let (_, set) = self.sides(&part, on);
                    free.iter_mut().zip(set).for_each(|(f, s)| *f &= !s);
                }
            }
            let (start, end) = (self.axes[axis].start, self.axes[axis].end);
            part[start..end].copy_from_slice(&free);
        }
        part
    }
}

/// Numbers the areas of a cover.
pub(super) fn numbers(areas: usize) -> Vec<u32> {
    (0..u32::try_from(areas).unwrap_or(u32::MAX)).collect()
}

/// Groups the classes of an axis that every area of a cover takes or leaves together, among those that are its own; says
/// how many groups there are, and by stretch the number of its group, counted from one, or zero for those not its own.
fn groups(space: &Space, axis: AxisId, own: Option<&ClassSet>, cover: &[&Area]) -> (usize, Stretches) {
    let sets = || cover.iter().filter_map(|area| area.on(axis));
    let mut stretches = Stretches::new(space.width(axis), sets().chain(own));
    let mut number = vec![0_u32; stretches.starts.len()];
    let mut sizes: Vec<u32> = vec![0, 0];
    let mut first = |stretch: usize| {
        number[stretch] = 1;
        sizes[1] += 1;
    };
    match own {
        Some(own) => stretches.of(own).for_each(&mut first),
        None => (0..stretches.starts.len()).for_each(&mut first),
    }
    // A set splits each group that it takes a part of.
    let mut taken: Vec<u32> = vec![0, 0];
    let mut split: Vec<u32> = vec![0, 0];
    let mut members: Vec<usize> = Vec::new();
    for set in sets() {
        members.clear();
        members.extend(stretches.of(set));
        for stretch in &members {
            taken[number[*stretch] as usize] += 1;
        }
        let known = sizes.len();
        for stretch in &members {
            let old = number[*stretch] as usize;
            if old == 0 || old >= known || taken[old] == sizes[old] {
                continue;
            }
            if split[old] == 0 {
                split[old] = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
                sizes.push(taken[old]);
                taken.push(0);
                split.push(0);
            }
            number[*stretch] = split[old];
        }
        for stretch in &members {
            taken[number[*stretch] as usize] = 0;
        }
        for old in 1..known {
            if split[old] != 0 {
                sizes[old] -= sizes[split[old] as usize];
                taken[old] = 0;
                split[old] = 0;
            }
        }
    }
    // Groups come in the order of their first class.
    let mut renamed = vec![0_u32; sizes.len()];
    let mut count = 0;
    for own in number.iter_mut().filter(|n| **n != 0) {
        let name = &mut renamed[*own as usize];
        if *name == 0 {
            count += 1;
            *name = count;
        }
        *own = *name;
    }
    stretches.numbers = number;
    (count as usize, stretches)
}
