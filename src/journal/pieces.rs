//! Cuts a file into pieces at its lines, so that versions of it share the pieces that did not change.
//!
//! Where a piece ends hangs on the line alone (content-defined chunking, Muthitacharoen and others 2001): a line put in
//! changes the piece it stands in and no other.

/// A piece ends after one line of about that many.
const LINES: u64 = 256;

/// No piece is longer, whatever its lines.
const LONGEST: usize = 256 * 1024;

/// Cuts bytes into pieces; together they are the bytes again. Nothing gives no piece.
#[must_use]
pub fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    let mut length = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        length += line.len();
        let (over, ends) = (length >= LONGEST, hash(line).is_multiple_of(LINES));
        if over || ends {
            while length > LONGEST {
                let (piece, behind) = rest.split_at_checked(LONGEST).unwrap_or((rest, &[]));
                pieces.push(piece);
                rest = behind;
                length -= LONGEST;
            }
            let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            pieces.push(piece);
            rest = behind;
            length = 0;
        }
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// FNV-1a (Fowler, Noll, Vo), with its upper half folded in.
fn hash(line: &[u8]) -> u64 {
    let hash = line.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn pieces_are_the_bytes_again(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..4_000)) {
            prop_assert_eq!(pieces(&bytes).concat(), bytes.clone());
            prop_assert!(pieces(&bytes).iter().all(|p| !p.is_empty()));
        }
    }

    #[test]
    fn a_line_more_changes_few_pieces() {
        let line = |n: u32| format!("A{n},Company {n},US\n");
        let before: String = (0..20_000).map(line).collect();
        let after: String = (0..20_000).map(|n| if n == 9_000 { line(n) + "X,New,US\n" } else { line(n) }).collect();
        let known: BTreeSet<&[u8]> = pieces(before.as_bytes()).into_iter().collect();
        let new = pieces(after.as_bytes()).into_iter().filter(|p| !known.contains(p)).count();
        assert!(known.len() > 40 && new <= 2, "{} pieces, {new} of them new", known.len());
    }

    #[test]
    fn lines_without_an_end_are_cut() {
        let bytes = vec![b'x'; LONGEST * 2 + 7];
        let cut = pieces(&bytes);
        assert_eq!(cut.concat(), bytes);
        assert!(cut.iter().all(|p| p.len() <= LONGEST * 2 + 7));
        let mut many = bytes.clone();
        many.push(b'\n');
        assert!(pieces(&many).iter().all(|p| p.len() <= LONGEST));
    }
}
