//! What a learner did is worth something: points, a day of their streak, and the badges that it earns.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    model::{NewEntry, PointsReason},
    policy,
    privacy::{HeldBadges, Points},
    store,
};
use crate::{
    academies,
    catalog::{
        self,
        model::{CourseId, LessonId},
    },
    platform::{
        db::Tx,
        fault::Fault,
        graphql::Services,
        privacy::{Datum, UserId},
    },
};

/// What a learner did: once for each cause, whatever is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// What it is worth points for.
    pub reason: PointsReason,
    /// The lesson, the quiz or the course itself.
    pub cause: Uuid,
}

impl Deed {
    /// A lesson was completed.
    #[must_use]
    pub fn lesson(lesson: LessonId) -> Self {
        Self { reason: PointsReason::LessonCompleted, cause: lesson.uuid() }
    }
}

/// Notes what a learner did in a course at a moment, in the transaction that does it.
///
/// # Errors
/// Those of the database.
pub async fn award(
    tx: &mut Tx,
    services: &Services,
    learner: UserId,
    course: CourseId,
    deeds: &[Deed],
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let id = tx.academy()?;
    let academy = academies::store::by_id(tx, id).await?;
    let sharing = academy.policy().sharing();
    // Who teaches a course could write themselves as many lessons as they like.
    if deeds.is_empty() || !sharing.holds(&Points::ENTRY) || catalog::store::teaches(tx, learner, course).await? {
        return Ok(());
    }
    // What one learner does in two courses at once is measured one after the other.
    tx.take_name(&format!("points {learner}")).await?;
    let entries: Vec<_> = deeds
        .iter()
        .map(|deed| NewEntry {
            id: services.random.ordered_id(&services.clock),
            user_id: learner,
            course_id: course,
            reason: deed.reason,
            cause_id: deed.cause,
            points: policy::worth(deed.reason),
            at,
        })
        .collect();
    if !store::add(tx, learner, &entries, academy.day(at)).await? || !sharing.holds(&HeldBadges::ENTRY) {
        return Ok(());
    }
    let measured = store::measured(tx, learner).await?;
    let mut earned = store::badges_without(tx, learner).await?;
    earned.retain(|badge| measured.of(badge.measure) >= badge.at_least);
    store::award(tx, learner, &earned, at).await
}
