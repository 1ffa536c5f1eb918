//! An attempt ends: submitted by its learner, or by itself when its time is over. What was saved is graded, once.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    grading,
    model::{AttemptId, AttemptRow, AttemptStatus},
    store,
};
use crate::{
    catalog::{content, model::LessonKind},
    enrolment::{self, complete},
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
        close(&services, &mut tx, attempt, AttemptStatus::Expired).await?;
        tx.commit().await
    }
}

/// Grades what was saved, once, and completes the lessons that passing completes.
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
    let questions = content::questions_of(tx, attempt.version_id, attempt.quiz_id).await?;
    let mut answers = store::answers_of(tx, attempt.id).await?;
    for answer in &mut answers {
        let asked = questions.iter().find(|(question, _)| question.id == answer.question_id);
        answer.score = asked
            .map(|(question, choices)| grading::score(question.points, question.multiple, choices, &answer.choice_ids));
    }
    let score: i64 = answers.iter().filter_map(|answer| answer.score).sum();
    let quiz = content::quiz(tx, attempt.version_id, attempt.quiz_id).await?;
    let bar = quiz.map_or(100, |quiz| quiz.pass_percent);
    let passed = grading::passes(score, attempt.max_score, bar);
    attempt.status = status;
    attempt.submitted_at = Some(attempt.deadline.map_or(now, |deadline| now.min(deadline)));
    attempt.score = Some(score);
    attempt.passed = Some(passed);
    store::grade(tx, &attempt, &answers).await?;
    if passed {
        let lessons = content::lessons_of(tx, attempt.version_id).await?;
        let own: Vec<_> = lessons
            .iter()
            .filter(|row| row.kind == LessonKind::Quiz && row.quiz_id == Some(attempt.quiz_id))
            .map(|row| row.id)
            .collect();
        let new = enrolment::store::complete_lessons(tx, attempt.enrolment_id, &own, now).await?;
        // On the day on which the learner answered: an attempt may end by itself long after.
        let at = answers.iter().map(|answer| answer.saved_at).max().unwrap_or(now);
        let row = enrolment::store::lock(tx, attempt.enrolment_id).await?;
        let completed = complete::judge(services, tx, &row).await?;
        let quiz = Deed { reason: PointsReason::QuizPassed, cause: attempt.quiz_id.uuid() };
        let deeds: Vec<_> = new.into_iter().map(Deed::lesson).chain([quiz]).chain(completed).collect();
        award(tx, services, attempt.user_id, attempt.course_id, &deeds, at).await?;
    }
    Ok(())
}
