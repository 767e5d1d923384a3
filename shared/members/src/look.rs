//! What a look at a document begins with: whose it is, what was reported of it, which addresses it had, and what editors decided.
//!
//! Read in few requests, and what is written in the end is refused where any of it is another by then. So nothing has to be
//! read twice.

use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem, Update};

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
            let ruling = self.ruled(&account, &decided, review).await?;
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
                },
                published: SeenAddress::read(&id, &of_handle)?,
                ruling,
                decided,
                account,
            })));
        }
        Err(Error::Damaged {
            item: MEMBER.to_owned(),
            attribute: "email",
        })
    }

    /// That the member is as they were read, for a transaction. Where the item doesn't name the handle yet, it does from then on.
    pub(crate) fn stands_check(&self, stands: &Stands) -> Result<TransactWriteItem> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let key = member_key(&stands.member_id);
        let same = match stands.renames {
            None => format!("attribute_not_exists({RENAMES})"),
            Some(_) => format!("{RENAMES} = :renames"),
        };
        let condition =
            format!("attribute_exists({PK}) AND attribute_not_exists({GONE_SINCE}) AND {same}");
        let renames = stands.renames.map(number);
        let Some(handle) = &stands.noted else {
            let check = ConditionCheck::builder()
                .table_name(&self.table)
                .set_key(Some(key))
                .condition_expression(condition);
            let check = match renames {
                Some(renames) => check.expression_attribute_values(":renames", renames),
                None => check,
            };
            let check = check.build().map_err(&unbuilt)?;
            return Ok(TransactWriteItem::builder().condition_check(check).build());
        };
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(format!("SET {POINTS_TO} = :handle"))
            .condition_expression(condition)
            .expression_attribute_values(":handle", string(handle.as_str()));
        let update = match renames {
            Some(renames) => update.expression_attribute_values(":renames", renames),
            None => update,
        };
        let update = update.build().map_err(&unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// The item under a key among several.
pub(crate) fn at<'a>(items: &'a [Item], key: &Item) -> Option<&'a Item> {
    let is_it = |item: &&Item| item.get(PK) == key.get(PK) && item.get(SK) == key.get(SK);
    items.iter().find(is_it)
}
