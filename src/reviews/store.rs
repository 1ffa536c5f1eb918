//! Statements about reviews.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, SelectableHelper, sql_query,
    sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
    upsert::excluded,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::reviews;
use uuid::Uuid;

use super::{
    model::{ReviewId, ReviewRow},
    privacy::Reviewed,
};
use crate::{
    catalog::model::CourseId,
    platform::{
        db::page::{Page, Rows},
        fault::Fault,
        graphql::{Batch, Call, paged},
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

/// Deletes a review. False where it is gone already.
///
/// # Errors
/// Those of the database.
pub async fn delete(connection: &mut AsyncPgConnection, id: ReviewId) -> Result<bool, Fault> {
    Ok(diesel::delete(reviews::table.filter(reviews::id.eq(id))).execute(connection).await? > 0)
}

crate::batch!(
    /// A review by its id.
    ReviewById(ReviewId) -> ReviewRow, reviews::id, of user_id
);

/// Ratings of which an average tells nobody's.
const FEWEST: i64 = 3;

/// How a course is rated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rating {
    /// By how many.
    pub count: i64,
    /// What they gave, added up.
    pub sum: i64,
}

impl Rating {
    /// From 1 to 5, to a tenth; none where so few have rated it that one could tell who gave what.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no course has 2^52 learners")]
    pub fn average(self) -> Option<f64> {
        (self.count >= FEWEST).then(|| (self.sum as f64 * 10.0 / self.count as f64).round() / 10.0)
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
    /// Whatever there is: where it was decided that the viewer may.
    #[must_use]
    pub fn all() -> Self {
        Self { all: true, by: Vec::new(), chosen: Vec::new(), today: NaiveDate::default() }
    }

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
        let chosen = sharing.open_to(ProfileField::Reviews, viewer.participant().is_some());
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
        and u.closed_at is null and u.restricted_at is null and u.suspended_at is null
        and not exists (select from identities i
            where i.academy_id = r.academy_id and i.user_id = r.user_id and i.minor_until > $4)))";

/// Where a review stands among the newest.
pub type Newest = (DateTime<Utc>, ReviewId);

/// What reviews are of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Of {
    /// A course.
    Course(CourseId),
    /// Their author.
    Author(UserId),
}

impl Of {
    const fn column(self) -> &'static str {
        match self {
            Self::Course(_) => "course_id",
            Self::Author(_) => "user_id",
        }
    }

    const fn uuid(self) -> Uuid {
        match self {
            Self::Course(id) => id.uuid(),
            Self::Author(id) => id.uuid(),
        }
    }
}

/// A page of the reviews of a course or of an author that a viewer may read, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NewestOf {
    /// Whose.
    pub of: Of,
    /// Which page.
    pub page: Page<Newest>,
    /// Which ones.
    pub readable: Readable,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    of_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    review_id: ReviewId,
}

impl Batch for NewestOf {
    type Value = Rows<ReviewRow>;

    // A page of each of many is a lateral join, which Diesel does not say: it finds the ids, and the rows are read typed.
    async fn load(
        call: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Rows<ReviewRow>>, Fault> {
        let mut pages: HashMap<(&str, &Page<Newest>, &Readable), Vec<&Self>> = HashMap::new();
        for key in keys {
            pages.entry((key.of.column(), &key.page, &key.readable)).or_default().push(key);
        }
        let mut found = Vec::new();
        // As many as the document has different pages of: not as many as there are courses or authors.
        for ((column, page, readable), keys) in pages {
            let order = if page.backwards() { "asc" } else { "desc" };
            let (after, before) = page.bounds();
            let statement = format!(
                "select o.id as of_id, n.id as review_id
                 from unnest($5) as o (id) cross join lateral (
                     select r.id, r.created_at from reviews r
                     where r.{column} = o.id and {READABLE}
                         and ($6 is null or (r.created_at, r.id) < ($6, $7)) and ($8 is null or (r.created_at, r.id) > ($8, $9))
                     order by r.created_at {order}, r.id {order} limit $10) n
                 order by o.id, n.created_at {order}, n.id {order}"
            );
            let rows: Vec<Found> = sql_query(statement)
                .bind::<Bool, _>(readable.all)
                .bind::<Array<SqlUuid>, _>(&readable.by)
                .bind::<Array<Text>, _>(&readable.chosen)
                .bind::<Date, _>(readable.today)
                .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.of.uuid()).collect::<Vec<_>>())
                .bind::<Nullable<Timestamptz>, _>(after.map(|(at, _)| *at))
                .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| *id))
                .bind::<Nullable<Timestamptz>, _>(before.map(|(at, _)| *at))
                .bind::<Nullable<SqlUuid>, _>(before.map(|(_, id)| *id))
                .bind::<BigInt, _>(page.one_more())
                .load(&mut connection)
                .await?;
            let key_of = |id: Uuid| keys.iter().find(|key| key.of.uuid() == id).map(|key| (*key).clone());
            found.extend(rows.into_iter().filter_map(|row| Some((key_of(row.of_id)?, row.review_id))));
        }
        let ids: Vec<_> = found.iter().map(|(_, id)| ReviewById(*id)).collect();
        let rows = <ReviewById as Batch>::load(call, connection, &ids).await?;
        let found = found.into_iter().filter_map(|(key, id)| Some((key, rows.get(&ReviewById(id))?.clone())));
        Ok(paged(found, |key: &Self| &key.page))
    }
}

/// How many reviews of a course or of an author a viewer may read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CountOf(pub Of, pub Readable);

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = SqlUuid)]
    of_id: Uuid,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Batch for CountOf {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let mut kinds: HashMap<(&str, &Readable), Vec<&Self>> = HashMap::new();
        for key in keys {
            kinds.entry((key.0.column(), &key.1)).or_default().push(key);
        }
        let mut counts = HashMap::new();
        for ((column, readable), keys) in kinds {
            let statement = format!(
                "select r.{column} as of_id, count(*) as count from reviews r where r.{column} = any($5) and {READABLE} group by 1"
            );
            let rows: Vec<Counted> = sql_query(statement)
                .bind::<Bool, _>(readable.all)
                .bind::<Array<SqlUuid>, _>(&readable.by)
                .bind::<Array<Text>, _>(&readable.chosen)
                .bind::<Date, _>(readable.today)
                .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.0.uuid()).collect::<Vec<_>>())
                .load(&mut connection)
                .await?;
            let key_of = |id: Uuid| keys.iter().find(|key| key.0.uuid() == id).map(|key| (*key).clone());
            counts.extend(rows.into_iter().filter_map(|row| Some((key_of(row.of_id)?, row.count))));
        }
        Ok(counts)
    }
}
