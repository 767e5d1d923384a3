//! A member as administrators see them.

use std::collections::BTreeMap;

use endpoint::rfc3339;
use members::{Account, Counted, Members, Role, Usage};
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// The member has a password.
    Active,
    /// They have none yet.
    Invited,
    Disabled,
}

#[derive(Serialize)]
pub(crate) struct Shown {
    id: String,
    handle: String,
    name: String,
    email: String,
    role: Role,
    state: State,
    /// When the code ends that was issued last, of an invited member; in the past where it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_until: Option<String>,
    /// The first sign-in of the last day with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<String>,
    documents: u64,
    bytes: u64,
    /// Edge length to absolute URL.
    picture: Option<BTreeMap<String, String>>,
}

impl Shown {
    pub(crate) fn new(account: &Account, usage: Usage, public_url: &str) -> Self {
        let state = match (account.disabled, &account.password_hash) {
            (true, _) => State::Disabled,
            (false, Some(_)) => State::Active,
            (false, None) => State::Invited,
        };
        let code = account.code.as_ref().filter(|_| state == State::Invited);
        let picture = account.picture.as_ref().map(|it| it.urls(public_url));
        let owned = |urls: BTreeMap<&str, String>| {
            let urls = urls.into_iter();
            urls.map(|(size, url)| (size.to_owned(), url)).collect()
        };
        Self {
            id: account.id.clone(),
            handle: account.handle.clone(),
            name: account.name.clone(),
            email: account.email.as_str().to_owned(),
            role: account.role,
            state,
            invited_until: code.map(|code| rfc3339(code.expires_at)),
            last_login: account.last_login_at.map(rfc3339),
            documents: usage.count,
            bytes: usage.bytes,
            picture: picture.map(owned),
        }
    }

    /// With what is counted of the member's documents.
    pub(crate) async fn read(
        members: &Members,
        account: &Account,
        public_url: &str,
    ) -> endpoint::Result<Self> {
        let count = members.count((&account.id, Counted::Readmes)).await?;
        let usage = count.map_or_else(Usage::default, |count| count.usage);
        Ok(Self::new(account, usage, public_url))
    }
}
