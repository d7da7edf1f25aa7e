//! Where in a piece of CSV something ends: delimiters, and what ends a row or needs a closer look, 64 bytes at a time.
//!
//! Each byte of a block is compared with all of them at once and becomes a bit; then only the bits that are set are gone
//! through. (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, find structural characters likewise.)

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// What a block of bytes holds, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Delimiters.
    pub cuts: u64,
    /// Line feeds, carriage returns and quotes.
    pub stops: u64,
}

/// Looks at all blocks; the last one may be shorter. `found` keeps its room from piece to piece.
pub(super) fn look(bytes: &[u8], delimiter: u8, found: &mut Vec<Mark>) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    found.clear();
    found.resize(blocks.len(), Mark::default());
    if !wide::look(blocks, delimiter, found) {
        found.iter_mut().zip(blocks).for_each(|(mark, block)| *mark = plain(block, delimiter));
    }
    if !rest.is_empty() {
        let mut block = [0; BLOCK];
        block.iter_mut().zip(rest).for_each(|(own, byte)| *own = *byte);
        let Mark { cuts, stops } = plain(&block, delimiter);
        // What is behind the end is nothing.
        let own = !(u64::MAX << rest.len());
        found.push(Mark { cuts: cuts & own, stops: stops & own });
    }
}

/// Looks at a block in a way that every machine can.
fn plain(block: &[u8; BLOCK], delimiter: u8) -> Mark {
    let cuts = bits(block.map(|byte| byte == delimiter));
    Mark { cuts, stops: bits(block.map(|byte| (byte == b'\n') | (byte == b'"') | (byte == b'\r'))) }
}

fn bits(flags: [bool; BLOCK]) -> u64 {
    let mut bits = 0;
    for (at, eight) in flags.map(u8::from).as_chunks::<8>().0.iter().enumerate() {
        // The last bits of eight bytes, gathered in one by one multiplication.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (at * 8);
    }
    bits
}

/// The way of machines that compare 32 bytes at once.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::__m256i;

    use pulp::x86::V3;

    use super::{BLOCK, Mark};

    struct Look<'l> {
        simd: V3,
        blocks: &'l [[u8; BLOCK]],
        delimiter: u8,
        found: &'l mut [Mark],
    }

    /// Looks at all blocks; `false` when the machine cannot.
    pub(super) fn look(blocks: &[[u8; BLOCK]], delimiter: u8, found: &mut [Mark]) -> bool {
        let Some(simd) = V3::try_new() else { return false };
        simd.vectorize(Look { simd, blocks, delimiter, found });
        true
    }

    impl pulp::NullaryFnOnce for Look<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self { simd, blocks, delimiter, found } = self;
            let each = |byte: u8| simd.avx._mm256_set1_epi8(byte.cast_signed());
            let stops = [each(b'\n'), each(b'\r'), each(b'"')];
            let delimiter = each(delimiter);
            // Marks are put into their places, because the compiler takes vectors apart that outlive a branch.
            for (mark, block) in found.iter_mut().zip(blocks) {
                let [low, high]: [__m256i; 2] = pulp::cast(*block);
                let cuts = u64::from(is(simd, low, delimiter)) | u64::from(is(simd, high, delimiter)) << 32;
                *mark = Mark { cuts, stops: u64::from(is_any(simd, low, stops)) | u64::from(is_any(simd, high, stops)) << 32 };
            }
        }
    }

    /// Which bytes are that one, as bits.
    #[inline(always)]
    fn is(simd: V3, bytes: __m256i, wanted: __m256i) -> u32 {
        simd.avx2._mm256_movemask_epi8(simd.avx2._mm256_cmpeq_epi8(bytes, wanted)).cast_unsigned()
    }

    /// Which bytes are one of those, as bits.
    #[inline(always)]
    fn is_any(simd: V3, bytes: __m256i, [a, b, c]: [__m256i; 3]) -> u32 {
        is(simd, bytes, a) | is(simd, bytes, b) | is(simd, bytes, c)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod wide {
    use super::{BLOCK, Mark};

    /// Looks at all blocks; `false` when the machine cannot.
    pub(super) fn look(_: &[[u8; BLOCK]], _: u8, _: &mut [Mark]) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_marks_are_found(bytes in proptest::collection::vec(proptest::sample::select(b",;\n\r\"abc\0\xff".to_vec()), 0..300)) {
            let mut found = vec![Mark::default()];
            look(&bytes, b',', &mut found);
            let wanted: Vec<Mark> = bytes
                .chunks(BLOCK)
                .map(|block| {
                    let bits = |of: &[u8]| block.iter().zip(0..).filter(|(b, _)| of.contains(b)).fold(0, |bits, (_, at)| bits | 1 << at);
                    Mark { cuts: bits(b","), stops: bits(b"\n\r\"") }
                })
                .collect();
            prop_assert_eq!(&found, &wanted);
            let plain: Vec<Mark> = bytes.as_chunks::<BLOCK>().0.iter().map(|block| plain(block, b',')).collect();
            prop_assert_eq!(plain.as_slice(), &wanted[..bytes.len() / BLOCK]);
        }
    }
}
