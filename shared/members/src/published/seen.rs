//! One change: what was read before the world was looked at, and what is written over it.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use super::changed::{self, Change};
use super::heads::{ShardHead, head_from, head_item};
use super::item::{
    Kept, Member, Place, REVISION, Shown, address_from, address_item, address_key, head_key,
    member_from, member_item, member_key, sum_of_address, sum_of_member,
};
use super::{Shard, handle_of};
use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, SK, number};

/// A member's item and their shard's head, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMember {
    handle: String,
    head: ShardHead,
    member: Option<Kept<Member>>,
}

/// The item of an address, that of its member and their shard's head, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenAddress {
    id: String,
    of: SeenMember,
    place: Option<Kept<Place>>,
}

impl SeenMember {
    /// The keys of what is read; whoever reads more at once adds them to their own.
    pub(crate) fn keys(handle: &str) -> [Item; 2] {
        [head_key(Shard::of(handle)), member_key(handle)]
    }

    /// What was read, of `items`, which may hold others.
    pub(crate) fn read(handle: &str, items: &[Item]) -> Result<Self> {
        let [head, member] = Self::keys(handle).map(|key| at(items, &key));
        let member = member.map(member_from).transpose()?;
        Ok(Self {
            handle: handle.to_owned(),
            head: head.map(head_from).transpose()?.unwrap_or_default(),
            member: member.map(|(_, member)| member),
        })
    }

    /// What a build sees of the member by what was read.
    pub fn shown(&self) -> Shown {
        self.before().shown
    }

    fn before(&self) -> Member {
        let member = self.member.as_ref();
        member.map(|kept| kept.value.clone()).unwrap_or_default()
    }

    /// The head once the member's item is `after`, changed at `now_ms`.
    fn head_after(&self, after: &Member, now_ms: u64) -> ShardHead {
        let gone = sum_of_member(&self.handle, &self.before());
        let new = sum_of_member(&self.handle, after);
        ShardHead {
            revision: self.head.revision + 1,
            // What is settled late changed earlier, and others meanwhile.
            changed_at_ms: now_ms.max(self.head.changed_at_ms),
            sum: self.head.sum.wrapping_sub(gone).wrapping_add(new),
            ..self.head
        }
    }

    /// The writes that each change has: of the member's item where it becomes another, of the head, and of the record.
    fn writes(
        &self,
        members: &Members,
        after: &Member,
        head: &ShardHead,
        change: &Change,
    ) -> Result<Vec<TransactWriteItem>> {
        let shard = Shard::of(&self.handle);
        let mut writes = Vec::new();
        if *after != self.before() {
            let seen = self.member.as_ref().map(|kept| kept.revision);
            let item = (!after.is_empty()).then(|| member_item(&self.handle, after, head.revision));
            writes.push(members.replacement(member_key(&self.handle), item, seen)?);
        }
        let seen = (self.head.revision > 0).then_some(self.head.revision);
        let item = head_item(shard, head);
        writes.push(members.replacement(head_key(shard), Some(item), seen)?);
        writes.push(members.put(changed::record(shard, head, change))?);
        Ok(writes)
    }

    /// The writes by which a build sees `shown` of the member from `now_ms` on.
    fn showing(
        &self,
        members: &Members,
        shown: &Shown,
        now_ms: u64,
    ) -> Result<Vec<TransactWriteItem>> {
        let before = self.before();
        let after = Member {
            shown: shown.clone(),
            documents: before.documents,
        };
        // A name stands in no entry.
        let change = if before.shown.picture == after.shown.picture {
            Change::Nothing
        } else {
            Change::Picture(self.handle.clone())
        };
        let head = self.head_after(&after, now_ms);
        self.writes(members, &after, &head, &change)
    }
}

impl SeenAddress {
    /// The keys of what is read; whoever reads more at once adds them to their own.
    pub(crate) fn keys(id: &str) -> [Item; 3] {
        let [head, member] = SeenMember::keys(handle_of(id));
        [address_key(id), head, member]
    }

    /// What was read, of `items`, which may hold others.
    pub(crate) fn read(id: &str, items: &[Item]) -> Result<Self> {
        let place = at(items, &address_key(id)).map(address_from).transpose()?;
        Ok(Self {
            id: id.to_owned(),
            of: SeenMember::read(handle_of(id), items)?,
            place: place.map(|(_, place)| place),
        })
    }

    /// What was at the address.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref().map(|kept| &kept.value)
    }

    /// Whether a build that reads what was read reads `place` there.
    pub fn is(&self, place: Option<&Place>) -> bool {
        match (self.place(), place) {
            (Some(before), Some(place)) => before.is_same(place),
            (before, place) => before.is_none() && place.is_none(),
        }
    }

    /// The writes by which `place` is at the address from `now_ms` on, for a transaction that may do more. Where that is there already
    /// they change nothing that is published, and yet end what others have begun to write over what was read: who has
    /// changed the world and finds it told of as it is needs that, since somebody who saw it in between may be about to tell.
    pub(crate) fn writes(
        &self,
        members: &Members,
        place: Option<&Place>,
        now_ms: u64,
    ) -> Result<Vec<TransactWriteItem>> {
        let before = self.place();
        let count = |place: Option<&Place>, is_document| {
            u64::from(place.is_some_and(|place| place.is_document() == is_document))
        };
        let counted = |count_before: u64, is_document| {
            (count_before + count(place, is_document)).saturating_sub(count(before, is_document))
        };
        let sum = |place: Option<&Place>| place.map_or(0, |place| sum_of_address(&self.id, place));
        let was = self.of.before();
        let member = Member {
            documents: counted(was.documents, true),
            ..was
        };
        let head = self.of.head_after(&member, now_ms);
        let head = ShardHead {
            entries: counted(head.entries, true),
            moved: counted(head.moved, false),
            sum: head.sum.wrapping_sub(sum(before)).wrapping_add(sum(place)),
            ..head
        };
        let change = Change::Address(self.id.clone());
        let mut writes = self.of.writes(members, &member, &head, &change)?;
        if !self.is(place) {
            let seen = self.place.as_ref().map(|kept| kept.revision);
            let item = place.map(|place| address_item(&self.id, place, head.revision));
            writes.push(members.replacement(address_key(&self.id), item, seen)?);
        }
        Ok(writes)
    }
}

impl Members {
    /// Reads what is kept of the address `id`, strongly consistent: one request. To be read before the world is looked at.
    pub async fn seen_address(&self, id: &str) -> Result<SeenAddress> {
        let items = self.get_all(SeenAddress::keys(id).into()).await?;
        SeenAddress::read(id, &items)
    }

    /// Reads what is kept of a member, strongly consistent: one request. To be read before the account is looked at.
    pub async fn seen_member(&self, handle: &str) -> Result<SeenMember> {
        let items = self.get_all(SeenMember::keys(handle).into()).await?;
        SeenMember::read(handle, &items)
    }

    /// Keeps that `place` is at the address from `now_ms` on, or nothing; where that is known already nothing is written. `false`: what was
    /// read isn't what is there any more, and has to be read again before the world is.
    pub async fn keep_address(
        &self,
        seen: &SeenAddress,
        place: Option<&Place>,
        now_ms: u64,
    ) -> Result<bool> {
        if seen.is(place) {
            return Ok(true);
        }
        self.write_all(seen.writes(self, place, now_ms)?).await
    }

    /// Ends what others have begun to write of the address over what was read, and says that it changed. For who has changed the world and finds
    /// it told of as it is: whoever saw it in between may be about to tell. `false` as for [`Members::keep_address`].
    pub async fn keep_address_as_it_is(&self, seen: &SeenAddress, now_ms: u64) -> Result<bool> {
        let writes = seen.writes(self, seen.place(), now_ms)?;
        self.write_all(writes).await
    }

    /// Keeps what a build sees of a member from `now_ms` on; where that is known already nothing is written. `false` as for
    /// [`Members::keep_address`].
    pub async fn keep_member(&self, seen: &SeenMember, shown: &Shown, now_ms: u64) -> Result<bool> {
        if seen.shown() == *shown {
            return Ok(true);
        }
        self.write_all(seen.showing(self, shown, now_ms)?).await
    }

    /// A write for a transaction: `item`, or nothing, in the place of what the revision `seen` wrote, or where nothing was.
    fn replacement(
        &self,
        key: Item,
        item: Option<Item>,
        seen: Option<u64>,
    ) -> Result<TransactWriteItem> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let condition = match seen {
            Some(_) => format!("{REVISION} = :seen"),
            None => "attribute_not_exists(pk)".to_owned(),
        };
        let values = seen.map(|seen| [(":seen".to_owned(), number(seen))].into());
        let write = TransactWriteItem::builder();
        let write = match item {
            Some(item) => write.put(
                Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(unbuilt)?,
            ),
            None => write.delete(
                Delete::builder()
                    .table_name(&self.table)
                    .set_key(Some(key))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(unbuilt)?,
            ),
        };
        Ok(write.build())
    }
}

/// The item under a key.
fn at<'a>(items: &'a [Item], key: &Item) -> Option<&'a Item> {
    let is_at = |item: &&Item| {
        [PK, SK]
            .iter()
            .all(|name| item.get(*name) == key.get(*name))
    };
    items.iter().find(is_at)
}
