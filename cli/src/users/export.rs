//! `masthead users export`: everything needed to take the members elsewhere, as CSV.
//!
//! A cell that a spreadsheet would take for a formula begins with `'`; `masthead users import` takes
//! that away again.

use endpoint::rfc3339;
use members::Members;
use membership::cell;

use crate::outcome::Outcome;
use crate::output;

pub(crate) async fn run(members: &Members) -> Outcome {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "email",
        "name",
        "handle",
        "role",
        "password_hash",
        "disabled",
        "created_at",
    ])?;
    let accounts = members.list().await?;
    // Who goes isn't taken elsewhere.
    for account in accounts.iter().filter(|account| !account.is_going()) {
        let cells = [
            account.email.as_str(),
            &account.name,
            &account.handle,
            account.role.as_str(),
            account.password_hash.as_deref().unwrap_or_default(),
            if account.disabled { "true" } else { "false" },
            &rfc3339(account.created_at),
        ];
        csv.write_record(cells.map(cell::written))?;
    }
    output::bytes(&csv.into_inner()?);
    Ok(())
}
