//! Members who go: the tombstone that says so, and everything of theirs in the table.
//!
//! Of those who leave by themselves an item says so as well, under one key for all, until everything of
//! theirs is erased: `remove_member` finds them by it.
//!
//! The tombstone is the item that led from the member's id to the account. Once it stands, nothing of
//! the member's is written any more: [`Members::write_of_member`] ties each such write to it. So what
//! a scan finds after that is all there is.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update};

use crate::account::Account;
use crate::accounts::{Change, HANDLE, MEMBER, email_key, handle_key, member_key};
use crate::admins::Rights;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, PK, Reader, SK, boolean, key, number, string};
use crate::look::{CLEAR_AS_OF, RENAMES};
use crate::{Email, Members, Target};

/// When the member began to go, in Unix seconds: of the account, the claim of its handle, and the
/// item that is the tombstone.
pub(crate) const GONE_SINCE: &str = "gone_since";

/// Under which those lie who leave by themselves, each by their id.
const DEPARTURES: &str = "DEPARTURES#SITE";
/// Most members whose departure is looked at at once.
const MOST_DEPARTURES: i32 = 100;

fn departure_key(member_id: &str) -> Item {
    key(DEPARTURES, member_id)
}

/// How long a tombstone stays after everything is erased, in seconds: 35 days. A message about a file
/// may come from a queue for 14 days, and for another 14 from that of dead letters; an address to put
/// a picture to is good for ten minutes; backups of the table reach back 35 days.
pub const TOMBSTONE_SECONDS: u64 = 35 * 24 * 60 * 60;

/// A member who goes or is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    pub id: String,
    /// What the member's files in the content bucket are under. Others may have it by now.
    pub handle: String,
}

/// What an id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Member(Box<Account>),
    /// A member was told to go; the account may still be there.
    Departed(Departed),
    /// The table knows nothing of the id: there never was such a member, or the tombstone is over.
    Nobody,
}

impl Members {
    /// What an id stands for: strongly consistent.
    ///
    /// # Errors
    /// A table that doesn't answer, or whose items contradict each other: that is nobody's absence.
    pub async fn standing(&self, id: &str) -> Result<Standing> {
        // Account and tombstone change together, and are read one after the other: a member who goes
        // in between is seen the second time.
        for _ in 0..2 {
            let Some(pointer) = self.get(member_key(id)).await? else {
                return Ok(Standing::Nobody);
            };
            let read = Reader {
                item: &pointer,
                name: MEMBER,
            };
            let departed = |handle: &str| {
                Standing::Departed(Departed {
                    id: id.to_owned(),
                    handle: handle.to_owned(),
                })
            };
            if pointer.contains_key(GONE_SINCE) {
                return Ok(departed(read.string("handle")?));
            }
            let email = Email::parse(read.string("email")?).map_err(|_| read.damaged("email"))?;
            match self.by_email(&email).await? {
                Some(account) if account.id == id && account.is_going() => {
                    return Ok(departed(&account.handle));
                }
                Some(account) if account.id == id => {
                    return Ok(Standing::Member(Box::new(account)));
                }
                _ => {}
            }
        }
        Err(Error::Damaged {
            item: MEMBER.to_owned(),
            attribute: "email",
        })
    }

    /// Puts the tombstone up at `now`, in Unix seconds, and with it disables the account for good: in
    /// one transaction. `false`: there is no such account. Doing it again changes nothing.
    ///
    /// The handle stays claimed until [`Members::forget`].
    ///
    /// # Errors
    /// [`Error::LastAdmin`].
    pub async fn depart(&self, account: &Account, now: u64) -> Result<bool> {
        if account.is_going() || self.change(account, Change::Depart(now)).await? {
            return Ok(true);
        }
        let now = self.by_email(&account.email).await?;
        Ok(now.is_some_and(|now| now.id == account.id && now.is_going()))
    }

    /// The same for a member who leaves by themselves, and notes in the same transaction that the rest is still to be
    /// erased: [`Members::departures`]. `false`: the account changed since it was read, or the member goes.
    pub async fn leave(&self, account: &Account, now: u64) -> Result<bool> {
        if account.is_going() {
            return Ok(false);
        }
        let note = self.put(departure_key(&account.id))?;
        self.depart_as_read(account, now, vec![note]).await
    }

    /// Members who left by themselves and of whom not everything is erased yet, the ones who were members longest first.
    pub async fn departures(&self) -> Result<Vec<Account>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk"))
            .expression_attribute_values(":pk", string(DEPARTURES))
            .limit(MOST_DEPARTURES)
            .send()
            .await
            .map_err(Error::store("Query"))?;
        let mut departures = Vec::new();
        for item in found.items() {
            let read = Reader {
                item,
                name: "DEPARTURES",
            };
            // An account goes together with its departure.
            departures.extend(self.going(read.string(SK)?).await?);
        }
        Ok(departures)
    }

    /// The account of a member who goes, until that is gone as well.
    async fn going(&self, id: &str) -> Result<Option<Account>> {
        let Some(tombstone) = self.get(member_key(id)).await? else {
            return Ok(None);
        };
        let Some(AttributeValue::S(email)) = tombstone.get("email") else {
            return Ok(None);
        };
        let read = Reader {
            item: &tombstone,
            name: MEMBER,
        };
        let email = Email::parse(email).map_err(|_| read.damaged("email"))?;
        let account = self.by_email(&email).await?;
        Ok(account.filter(|account| account.id == id && account.is_going()))
    }

    /// Makes a member one who goes, and with it does what is further to be done. `false`: the account isn't as it was read.
    pub(crate) async fn depart_as_read(
        &self,
        account: &Account,
        now: u64,
        mut further: Vec<TransactWriteItem>,
    ) -> Result<bool> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let shut = self
            .if_as_read(account, &format!("attribute_not_exists({GONE_SINCE})"))
            .update_expression(format!(
                "SET disabled = :true, {GONE_SINCE} = :now ADD version :one"
            ))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":true", boolean(true))
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(&unbuilt)?;
        let claim = Update::builder()
            .table_name(&self.table)
            .set_key(Some(handle_key(&account.handle)))
            .update_expression(format!("SET {GONE_SINCE} = :now"))
            .condition_expression("id = :id")
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":id", string(account.id.as_str()))
            .build()
            .map_err(&unbuilt)?;
        let tombstone = Update::builder()
            .table_name(&self.table)
            .set_key(Some(member_key(&account.id)))
            .update_expression(format!("SET {GONE_SINCE} = :now, handle = :handle"))
            .condition_expression("email = :email")
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":handle", string(account.handle.as_str()))
            .expression_attribute_values(":email", string(account.email.as_str()))
            .build()
            .map_err(&unbuilt)?;
        let [shut, claim, tombstone] =
            [shut, claim, tombstone].map(|it| TransactWriteItem::builder().update(it).build());
        further.extend([claim, tombstone]);
        let after = Rights {
            can_sign_in: false,
            ..account.rights()
        };
        let administrators = self.administrators(&account.id, account.rights(), after)?;
        self.write_account(shut, administrators, further).await
    }

    /// Deletes what the table holds of a member who goes, but for account, claim and tombstone. Returns
    /// how many items that were. Reads the whole table: for administrators.
    ///
    /// To be called after [`Members::depart`]: what one call leaves behind, because it was cut short, the
    /// next one finds.
    pub async fn erase_items(&self, account: &Account) -> Result<usize> {
        self.forget_guesses(&Target::new(account.email.as_str()))
            .await?;
        let mut erased = 0;
        for key in self.items_of(account).await? {
            let deleted = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(key))
                .send()
                .await;
            deleted.map_err(Error::store("DeleteItem"))?;
            erased += 1;
        }
        Ok(erased)
    }

    /// Keys of everything that names the member's id, address or handle.
    ///
    /// A scan, since links, codes and pages lie under what they lead from, and whoever was cut short
    /// may have noted them nowhere else.
    async fn items_of(&self, account: &Account) -> Result<Vec<Item>> {
        let mut keys = Vec::new();
        let handles = 0..account.handles().count();
        let built = handles
            .clone()
            .map(|number| format!("begins_with({SK}, :entry{number})"));
        let built = built.collect::<Vec<_>>().join(" OR ");
        let handles = handles.map(|number| format!(":handle{number}"));
        let handles = handles.collect::<Vec<_>>().join(", ");
        let mut scan = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .projection_expression(format!("{PK}, {SK}"))
            .filter_expression(format!(
                "(contains({PK}, :id) AND {SK} <> :pointer) \
                 OR (contains({SK}, :id) AND {PK} <> :departures) \
                 OR (begins_with({PK}, :page) AND {SK} IN ({handles})) \
                 OR (begins_with({PK}, :code) AND email = :email) \
                 OR ((begins_with({PK}, :built) OR begins_with({PK}, :refused)) AND ({built}))"
            ))
            .expression_attribute_values(":id", string(account.id.as_str()))
            .expression_attribute_values(":pointer", string(MEMBER))
            .expression_attribute_values(":departures", string(DEPARTURES))
            .expression_attribute_values(":page", string("PAGE#"))
            .expression_attribute_values(":code", string("CODE#"))
            .expression_attribute_values(":email", string(account.email.as_str()))
            .expression_attribute_values(":built", string("BUILT#"))
            .expression_attribute_values(":refused", string("REFUSED#"));
        for (number, handle) in account.handles().enumerate() {
            let entries = string(format!("{handle}/"));
            scan = scan
                .expression_attribute_values(format!(":handle{number}"), string(handle.as_str()))
                .expression_attribute_values(format!(":entry{number}"), entries);
        }
        let mut pages = scan.into_paginator().items().send();
        while let Some(item) = pages.next().await {
            keys.push(item.map_err(Error::store("Scan"))?);
        }
        Ok(keys)
    }

    /// Takes the account of a member who goes away, lets the handles go, and lets the tombstone run out
    /// [`TOMBSTONE_SECONDS`] after `now`, in Unix seconds. To be called once nothing is left. `false`:
    /// the member doesn't go, or is gone.
    pub async fn forget(&self, account: &Account, now: u64) -> Result<bool> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let delete = |key: Item, condition: String| {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key))
                .condition_expression(condition)
                .expression_attribute_values(":id", string(account.id.as_str()))
                .build()
                .map_err(&unbuilt)?;
            Result::Ok(TransactWriteItem::builder().delete(delete).build())
        };
        let goes = || format!("id = :id AND attribute_exists({GONE_SINCE})");
        let mut writes = vec![
            delete(email_key(&account.email), goes())?,
            delete(handle_key(&account.handle), goes())?,
            self.deletion(departure_key(&account.id))?,
        ];
        for former in &account.former_handles {
            writes.push(delete(handle_key(former), "id = :id".to_owned())?);
        }
        let tombstone = Update::builder()
            .table_name(&self.table)
            .set_key(Some(member_key(&account.id)))
            .update_expression(format!(
                "SET {EXPIRES_AT} = :over REMOVE email, {RENAMES}, {CLEAR_AS_OF}"
            ))
            .condition_expression(format!("attribute_exists({GONE_SINCE})"))
            .expression_attribute_values(":over", number(now.saturating_add(TOMBSTONE_SECONDS)))
            .build()
            .map_err(&unbuilt)?;
        writes.push(TransactWriteItem::builder().update(tombstone).build());
        self.write_all(writes).await
    }

    /// Whether nobody has a handle.
    pub async fn is_free(&self, handle: &str) -> Result<bool> {
        Ok(self.get(handle_key(handle)).await?.is_none())
    }

    /// Whether a handle is free, or still claimed by this member who goes: what was listed under it
    /// before this was asked is then nobody else's.
    pub async fn is_left_by(&self, departed: &Departed) -> Result<bool> {
        let claim = self.get(handle_key(&departed.handle)).await?;
        let Some(claim) = claim else { return Ok(true) };
        let read = Reader {
            item: &claim,
            name: HANDLE,
        };
        Ok(read.string("id")? == departed.id)
    }
}
