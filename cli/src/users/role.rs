//! `masthead users role`: what a member may do.

use clap::Args;
use members::{Members, Role};

use super::{find, parse_role, refusal, terminal};
use crate::outcome::Outcome;
use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct SetRole {
    /// The member's e-mail address.
    email: String,
    /// member; editor, who decides what is published; or admin, who looks after members as well.
    #[arg(value_parser = parse_role)]
    role: Role,
}

impl SetRole {
    pub(crate) async fn run(self, members: &Members) -> Outcome {
        let account = find(members, &self.email).await?;
        let set = terminal(members).set_role(&account, self.role).await?;
        set.map_err(refusal)?;
        say!(
            "{} ({}) is {} from now on.",
            account.name,
            account.handle,
            self.role
        );
        Ok(())
    }
}
