//! A person enrols in a run of a published course.

use super::{
    expire::ExpireEnrolment,
    model::{EnrolmentId, EnrolmentRow, EnrolmentStatus},
    queue::{self, FillSeats},
    store,
};
use crate::{
    catalog::{
        self,
        model::{CourseStatus, RunId, RunRow, VersionId},
        store::{CourseById, PrerequisitesOf, RunById},
    },
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Batch, Call, UserErrorCode, user_error::Objection},
        idempotency::{self, Claimed},
        privacy::UserId,
    },
};

/// Enrols the viewer.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn enrol(
    call: &Call,
    run: RunId,
    invitation_code: Option<&str>,
) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "enrol", &(run, invitation_code)).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    let by = invitation_code.map_or(By::Themselves, By::Code);
    let id = match place(call, &mut tx, user, run, by).await? {
        Ok(id) => id,
        Err(objection) => return Ok(Err(objection)),
    };
    claim.made(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}

/// By what a person comes into a run.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    /// They enrol.
    Themselves,
    /// They enrol by an invitation code.
    Code(&'a str),
    /// The academy puts them in.
    Academy,
}

impl By<'_> {
    const fn source(self) -> &'static str {
        match self {
            Self::Themselves => "FREE",
            Self::Code(_) => "CODE",
            Self::Academy => "GRANT",
        }
    }
}

/// A place for a person in a run, in a transaction of the caller's. Who comes by a code or by the academy may go where one goes by
/// invitation only, and pays nothing.
///
/// # Errors
/// Those of the database.
pub(super) async fn place(
    call: &Call,
    tx: &mut Tx,
    user: UserId,
    run: RunId,
    by: By<'_>,
) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let now = call.services.clock.now();
    // Whatever they enrol in at once, they come into it one after the other.
    tx.take_name(&format!("enrol {}", user.uuid())).await?;
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
    if let Some(live) = store::live(tx, user, course).await? {
        // Whose time is over may begin again, in another run.
        let over = live.status == EnrolmentStatus::Active && !store::entitled(tx, user, course, now).await?;
        if !over {
            return already();
        }
        store::expire(tx, live.id).await?;
    }
    let not_eligible = |words| Ok(Err(Objection::new(UserErrorCode::NotEligible, "run", words)));
    if run.opens_at.is_some_and(|opens| opens > now) || run.closes_at.is_some_and(|closes| closes <= now) {
        return not_eligible(words!("Pendaftaran tidak sedang dibuka.", "Enrolment is not open now."));
    }
    if let Some(missing) = missing_prerequisite(call, tx, user, version).await? {
        return not_eligible(words!(
            "Selesaikan dulu kursus \"{missing}\".",
            "Complete the course \"{missing}\" first."
        ));
    }
    match by {
        By::Themselves if run.invitation_only => {
            let words = words!(
                "Kelas ini dengan undangan: sebutkan kodenya (invitationCode).",
                "One enrols in this run by invitation: give its code (invitationCode)."
            );
            return Ok(Err(Objection::new(UserErrorCode::NotEligible, "invitationCode", words)));
        }
        By::Themselves if catalog::store::version(tx, version).await?.price.money().is_some() => {
            return Err(Fault::payment_required());
        }
        By::Code(code) => {
            if let Err(objection) = catalog::runs::use_invitation(tx, run.id, code, now).await? {
                return Ok(Err(objection));
            }
        }
        By::Themselves | By::Academy => {}
    }
    let status = if waits(call, tx, &run).await? { EnrolmentStatus::Waitlisted } else { EnrolmentStatus::Active };
    let row = if let Some(left) = store::withdrawn(tx, user, run.id).await? {
        // What they had done, and how often they had tried, is as it was.
        store::resume(tx, left.id, status, now).await?;
        EnrolmentRow { status, enrolled_at: now, ..left }
    } else {
        let row = EnrolmentRow {
            id: call.services.random.ordered_id(&call.services.clock),
            user_id: user,
            course_id: course,
            run_id: run.id,
            version_id: version,
            status,
            enrolled_at: now,
            completed_at: None,
            last_activity_at: None,
        };
        if !store::insert(tx, &row).await? {
            return already();
        }
        row
    };
    if status == EnrolmentStatus::Active {
        store::entitle(tx, &queue::entitlement(&call.services, &row, &run, by.source(), now)).await?;
    }
    ExpireEnrolment::plan(tx, &call.services, row.id, run.closes_at).await?;
    Ok(Ok(row.id))
}

/// Whether who comes now waits for a seat: nobody overtakes who waits already.
async fn waits(call: &Call, tx: &mut Tx, run: &RunRow) -> Result<bool, Fault> {
    // As it is now that nobody else takes one.
    let Some(seats) = run.seats.map(i64::from) else { return Ok(false) };
    let seats = catalog::store::lock_run(tx, run.id).await?.map_or(Some(seats), |run| run.seats.map(i64::from));
    let Some(seats) = seats else { return Ok(false) };
    let free = seats - store::taken_seats(tx, run.id).await?;
    if free > 0 && store::waiting_for(tx, run.id).await? > 0 {
        // A seat that became free in a way that nobody told of: who waits comes first.
        FillSeats::plan(tx, &call.services, run.id).await?;
        return Ok(true);
    }
    Ok(free <= 0)
}

/// The title of a course that is to be completed before, and was not. One that the catalogue has no more is asked of nobody.
async fn missing_prerequisite(
    call: &Call,
    tx: &mut Tx,
    user: UserId,
    version: VersionId,
) -> Result<Option<String>, Fault> {
    let asked = call.load_in(tx, PrerequisitesOf(version)).await?.unwrap_or_default();
    if asked.is_empty() {
        return Ok(None);
    }
    let completed = store::completed_courses(tx, user).await?;
    let missing: Vec<_> = asked.into_iter().filter(|course| !completed.contains(course)).map(CourseById).collect();
    let mut known = <CourseById as Batch>::load(call, tx, &missing).await?;
    for course in missing {
        let published =
            known.remove(&course).filter(|row| row.status == CourseStatus::Published).and_then(|row| row.published_id);
        if let Some(published) = published {
            return Ok(Some(catalog::store::version(tx, published).await?.title));
        }
    }
    Ok(None)
}
