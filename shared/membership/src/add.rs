//! One member more.

use auth::Code;
use languages::{Sentence, sentence};
use members::{Created, Email, Members, NewMember, Role};
use uuid::Uuid;

use crate::administration::Administration;
use crate::handle;
use crate::slip::new_code;

/// A member who is to be added.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub email: Email,
    pub name: String,
    /// One that the member shall have; made of the name where there is none.
    pub handle: Option<String>,
    pub role: Role,
    /// Who has none gets a code that sets one.
    pub password_hash: Option<String>,
}

/// A member who was added.
#[derive(Debug)]
pub struct Added {
    pub id: String,
    pub handle: String,
    /// The code, and when it ends, in Unix seconds; `None` where there is a password.
    pub code: Option<(Code, u64)>,
}

/// A new member's id.
pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

impl Administration<'_> {
    /// Adds a member. The inner error says what is taken.
    ///
    /// # Errors
    /// The table doesn't answer.
    pub async fn add(&self, wanted: &Wanted) -> members::Result<Result<Added, Sentence>> {
        let handles: Vec<String> = match &wanted.handle {
            Some(handle) => vec![handle.clone()],
            None => handle::candidates(&wanted.name).collect(),
        };
        for handle in handles {
            let member = NewMember {
                id: new_id(),
                email: wanted.email.clone(),
                name: wanted.name.clone(),
                handle: handle.clone(),
                password_hash: wanted.password_hash.clone(),
                role: wanted.role,
                created_at: self.now(),
            };
            let id = member.id.clone();
            let noting = self.members.noting(self.act_of_new(&member));
            let (created, code) = self.make(&noting, member).await?;
            match created {
                Created::Created => return Ok(Ok(Added { id, handle, code })),
                Created::EmailTaken => {
                    return Ok(Err(sentence!(
                        "api.roster_email_taken",
                        email = wanted.email.as_str()
                    )));
                }
                Created::HandleTaken => {}
            }
        }
        Ok(Err(if let Some(handle) = &wanted.handle {
            sentence!("reason.roster_handle_taken", handle = handle.as_str())
        } else {
            sentence!("reason.roster_handles_used_up")
        }))
    }

    /// Makes an account, with a code where there is no password: the code, and when it ends, in Unix seconds.
    pub(crate) async fn make(
        &self,
        members: &Members,
        member: NewMember,
    ) -> members::Result<(Created, Option<(Code, u64)>)> {
        if member.password_hash.is_some() {
            return Ok((members.create(member).await?, None));
        }
        let (code, issued) = new_code(self.now());
        let created = members.invite(member, &issued).await?;
        Ok((created, Some((code, issued.expires_at))))
    }
}
