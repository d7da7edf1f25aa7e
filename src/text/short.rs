//! Short texts as four words, so that they are compared, hashed, folded and cut without going through their bytes.

/// The longest text in bytes.
const LONGEST: usize = 31;

/// By length: which bits of the words are the text's.
const MASKS: [[u64; 4]; LONGEST + 1] = {
    let mut masks = [[0; 4]; LONGEST + 1];
    let mut length = 0;
    while length <= LONGEST {
        let mut at = 0;
        while at < length {
            masks[length][at / 8] |= 0xff << (at % 8 * 8);
            at += 1;
        }
        length += 1;
    }
    masks
};

/// The same byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Holds a text of at most 31 bytes: its bytes, zeros, and its length in the last byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Short([u64; 4]);

impl Short {
    /// Takes a text; none when it is longer.
    #[must_use]
    #[inline]
    pub fn new(text: &[u8]) -> Option<Self> {
        let length = text.len();
        // Two words or one from each end, which overlap: copying that many bytes would be a call.
        let [a, b, c, d] = match (text.first_chunk::<16>(), text.last_chunk::<16>(), text.first_chunk::<8>(), text.last_chunk::<8>()) {
            _ if length > LONGEST => return None,
            (Some(first), Some(last), ..) => {
                let behind = u128::from_le_bytes(*last).checked_shr(u32::try_from(8 * (32 - length)).ok()?).unwrap_or(0);
                halves(u128::from_le_bytes(*first), behind)
            }
            (_, _, Some(first), Some(last)) => {
                let behind = u64::from_le_bytes(*last).checked_shr(u32::try_from(8 * (16 - length)).ok()?).unwrap_or(0);
                [u64::from_le_bytes(*first), behind, 0, 0]
            }
            _ => [few(text), 0, 0, 0],
        };
        Some(Self([a, b, c, d | (length as u64) << 56]))
    }

    /// Takes a text out of a longer one, which is faster where that goes on for a while; none when it is longer, or the
    /// place is outside.
    #[must_use]
    #[inline(always)]
    pub fn within(whole: &[u8], start: usize, end: usize) -> Option<Self> {
        match whole.get(start..)?.first_chunk::<32>() {
            Some(bytes) => Self::cut(bytes, end.checked_sub(start)?),
            None => Self::new(whole.get(start..end)?),
        }
    }

    #[inline(always)]
    fn cut(bytes: &[u8; 32], length: usize) -> Option<Self> {
        let mask = MASKS.get(length)?;
        let mut words = [0; 4];
        for ((word, bytes), mask) in words.iter_mut().zip(bytes.as_chunks::<8>().0).zip(mask) {
            *word = u64::from_le_bytes(*bytes) & mask;
        }
        let [_, _, _, last] = &mut words;
        *last |= (length as u64) << 56;
        Some(Self(words))
    }

    /// Returns its length in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    #[inline]
    pub fn len(&self) -> usize {
        let [_, _, _, last] = self.0;
        usize::try_from(last >> 56).unwrap_or(0)
    }

    /// Returns its first bytes, that many; the whole when it is no longer.
    #[must_use]
    #[inline]
    pub fn first(&self, length: usize) -> Self {
        let (Some([a, b, c, d]), [e, f, g, h]) = (MASKS.get(length), self.0) else { return *self };
        if length >= self.len() { *self } else { Self([a & e, b & f, c & g, (d & h) | (length as u64) << 56]) }
    }

    /// Returns whether every character is ASCII.
    #[must_use]
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) & each(0x80) == 0
    }

    /// Returns whether every character is ASCII, and none a blank or a control character but Delete.
    #[must_use]
    #[inline]
    pub fn is_solid(&self) -> bool {
        let Some(mask) = MASKS.get(self.len()) else { return false };
        let below = self.0.iter().zip(mask).fold(0, |all, (word, mask)| all | (!word.wrapping_add(each(0x80 - 0x21)) & each(0x80) & mask));
        self.is_ascii() && below == 0
    }

    /// Returns it with the letters of ASCII small; it must be ASCII.
    #[must_use]
    #[inline]
    pub fn small(&self) -> Self {
        let [a, b, c, d] = self.0;
        let small = |word| word | letters(word, b'A', b'Z') >> 2;
        Self([small(a), small(b), small(c), small(d)])
    }

    /// Returns it with the letters of ASCII capital; it must be ASCII.
    #[must_use]
    #[inline]
    pub fn capital(&self) -> Self {
        let [a, b, c, d] = self.0;
        // Digits and blanks have not the bit that all letters have.
        if (a | b | c | (d & (u64::MAX >> 8))) & each(0x40) == 0 {
            return *self;
        }
        let capital = |word| word & !(letters(word, b'a', b'z') >> 2);
        Self([capital(a), capital(b), capital(c), capital(d)])
    }

    /// Returns a hash, the same in every run.
    #[must_use]
    #[inline]
    pub fn hash(&self) -> u64 {
        // Multiply and fold as in wyhash (Wang Yi 2019); the constants are its own.
        let [a, b, c, d] = self.0;
        fold(a ^ c.rotate_left(32) ^ 0xa076_1d64_78bd_642f, b.rotate_left(32) ^ d ^ 0xe703_7ed1_a0b4_28db)
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "both halves are wanted")]
fn halves(low: u128, high: u128) -> [u64; 4] {
    [low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]
}

/// Less than eight bytes as a word.
#[inline]
fn few(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4))
        }
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// The high bit of each byte that lies between two letters, both included; bytes must be ASCII.
fn letters(word: u64, first: u8, last: u8) -> u64 {
    word.wrapping_add(each(0x80 - first)) & !word.wrapping_add(each(0x7f - last)) & each(0x80)
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are wanted")]
    let folded = product as u64 ^ (product >> 64) as u64;
    folded
}

/// Finds numbers by short texts: open addressing over half-empty places.
#[derive(Clone, Debug, Default)]
pub struct ShortTable {
    /// By place: the upper half of the hash, and the position of the entry from 1; 0 for none.
    places: Vec<(u32, u32)>,
    entries: Vec<(Short, u32)>,
}

impl ShortTable {
    /// Makes a table; of equal texts the first counts.
    #[must_use]
    pub fn new(entries: Vec<(Short, u32)>) -> Self {
        let size = (entries.len() * 2).next_power_of_two();
        let mut table = Self { places: vec![(0, 0); if entries.is_empty() { 0 } else { size }], entries };
        for (number, (text, _)) in (1..).zip(&table.entries) {
            let (tag, mut at) = table.place(text);
            while table.places.get(at).is_some_and(|(_, other)| *other != 0) {
                at = (at + 1) & (size - 1);
            }
            if let Some(place) = table.places.get_mut(at) {
                *place = (tag, number);
            }
        }
        table
    }

    #[expect(clippy::cast_possible_truncation, reason = "a hash is cut")]
    fn place(&self, text: &Short) -> (u32, usize) {
        let hash = text.hash();
        ((hash >> 32) as u32, hash as usize & self.places.len().saturating_sub(1))
    }

    /// Finds the number of a text.
    #[must_use]
    #[inline]
    pub fn get(&self, text: &Short) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let (tag, mut at) = self.place(text);
        loop {
            let (own, number) = *self.places.get(at)?;
            if number == 0 {
                return None;
            }
            if own == tag
                && let Some((known, found)) = self.entries.get(number as usize - 1)
                && known == text
            {
                return Some(*found);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shorts_are_as_their_texts(a in "[ -~]{0,33}|\\PC{0,12}", b in "[ -~]{0,33}|\\PC{0,12}", cut in 0..34_usize) {
            let whole = format!("{b}{a}{b}");
            let short = Short::new(a.as_bytes());
            prop_assert_eq!(short.is_some(), a.len() <= 31);
            prop_assert_eq!(Short::within(whole.as_bytes(), b.len(), b.len() + a.len()), short);
            let Some(short) = short else { return Ok(()) };
            prop_assert_eq!(short.len(), a.len());
            prop_assert_eq!(short.is_ascii(), a.is_ascii());
            prop_assert_eq!(Short::new(b.as_bytes()) == Some(short), a == b);
            prop_assert_eq!(short.first(cut), Short::new(&a.as_bytes()[..cut.min(a.len())]).expect("shorter"));
            prop_assert_eq!(short.is_solid(), a.bytes().all(|b| b.is_ascii() && b >= b'!'));
            if a.is_ascii() {
                prop_assert_eq!(short.small(), Short::new(a.to_ascii_lowercase().as_bytes()).expect("as long"));
                prop_assert_eq!(short.capital(), Short::new(a.to_ascii_uppercase().as_bytes()).expect("as long"));
            }
        }

        #[test]
        fn tables_find_what_was_put_in(texts in proptest::collection::vec("[a-d]{0,4}|[a-z]{20,31}", 0..60), other in "[a-e]{0,4}") {
            let entries: Vec<(Short, u32)> = texts.iter().filter_map(|t| Short::new(t.as_bytes())).zip(0..).collect();
            let table = ShortTable::new(entries);
            for text in texts.iter().chain([&other]) {
                let wanted = texts.iter().position(|t| t == text).and_then(|at| u32::try_from(at).ok());
                prop_assert_eq!(table.get(&Short::new(text.as_bytes()).expect("short")), wanted);
            }
        }
    }
}
