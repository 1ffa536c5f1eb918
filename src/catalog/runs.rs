//! The offerings of a course: cohorts and school years beside the run that is always open, with dates, seats and invitations.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    authority,
    model::{CourseId, NewInvitationCode, RunId, RunRow},
    policy,
    store::{self, RunById, RunChange},
};
use crate::enrolment::queue::FillSeats;
use crate::platform::{
    change::Change,
    code,
    db::Tx,
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Gathered, Objection, needed},
    },
};

/// What a run is begun with.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The course.
    pub course: CourseId,
    /// Its name.
    pub name: String,
    /// From when one enrols and learns; nothing: at once.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until when; nothing: without end.
    pub closes_at: Option<DateTime<Utc>>,
    /// How many may enrol; nothing: as many as like.
    pub seats: Option<i32>,
    /// Whether one enrols by invitation only.
    pub invitation_only: bool,
}

/// Begins a run.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn create(call: &Call, new: NewRun) -> Result<Result<RunId, Vec<Objection>>, Fault> {
    call.viewer().signed_in()?;
    let mut wrong = Gathered::default();
    let name = wrong.take(user_error::line(&new.name, "name", policy::TITLE));
    wrong.take(in_order(new.opens_at, new.closes_at));
    wrong.take(places(new.seats));
    let (Some(name), true) = (name, wrong.is_empty()) else { return Ok(Err(wrong.all())) };
    let mut tx = call.begin().await?;
    if let Err(objection) = authority::lock_to_edit(call, &mut tx, new.course, "course").await? {
        return Ok(Err(vec![objection]));
    }
    let runs = store::count_runs(&tx, new.course).await?;
    if let Err(objection) = policy::room_for_one_more(runs, policy::RUNS, "course") {
        return Ok(Err(vec![objection]));
    }
    let row = RunRow {
        id: call.services.random.ordered_id(&call.services.clock),
        course_id: new.course,
        name,
        opens_at: new.opens_at,
        closes_at: new.closes_at,
        seats: new.seats,
        invitation_only: new.invitation_only,
        created_at: call.services.clock.now(),
    };
    store::insert_run(&mut tx, &row).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(row.id))
}

/// What changes of a run.
#[derive(Default, Debug)]
pub struct UpdateRun {
    /// Its name.
    pub name: Change<String>,
    /// From when one enrols and learns.
    pub opens_at: Change<DateTime<Utc>>,
    /// Until when.
    pub closes_at: Change<DateTime<Utc>>,
    /// How many may enrol. Who is in stays, also where they are more.
    pub seats: Change<i32>,
    /// Whether one enrols by invitation only.
    pub invitation_only: Change<bool>,
}

/// Changes a run. Who is enrolled learns until the day that was theirs when they enrolled.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update(call: &Call, id: RunId, input: UpdateRun) -> Result<Result<RunId, Vec<Objection>>, Fault> {
    call.viewer().signed_in()?;
    let mut wrong = Gathered::default();
    let name = needed(input.name, "name")
        .and_then(|given| given.map(|name| user_error::line(&name, "name", policy::TITLE)).transpose());
    let name = wrong.take(name).flatten();
    let seats = input.seats.column();
    wrong.take(places(seats.flatten()));
    let (opens_at, closes_at) = (input.opens_at.column(), input.closes_at.column());
    let invitation_only = wrong.take(needed(input.invitation_only, "invitationOnly")).flatten();
    if !wrong.is_empty() {
        return Ok(Err(wrong.all()));
    }
    let mut tx = call.begin().await?;
    let run = match lock(call, &mut tx, id, "id").await? {
        Ok(run) => run,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    if let Err(objection) = in_order(opens_at.unwrap_or(run.opens_at), closes_at.unwrap_or(run.closes_at)) {
        return Ok(Err(vec![objection]));
    }
    let change = RunChange { name, opens_at, closes_at, seats, invitation_only };
    store::change_run(&mut tx, id, &change).await?;
    if change.seats.is_some() || change.closes_at.is_some() {
        FillSeats::plan(&mut tx, &call.services, id).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}

/// Makes a code that lets so many enrol in a run until a time: shown this once, kept as a digest.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn invite(
    call: &Call,
    run: RunId,
    uses: Option<i32>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Result<String, Vec<Objection>>, Fault> {
    call.viewer().signed_in()?;
    let now = call.services.clock.now();
    let mut wrong = Gathered::default();
    let invalid = |field, words| Err(Objection::new(UserErrorCode::Invalid, field, words));
    if uses.is_some_and(|uses| uses < 1) {
        wrong.take::<()>(invalid(
            "uses",
            words!("Paling sedikit 1; tanpa batas: null.", "At least 1; as many as like: null."),
        ));
    }
    if expires_at.is_some_and(|at| at <= now) {
        wrong.take::<()>(invalid("expiresAt", words!("Waktu itu sudah lewat.", "That time has passed.")));
    }
    if !wrong.is_empty() {
        return Ok(Err(wrong.all()));
    }
    let mut tx = call.begin().await?;
    if let Err(objection) = lock(call, &mut tx, run, "run").await? {
        return Ok(Err(vec![objection]));
    }
    let letters = code::new::<{ code::SECRET }>(&call.services.random);
    let row = NewInvitationCode {
        id: call.services.random.ordered_id::<()>(&call.services.clock).uuid(),
        run_id: run,
        code_hash: digest(&letters),
        uses,
        expires_at,
        created_at: now,
    };
    store::insert_invitation_code(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(Ok(code::grouped(&letters)))
}

/// Uses up one place of an invitation code, in the transaction that enrols by it.
///
/// # Errors
/// Those of the database.
pub async fn use_invitation(
    tx: &mut Tx,
    run: RunId,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Result<(), Objection>, Fault> {
    let field = "invitationCode";
    let found = match code::meant::<{ code::SECRET }>(typed) {
        Some(letters) => store::lock_invitation_code(tx, run, &digest(&letters)).await?,
        None => None,
    };
    let Some(found) = found else { return Ok(Err(Objection::not_found(field))) };
    if found.expires_at.is_some_and(|at| at <= now) {
        let words = words!("Kode undangan ini sudah lewat waktunya.", "The time of this invitation code is over.");
        return Ok(Err(Objection::new(UserErrorCode::Expired, field, words)));
    }
    if found.uses.is_some_and(|uses| found.used >= uses) {
        let words = words!("Kode undangan ini sudah habis terpakai.", "This invitation code is used up.");
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, field, words)));
    }
    store::count_invitation(tx, found.id).await?;
    Ok(Ok(()))
}

fn digest(letters: &str) -> Vec<u8> {
    Sha256::digest(letters.as_bytes()).to_vec()
}

/// A run whose course the viewer may edit, with that course locked; to everybody else it is not there.
async fn lock(call: &Call, tx: &mut Tx, id: RunId, field: &str) -> Result<Result<RunRow, Objection>, Fault> {
    let Some(known) = call.load_in(tx, RunById(id)).await? else { return Ok(Err(Objection::not_found(field))) };
    or_object!(authority::lock_to_edit(call, tx, known.course_id, field).await?);
    // Read again: as it is now that nobody else changes it.
    Ok(call.load_in(tx, RunById(id)).await?.ok_or_else(|| Objection::not_found(field)))
}

fn in_order(opens_at: Option<DateTime<Utc>>, closes_at: Option<DateTime<Utc>>) -> Result<(), Objection> {
    if opens_at.zip(closes_at).is_none_or(|(opens, closes)| opens < closes) {
        return Ok(());
    }
    let words = words!("Sesudah dibuka (opensAt).", "After it opens (opensAt).");
    Err(Objection::new(UserErrorCode::Invalid, "closesAt", words))
}

fn places(seats: Option<i32>) -> Result<(), Objection> {
    if seats.is_none_or(|seats| seats >= 0) {
        return Ok(());
    }
    let words = words!("Nol atau lebih; tanpa batas: null.", "None or more; as many as like: null.");
    Err(Objection::new(UserErrorCode::Invalid, "seats", words))
}
