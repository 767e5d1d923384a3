//! Where a request came from, in the form in which it is counted.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A source address as the throttle counts it: an IPv4 address, or the /64 of an IPv6 address,
/// which is what one household or one machine gets.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Source(String);

/// How many of an IPv6 address's eight groups are counted: 64 bits.
const IPV6_GROUPS: usize = 4;

impl Source {
    /// What can't be read as an address is counted in one place of its own, so that it never goes
    /// uncounted.
    pub fn parse(address: Option<&str>) -> Self {
        let address = address.and_then(|text| text.trim().parse::<IpAddr>().ok());
        Self(match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let mut groups = address.segments();
                groups
                    .iter_mut()
                    .skip(IPV6_GROUPS)
                    .for_each(|group| *group = 0);
                format!("{}/64", Ipv6Addr::from(groups))
            }
            None => "unknown".to_owned(),
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints nothing of the address: it is somebody's.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_in_one_spelling() {
        for (given, counted) in [
            (Some("192.0.2.7"), "192.0.2.7"),
            (Some(" 192.0.2.7 "), "192.0.2.7"),
            (Some("::ffff:192.0.2.7"), "192.0.2.7"),
            (Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
            (Some("2001:DB8:1:2::"), "2001:db8:1:2::/64"),
            (Some("::1"), "::/64"),
            (Some("192.0.2.7:80"), "unknown"),
            (Some(""), "unknown"),
            (None, "unknown"),
        ] {
            assert_eq!(Source::parse(given).as_str(), counted, "{given:?}");
        }
        assert_ne!(
            Source::parse(Some("2001:db8:1:2::1")),
            Source::parse(Some("2001:db8:1:3::1"))
        );
        assert_eq!(
            format!("{:?}", Source::parse(Some("192.0.2.7"))),
            "Source(…)"
        );
    }
}
