//! How learners do at a quiz, taken together: over all attempts that are graded, in whichever version. Never so few learners that one
//! could tell who.

use std::collections::HashMap;

use diesel::{
    QueryableByName, sql_query,
    sql_types::{Array, BigInt, Double, Integer, Nullable, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::{
    catalog::{
        model::{ItemId, QuestionId, QuizId, VersionId},
        policy,
    },
    enrolment::statistics::{FEWEST, told},
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
    },
};

/// Parts of a distribution: each a tenth of the most.
pub const BANDS: usize = 10;

/// How a quiz went.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Attempts that are graded.
    pub attempts: i64,
    /// The mean share of the most, in per cents.
    pub mean_percent: Option<f64>,
    /// The share of attempts that passed, 0 to 1.
    pub pass_rate: Option<f64>,
    /// How many attempts came to each tenth of the most; the last one holds all of it.
    pub bands: Vec<Option<i64>>,
}

#[derive(QueryableByName)]
struct Band {
    #[diesel(sql_type = Integer)]
    band: i32,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = BigInt)]
    passed: i64,
    #[diesel(sql_type = Double)]
    percents: f64,
}

#[derive(QueryableByName)]
struct Learners {
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = BigInt)]
    passed: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
}

/// Quizzes that are looked through in one request at most: each takes statements of its own.
const QUIZZES: usize = 8;

fn few(quizzes: usize) -> Result<(), Fault> {
    if quizzes <= QUIZZES {
        return Ok(());
    }
    Err(Fault::bad_input(words!(
        "Terlalu banyak kuis sekaligus: mintalah statistik paling banyak {QUIZZES} kuis.",
        "Too many quizzes at once: ask for the statistics of {QUIZZES} at most."
    )))
}

/// How a quiz went.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TotalsOf(pub QuizId);

impl Batch for TotalsOf {
    type Value = Totals;

    async fn load(_: &Call, connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, Totals>, Fault> {
        few(keys.len())?;
        let mut found = HashMap::new();
        for key in keys {
            found.insert(key.clone(), totals(connection, key.0).await?);
        }
        Ok(found)
    }
}

/// How the questions of a version of a quiz went.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct QuestionsOf(pub VersionId, pub QuizId);

impl Batch for QuestionsOf {
    type Value = Vec<OfQuestion>;

    async fn load(
        _: &Call,
        connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<OfQuestion>>, Fault> {
        few(keys.len())?;
        let mut found = HashMap::new();
        for key in keys {
            found.insert(key.clone(), of_questions(connection, key.0, key.1).await?);
        }
        Ok(found)
    }
}

/// How a quiz went.
async fn totals(mut connection: &AsyncPgConnection, quiz: QuizId) -> Result<Totals, Fault> {
    let bands: Vec<Band> = sql_query(
        "select least(score * 10 / greatest(max_score, 1), 9)::int as band, count(*) as attempts,
             count(distinct user_id) as learners, count(*) filter (where passed) as passed,
             sum(score * 100.0 / greatest(max_score, 1))::double precision as percents
         from attempts where quiz_id = $1 and score is not null group by band",
    )
    .bind::<SqlUuid, _>(quiz)
    .load(&mut connection)
    .await?;
    let learners: Learners = sql_query(
        "select count(distinct user_id) as learners, count(distinct user_id) filter (where passed) as passed,
             count(distinct user_id) filter (where not passed) as failed
         from attempts where quiz_id = $1 and score is not null",
    )
    .bind::<SqlUuid, _>(quiz)
    .get_result(&mut connection)
    .await?;
    let attempts: i64 = bands.iter().map(|band| band.attempts).sum();
    let enough = |group: i64| group == 0 || group >= FEWEST;
    let share = |sum: f64| (learners.learners >= FEWEST).then(|| sum / float(attempts));
    let by_band: HashMap<i32, &Band> = bands.iter().map(|band| (band.band, band)).collect();
    let in_band = |band: i32| {
        let (own, who) = by_band.get(&band).map_or((0, 0), |band| (band.attempts, band.learners));
        told(who, learners.learners.max(who)).map(|_| own)
    };
    let passed: i64 = bands.iter().map(|band| band.passed).sum();
    Ok(Totals {
        attempts,
        mean_percent: share(bands.iter().map(|band| band.percents).sum()),
        pass_rate: share(float(passed)).filter(|_| enough(learners.passed) && enough(learners.failed)),
        bands: cells((0..BANDS).map(|band| in_band(i32::try_from(band).unwrap_or(i32::MAX))).collect()),
    })
}

/// Cells of one whole: where a single one is not told, the smallest of the others is not either, or it would be what is left.
fn cells(mut told: Vec<Option<i64>>) -> Vec<Option<i64>> {
    if told.iter().filter(|cell| cell.is_none()).count() == 1 {
        let smallest = told.iter_mut().filter(|cell| cell.is_some_and(|count| count > 0)).min();
        if let Some(cell) = smallest {
            *cell = None;
        }
    }
    told
}

#[expect(clippy::cast_precision_loss, reason = "no quiz has 2^52 attempts")]
fn float(count: i64) -> f64 {
    count as f64
}

/// How a question went.
#[derive(QueryableByName, Clone, Debug)]
pub struct OfQuestion {
    /// The question.
    #[diesel(sql_type = SqlUuid)]
    pub question_id: QuestionId,
    /// Attempts that answered it.
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = Nullable<Double>)]
    facility: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    discrimination: Option<f64>,
}

impl OfQuestion {
    /// The mean share of its points, 0 to 1, over the attempts that asked it.
    #[must_use]
    pub fn facility(&self) -> Option<f64> {
        self.facility.filter(|_| self.learners >= FEWEST)
    }

    /// How the share of its points goes with what the rest of the attempt earned: the point-biserial correlation, -1 to 1, where it is right or
    /// wrong.
    #[must_use]
    pub fn discrimination(&self) -> Option<f64> {
        self.discrimination.filter(|_| self.learners >= FEWEST)
    }
}

/// How the questions of a version of a quiz went: those that attempts asked, the first of the quiz first, as many as one attempt may ask.
async fn of_questions(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    quiz: QuizId,
) -> Result<Vec<OfQuestion>, Fault> {
    let found = sql_query(
        "with asked as (
             select a.user_id, q.id as question_id, n.saved_at is not null as answered,
                 coalesce(n.score, 0)::double precision / q.points as share,
                 (a.score - coalesce(n.score, 0))::double precision / nullif(a.max_score - q.points, 0) as rest
             from attempts a
             cross join unnest(a.question_ids) as u (id)
             join questions q on q.version_id = a.version_id and q.id = u.id
             left join answers n on n.attempt_id = a.id and n.question_id = u.id
             where a.quiz_id = $2 and a.score is not null
         )
         select s.question_id, count(*) filter (where s.answered) as answered, count(distinct s.user_id) as learners,
             avg(s.share) as facility, corr(s.share, s.rest) as discrimination
         from asked s join questions now on now.version_id = $1 and now.id = s.question_id
         group by s.question_id, now.position order by now.position, s.question_id limit $3",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<SqlUuid, _>(quiz)
    .bind::<BigInt, _>(i64::try_from(policy::ASKED).unwrap_or(i64::MAX))
    .load(&mut connection)
    .await?;
    Ok(found)
}

#[derive(QueryableByName)]
struct Ticked {
    #[diesel(sql_type = SqlUuid)]
    version_id: VersionId,
    #[diesel(sql_type = SqlUuid)]
    question_id: QuestionId,
    #[diesel(sql_type = SqlUuid)]
    choice_id: ItemId,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = BigInt)]
    others: i64,
}

/// How often each choice of a version's question was ticked, in its order; nothing where so few ticked it, or left it, that one could tell
/// who.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TickedOf(pub VersionId, pub QuestionId);

impl Batch for TickedOf {
    type Value = Vec<(ItemId, Option<i64>)>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let (versions, questions): (Vec<VersionId>, Vec<QuestionId>) = keys.iter().map(|key| (key.0, key.1)).unzip();
        let rows: Vec<Ticked> = sql_query(
            "with given as (
                 select n.question_id, a.user_id, n.choice_ids from answers n join attempts a on a.id = n.attempt_id
                 where n.question_id = any($2) and a.score is not null
             )
             select c.version_id, c.question_id, c.id as choice_id,
                 count(g.user_id) filter (where c.id = any(g.choice_ids)) as attempts,
                 count(distinct g.user_id) filter (where c.id = any(g.choice_ids)) as learners,
                 count(distinct g.user_id) filter (where not c.id = any(g.choice_ids)) as others
             from choices c left join given g on g.question_id = c.question_id
             where c.version_id = any($1) and c.question_id = any($2) and c.role = 'CHOICE'
             group by c.version_id, c.question_id, c.id, c.position order by c.position, c.id",
        )
        .bind::<Array<SqlUuid>, _>(versions)
        .bind::<Array<SqlUuid>, _>(questions)
        .load(&mut connection)
        .await?;
        let by_question = grouped(rows.into_iter().map(|row| {
            let told = told(row.learners, row.learners + row.others).map(|_| row.attempts);
            (Self(row.version_id, row.question_id), (row.choice_id, told))
        }));
        let complete = by_question.into_iter().map(|(key, choices)| {
            let (ids, counts): (Vec<_>, Vec<_>) = choices.into_iter().unzip();
            (key, ids.into_iter().zip(cells(counts)).collect())
        });
        Ok(complete.collect())
    }
}
