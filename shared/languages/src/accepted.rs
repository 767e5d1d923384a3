//! `Accept-Language`, as clients write it and as nobody should (RFC 9110 section 12.5.4).

/// Most ranges that are looked at; browsers send a handful.
const MAX_RANGES: usize = 32;
/// Longest range (RFC 4647 has eight characters between hyphens; a few of those make a language, a script and a country).
const MAX_RANGE_BYTES: usize = 64;
/// The weight of a range that has none.
const MAX_WEIGHT: u16 = 1000;

/// The ranges that a header wants, the dearest first, and of equally dear ones the first. What is no range, what has a weight
/// that is none, and what isn't wanted (`q=0`) is passed over; `*` wants no language above another.
pub(crate) fn ranges(header: &str) -> Vec<&str> {
    let listed = header.split(',').take(MAX_RANGES);
    let mut wanted: Vec<(&str, u16)> = listed
        .filter_map(|listed| {
            let (range, weight) = match listed.split_once(';') {
                None => (listed, MAX_WEIGHT),
                Some((range, parameter)) => (range, weight(parameter)?),
            };
            Some((range.trim_matches([' ', '\t']), weight))
        })
        .filter(|(range, weight)| *weight > 0 && is_range(range))
        .collect();
    // Stable: the order of a header's own counts among equals.
    wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    wanted.into_iter().map(|(range, _)| range).collect()
}

fn is_range(range: &str) -> bool {
    range.len() <= MAX_RANGE_BYTES
        && range.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// `q=` and a number from 0 to 1 with three decimals at most, in thousandths.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.trim_matches([' ', '\t']).split_once('=')?;
    let value = value.as_bytes();
    let (whole, decimals) = match value {
        [whole] | [whole, b'.'] => (*whole, &[][..]),
        [whole, b'.', decimals @ ..] if decimals.len() <= 3 => (*whole, decimals),
        _ => return None,
    };
    if !name.eq_ignore_ascii_case("q") || !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let thousandths = (0..3).fold(0, |sum, at| {
        let digit = decimals.get(at).map_or(0, |digit| digit - b'0');
        sum * 10 + u16::from(digit)
    });
    match whole {
        b'0' => Some(thousandths),
        b'1' if thousandths == 0 => Some(MAX_WEIGHT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_come_by_their_weight_and_then_in_their_order() {
        for (header, expected) in [
            ("de", &["de"][..]),
            (
                "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5",
                &["fr-CH", "fr", "en", "de"],
            ),
            ("en;q=0.5,de", &["de", "en"]),
            ("a;q=0.3,b;q=0.31,c;q=0.301", &["b", "c", "a"]),
            ("de ; Q=1.000\t,\tfr;q=1.", &["de", "fr"]),
            ("de;q=0, fr;q=0.000, ja;q=0.001", &["ja"]),
            (
                "de;q=1.001, fr;q=2, es;q=-1, tr;q=, ja;q=0.1234, en;x=1, zh;q=a",
                &[],
            ),
            ("de;q=0.5;q=1, fr;q=0.-, tr;=0.5", &[]),
            (",, ;q=1, -, de-, d e, de_AT, dé, toolongsubtag", &[]),
            ("*", &[]),
            ("", &[]),
        ] {
            assert_eq!(ranges(header), expected, "{header}");
        }
    }

    #[test]
    fn what_has_no_end_is_not_read_to_its_end() {
        let many = "xx,".repeat(100_000) + "de";
        assert!(!ranges(&many).contains(&"de"));
        assert!(ranges(&"a-".repeat(100_000)).is_empty());
    }
}
