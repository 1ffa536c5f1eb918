//! Statements about what is right: for the door that learners come to, and for grading.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{choices, questions};

use crate::{
    catalog::{
        model::{ItemId, QuestionId, QuestionKind, VersionId},
        questions::AnswerKey,
    },
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
    },
};

/// The keys of questions of a version, to grade by.
///
/// # Errors
/// Those of the database.
pub(crate) async fn for_grading(
    connection: &AsyncPgConnection,
    version: VersionId,
    ids: &[QuestionId],
) -> Result<HashMap<QuestionId, AnswerKey>, Fault> {
    let found = keys(connection, &[version], ids).await?;
    Ok(found.into_iter().map(|((_, question), key)| (question, key)).collect())
}

/// The key of a question in a version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::catalog::questions) struct KeyOf(pub VersionId, pub QuestionId);

impl Batch for KeyOf {
    type Value = AnswerKey;

    async fn load(_: &Call, connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, AnswerKey>, Fault> {
        let versions: Vec<VersionId> = keys.iter().map(|key| key.0).collect();
        let ids: Vec<QuestionId> = keys.iter().map(|key| key.1).collect();
        let found = self::keys(connection, &versions, &ids).await?;
        Ok(found.into_iter().map(|((version, question), key)| (Self(version, question), key)).collect())
    }
}

/// The keys of questions, in two statements.
async fn keys(
    mut connection: &AsyncPgConnection,
    versions: &[VersionId],
    ids: &[QuestionId],
) -> Result<HashMap<(VersionId, QuestionId), AnswerKey>, Fault> {
    type Stored = (VersionId, QuestionId, QuestionKind, Option<String>, Option<serde_json::Value>);
    let asked: Vec<Stored> = questions::table
        .filter(questions::version_id.eq_any(versions))
        .filter(questions::id.eq_any(ids))
        .select((questions::version_id, questions::id, questions::kind, questions::feedback, questions::key))
        .load(&mut connection)
        .await?;
    let shares: Vec<(VersionId, QuestionId, ItemId, i64, Option<String>)> = choices::table
        .filter(choices::version_id.eq_any(versions))
        .filter(choices::question_id.eq_any(ids))
        .order((choices::position, choices::id))
        .select((choices::version_id, choices::question_id, choices::id, choices::fraction, choices::feedback))
        .load(&mut connection)
        .await?;
    let mut shares = grouped(
        shares
            .into_iter()
            .map(|(version, question, id, fraction, feedback)| ((version, question), (id, fraction, feedback))),
    );
    let read = asked.into_iter().map(|(version, question, kind, feedback, key)| {
        let own = shares.remove(&(version, question)).unwrap_or_default();
        Ok(((version, question), AnswerKey::read(kind, feedback, key, own)?))
    });
    read.collect()
}
