//! A key is corrected also where learners have it: in versions that are frozen. Nothing else of these ever changes.

use std::collections::HashMap;

use super::store::{self, Written};
use crate::{
    catalog::model::{ItemId, ItemRole, QuestionId, VersionId},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{UserErrorCode, user_error::Objection},
    },
};

/// Puts the key that a question has in its newest version into the earlier ones that ask the same; gives them all, the newest one too.
///
/// # Errors
/// Those of the database; an objection where no earlier version asks what the newest one asks.
pub async fn spread(tx: &mut Tx, question: QuestionId) -> Result<Result<Vec<VersionId>, Objection>, Fault> {
    let versions = store::versions_of(tx, question).await?;
    let Some((newest, earlier)) = versions.split_first() else { return Ok(Ok(Vec::new())) };
    let Some(now) = store::written(tx, *newest, question).await? else { return Ok(Ok(Vec::new())) };
    let mut same = vec![*newest];
    for version in earlier {
        let Some(then) = store::written(tx, *version, question).await? else { continue };
        if asks_the_same(&then, &now) {
            store::put_key(tx, *version, &now).await?;
            same.push(*version);
        }
    }
    if same.len() == 1 && !earlier.is_empty() {
        let words = words!(
            "Versi yang ada pada pelajar menanyakan hal lain: kembalikan kata-kata dan pilihan soal ini di draf seperti semula, beserta id tiap pilihan, lalu perbaiki kuncinya saja.",
            "The versions that learners have ask something else: bring the words and choices of this question in the draft back to what they were, each choice under its id, and correct the key alone."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "question", words)));
    }
    Ok(Ok(same))
}

/// Whether the key of one is meant for the other: the same words, the same items.
fn asks_the_same(one: &Written, other: &Written) -> bool {
    let items = |written: &Written| -> HashMap<ItemId, (ItemRole, String)> {
        written.1.iter().map(|item| (item.row.id, (item.row.role, item.row.text.clone()))).collect()
    };
    let asked = |written: &Written| {
        let row = &written.0.row;
        (row.kind, row.multiple, row.prompt.clone())
    };
    asked(one) == asked(other) && items(one) == items(other)
}
