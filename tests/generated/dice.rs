//! Choices from a seed: the same seed makes the same book.

/// Makes choices from a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// A whole number from 0 to below `n`, as jiff takes it.
    pub fn up_to(&mut self, n: usize) -> i64 {
        i64::try_from(self.below(n)).unwrap()
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// A cell: one of them, or nothing with the chance given.
    pub fn cell(&mut self, missing: usize, all: &[&str]) -> String {
        let cell = self.of(all).to_owned();
        if self.chance(missing) { String::new() } else { cell }
    }

    /// Some of them, at least one, with commas.
    pub fn some(&mut self, all: &[&str]) -> String {
        let mut kept: Vec<&str> = all.iter().copied().filter(|_| self.chance(40)).collect();
        if kept.is_empty() {
            kept.push(self.of(all));
        }
        kept.join(", ")
    }

    /// The text with the chance given, else nothing.
    pub fn maybe(&mut self, percent: usize, text: impl FnOnce(&mut Self) -> String) -> String {
        if self.chance(percent) { text(self) } else { String::new() }
    }

    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}
