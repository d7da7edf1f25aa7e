//! How items stand in temporary files: numbers as eight bytes, texts behind their length. Only this program reads them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Says how something stands in a temporary file.
pub trait Spilled: Sized {
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>);

    /// Takes it off the front; none when it is not sound.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

fn front<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(front)
}

impl Spilled for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(front(bytes, 8)?.try_into().ok()?))
    }
}

impl Spilled for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(front(bytes, 4)?.try_into().ok()?))
    }
}

impl Spilled for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(*front(bytes, 1)?.first()? == 1)
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    u32::try_from(text.len()).unwrap_or(u32::MAX).put(out);
    out.extend_from_slice(text.as_bytes());
}

fn take_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(u32::take(bytes)?).ok()?;
    std::str::from_utf8(front(bytes, length)?).ok()
}

impl Spilled for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        take_text(bytes).map(Self::from)
    }
}

impl Spilled for Arc<str> {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        take_text(bytes).map(Self::from)
    }
}

impl Spilled for Timestamp {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.as_nanosecond().to_le_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_nanosecond(i128::from_le_bytes(front(bytes, 16)?.try_into().ok()?)).ok()
    }
}

impl Spilled for Date {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.year().to_le_bytes());
        out.extend_from_slice(&self.month().to_le_bytes());
        out.extend_from_slice(&self.day().to_le_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let [a, b, month, day] = *front(bytes, 4)?.first_chunk()?;
        Self::new(i16::from_le_bytes([a, b]), i8::from_le_bytes([month]), i8::from_le_bytes([day])).ok()
    }
}

impl Spilled for Decimal {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.serialize());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::deserialize(front(bytes, 16)?.try_into().ok()?))
    }
}

impl<T: Spilled> Spilled for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|item| item.put(out));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        if bool::take(bytes)? { T::take(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Spilled> Spilled for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        u32::try_from(self.len()).unwrap_or(u32::MAX).put(out);
        self.iter().for_each(|item| item.put(out));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        (0..u32::take(bytes)?).map(|_| T::take(bytes)).collect()
    }
}

impl<T: Spilled + Ord> Spilled for BTreeSet<T> {
    fn put(&self, out: &mut Vec<u8>) {
        u32::try_from(self.len()).unwrap_or(u32::MAX).put(out);
        self.iter().for_each(|item| item.put(out));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        (0..u32::take(bytes)?).map(|_| T::take(bytes)).collect()
    }
}

impl<A: Spilled, B: Spilled> Spilled for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?))
    }
}

impl<A: Spilled, B: Spilled, C: Spilled> Spilled for (A, B, C) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
        self.2.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?, C::take(bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is taken is what was put, and what is cut off is not sound.
    fn stands<T: Spilled + PartialEq + std::fmt::Debug>(item: &T) -> Result<(), TestCaseError> {
        let mut bytes = Vec::new();
        item.put(&mut bytes);
        let mut rest = bytes.as_slice();
        let taken = T::take(&mut rest);
        prop_assert_eq!((taken.as_ref(), rest), (Some(item), &[][..]));
        let mut cut = bytes.split_last().map_or(&[][..], |(_, cut)| cut);
        prop_assert_eq!(T::take(&mut cut), None);
        Ok(())
    }

    proptest! {
        #![proptest_config(crate::data::sample_cases())]

        #[test]
        fn what_is_taken_is_what_was_put(
            text in "\\PC{0,9}",
            number in any::<u64>(),
            mantissa in -79_000_000_000_000_000_000_000_000_000_i128..79_000_000_000_000_000_000_000_000_000,
            scale in 0..28_u32,
            second in -377_705_023_201_i64..253_402_207_200,
            nano in 0..999_999_999_i32,
            texts in proptest::collection::btree_set("[a-c]{0,3}", 0..4),
        ) {
            let at = Timestamp::new(second, nano).unwrap_or_default();
            let day = jiff::tz::TimeZone::UTC.to_datetime(at).date();
            let list: Vec<Option<String>> = texts.iter().map(|t| (t.len() > 1).then(|| t.clone())).collect();
            stands(&(text.clone(), number, number % 2 == 0))?;
            stands(&(Arc::<str>::from(text), Some(at)))?;
            stands(&(Decimal::from_i128_with_scale(mantissa, scale), day, texts))?;
            stands(&(None::<u64>, list))?;
        }
    }
}
