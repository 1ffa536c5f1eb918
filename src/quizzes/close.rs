//! An attempt ends: submitted by its learner, or by itself when its time is over. What was saved is graded, once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    grading,
    model::{AnswerRow, AttemptId, AttemptRow, AttemptStatus, TaskRow},
    response::Response,
    store,
};
use crate::{
    catalog::{
        content,
        model::{LessonKind, QuestionId, QuestionRow},
        questions::{self, AnswerKey},
    },
    enrolment::{self, complete, model::EnrolmentStatus},
    gamification::{
        award::{Deed, award},
        model::PointsReason,
    },
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::Services,
        jobs::{self, Job},
    },
};

/// For an answer that was sent in time and held up on its way.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(5);

/// Closes an attempt whose learner does not come back.
#[derive(Serialize, Deserialize)]
pub struct CloseAttempt {
    attempt: AttemptId,
}

impl CloseAttempt {
    /// Plans it for just after the deadline and its grace.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn plan(
        tx: &mut Tx,
        services: &Services,
        attempt: AttemptId,
        deadline: DateTime<Utc>,
    ) -> Result<(), Fault> {
        jobs::enqueue_at(tx, services, &Self { attempt }, deadline + GRACE + TimeDelta::seconds(1)).await
    }
}

impl Job for CloseAttempt {
    const KIND: &'static str = "close_attempt";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        // Gone with its learner.
        let Some(attempt) = store::by_id(&tx, self.attempt).await? else { return Ok(()) };
        if !tx.hold_account(attempt.user_id).await? {
            return Ok(());
        }
        enrolment::store::lock(&mut tx, attempt.enrolment_id).await?;
        let open = store::lock(&mut tx, self.attempt).await?.filter(|attempt| !store::OVER.contains(&attempt.status));
        let Some(attempt) = open else { return Ok(()) };
        // It has more time meanwhile, and a job of its own for when that is over.
        if attempt.deadline.is_none_or(|deadline| services.clock.now() <= deadline + GRACE) {
            return Ok(());
        }
        close(&services, &mut tx, attempt, AttemptStatus::Expired).await?;
        tx.commit().await
    }
}

/// Grades what was saved, once. What only a person can grade waits for one.
///
/// # Errors
/// Those of the database.
pub(super) async fn close(
    services: &Services,
    tx: &mut Tx,
    mut attempt: AttemptRow,
    status: AttemptStatus,
) -> Result<(), Fault> {
    let now = services.clock.now();
    attempt.submitted_at = Some(attempt.deadline.map_or(now, |deadline| now.min(deadline)));
    let mut answers = store::answers_of(tx, attempt.id).await?;
    let graded = Graded::of(tx, &attempt).await?;
    for answer in &mut answers {
        answer.score = graded.score(answer);
    }
    let waiting: Vec<_> = answers.iter().filter(|answer| answer.score.is_none()).collect();
    if waiting.is_empty() {
        return settle(services, tx, attempt, answers, status).await;
    }
    let tasks: Vec<_> = waiting.iter().map(|answer| task(services, &attempt, answer.question_id, now)).collect();
    attempt.status = AttemptStatus::Submitted;
    store::grade(tx, &attempt, &answers).await?;
    store::add_tasks(tx, &tasks).await
}

/// An answer that waits for a person.
pub(super) fn task(services: &Services, attempt: &AttemptRow, question_id: QuestionId, at: DateTime<Utc>) -> TaskRow {
    TaskRow {
        // Random: who grades learns nothing of whose it is.
        id: services.random.id(),
        course_id: attempt.course_id,
        quiz_id: attempt.quiz_id,
        attempt_id: attempt.id,
        question_id,
        submitted_at: at,
        graded_at: None,
    }
}

/// What the questions of an attempt are graded by.
pub(super) struct Graded {
    questions: HashMap<QuestionId, QuestionRow>,
    keys: HashMap<QuestionId, AnswerKey>,
}

impl Graded {
    /// All the questions of an attempt.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn of(tx: &Tx, attempt: &AttemptRow) -> Result<Self, Fault> {
        let rows = questions::store::rows(tx, attempt.version_id, &attempt.question_ids).await?;
        let keys = questions::store::keys::for_grading(tx, attempt.version_id, &attempt.question_ids).await?;
        Ok(Self { questions: rows.into_iter().map(|row| (row.id, row)).collect(), keys })
    }

    /// What an answer earns; nothing where a person grades it.
    pub(super) fn score(&self, answer: &AnswerRow) -> Option<i64> {
        let (Some(question), Some(key)) = (self.questions.get(&answer.question_id), self.keys.get(&answer.question_id))
        else {
            return Some(0);
        };
        let Some(response) = Response::read(question.kind, &answer.response) else { return Some(0) };
        grading::share(&key.key, question.multiple, &response).map(|share| grading::score(question.points, share))
    }
}

/// Adds up what every answer has earned, and does what passing leads to. What was passed once stays so, whatever is graded again: a mistake
/// of others takes no lesson, no course and no certificate from a learner.
///
/// # Errors
/// Those of the database.
pub(super) async fn settle(
    services: &Services,
    tx: &mut Tx,
    mut attempt: AttemptRow,
    answers: Vec<AnswerRow>,
    status: AttemptStatus,
) -> Result<(), Fault> {
    let now = services.clock.now();
    let score: i64 = answers.iter().filter_map(|answer| answer.score).sum();
    let quiz = content::quiz(tx, attempt.version_id, attempt.quiz_id).await?;
    let bar = quiz.map_or(100, |quiz| quiz.pass_percent);
    let before = attempt.passed;
    let passed = before == Some(true) || grading::passes(score, attempt.max_score, bar);
    attempt.status = status;
    attempt.score = Some(score);
    attempt.passed = Some(passed);
    store::grade(tx, &attempt, &answers).await?;
    let row = enrolment::store::lock(tx, attempt.enrolment_id).await?;
    // An attempt may end by itself when its learner is not in the course any more: it is graded, and leads to nothing.
    if !matches!(row.status, EnrolmentStatus::Active | EnrolmentStatus::Completed) {
        return Ok(());
    }
    let mut deeds = Vec::new();
    if passed {
        let lessons = content::lessons_of(tx, attempt.version_id).await?;
        let own: Vec<_> = lessons
            .iter()
            .filter(|row| row.kind == LessonKind::Quiz && row.quiz_id == Some(attempt.quiz_id))
            .map(|row| row.id)
            .collect();
        let new = enrolment::store::complete_lessons(tx, attempt.enrolment_id, &own, now).await?;
        deeds.extend(new.into_iter().map(Deed::lesson));
        deeds.push(Deed { reason: PointsReason::QuizPassed, cause: attempt.quiz_id.uuid() });
    }
    // Also where it is not passed: the mean of all scores may be what the course still asked for.
    deeds.extend(complete::judge(services, tx, &row).await?);
    // On the day on which the learner answered: an attempt may end by itself long after.
    let at = answers.iter().map(|answer| answer.saved_at).max().unwrap_or(now);
    award(tx, services, attempt.user_id, attempt.course_id, &deeds, at).await
}
