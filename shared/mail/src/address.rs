//! Members' addresses as mail knows them.

use lettre::Address;
use members::Email;

/// An address that may sign in, and that no letter reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no letter can be sent to this address")]
pub struct Undeliverable;

/// The address in the form that SES takes: ASCII, the domain by its encoded name (RFC 5890).
///
/// # Errors
/// What [`Email`] takes for an address is more than what mail delivers to, such as letters beyond ASCII before the `@`.
pub fn deliverable(email: &Email) -> Result<Address, Undeliverable> {
    let (local, domain) = email.as_str().rsplit_once('@').ok_or(Undeliverable)?;
    let domain = idna::domain_to_ascii(domain).map_err(|_| Undeliverable)?;
    if !local.is_ascii() {
        return Err(Undeliverable);
    }
    Address::new(local, domain).map_err(|_| Undeliverable)
}
