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

/// Writes a share: as a decimal when that is exact within six places (`12.5`), else as a fraction (`33 1/3`).
#[must_use]
pub fn share_in_words(share: &BigRational) -> String {
    let million = share * whole(1_000_000);
    if !million.is_integer() {
        return in_words(share);
    }
    let exact = i128::try_from(million.to_integer()).ok().and_then(|m| Decimal::try_from_i128_with_scale(m, 6).ok());
    exact.map_or_else(|| in_words(share), |d| d.normalize().to_string())
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
