//! A person enrols in a run of a published course.

use super::{
    model::{EnrolmentId, EnrolmentRow, EnrolmentStatus, NewEntitlement},
    store,
};
use crate::{
    catalog::{
        self,
        model::{CourseStatus, RunId},
        store::{CourseById, RunById},
    },
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        idempotency::{self, Claimed},
        privacy::UserId,
    },
};

/// Enrols the viewer.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn enrol(call: &Call, run: RunId) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "enrol", &run).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    let id = match place(call, &mut tx, user, run, false).await? {
        Ok(id) => id,
        Err(objection) => return Ok(Err(objection)),
    };
    claim.made(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}

/// A place for a person in a run, in a transaction of the caller's. Who is invited may go where one goes by invitation only.
///
/// # Errors
/// Those of the database.
pub(super) async fn place(
    call: &Call,
    tx: &mut Tx,
    user: UserId,
    run: RunId,
    invited: bool,
) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let now = call.services.clock.now();
    let Some(run) = call.load_in(tx, RunById(run)).await? else { return Ok(Err(Objection::not_found("run"))) };
    let course = call.load_in(tx, CourseById(run.course_id)).await?;
    let published = course.filter(|course| course.status == CourseStatus::Published);
    let Some((course, version)) = published.and_then(|course| Some((course.id, course.published_id?))) else {
        return Ok(Err(Objection::not_found("run")));
    };
    let already = || {
        let words = words!("Anda sudah terdaftar di kursus ini.", "You are enrolled in this course already.");
        Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "run", words)))
    };
    if store::live(tx, user, course).await?.is_some() {
        return already();
    }
    let not_eligible = |words| Ok(Err(Objection::new(UserErrorCode::NotEligible, "run", words)));
    if run.opens_at.is_some_and(|opens| opens > now) || run.closes_at.is_some_and(|closes| closes <= now) {
        return not_eligible(words!("Pendaftaran tidak sedang dibuka.", "Enrolment is not open now."));
    }
    if run.invitation_only && !invited {
        return not_eligible(words!("Kursus ini dengan undangan saja.", "One enrols in this run by invitation only."));
    }
    if let Some(seats) = run.seats {
        catalog::store::lock_run(tx, run.id).await?;
        if store::taken_seats(tx, run.id).await? >= i64::from(seats) {
            let words = words!("Tidak ada kursi lagi.", "There are no seats left.");
            return Ok(Err(Objection::new(UserErrorCode::LimitReached, "run", words)));
        }
    }
    let row = EnrolmentRow {
        id: call.services.random.ordered_id(&call.services.clock),
        user_id: user,
        course_id: course,
        run_id: run.id,
        version_id: version,
        status: EnrolmentStatus::Active,
        enrolled_at: now,
        completed_at: None,
        last_activity_at: None,
    };
    let entitlement = NewEntitlement {
        id: call.services.random.ordered_id::<()>(&call.services.clock).uuid(),
        user_id: user,
        course_id: course,
        source: "FREE",
        starts_at: now,
        ends_at: run.closes_at,
    };
    if !store::insert(tx, &row, &entitlement).await? {
        return already();
    }
    Ok(Ok(row.id))
}
