//! Statements about reviews.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, SelectableHelper, sql_query,
    sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
    upsert::excluded,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::reviews;

use super::{
    model::{ReviewId, ReviewRow},
    privacy::Reviewed,
};
use crate::{
    catalog::model::CourseId,
    platform::{
        db::page::{Page, Rows},
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::{Datum, FieldAudience, ProfileField, UserId},
    },
    profiles::{earliest_today, store::WardsOf},
};

/// Adds a review, or what changed in the one that its author has written of the course; gives its id.
///
/// # Errors
/// Those of the database.
pub async fn put(connection: &mut AsyncPgConnection, row: &ReviewRow) -> Result<ReviewId, Fault> {
    let id = diesel::insert_into(reviews::table)
        .values(row)
        .on_conflict((reviews::academy_id, reviews::user_id, reviews::course_id))
        .do_update()
        .set((
            reviews::rating.eq(excluded(reviews::rating)),
            reviews::body.eq(excluded(reviews::body)),
            reviews::updated_at.eq(excluded(reviews::updated_at)),
        ))
        .returning(reviews::id)
        .get_result(connection)
        .await?;
    Ok(id)
}

/// A review, locked.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: ReviewId) -> Result<Option<ReviewRow>, Fault> {
    let row = reviews::table.filter(reviews::id.eq(id)).select(ReviewRow::as_select()).for_update();
    Ok(row.first(connection).await.optional()?)
}

/// Deletes a review.
///
/// # Errors
/// Those of the database.
pub async fn delete(connection: &mut AsyncPgConnection, id: ReviewId) -> Result<(), Fault> {
    diesel::delete(reviews::table.filter(reviews::id.eq(id))).execute(connection).await?;
    Ok(())
}

crate::batch!(
    /// A review by its id.
    ReviewById(ReviewId) -> ReviewRow, reviews::id
);

/// The reviews of a person, newest first: a person writes one a course.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ReviewsBy(pub UserId);

impl Batch for ReviewsBy {
    type Value = Vec<ReviewRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<ReviewRow>>, Fault> {
        let rows: Vec<ReviewRow> = reviews::table
            .filter(reviews::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((reviews::created_at.desc(), reviews::id.asc()))
            .select(ReviewRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.user_id), row))))
    }
}

/// How a course is rated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rating {
    /// By how many.
    pub count: i64,
    /// What they gave, added up.
    pub sum: i64,
}

impl Rating {
    /// From 1 to 5; none where nobody has rated it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no course has 2^52 learners")]
    pub fn average(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }
}

/// How a course is rated: every review counts, whoever may read it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RatingOf(pub CourseId);

impl Batch for RatingOf {
    type Value = Rating;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, Rating>, Fault> {
        let rows: Vec<(CourseId, i64, Option<i64>)> = reviews::table
            .filter(reviews::course_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .group_by(reviews::course_id)
            .select((reviews::course_id, diesel::dsl::count_star(), diesel::dsl::sum(reviews::rating)))
            .load(&mut connection)
            .await?;
        let rated = |(course, count, sum): (_, _, Option<i64>)| (Self(course), Rating { count, sum: sum.unwrap_or(0) });
        Ok(rows.into_iter().map(rated).collect())
    }
}

/// Which reviews a viewer may read, as far as a statement can tell: so that pages are full and counts agree. The guard of each row
/// decides again.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Readable {
    /// All of them: who reads by office, and says why.
    all: bool,
    /// Those of these people: the viewer, and whose guardian they are.
    by: Vec<UserId>,
    /// Those whose authors chose one of these audiences, and are not hidden.
    chosen: Vec<&'static str>,
    /// Who comes of age after this day is hidden.
    today: NaiveDate,
}

impl Readable {
    /// What the viewer of a request may read.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn to_viewer(call: &Call) -> Result<Self, Fault> {
        let viewer = call.viewer();
        let mut by: Vec<UserId> = viewer.user.into_iter().collect();
        if let Some(user) = viewer.user {
            by.extend(call.load(WardsOf(user)).await?.unwrap_or_default());
        }
        let in_office = || viewer.standing().any(|one| one.is_office() && Reviewed::ENTRY.audience.contains(&one));
        let sharing = call.sharing();
        let chosen = sharing.open_to(ProfileField::Reviews, viewer.user.is_some());
        Ok(Self {
            all: call.reads().explained() && in_office(),
            by,
            chosen: chosen.map(FieldAudience::as_str).collect(),
            today: earliest_today(call.services.clock.now()),
        })
    }
}

/// The condition of [`Readable`], with its four values in `$1` to `$4`.
const READABLE: &str = "($1 or r.user_id = any($2) or exists (
    select from profiles p join users u on u.academy_id = p.academy_id and u.id = p.user_id
    where p.academy_id = r.academy_id and p.user_id = r.user_id and p.visibility ->> 'REVIEWS' = any($3)
        and u.closed_at is null and u.restricted_at is null
        and not exists (select from identities i
            where i.academy_id = r.academy_id and i.user_id = r.user_id and i.minor_until > $4)))";

/// Where a review stands among the newest.
pub type Newest = (DateTime<Utc>, ReviewId);

/// A page of the reviews of a course that a viewer may read, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NewestOf {
    /// The course.
    pub course: CourseId,
    /// Which page.
    pub page: Page<Newest>,
    /// Which ones.
    pub readable: Readable,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = SqlUuid)]
    review_id: ReviewId,
}

impl Batch for NewestOf {
    type Value = Rows<ReviewRow>;

    // A page of each of many courses is a lateral join, which Diesel does not say: it finds the ids, and the rows are read typed.
    async fn load(
        call: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Rows<ReviewRow>>, Fault> {
        let mut pages: HashMap<(&Page<Newest>, &Readable), Vec<CourseId>> = HashMap::new();
        for key in keys {
            pages.entry((&key.page, &key.readable)).or_default().push(key.course);
        }
        let mut found = Vec::new();
        // As many as the document has different pages of: not as many as there are courses.
        for ((page, readable), courses) in pages {
            let order = if page.backwards() { "asc" } else { "desc" };
            let (after, before) = page.bounds();
            let statement = format!(
                "select c.id as course_id, n.id as review_id
                 from unnest($5) as c (id) cross join lateral (
                     select r.id, r.created_at from reviews r
                     where r.course_id = c.id and {READABLE}
                         and ($6 is null or (r.created_at, r.id) < ($6, $7)) and ($8 is null or (r.created_at, r.id) > ($8, $9))
                     order by r.created_at {order}, r.id {order} limit $10) n
                 order by c.id, n.created_at {order}, n.id {order}"
            );
            let rows: Vec<Found> = sql_query(statement)
                .bind::<Bool, _>(readable.all)
                .bind::<Array<SqlUuid>, _>(&readable.by)
                .bind::<Array<Text>, _>(&readable.chosen)
                .bind::<Date, _>(readable.today)
                .bind::<Array<SqlUuid>, _>(courses)
                .bind::<Nullable<Timestamptz>, _>(after.map(|(at, _)| *at))
                .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| *id))
                .bind::<Nullable<Timestamptz>, _>(before.map(|(at, _)| *at))
                .bind::<Nullable<SqlUuid>, _>(before.map(|(_, id)| *id))
                .bind::<BigInt, _>(page.one_more())
                .load(&mut connection)
                .await?;
            found.extend(rows.into_iter().map(|row| {
                (Self { course: row.course_id, page: page.clone(), readable: readable.clone() }, row.review_id)
            }));
        }
        let ids: Vec<_> = found.iter().map(|(_, id)| ReviewById(*id)).collect();
        let rows = <ReviewById as Batch>::load(call, connection, &ids).await?;
        let found = grouped(found.into_iter().filter_map(|(key, id)| Some((key, rows.get(&ReviewById(id))?.clone()))));
        Ok(found
            .into_iter()
            .map(|(key, rows)| {
                let cut = key.page.cut(rows);
                (key, cut)
            })
            .collect())
    }
}

/// How many reviews of a course a viewer may read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CountOf(pub CourseId, pub Readable);

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Batch for CountOf {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        // One viewer a request: what they may read is the same for all courses.
        let Some(Self(_, readable)) = keys.first() else { return Ok(HashMap::new()) };
        let statement = format!(
            "select r.course_id, count(*) as count from reviews r where r.course_id = any($5) and {READABLE} group by r.course_id"
        );
        let rows: Vec<Counted> = sql_query(statement)
            .bind::<Bool, _>(readable.all)
            .bind::<Array<SqlUuid>, _>(&readable.by)
            .bind::<Array<Text>, _>(&readable.chosen)
            .bind::<Date, _>(readable.today)
            .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.0).collect::<Vec<_>>())
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|row| (Self(row.course_id, readable.clone()), row.count)).collect())
    }
}
