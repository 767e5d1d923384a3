//! `masthead users export`: everything needed to take the members elsewhere, as CSV.

use endpoint::rfc3339;
use members::Members;

use crate::outcome::Outcome;
use crate::output;

pub(crate) async fn run(members: &Members) -> Outcome {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "email",
        "name",
        "handle",
        "password_hash",
        "disabled",
        "created_at",
    ])?;
    for account in members.list().await? {
        csv.write_record([
            account.email.as_str(),
            &account.name,
            &account.handle,
            account.password_hash.as_deref().unwrap_or_default(),
            if account.disabled { "true" } else { "false" },
            &rfc3339(account.created_at),
        ])?;
    }
    output::bytes(&csv.into_inner()?);
    Ok(())
}
