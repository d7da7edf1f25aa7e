//! Exact fractions: from decimals, and written for people.

use num_rational::BigRational;
use num_traits::{Signed, Zero};
use rust_decimal::Decimal;

/// Returns a decimal as an exact fraction.
#[must_use]
pub fn exact(decimal: Decimal) -> BigRational {
    let scale = (0..decimal.scale()).fold(BigRational::from_integer(1.into()), |s, _| s * BigRational::from_integer(10.into()));
    BigRational::from_integer(decimal.mantissa().into()) / scale
}

/// Returns a whole number as a fraction.
#[must_use]
pub fn whole(number: u64) -> BigRational {
    BigRational::from_integer(number.into())
}

/// Writes a fraction: `3`, `1/2`, `3 1/2`.
#[must_use]
pub fn in_words(fraction: &BigRational) -> String {
    if fraction.is_integer() {
        return fraction.numer().to_string();
    }
    let (whole, part) = (fraction.trunc(), fraction.fract().abs());
    let (top, bottom) = (part.numer(), part.denom());
    match (whole.is_zero(), fraction.is_negative()) {
        (true, true) => format!("-{top}/{bottom}"),
        (true, false) => format!("{top}/{bottom}"),
        (false, _) => format!("{} {top}/{bottom}", whole.numer()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_exact_and_readable() {
        let half: Decimal = "-0.50".parse().expect("a decimal");
        assert_eq!(in_words(&exact(half)), "-1/2");
        let third = whole(1) / exact("0.3".parse().expect("a decimal"));
        assert_eq!(in_words(&third), "3 1/3");
        assert_eq!(in_words(&whole(7)), "7");
        assert_eq!(in_words(&-third), "-3 1/3");
    }
}
