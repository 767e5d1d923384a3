//! Times as the API writes them.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Unix seconds as RFC 3339 in UTC, such as `2025-07-10T09:30:00Z`.
pub fn rfc3339(unix_seconds: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(unix_seconds).unwrap_or_default());
    time.fmt(Format::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn whole_seconds() {
        assert_eq!(super::rfc3339(1_752_139_800), "2025-07-10T09:30:00Z");
    }
}
