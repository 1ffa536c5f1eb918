//! Statements about the catalogue: what is found, ordered and counted there. What it lists, a trigger on courses keeps.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryableByName, SelectableHelper, sql_query,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{catalogue_entries, course_figures, course_instructors, course_versions, courses};

use crate::{
    catalog::model::{CourseId, CourseLevel, CourseRow, CourseStatus, VersionRow},
    platform::{
        db::page::{Page, Rows},
        fault::Fault,
        graphql::{Batch, Call, paged},
        privacy::UserId,
    },
};

crate::text_enum!(
    /// In which order the catalogue is read.
    CourseOrder {
        /// The best answers to a query first; the newest where there is none.
        Relevance = "RELEVANCE",
        /// The last published first.
        Newest = "NEWEST",
        /// The best rated first.
        Rating = "RATING",
        /// Those with the most learners first.
        Learners = "LEARNERS",
        /// By their titles.
        Title = "TITLE",
    }
);

impl CourseOrder {
    /// What it orders by; the type of that; how that is written into a cursor.
    const fn key(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Relevance => ("s.score", "bigint", "s.score::text"),
            Self::Newest => {
                ("e.since", "timestamptz", "to_char(e.since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'")
            }
            Self::Rating => ("f.rating_order", "integer", "f.rating_order::text"),
            Self::Learners => ("f.learners", "integer", "f.learners::text"),
            Self::Title => ("e.title_key", "text", "e.title_key"),
        }
    }

    const fn rises(self) -> bool {
        matches!(self, Self::Title)
    }
}

/// Which courses of the catalogue, and in which order.
#[derive(Clone, Debug)]
pub struct Search {
    /// What a person typed.
    pub query: Option<String>,
    /// Only those of this level.
    pub level: Option<CourseLevel>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those in this language.
    pub locale: Option<String>,
    /// Only those that this person teaches.
    pub instructor: Option<UserId>,
    /// Only those that cost nothing, or only those that cost something.
    pub free: Option<bool>,
    /// Only those rated so well, in tenths.
    pub minimum_rating: Option<i32>,
    /// In which order.
    pub order: CourseOrder,
}

/// Where a course stands in an order: what it is ordered by, and its id.
pub type Listed = (String, CourseId);

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    key: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Search {
    /// The tables that it needs, and its conditions, with its values in `$1` to `$7`.
    fn scope(&self, with_filters: bool) -> String {
        let mut from = "catalogue_entries e".to_owned();
        let mut conditions = String::from("true");
        if self.query.is_some() {
            from.push_str(" join sanggar_find_courses($1) s on s.course_id = e.course_id");
        }
        if self.instructor.is_some() {
            from.push_str(" join course_instructors i on i.course_id = e.course_id and i.user_id = $5");
        }
        if self.minimum_rating.is_some() || matches!(self.order, CourseOrder::Rating | CourseOrder::Learners) {
            from.push_str(" join course_figures f on f.course_id = e.course_id");
        }
        if self.minimum_rating.is_some() {
            conditions.push_str(" and f.rating_order >= $7");
        }
        if with_filters {
            if self.tag.is_some() {
                // Not a join: the planner knows too little of how many courses a word has to put it first.
                conditions.push_str(
                    " and e.course_id = any (array(select t.course_id from catalogue_words t where t.word = $3))",
                );
            }
            for (given, condition) in [
                (self.level.is_some(), " and e.level = $2"),
                (self.locale.is_some(), " and e.locale = $4"),
                (self.free.is_some(), " and e.free = $6"),
            ] {
                if given {
                    conditions.push_str(condition);
                }
            }
        }
        format!("from {from} where {conditions}")
    }

    /// The statement of a page: `$8` to `$11` are where it begins and ends, `$12` is how many. Public for the test that reads its plan.
    #[must_use]
    pub fn statement(&self, page: &Page<Listed>) -> String {
        let (key, ty, written) = self.order.key();
        let rises = self.order.rises();
        let order = if rises == page.backwards() { "desc" } else { "asc" };
        let (behind, ahead) = if rises { (">", "<") } else { ("<", ">") };
        let (after, before) = page.bounds();
        let mut statement = format!("select e.course_id, {written} as key {}", self.scope(true));
        if after.is_some() {
            statement.push_str(&format!(" and ({key}, e.course_id) {behind} ($8::{ty}, $9)"));
        }
        if before.is_some() {
            statement.push_str(&format!(" and ({key}, e.course_id) {ahead} ($10::{ty}, $11)"));
        }
        statement.push_str(&format!(" order by {key} {order}, e.course_id {order} limit $12"));
        statement
    }

    fn tag_word(&self) -> Option<String> {
        self.tag.as_ref().map(|tag| format!("#{tag}"))
    }
}

macro_rules! bound {
    ($statement:expr, $search:expr) => {
        sql_query($statement)
            .bind::<Nullable<Text>, _>($search.query.as_deref())
            .bind::<Nullable<Text>, _>($search.level.map(CourseLevel::as_str))
            .bind::<Nullable<Text>, _>($search.tag_word())
            .bind::<Nullable<Text>, _>($search.locale.as_deref())
            .bind::<Nullable<SqlUuid>, _>($search.instructor)
            .bind::<Nullable<Bool>, _>($search.free)
            .bind::<Nullable<Integer>, _>($search.minimum_rating)
    };
}

/// A page of the catalogue: which courses, and where each stands.
///
/// # Errors
/// Those of the database.
pub async fn listed(
    mut connection: &AsyncPgConnection,
    page: &Page<Listed>,
    search: &Search,
) -> Result<Vec<Listed>, Fault> {
    let (after, before) = page.bounds();
    let rows: Vec<ListedRow> = bound!(search.statement(page), search)
        .bind::<Nullable<Text>, _>(after.map(|(key, _)| key.as_str()))
        .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| *id))
        .bind::<Nullable<Text>, _>(before.map(|(key, _)| key.as_str()))
        .bind::<Nullable<SqlUuid>, _>(before.map(|(_, id)| *id))
        .bind::<BigInt, _>(page.one_more())
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.course_id)).collect())
}

/// How many courses of the catalogue there are.
///
/// # Errors
/// Those of the database.
pub async fn count_listed(mut connection: &AsyncPgConnection, search: &Search) -> Result<i64, Fault> {
    let statement = format!("select count(*) as count {}", search.scope(true));
    let counted: Counted = bound!(statement, search).get_result(&mut connection).await?;
    Ok(counted.count)
}

/// Tags that are counted at most: the most frequent ones.
pub const FACET_TAGS: i64 = 50;

/// How many courses there are of a kind.
#[derive(QueryableByName, Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// What kind of kind: `level`, `locale`, `tag`, `free`.
    #[diesel(sql_type = Text)]
    pub facet: String,
    /// Which one.
    #[diesel(sql_type = Text)]
    pub value: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// How many courses there would be with each value of a filter, the others being as they are.
///
/// # Errors
/// Those of the database.
pub async fn facets(mut connection: &AsyncPgConnection, search: &Search) -> Result<Vec<Facet>, Fault> {
    let statement = format!(
        "with found as materialized (
             select e.level, e.locale, e.tags, e.free, ($2 is null or e.level = $2) as of_level,
                 ($4 is null or e.locale = $4) as of_locale, ($6 is null or e.free = $6) as of_price,
                 ($3 is null or substr($3, 2) = any(e.tags)) as of_tag {}
         )
         select 'level' as facet, level as value, count(*) as count from found where of_locale and of_price and of_tag group by 2
         union all
         select 'locale', locale, count(*) from found where of_level and of_price and of_tag group by 2
         union all
         select 'free', free::text, count(*) from found where of_level and of_locale and of_tag group by 2
         union all
         (select 'tag', tag, count(*) from found, unnest(tags) tag where of_level and of_locale and of_price
          group by 2 order by 3 desc, 2 limit {FACET_TAGS})",
        search.scope(false)
    );
    Ok(bound!(statement, search).load(&mut connection).await?)
}

/// What is counted of a course.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Who learns by it, or has completed it.
    pub learners: i32,
    /// By how many it is rated, but who teaches it.
    pub ratings: i32,
    /// What they gave, added up.
    pub rating_sum: i32,
}

/// What is counted of a course: kept by triggers in the transactions that change it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FiguresOf(pub CourseId);

impl Batch for FiguresOf {
    type Value = Figures;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Figures>, Fault> {
        let rows: Vec<(CourseId, i32, i32, i32)> = course_figures::table
            .filter(course_figures::course_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .select((
                course_figures::course_id,
                course_figures::learners,
                course_figures::ratings,
                course_figures::rating_sum,
            ))
            .load(&mut connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(course, learners, ratings, rating_sum)| (Self(course), Figures { learners, ratings, rating_sum }))
            .collect())
    }
}

#[derive(QueryableByName)]
struct Taught {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = BigInt)]
    ratings: i64,
    #[diesel(sql_type = BigInt)]
    rating_sum: i64,
}

/// What is counted of the courses of the catalogue that a person teaches: learners, ratings, and what they add up to. Ratings of a course that
/// has too few to tell are left out: with them one could reckon what they are.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TaughtFigures(pub UserId);

impl Batch for TaughtFigures {
    type Value = (i64, i64, i64);

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<Taught> = sql_query(
            "select i.user_id, sum(f.learners) as learners, coalesce(sum(f.ratings) filter (where f.rating_order > 0), 0) as ratings,
                 coalesce(sum(f.rating_sum) filter (where f.rating_order > 0), 0) as rating_sum
             from course_instructors i
             join catalogue_entries e on e.course_id = i.course_id
             join course_figures f on f.course_id = i.course_id
             where i.user_id = any($1) group by 1",
        )
        .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.0).collect::<Vec<_>>())
        .load(&mut connection)
        .await?;
        Ok(rows.into_iter().map(|row| (Self(row.user_id), (row.learners, row.ratings, row.rating_sum))).collect())
    }
}

/// A page of the courses of the catalogue that a person teaches, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CataloguedBy {
    /// Who teaches.
    pub user: UserId,
    /// Which page.
    pub page: Page<Listed>,
}

#[derive(QueryableByName)]
struct ListedBy {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(embed)]
    listed: ListedRow,
}

impl Batch for CataloguedBy {
    type Value = Rows<Listed>;

    // A page of each of many is a lateral join, which Diesel does not say.
    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Rows<Listed>>, Fault> {
        let mut pages: HashMap<&Page<Listed>, Vec<UserId>> = HashMap::new();
        for key in keys {
            pages.entry(&key.page).or_default().push(key.user);
        }
        let mut found = Vec::new();
        for (page, users) in pages {
            let order = if page.backwards() { "asc" } else { "desc" };
            let (after, before) = page.bounds();
            let (_, _, written) = CourseOrder::Newest.key();
            let statement = format!(
                "select o.id as user_id, n.course_id, n.key
                 from unnest($1) as o (id) cross join lateral (
                     select e.course_id, e.since, {written} as key
                     from course_instructors i join catalogue_entries e on e.course_id = i.course_id
                     where i.user_id = o.id
                         and ($2 is null or (e.since, e.course_id) < ($2::timestamptz, $3))
                         and ($4 is null or (e.since, e.course_id) > ($4::timestamptz, $5))
                     order by e.since {order}, e.course_id {order} limit $6) n
                 order by o.id, n.since {order}, n.course_id {order}"
            );
            let rows: Vec<ListedBy> = sql_query(statement)
                .bind::<Array<SqlUuid>, _>(&users)
                .bind::<Nullable<Text>, _>(after.map(|(key, _)| key.as_str()))
                .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| *id))
                .bind::<Nullable<Text>, _>(before.map(|(key, _)| key.as_str()))
                .bind::<Nullable<SqlUuid>, _>(before.map(|(_, id)| *id))
                .bind::<BigInt, _>(page.one_more())
                .load(&mut connection)
                .await?;
            found.extend(rows.into_iter().map(|ListedBy { user_id, listed }| {
                (Self { user: user_id, page: page.clone() }, (listed.key, listed.course_id))
            }));
        }
        Ok(paged(found, |key: &Self| &key.page))
    }
}

/// How many courses of the catalogue a person teaches.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CountCataloguedBy(pub UserId);

impl Batch for CountCataloguedBy {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let rows: Vec<(UserId, i64)> = course_instructors::table
            .inner_join(catalogue_entries::table.on(catalogue_entries::course_id.eq(course_instructors::course_id)))
            .filter(course_instructors::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .group_by(course_instructors::user_id)
            .select((course_instructors::user_id, diesel::dsl::count_star()))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(user, count)| (Self(user), count)).collect())
    }
}

/// A course with the version that is published.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Published(pub CourseId);

impl Batch for Published {
    type Value = (CourseRow, VersionRow);

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<(CourseRow, VersionRow)> = courses::table
            .inner_join(course_versions::table.on(courses::published_id.eq(course_versions::id.nullable())))
            .filter(courses::id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(courses::status.eq(CourseStatus::Published))
            .select((CourseRow::as_select(), VersionRow::as_select()))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(course, version)| (Self(course.id), (course, version))).collect())
    }
}
