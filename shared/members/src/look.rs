//! What a look at a document begins with: whose it is, what was reported of it, which addresses it had, and what editors decided.
//!
//! Read in few requests, and what is written in the end is refused where any of it is another by then. So nothing has to be
//! read twice.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem, Update};

use crate::accounts::{MEMBER, email_key, member_key};
use crate::addresses::{address_from, address_key};
use crate::departures::{Departed, GONE_SINCE};
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, number, string};
use crate::published::SeenAddress;
use crate::reports::{report_from, report_key};
use crate::review::{Decided, Review, Ruling};
use crate::{Account, Address, Email, Members, Report};

/// The member's handle, on the item that leads from the id to the account.
pub(crate) const POINTS_TO: &str = "handle";
/// How often the member got another name or handle, on the same item.
pub(crate) const RENAMES: &str = "renames";

/// As of which `#watched` none of the member's documents was withdrawn ([`Decided::as_of`]), on the same item. Every decision by which
/// one is withdrawn, and every rename of one, changes `#watched`: so this is to be believed for as long as it names what is there.
/// Without it nothing is known.
pub(crate) const CLEAR_AS_OF: &str = "clear_as_of";

/// How often is looked for an account that goes to another address meanwhile.
const ROUNDS: usize = 3;

/// Whose a document is, and what is known of it.
#[derive(Debug, Clone)]
pub enum Look {
    Member(Box<Known>),
    /// A member was told to go; the account may still be there.
    Departed(Departed),
    /// The table knows nothing of the id: there never was such a member, or the tombstone is over.
    Nobody,
}

/// What is known of a member's document.
#[derive(Debug, Clone)]
pub struct Known {
    pub account: Account,
    pub report: Option<Report>,
    pub address: Address,
    pub ruling: Ruling,
    /// What the ruling was made of.
    pub decided: Decided,
    /// The member as the item has it that every write for a member asks.
    pub stands: Stands,
    /// What is kept of the document's address.
    pub published: SeenAddress,
}

impl Known {
    /// Whether anything is kept of the document's address.
    pub fn is_published(&self) -> bool {
        self.published.place().is_some()
    }
}

/// That a member has the name and handle that were read, and doesn't go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    member_id: String,
    renames: Option<u64>,
    /// The handle that the item is to name; `None`: it names that already.
    noted: Option<String>,
    /// What the item is to say of the member's withdrawn documents; `None`: what it says.
    clear: Option<Clear>,
}

/// What was found out of a member's withdrawn documents.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clear {
    /// There is none as of this [`Decided::as_of`].
    AsOf(String),
    /// There is one, whatever the item says: a version of before wrote the decision and no `#watched`.
    No,
}

impl Stands {
    /// Whether the item says that no document of the member is withdrawn, and one is.
    pub fn is_contradicted(&self) -> bool {
        self.clear == Some(Clear::No)
    }
}

impl Members {
    /// What is known of a member's document, whose id `entry_id` says by a handle: strongly consistent.
    ///
    /// # Errors
    /// A table that doesn't answer, or whose items contradict each other: that is nobody's absence.
    pub async fn look(
        &self,
        (member_id, slug): (&str, &str),
        entry_id: impl Fn(&str) -> String,
        review: Review,
    ) -> Result<Look> {
        let [pointer_key, report_key, address_key] = [
            member_key(member_id),
            report_key(member_id, slug),
            address_key(member_id, slug),
        ];
        // Account and tombstone change together, and are read one after the other: a member who goes, or takes another address, in
        // between is seen the next time.
        for _ in 0..ROUNDS {
            let mut keys = vec![pointer_key.clone(), report_key.clone(), address_key.clone()];
            keys.extend(Decided::keys(member_id, slug));
            let items = self.get_all(keys).await?;
            let Some(pointer) = at(&items, &pointer_key) else {
                return Ok(Look::Nobody);
            };
            let read = Reader {
                item: pointer,
                name: MEMBER,
            };
            if pointer.contains_key(GONE_SINCE) {
                return Ok(Look::Departed(Departed {
                    id: member_id.to_owned(),
                    handle: read.string("handle")?.to_owned(),
                }));
            }
            let email = Email::parse(read.string("email")?).map_err(|_| read.damaged("email"))?;
            // What is kept of the address is under the handle: it is read with the account where the item names that.
            let handle = read.optional_string(POINTS_TO);
            let account_key = email_key(&email);
            let mut keys = vec![account_key.clone()];
            keys.extend(
                handle
                    .iter()
                    .flat_map(|handle| SeenAddress::keys(&entry_id(handle))),
            );
            let mut of_handle = self.get_all(keys).await?;
            let account = at(&of_handle, &account_key)
                .map(Account::from_item)
                .transpose()?;
            let Some(account) = account.filter(|account| account.id == member_id) else {
                continue;
            };
            if account.is_going() {
                return Ok(Look::Departed(Departed {
                    id: member_id.to_owned(),
                    handle: account.handle,
                }));
            }
            let decided = Decided::read(&items, member_id, slug)?;
            let clear = read.optional_string(CLEAR_AS_OF);
            let is_clear = clear == Some(decided.as_of());
            let ruled = self.ruled(&account, &decided, is_clear, review).await?;
            let clear = match ruled.has_withdrawn {
                Some(false) if !is_clear => Some(Clear::AsOf(decided.as_of().to_owned())),
                Some(true) if is_clear => Some(Clear::No),
                _ => None,
            };
            let is_noted = handle == Some(account.handle.as_str());
            let id = entry_id(&account.handle);
            if !is_noted {
                of_handle = self.get_all(SeenAddress::keys(&id).into()).await?;
            }
            return Ok(Look::Member(Box::new(Known {
                report: at(&items, &report_key).map(report_from).transpose()?,
                address: at(&items, &address_key)
                    .map_or_else(|| Ok(Address::default()), address_from)?,
                stands: Stands {
                    member_id: member_id.to_owned(),
                    renames: pointer
                        .contains_key(RENAMES)
                        .then(|| read.number(RENAMES))
                        .transpose()?,
                    noted: (!is_noted).then(|| account.handle.clone()),
                    clear,
                },
                published: SeenAddress::read(&id, &of_handle)?,
                ruling: ruled.ruling,
                decided,
                account,
            })));
        }
        Err(Error::Damaged {
            item: MEMBER.to_owned(),
            attribute: "email",
        })
    }

    /// That the member is as they were read, for a transaction. Where the item doesn't name the handle yet, or not what was found out of
    /// the member's withdrawn documents, it does from then on: the transaction has to ask what editors decided, too.
    pub(crate) fn stands_check(&self, stands: &Stands) -> Result<TransactWriteItem> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let key = member_key(&stands.member_id);
        let same = match stands.renames {
            None => format!("attribute_not_exists({RENAMES})"),
            Some(_) => format!("{RENAMES} = :renames"),
        };
        let condition =
            format!("attribute_exists({PK}) AND attribute_not_exists({GONE_SINCE}) AND {same}");
        let mut values: HashMap<String, AttributeValue> = HashMap::new();
        if let Some(renames) = stands.renames {
            values.insert(":renames".to_owned(), number(renames));
        }
        let mut set = Vec::new();
        if let Some(handle) = &stands.noted {
            set.push(format!("{POINTS_TO} = :handle"));
            values.insert(":handle".to_owned(), string(handle.as_str()));
        }
        if let Some(Clear::AsOf(decision)) = &stands.clear {
            set.push(format!("{CLEAR_AS_OF} = :clear"));
            values.insert(":clear".to_owned(), string(decision.as_str()));
        }
        let mut change = Vec::new();
        if !set.is_empty() {
            change.push(format!("SET {}", set.join(", ")));
        }
        if stands.clear == Some(Clear::No) {
            change.push(format!("REMOVE {CLEAR_AS_OF}"));
        }
        let values = Some(values).filter(|values| !values.is_empty());
        if change.is_empty() {
            let check = ConditionCheck::builder()
                .table_name(&self.table)
                .set_key(Some(key))
                .condition_expression(condition)
                .set_expression_attribute_values(values)
                .build()
                .map_err(&unbuilt)?;
            return Ok(TransactWriteItem::builder().condition_check(check).build());
        }
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(change.join(" "))
            .condition_expression(condition)
            .set_expression_attribute_values(values)
            .build()
            .map_err(&unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// The item under a key among several.
pub(crate) fn at<'a>(items: &'a [Item], key: &Item) -> Option<&'a Item> {
    let is_it = |item: &&Item| item.get(PK) == key.get(PK) && item.get(SK) == key.get(SK);
    items.iter().find(is_it)
}
