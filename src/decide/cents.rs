//! Cents by largest remainder (Hamilton 1792), so that the parts add up to what is split.

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use rust_decimal::Decimal;

use super::fraction::{exact, whole};

/// Splits an amount by percentages; the sum is what all percentages together are worth, rounded to the cent.
///
/// Everybody gets the whole cents of their exact part. Of the cents left over, the one who takes the rest (a position)
/// gets the first; the others go to the largest fractions, then to the first in order. Of an amount below zero the same
/// is done without the sign. Returns none when the amount is beyond what a decimal holds in cents.
#[must_use]
pub fn split(amount: Decimal, percents: &[BigRational], rest: Option<usize>) -> Option<Vec<Decimal>> {
    let cents = exact(amount.abs()) * whole(100);
    let parts: Vec<BigRational> = percents.iter().map(|p| &cents * p / whole(100)).collect();
    let all: BigRational = parts.iter().sum();
    let floors: Vec<BigRational> = parts.iter().map(BigRational::floor).collect();
    let left_over = all.round() - floors.iter().sum::<BigRational>();
    let left_over = if left_over.is_negative() { 0 } else { left_over.to_integer().to_usize()? };
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // A stable sort keeps the takers' order among equal fractions.
    order.sort_by_key(|i| (Some(*i) != rest, parts.get(*i).map(|p| -p.fract())));
    let extra: Vec<usize> = order.into_iter().take(left_over).collect();
    let to_amount = |(position, floor): (usize, &BigRational)| {
        let cents = floor.to_integer().to_i128()? + i128::from(extra.contains(&position));
        let signed = if amount.is_sign_negative() { -cents } else { cents };
        Decimal::try_from_i128_with_scale(signed, 2).ok()
    };
    floors.iter().enumerate().map(to_amount).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn shares(amount: &str, percents: &[&str], rest: Option<usize>) -> Vec<String> {
        let percents: Vec<BigRational> = percents.iter().map(|p| exact(decimal(p))).collect();
        split(decimal(amount), &percents, rest).expect("within range").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_leftover_cent_goes_to_the_rest_then_to_the_largest_fraction() {
        assert_eq!(shares("100.01", &["60", "40"], Some(1)), ["60.00", "40.01"]);
        assert_eq!(shares("100.01", &["60", "40"], None), ["60.01", "40.00"]);
        assert_eq!(shares("0.01", &["50", "50"], None), ["0.01", "0.00"]);
        assert_eq!(shares("-0.01", &["50", "50"], Some(1)), ["0.00", "-0.01"]);
        assert_eq!(shares("10", &["25"], None), ["2.50"]);
        assert_eq!(shares("0.10", &["33.3", "33.3", "33.4"], Some(2)), ["0.03", "0.03", "0.04"]);
    }

    #[test]
    fn an_amount_beyond_all_cents_gives_nothing() {
        assert_eq!(split(Decimal::MAX, &[whole(50), whole(50)], None), None);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_nobody_is_a_cent_off(
            cents in -1_000_000_000_i64..1_000_000_000,
            weights in proptest::collection::vec(1_u64..1000, 1..6),
            rest in proptest::option::of(0_usize..6),
        ) {
            let sum: u64 = weights.iter().sum();
            let percents: Vec<BigRational> = weights.iter().map(|w| whole(100 * w) / whole(sum)).collect();
            let amount = Decimal::new(cents, 2);
            let rest = rest.filter(|r| *r < weights.len());
            let parts = split(amount, &percents, rest).expect("within range");
            prop_assert_eq!(parts.iter().sum::<Decimal>(), amount);
            for (part, percent) in parts.iter().zip(&percents) {
                let wanted = exact(amount) * percent / whole(100);
                let cent = exact(Decimal::new(1, 2));
                let off = (exact(*part) - wanted).abs();
                prop_assert!(off <= cent, "off by {off}");
            }
        }
    }
}
