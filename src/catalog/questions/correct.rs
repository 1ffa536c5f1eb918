//! A key is corrected also where learners have it: in versions that are frozen. Nothing else of these ever changes.

use std::collections::HashSet;

use super::store::{self, Written};
use crate::{
    catalog::model::{ItemId, QuestionId, VersionId},
    platform::{db::Tx, fault::Fault},
};

/// Puts the key that a question has in its newest version into the earlier ones that ask the same; gives them all, the newest one too.
///
/// # Errors
/// Those of the database.
pub async fn spread(tx: &mut Tx, question: QuestionId) -> Result<Vec<VersionId>, Fault> {
    let versions = store::versions_of(tx, question).await?;
    let Some((newest, earlier)) = versions.split_first() else { return Ok(Vec::new()) };
    let Some(now) = store::written(tx, *newest, question).await? else { return Ok(Vec::new()) };
    let mut same = vec![*newest];
    for version in earlier {
        let Some(then) = store::written(tx, *version, question).await? else { continue };
        if asks_the_same(&then, &now) {
            store::put_key(tx, *version, &now).await?;
            same.push(*version);
        }
    }
    Ok(same)
}

/// Whether the key of one fits the other: the same kind, the same items.
fn asks_the_same(one: &Written, other: &Written) -> bool {
    let items =
        |written: &Written| written.1.iter().map(|item| (item.row.id, item.row.role)).collect::<HashSet<(ItemId, _)>>();
    one.0.row.kind == other.0.row.kind && one.0.row.multiple == other.0.row.multiple && items(one) == items(other)
}
