//! Statements about questions. What learners see is read here; what is right, by [`keys`].

pub mod keys;

use std::{collections::HashMap, sync::Arc};

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, SelectableHelper,
    sql_types::{Array, BigInt, Integer, Nullable, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{choices, course_files, course_versions, question_files, questions};

use crate::{
    catalog::{
        course_files::CourseFileId,
        model::{ItemRow, NewItem, NewQuestion, QuestionFileRow, QuestionId, QuestionRow, QuizId, VersionId},
    },
    platform::{
        db::page::{Page, Rows},
        fault::Fault,
        graphql::{Batch, Call, grouped},
    },
};

/// A question and its items, these in their order.
pub type Asked = (QuestionRow, Vec<ItemRow>);

/// A question and its items with what is right.
pub type Written = (NewQuestion, Vec<NewItem>);

/// Questions of a version with their items, in the order of the quiz.
///
/// # Errors
/// Those of the database.
pub async fn asked(
    connection: &AsyncPgConnection,
    version: VersionId,
    ids: &[QuestionId],
) -> Result<Vec<Asked>, Fault> {
    let mut found: Vec<Asked> = asked_in(connection, &[version], ids).await?.into_values().collect();
    found.sort_by_key(|(question, _)| (question.position, question.id));
    Ok(found)
}

/// Questions of a version, without their items.
///
/// # Errors
/// Those of the database.
pub async fn rows(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    ids: &[QuestionId],
) -> Result<Vec<QuestionRow>, Fault> {
    let rows = questions::table.filter(questions::version_id.eq(version)).filter(questions::id.eq_any(ids));
    Ok(rows.select(QuestionRow::as_select()).load(&mut connection).await?)
}

/// Questions of versions with their items, in two statements.
async fn asked_in(
    mut connection: &AsyncPgConnection,
    versions: &[VersionId],
    ids: &[QuestionId],
) -> Result<HashMap<(VersionId, QuestionId), Asked>, Fault> {
    let rows: Vec<QuestionRow> = questions::table
        .filter(questions::version_id.eq_any(versions))
        .filter(questions::id.eq_any(ids))
        .select(QuestionRow::as_select())
        .load(&mut connection)
        .await?;
    let mut items = items_of(connection, versions, ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let key = (row.version_id, row.id);
            (key, (row, items.remove(&key).unwrap_or_default()))
        })
        .collect())
}

async fn items_of(
    mut connection: &AsyncPgConnection,
    versions: &[VersionId],
    ids: &[QuestionId],
) -> Result<HashMap<(VersionId, QuestionId), Vec<ItemRow>>, Fault> {
    let rows: Vec<ItemRow> = choices::table
        .filter(choices::version_id.eq_any(versions))
        .filter(choices::question_id.eq_any(ids))
        .order((choices::position, choices::id))
        .select(ItemRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(grouped(rows.into_iter().map(|item| ((item.version_id, item.question_id), item))))
}

/// A question of a version, with its items.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct QuestionIn(pub VersionId, pub QuestionId);

impl Batch for QuestionIn {
    type Value = Asked;

    async fn load(_: &Call, connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, Asked>, Fault> {
        let versions: Vec<VersionId> = keys.iter().map(|key| key.0).collect();
        let ids: Vec<QuestionId> = keys.iter().map(|key| key.1).collect();
        let found = asked_in(connection, &versions, &ids).await?;
        Ok(found.into_iter().map(|((version, question), asked)| (Self(version, question), asked)).collect())
    }
}

/// A page of a quiz's questions with their items.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PageOf {
    /// The version.
    pub version: VersionId,
    /// The quiz.
    pub quiz: QuizId,
    /// Which page.
    pub page: Page<(i32, QuestionId)>,
}

#[derive(diesel::QueryableByName)]
struct Placed {
    #[diesel(sql_type = SqlUuid)]
    version_id: VersionId,
    #[diesel(sql_type = SqlUuid)]
    quiz_id: QuizId,
    #[diesel(sql_type = SqlUuid)]
    id: QuestionId,
}

impl Batch for PageOf {
    type Value = Arc<Rows<Asked>>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let mut found = HashMap::new();
        // A document asks for few pages, of however many quizzes: three statements each.
        for (page, keys) in grouped(keys.iter().map(|key| (key.page.clone(), key))) {
            let (versions, quizzes): (Vec<VersionId>, Vec<QuizId>) =
                keys.iter().map(|key| (key.version, key.quiz)).unzip();
            let (after, before) = page.bounds();
            let order = if page.backwards() { "q.position desc, q.id desc" } else { "q.position, q.id" };
            let rows: Vec<Placed> = diesel::sql_query(format!(
                "select w.version_id, w.quiz_id, p.id
                 from unnest($1, $2) as w (version_id, quiz_id) cross join lateral (
                     select q.position, q.id from questions q
                     where q.version_id = w.version_id and q.quiz_id = w.quiz_id
                         and ($3 is null or (q.position, q.id) > ($3, $4)) and ($5 is null or (q.position, q.id) < ($5, $6))
                     order by {order} limit $7) p"
            ))
            .bind::<Array<SqlUuid>, _>(versions.clone())
            .bind::<Array<SqlUuid>, _>(quizzes)
            .bind::<Nullable<Integer>, _>(after.map(|after| after.0))
            .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.1))
            .bind::<Nullable<Integer>, _>(before.map(|before| before.0))
            .bind::<Nullable<SqlUuid>, _>(before.map(|before| before.1))
            .bind::<BigInt, _>(page.one_more())
            .load(&mut connection)
            .await?;
            let ids: Vec<QuestionId> = rows.iter().map(|row| row.id).collect();
            let mut asked = asked_in(connection, &versions, &ids).await?;
            let mut of_quiz = grouped(
                rows.into_iter()
                    .filter_map(|row| Some(((row.version_id, row.quiz_id), asked.remove(&(row.version_id, row.id))?))),
            );
            for key in keys {
                let mut rows = of_quiz.remove(&(key.version, key.quiz)).unwrap_or_default();
                rows.sort_by_key(|(question, _)| (question.position, question.id));
                if page.backwards() {
                    rows.reverse();
                }
                found.insert(key.clone(), Arc::new(page.cut(rows)));
            }
        }
        Ok(found)
    }
}

/// The questions of a quiz in their order, with what each is worth.
///
/// # Errors
/// Those of the database.
pub async fn worth_of(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    quiz: QuizId,
) -> Result<Vec<(QuestionId, i64)>, Fault> {
    let rows = questions::table
        .filter(questions::version_id.eq(version))
        .filter(questions::quiz_id.eq(quiz))
        .order((questions::position, questions::id))
        .select((questions::id, questions::points));
    Ok(rows.load(&mut connection).await?)
}

/// The last position of a quiz's questions.
///
/// # Errors
/// Those of the database.
pub async fn last_position(mut connection: &AsyncPgConnection, version: VersionId, quiz: QuizId) -> Result<i32, Fault> {
    let last: Option<i32> = questions::table
        .filter(questions::version_id.eq(version))
        .filter(questions::quiz_id.eq(quiz))
        .select(diesel::dsl::max(questions::position))
        .first(&mut connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// How many questions a quiz has.
///
/// # Errors
/// Those of the database.
pub async fn count(mut connection: &AsyncPgConnection, version: VersionId, quiz: QuizId) -> Result<i64, Fault> {
    let rows = questions::table.filter(questions::version_id.eq(version)).filter(questions::quiz_id.eq(quiz));
    Ok(rows.count().get_result(&mut connection).await?)
}

/// What there is of a question in a version, what is right with it; nothing where the version has no such question.
///
/// # Errors
/// Those of the database.
pub async fn written(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    id: QuestionId,
) -> Result<Option<Written>, Fault> {
    let row = questions::table.filter(questions::version_id.eq(version)).filter(questions::id.eq(id));
    let Some(question) = row.select(NewQuestion::as_select()).first(&mut connection).await.optional()? else {
        return Ok(None);
    };
    let items = choices::table
        .filter(choices::version_id.eq(version))
        .filter(choices::question_id.eq(id))
        .order((choices::position, choices::id))
        .select(NewItem::as_select());
    Ok(Some((question, items.load(&mut connection).await?)))
}

/// The questions of a quiz that came from elsewhere, by what they are called there.
///
/// # Errors
/// Those of the database.
pub async fn sources(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    quiz: QuizId,
) -> Result<HashMap<String, QuestionId>, Fault> {
    let rows: Vec<(Option<String>, QuestionId)> = questions::table
        .filter(questions::version_id.eq(version))
        .filter(questions::quiz_id.eq(quiz))
        .filter(questions::source.is_not_null())
        .order((questions::position.desc(), questions::id.desc()))
        .select((questions::source, questions::id))
        .load(&mut connection)
        .await?;
    // Of two that are called alike it is the first.
    Ok(rows.into_iter().filter_map(|(source, id)| Some((source?, id))).collect())
}

/// Takes questions out of a version, with what is right with them: to be written anew where they were.
///
/// # Errors
/// Those of the database.
pub async fn take(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    ids: &[QuestionId],
) -> Result<Vec<Written>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let items: Vec<NewItem> = choices::table
        .filter(choices::version_id.eq(version))
        .filter(choices::question_id.eq_any(ids))
        .order((choices::position, choices::id))
        .select(NewItem::as_select())
        .load(connection)
        .await?;
    let mut items = grouped(items.into_iter().map(|item| (item.row.question_id, item)));
    let own = questions::table.filter(questions::version_id.eq(version)).filter(questions::id.eq_any(ids));
    let taken = diesel::delete(own).returning(NewQuestion::as_select()).get_results(connection).await?;
    let written = taken.into_iter().map(|question| {
        let items = items.remove(&question.row.id).unwrap_or_default();
        (question, items)
    });
    Ok(written.collect())
}

/// Writes a question in the place of what the version has of it.
///
/// # Errors
/// Those of the database.
pub(super) async fn replace(connection: &mut AsyncPgConnection, (question, items): &Written) -> Result<(), Fault> {
    let NewQuestion { row, feedback, key, source: _ } = question;
    let own = questions::table.filter(questions::version_id.eq(row.version_id)).filter(questions::id.eq(row.id));
    diesel::update(own)
        .set((
            questions::kind.eq(row.kind),
            questions::multiple.eq(row.multiple),
            questions::format.eq(row.format),
            questions::prompt.eq(&row.prompt),
            questions::prompts.eq(&row.prompts),
            questions::points.eq(row.points),
            questions::feedback.eq(feedback),
            questions::key.eq(key),
        ))
        .execute(connection)
        .await?;
    let old = choices::table.filter(choices::version_id.eq(row.version_id)).filter(choices::question_id.eq(row.id));
    diesel::delete(old).execute(connection).await?;
    diesel::insert_into(choices::table).values(items).execute(connection).await?;
    Ok(())
}

/// Takes a question out of a version; those after it move up.
///
/// # Errors
/// Those of the database.
pub(super) async fn delete(connection: &mut AsyncPgConnection, question: &QuestionRow) -> Result<(), Fault> {
    let QuestionRow { version_id, id, quiz_id, position, .. } = question;
    let row = questions::table.filter(questions::version_id.eq(version_id)).filter(questions::id.eq(id));
    diesel::delete(row).execute(connection).await?;
    let after = questions::table
        .filter(questions::version_id.eq(version_id))
        .filter(questions::quiz_id.eq(quiz_id))
        .filter(questions::position.gt(position));
    diesel::update(after).set(questions::position.eq(questions::position - 1)).execute(connection).await?;
    Ok(())
}

/// The versions that have a question, newest first: by their numbers, since ids of servers whose clocks differ need not be in order.
///
/// # Errors
/// Those of the database.
pub(super) async fn versions_of(mut connection: &AsyncPgConnection, id: QuestionId) -> Result<Vec<VersionId>, Fault> {
    let rows = questions::table
        .inner_join(course_versions::table.on(course_versions::id.eq(questions::version_id)))
        .filter(questions::id.eq(id))
        .order(course_versions::number.desc())
        .select(questions::version_id);
    Ok(rows.load(&mut connection).await?)
}

/// Puts another key in the place of that which a question of a version has: nothing else of it changes.
///
/// # Errors
/// Those of the database.
pub(super) async fn put_key(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    (question, items): &Written,
) -> Result<(), Fault> {
    let own = questions::table.filter(questions::version_id.eq(version)).filter(questions::id.eq(question.row.id));
    diesel::update(own)
        .set((questions::key.eq(&question.key), questions::feedback.eq(&question.feedback)))
        .execute(connection)
        .await?;
    let (ids, fractions): (Vec<_>, Vec<i64>) = items.iter().map(|item| (item.row.id, item.fraction)).unzip();
    let feedback: Vec<Option<String>> = items.iter().map(|item| item.feedback.clone()).collect();
    diesel::sql_query(
        "update choices set fraction = right_now.fraction, feedback = right_now.feedback
         from unnest($2, $3, $4) as right_now (id, fraction, feedback)
         where choices.version_id = $1 and choices.id = right_now.id",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(fractions)
    .bind::<Array<Nullable<diesel::sql_types::Text>>, _>(feedback)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many questions a quiz asks, and what these are worth together, in millionths: of those it draws, so many.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SizeOf(pub VersionId, pub QuizId);

#[derive(diesel::QueryableByName)]
struct Size {
    #[diesel(sql_type = SqlUuid)]
    version_id: VersionId,
    #[diesel(sql_type = SqlUuid)]
    quiz_id: QuizId,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    points: i64,
}

impl Batch for SizeOf {
    type Value = (i64, i64);

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, (i64, i64)>, Fault> {
        let (versions, quizzes): (Vec<VersionId>, Vec<QuizId>) = keys.iter().map(|key| (key.0, key.1)).unzip();
        let rows: Vec<Size> = diesel::sql_query(
            "select q.version_id, q.quiz_id, count(*) as count,
                 (case when z.draw_count < count(*) then z.draw_count * max(q.points) else least(sum(q.points), 9223372036854775807) end)::bigint as points
             from questions q
             join quizzes z on z.academy_id = q.academy_id and z.version_id = q.version_id and z.id = q.quiz_id
             where q.version_id = any($1) and q.quiz_id = any($2)
             group by q.version_id, q.quiz_id, z.draw_count",
        )
        .bind::<Array<SqlUuid>, _>(versions)
        .bind::<Array<SqlUuid>, _>(quizzes)
        .load(&mut connection)
        .await?;
        Ok(rows.into_iter().map(|row| (Self(row.version_id, row.quiz_id), (row.count, row.points))).collect())
    }
}

/// A quiz that can't be asked as it is.
#[derive(diesel::QueryableByName, Debug)]
pub struct Unaskable {
    /// Its title.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub title: String,
    /// How many questions it has.
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    /// How many it draws.
    #[diesel(sql_type = Nullable<Integer>)]
    pub draw_count: Option<i32>,
}

/// A quiz of a version that asks more than `most` questions, draws more than it has, or draws from questions that are worth different
/// points.
///
/// # Errors
/// Those of the database.
pub async fn unaskable(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    most: usize,
) -> Result<Option<Unaskable>, Fault> {
    let found = diesel::sql_query(
        "select z.title, count(q.id) as questions, z.draw_count from quizzes z
         left join questions q on q.academy_id = z.academy_id and q.version_id = z.version_id and q.quiz_id = z.id
         where z.version_id = $1 group by z.id, z.title, z.draw_count
         having count(q.id) = 0 or coalesce(z.draw_count, count(q.id)) > least($2, count(q.id))
             or z.draw_count is not null and min(q.points) <> max(q.points)
         order by z.title limit 1",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX));
    Ok(found.get_result(&mut connection).await.optional()?)
}

/// The files that the texts of a question show, by the names that they call them by.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FilesOf(pub VersionId, pub QuestionId);

/// A file that the text of a question shows.
#[derive(Clone, Debug)]
pub struct QuestionFile {
    /// As the text calls it.
    pub name: String,
    /// The file.
    pub file: CourseFileId,
    /// What it is.
    pub media_type: String,
}

impl Batch for FilesOf {
    type Value = Vec<QuestionFile>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<(QuestionFileRow, String)> = question_files::table
            .inner_join(course_files::table.on(course_files::id.eq(question_files::file_id)))
            .filter(question_files::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(question_files::question_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .order(question_files::position)
            .select((QuestionFileRow::as_select(), course_files::media_type))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(row, media_type)| {
            let QuestionFileRow { version_id, question_id, file_id, name, .. } = row;
            (Self(version_id, question_id), QuestionFile { name, file: file_id, media_type })
        })))
    }
}
