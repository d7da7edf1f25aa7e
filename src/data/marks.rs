//! Where in a piece of CSV something ends: delimiters, line ends and quotes, 64 bytes at a time.
//!
//! Each byte of a block is compared with all of them at once and becomes one bit, in loops that the compiler turns into
//! vector instructions; then only the bits that are set are gone through. (Langdale and Lemire, "Parsing gigabytes of JSON
//! per second", 2019, find structural characters likewise.)

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Yields the positions of delimiters, line feeds, carriage returns and quotes.
#[derive(Clone, Debug)]
pub(super) struct Marks<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// Where the next block begins.
    next: usize,
    /// What is left of the block before.
    left: u64,
}

impl<'a> Marks<'a> {
    pub fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self { bytes, delimiter, next: 0, left: 0 }
    }

    /// Goes on at a position further on.
    pub fn skip_to(&mut self, at: usize) {
        self.next = at / BLOCK * BLOCK;
        self.left = self.block() & (u64::MAX << (at % BLOCK));
    }

    /// Looks at the next block.
    fn block(&mut self) -> u64 {
        let rest = self.bytes.get(self.next..).unwrap_or_default();
        self.next += BLOCK;
        match rest.first_chunk() {
            Some(block) => marked(block, self.delimiter),
            None => {
                let mut block = [0; BLOCK];
                block.iter_mut().zip(rest).for_each(|(own, byte)| *own = *byte);
                // What is behind the end is nothing.
                marked(&block, self.delimiter) & !(u64::MAX << rest.len())
            }
        }
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            if self.next >= self.bytes.len() {
                return None;
            }
            self.left = self.block();
        }
        let bit = self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(self.next - BLOCK + bit)
    }
}

/// Which bytes are marks, as bits.
#[inline]
fn marked(block: &[u8; BLOCK], delimiter: u8) -> u64 {
    let mut flags = [0_u8; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        let mark = (*byte == delimiter) | (*byte == b'\n') | (*byte == b'"') | (*byte == b'\r');
        *flag = u8::from(mark) << 7;
    }
    let mut bits = 0;
    for (at, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // The high bits of eight bytes, gathered in the last by one multiplication.
        let gathered = (u64::from_le_bytes(*eight) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (at * 8);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_marks_are_found(bytes in proptest::collection::vec(proptest::sample::select(b",;\n\r\"abc\0\xff".to_vec()), 0..300), from in 0..320_usize) {
            let wanted = |from: usize| -> Vec<usize> {
                let marks = bytes.iter().enumerate().filter(|(_, b)| b",\n\r\"".contains(b)).map(|(at, _)| at);
                marks.filter(|at| *at >= from).collect()
            };
            let mut marks = Marks::new(&bytes, b',');
            prop_assert_eq!(marks.clone().collect::<Vec<_>>(), wanted(0));
            marks.skip_to(from);
            prop_assert_eq!(marks.collect::<Vec<_>>(), wanted(from));
        }
    }
}
