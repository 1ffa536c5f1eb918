//! A learner completes lessons; the rule of their version judges whether that completes the course.

use chrono::{DateTime, Utc};

use super::{
    model::{EnrolmentId, EnrolmentRow, EnrolmentStatus},
    store,
};
use crate::{
    catalog::{
        self, content,
        model::{CourseId, LessonId, LessonKind},
    },
    certificates,
    gamification::{
        award::{Deed, award},
        model::PointsReason,
    },
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        idempotency::{self, Claimed},
    },
    quizzes, referrals,
};

/// Completes a lesson of the viewer's own enrolment.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn complete_lesson(call: &Call, lesson: LessonId) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "completeLesson", &lesson).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    let not_found = || Ok(Err(Objection::not_found("id")));
    let Some(version) = call.load_in(&tx, content::VersionOfLesson(lesson)).await? else { return not_found() };
    let course = catalog::store::version(&tx, version).await?.course_id;
    let Some(enrolment) = active(&mut tx, user, course, call.services.clock.now()).await? else { return not_found() };
    let lessons = content::lessons_of(&tx, enrolment.version_id).await?;
    let Some(row) = lessons.iter().find(|row| row.id == lesson && !row.hidden) else { return not_found() };
    if row.kind == LessonKind::Quiz {
        if store::completed_lessons(&tx, enrolment.id).await?.contains(&lesson) {
            return Ok(Ok(enrolment.id));
        }
        let words =
            words!("Pelajaran ini selesai bila kuisnya lulus.", "This lesson is completed by passing its quiz.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "id", words)));
    }
    let now = call.services.clock.now();
    let new = store::complete_lessons(&mut tx, enrolment.id, &[lesson], now).await?;
    store::touch(&mut tx, enrolment.id, now).await?;
    let completed = judge(&call.services, &mut tx, &enrolment).await?;
    let deeds: Vec<_> = new.into_iter().map(Deed::lesson).chain(completed).collect();
    award(&mut tx, &call.services, user, course, &deeds, now).await?;
    claim.made(&mut tx, enrolment.id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(enrolment.id))
}

/// The learner's live enrolment, locked, where they learn or have learnt and are still entitled to.
///
/// # Errors
/// Those of the database.
pub async fn active(
    tx: &mut Tx,
    user: crate::platform::privacy::UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> Result<Option<EnrolmentRow>, Fault> {
    let Some(found) = store::live(tx, user, course).await? else { return Ok(None) };
    if !store::entitled(tx, user, course, now).await? {
        return Ok(None);
    }
    let row = store::lock(tx, found.id).await?;
    Ok(matches!(row.status, EnrolmentStatus::Active | EnrolmentStatus::Completed).then_some(row))
}

/// Completes the enrolment if the rule of its version says so: once, and then it is worth something to its learner.
///
/// # Errors
/// Those of the database.
pub async fn judge(services: &Services, tx: &mut Tx, enrolment: &EnrolmentRow) -> Result<Option<Deed>, Fault> {
    if enrolment.status != EnrolmentStatus::Active {
        return Ok(None);
    }
    let rule = catalog::store::version(tx, enrolment.version_id).await?;
    let mut lessons = content::lessons_of(tx, enrolment.version_id).await?;
    lessons.retain(|lesson| !lesson.hidden);
    let done = store::completed_lessons(tx, enrolment.id).await?;
    let completed = lessons.iter().filter(|lesson| done.contains(&lesson.id)).count();
    if completed * 100 < lessons.len() * usize::try_from(rule.lessons_percent).unwrap_or(100) {
        return Ok(None);
    }
    if rule.quizzes_passed {
        let passed = quizzes::store::passed(tx, enrolment.id).await?;
        if content::quizzes_for_learners(tx, enrolment.version_id).await?.iter().any(|quiz| !passed.contains(quiz)) {
            return Ok(None);
        }
    }
    if let Some(minimum) = rule.minimum_score
        && quizzes::average(tx, enrolment).await?.is_some_and(|average| average < i64::from(minimum))
    {
        return Ok(None);
    }
    let now = services.clock.now();
    store::finish(tx, enrolment.id, now).await?;
    let row = store::lock(tx, enrolment.id).await?;
    certificates::issue::on_completion(services, tx, &row).await?;
    referrals::attribute::qualify(tx, services, row.user_id).await?;
    Ok(Some(Deed { reason: PointsReason::CourseCompleted, cause: row.course_id.uuid() }))
}
