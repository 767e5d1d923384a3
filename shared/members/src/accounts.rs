//! Accounts: made, read, changed and removed.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use languages::Language;

use crate::account::{Account, NewMember};
use crate::admins::Rights;
use crate::codes::{IssuedCode, RECOVERY_DIGEST, RECOVERY_EXPIRES_AT, code_key};
use crate::departures::GONE_SINCE;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, boolean, key, number, string};
use crate::links::Referrer;
use crate::listing::MOST_OF_A_PAGE;
use crate::look::{CLEAR_AS_OF, POINTS_TO};
use crate::transaction::{Refusal, refusals};
use crate::usage::Counted;
use crate::{Email, Members, Role, Target};

/// How often a change is tried against others of the same account.
const ROUNDS: usize = 5;

pub(crate) const ACCOUNT: &str = "ACCOUNT";
pub(crate) const MEMBER: &str = "MEMBER";
pub(crate) const HANDLE: &str = "HANDLE";
const ABSENT: &str = "attribute_not_exists(pk)";

/// A change of an account that others may change at the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Role(Role),
    Disabled(bool),
    SignOut,
    /// The member goes, at this time in Unix seconds.
    Depart(u64),
}

impl Change {
    fn is_done_to(self, account: &Account) -> bool {
        match self {
            Self::Role(role) => account.role == role && !account.is_going(),
            Self::Disabled(disabled) => account.disabled == disabled && !account.is_going(),
            Self::SignOut => false,
            Self::Depart(_) => account.is_going(),
        }
    }
}

/// What came of [`Members::create`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    Created,
    EmailTaken,
    HandleTaken,
}

pub(crate) fn email_key(email: &Email) -> Item {
    key(format!("EMAIL#{}", email.as_str()), ACCOUNT)
}

pub(crate) fn handle_key(handle: &str) -> Item {
    key(format!("HANDLE#{handle}"), HANDLE)
}

pub(crate) fn member_pk(id: &str) -> String {
    format!("MEMBER#{id}")
}

/// Where a member's address is: an item that is there as long as the member is.
pub(crate) fn member_key(id: &str) -> Item {
    key(member_pk(id), MEMBER)
}

impl Members {
    /// Makes an account, its address's and its handle's claims in one transaction.
    pub async fn create(&self, member: NewMember) -> Result<Created> {
        self.create_with(member, None).await
    }

    /// Makes an account, with a code where one is given.
    pub(crate) async fn create_with(
        &self,
        member: NewMember,
        code: Option<&IssuedCode>,
    ) -> Result<Created> {
        let mut pointer = member_key(&member.id);
        pointer.insert("email".to_owned(), string(member.email.as_str()));
        pointer.insert(POINTS_TO.to_owned(), string(member.handle.as_str()));
        // Nobody has decided anything of a member of this id.
        pointer.insert(CLEAR_AS_OF.to_owned(), string(""));
        let mut claim = handle_key(&member.handle);
        claim.insert("id".to_owned(), string(member.id.as_str()));
        let leads_here = code.map(|code| code.pointer(&member.email));
        let nobody = Rights {
            role: Role::Member,
            can_sign_in: false,
        };
        let rights = Rights {
            role: member.role,
            can_sign_in: member.password_hash.is_some(),
        };
        let administrators = self.administrators(&member.id, nobody, rights)?;
        // Who can sign in is in the directory from now on.
        let is_shown = rights.can_sign_in && self.directory().is_on();
        let note = is_shown.then(|| {
            let now_ms = member.created_at.saturating_mul(1000);
            self.unsettled_note(&member.id, [member.handle.as_str()], now_ms)
        });
        let note = note.transpose()?;
        let mut account = email_key(&member.email);
        account.extend(member.into_item());
        account.extend(code.iter().flat_map(|code| code.attributes()));
        let items = [account, claim, pointer].into_iter().chain(leads_here);
        let puts = items.map(|item| {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression(ABSENT)
                .build()?;
            Ok(TransactWriteItem::builder().put(put).build())
        });
        let puts = puts.collect::<std::result::Result<Vec<_>, _>>();
        let mut writes = puts.map_err(Error::unbuilt("TransactWriteItems"))?;
        writes.extend(administrators);
        writes.extend(note);
        writes.extend(self.entry()?);
        let written = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .send()
            .await;
        match written {
            Ok(_) => Ok(Created::Created),
            Err(error) => match error.as_service_error().map(refusals).as_deref() {
                Some([Refusal::Condition, ..]) => Ok(Created::EmailTaken),
                Some([_, Refusal::Condition, ..]) => Ok(Created::HandleTaken),
                _ => Err(Error::store("TransactWriteItems")(error)),
            },
        }
    }

    /// The account under an address: one read, strongly consistent.
    pub async fn by_email(&self, email: &Email) -> Result<Option<Account>> {
        self.get(email_key(email))
            .await?
            .as_ref()
            .map(Account::from_item)
            .transpose()
    }

    /// The account of a member id: the address it is under, then the account. `None` once the member
    /// goes: see [`Members::standing`].
    pub async fn by_id(&self, id: &str) -> Result<Option<Account>> {
        let Some(pointer) = self.get(member_key(id)).await? else {
            return Ok(None);
        };
        let read = Reader {
            item: &pointer,
            name: MEMBER,
        };
        if pointer.contains_key(GONE_SINCE) {
            return Ok(None);
        }
        let email = Email::parse(read.string("email")?).map_err(|_| read.damaged("email"))?;
        Ok(self
            .by_email(&email)
            .await?
            .filter(|account| account.id == id))
    }

    /// Sets a password and ends every older token, and with them the code of a forgotten password: whoever asked for that
    /// can read the member's mail, or could. `false`: the account changed since it was read, nothing was written.
    pub async fn set_password(&self, account: &Account, password_hash: &str) -> Result<bool> {
        let set = Update::builder()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .update_expression(format!(
                "SET password_hash = :hash, version = :next REMOVE {RECOVERY_DIGEST}, {RECOVERY_EXPIRES_AT}"
            ))
            .condition_expression("id = :id AND version = :version")
            .expression_attribute_values(":id", string(account.id.as_str()))
            .expression_attribute_values(":hash", string(password_hash))
            .expression_attribute_values(":next", number(account.version + 1))
            .expression_attribute_values(":version", number(account.version))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let mut writes = vec![TransactWriteItem::builder().update(set).build()];
        if let Some(code) = &account.recovery {
            writes.push(self.deletion(code_key(&code.digest))?);
        }
        self.write_all(writes).await
    }

    /// Replaces an outdated hash of the same password. `false`: the password was changed meanwhile,
    /// nothing was written.
    pub async fn rehash(&self, account: &Account, password_hash: &str) -> Result<bool> {
        let old = account.password_hash.clone().unwrap_or_default();
        self.update(
            account,
            "SET password_hash = :hash",
            "password_hash = :old",
            [(":hash", string(password_hash)), (":old", string(old))],
        )
        .await
    }

    /// Ends every older token. `false`: no such account, or the member goes.
    pub async fn sign_out(&self, account: &Account) -> Result<bool> {
        self.change(account, Change::SignOut).await
    }

    /// Gives a member another role, and where that may do less, ends every older token. `false`: no such account, or the
    /// member goes.
    ///
    /// # Errors
    /// [`Error::LastAdmin`].
    pub async fn set_role(&self, account: &Account, role: Role) -> Result<bool> {
        self.change(account, Change::Role(role)).await
    }

    /// Notes that the member signed in at `now`, in Unix seconds, with a browser that speaks `language`, in which letters
    /// are written: once a day, so that it costs next to nothing, and where the language is another one. `false`: the
    /// account is gone.
    pub async fn note_login(
        &self,
        account: &Account,
        now: u64,
        language: Language,
    ) -> Result<bool> {
        let day = |time: u64| time / (24 * 60 * 60);
        let is_noted = account
            .last_login_at
            .is_some_and(|last| day(last) == day(now));
        if is_noted && account.language == Some(language) {
            return Ok(true);
        }
        self.update(
            account,
            "SET last_login_at = :now, written_in = :language",
            "attribute_exists(version)",
            [
                (":now", number(now)),
                (":language", string(language.code())),
            ],
        )
        .await
    }

    /// Lets a member in or shuts them out, and ends every older token. `false`: no such account, or the
    /// member goes, which nothing takes back.
    ///
    /// # Errors
    /// [`Error::LastAdmin`].
    pub async fn set_disabled(&self, account: &Account, disabled: bool) -> Result<bool> {
        self.change(account, Change::Disabled(disabled)).await
    }

    /// Changes the account as it is: as it was read, and read again where that is no longer so. `false`: no such account, or
    /// the member goes.
    pub(crate) async fn change(&self, account: &Account, change: Change) -> Result<bool> {
        let mut known = account.clone();
        for _ in 0..ROUNDS {
            if self.change_as_read(&known, change).await? {
                return Ok(true);
            }
            match self.by_email(&known.email).await? {
                // Another hand did the same meanwhile, with its own entry.
                Some(now) if now.id == known.id && change.is_done_to(&now) => return Ok(true),
                Some(now) if now.id == known.id && now != known => known = now,
                _ => return Ok(false),
            }
        }
        Err(Error::Store {
            operation: "TransactWriteItems",
            cause: "the account was changed by others each time".to_owned(),
        })
    }

    /// `false`: the account isn't as it was read, or its member goes.
    async fn change_as_read(&self, account: &Account, change: Change) -> Result<bool> {
        let before = account.rights();
        let stays = self.if_as_read(account, &format!("attribute_not_exists({GONE_SINCE})"));
        let (update, raised, after) = match change {
            Change::Role(role) => {
                let update = match role {
                    Role::Member => stays.update_expression("REMOVE #role ADD version :raised"),
                    Role::Editor | Role::Admin => stays
                        .update_expression("SET #role = :role ADD version :raised")
                        .expression_attribute_values(":role", string(role.as_str())),
                };
                let after = Rights { role, ..before };
                (update, u64::from(role < account.role), after)
            }
            Change::Disabled(disabled) => {
                let update = stays
                    .update_expression("SET disabled = :disabled ADD version :raised")
                    .expression_attribute_values(":disabled", boolean(disabled));
                let can_sign_in = !disabled && account.password_hash.is_some();
                let after = Rights {
                    can_sign_in,
                    ..before
                };
                (update, 1, after)
            }
            Change::SignOut => {
                let update = stays.update_expression("ADD version :raised");
                (update, 1, before)
            }
            Change::Depart(now) => {
                return self.depart_as_read(account, now, Vec::new()).await;
            }
        };
        let update = update
            .expression_attribute_values(":raised", number(raised))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let update = TransactWriteItem::builder().update(update).build();
        let administrators = self.administrators(&account.id, before, after)?;
        self.write_account(update, administrators, Vec::new()).await
    }

    /// Takes an account back that was just made: its claims, its code, its failed guesses, its reports
    /// and what they link to. It leaves no tombstone, so it isn't for members who may have uploaded
    /// anything: they go by [`Members::depart`].
    pub async fn remove(&self, account: &Account) -> Result<()> {
        for report in self.reports(&account.id).await? {
            let referrer = Referrer {
                member_id: account.id.clone(),
                slug: report.slug.clone(),
            };
            for name in &report.links {
                self.delete_link(name, &referrer).await?;
            }
            self.delete_report(&account.id, &report).await?;
        }
        self.forget_guesses(&Target::new(account.email.as_str()))
            .await?;
        let keys = [
            email_key(&account.email),
            handle_key(&account.handle),
            member_key(&account.id),
        ];
        let counts = Counted::ALL.map(|of| of.key(&account.id));
        let codes = account.codes().map(|code| code_key(&code.digest));
        let items = keys.into_iter().chain(counts).chain(codes).map(|key| {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key))
                .build()?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        });
        let items = items.collect::<std::result::Result<Vec<_>, _>>();
        let mut writes = items.map_err(Error::unbuilt("TransactWriteItems"))?;
        if account.role >= Role::Editor {
            writes.push(self.no_administrator(&account.id)?);
        }
        writes.extend(self.entry()?);
        let deleted = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .send()
            .await;
        deleted
            .map(|_| ())
            .map_err(Error::store("TransactWriteItems"))
    }

    /// Every account, ordered by handle.
    pub async fn list(&self) -> Result<Vec<Account>> {
        let mut accounts: Vec<Account> = Vec::new();
        loop {
            let after = accounts.last().map(|account| account.handle.as_str());
            let page = self.accounts_after(after, MOST_OF_A_PAGE).await?;
            let is_last = page.cursor.is_none();
            accounts.extend(page.accounts);
            if is_last {
                return Ok(accounts);
            }
        }
    }

    pub(crate) async fn get(&self, key: Item) -> Result<Option<Item>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await;
        Ok(read.map_err(Error::store("GetItem"))?.item)
    }

    /// Puts an item whose `turn` is one more than the turn of the item that was read; 0 is of none. Returns whether it is there:
    /// another hand may have been faster.
    pub(crate) async fn put_in_turn(&self, item: Item, turn: u64) -> Result<bool> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = if turn == 0 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("turn = :turn")
                .expression_attribute_values(":turn", number(turn))
        };
        Error::unless_condition("PutItem", put.send().await)
    }

    /// Changes an account that still is the member's own, under a further condition.
    pub(crate) async fn update<const N: usize>(
        &self,
        account: &Account,
        change: &str,
        condition: &str,
        values: [(&str, aws_sdk_dynamodb::types::AttributeValue); N],
    ) -> Result<bool> {
        let mut values: HashMap<_, _> = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        values.insert(":id".to_owned(), string(account.id.as_str()));
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(email_key(&account.email)))
            .update_expression(change)
            .condition_expression(format!("id = :id AND {condition}"))
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        Error::unless_condition("UpdateItem", updated)
    }
}
