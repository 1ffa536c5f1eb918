//! A learner takes a quiz: starts, saves answers as they go, submits. The server keeps the time; what was saved before the
//! deadline counts, what comes later does not.

use chrono::TimeDelta;

use super::{
    close::{CloseAttempt, GRACE, close},
    model::{AnswerRow, AttemptId, AttemptRow, AttemptStatus},
    response::{self, Response},
    store,
};
use crate::{
    catalog::{
        self,
        content::{self, HiddenQuizzesOf},
        model::{QuestionId, QuizId},
        policy, questions,
    },
    enrolment::{self, complete, model::EnrolmentStatus},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        idempotency::{self, Claimed},
    },
};

/// Starts an attempt, or gives back the one that is open.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn start(call: &Call, quiz: QuizId, locale: Option<String>) -> Result<Result<AttemptId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let not_found = || Ok(Err(Objection::not_found("quiz")));
    let mut tx = call.begin().await?;
    let Some(version) = call.load_in(&tx, content::VersionOfQuiz(quiz)).await? else { return not_found() };
    let course = catalog::store::version(&tx, version).await?.course_id;
    let Some(enrolment) = complete::active(&mut tx, user, course, call.services.clock.now()).await? else {
        return not_found();
    };
    let Some(row) = content::quiz(&tx, enrolment.version_id, quiz).await? else { return not_found() };
    let hidden = call.load_in(&tx, HiddenQuizzesOf(enrolment.version_id)).await?;
    if hidden.is_some_and(|hidden| hidden.contains(&quiz)) {
        return not_found();
    }
    let now = call.services.clock.now();
    // Of whichever run: who leaves and enrols in another one begins the course anew, and no quiz of it.
    let earlier = store::of_person(&tx, user, quiz).await?;
    let is_open =
        |attempt: &&AttemptRow| attempt.enrolment_id == enrolment.id && attempt.status == AttemptStatus::InProgress;
    if let Some(open) = earlier.iter().find(is_open) {
        if open.deadline.is_none_or(|deadline| now <= deadline + GRACE) {
            return Ok(Ok(open.id));
        }
        let locked = store::lock(&mut tx, open.id).await?;
        if let Some(late) = locked.filter(|attempt| attempt.status == AttemptStatus::InProgress) {
            close(&call.services, &mut tx, late, AttemptStatus::Expired).await?;
        }
    }
    let made = i32::try_from(earlier.len()).unwrap_or(i32::MAX);
    let more = store::extension(&tx, user, quiz).await?;
    let extra_attempts = more.map_or(0, |more| more.extra_attempts);
    if made >= row.attempts_allowed.map_or(policy::ATTEMPTS, |allowed| allowed + extra_attempts) {
        tx.commit().await?;
        let words = words!("Kesempatan mengerjakan kuis ini sudah habis.", "There are no attempts at this quiz left.");
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "quiz", words)));
    }
    let mut drawn = questions::store::worth_of(&tx, enrolment.version_id, quiz).await?;
    if let Some(count) = row.draw_count.and_then(|count| usize::try_from(count).ok()) {
        draw(call, &mut drawn, count, row.shuffle);
    } else if row.shuffle {
        shuffle(call, &mut drawn);
    }
    let extra_time = more.map_or(0, |more| more.extra_time);
    let attempt = AttemptRow {
        // Random: a learner learns nothing of others' attempts from it.
        id: call.services.random.id(),
        enrolment_id: enrolment.id,
        user_id: user,
        course_id: course,
        version_id: enrolment.version_id,
        quiz_id: quiz,
        number: made + 1,
        status: AttemptStatus::InProgress,
        locale,
        max_score: drawn.iter().map(|(_, points)| points).sum(),
        question_ids: drawn.into_iter().map(|(id, _)| id).collect(),
        started_at: now,
        deadline: row.time_limit.map(|seconds| now + TimeDelta::seconds(i64::from(seconds) + i64::from(extra_time))),
        submitted_at: None,
        score: None,
        passed: None,
        contest: None,
        contested_at: None,
        contest_decided_at: None,
    };
    store::insert(&mut tx, &attempt).await?;
    enrolment::store::touch(&mut tx, enrolment.id, now).await?;
    if let Some(deadline) = attempt.deadline {
        CloseAttempt::plan(&mut tx, &call.services, attempt.id, deadline).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(attempt.id))
}

fn shuffle<T>(call: &Call, items: &mut [T]) {
    put_by_chance(call, items, items.len());
}

/// Keeps so many by chance: in the order of the quiz, or in another one.
fn draw<T: Clone>(call: &Call, items: &mut Vec<T>, count: usize, shuffled: bool) {
    let mut places: Vec<usize> = (0..items.len()).collect();
    put_by_chance(call, &mut places, count);
    places.truncate(count);
    if !shuffled {
        places.sort_unstable();
    }
    *items = places.into_iter().filter_map(|place| items.get(place).cloned()).collect();
}

/// Puts any of the items, each as likely, into the first `count` places.
fn put_by_chance<T>(call: &Call, items: &mut [T], count: usize) {
    // Fisher-Yates; the bias of a remainder of 64 bits by some thousands is nothing.
    for place in 0..count.min(items.len()) {
        let random = u64::from_le_bytes(call.services.random.bytes());
        let left = (items.len() - place) as u64;
        let other = place + usize::try_from(random % left).unwrap_or(0);
        items.swap(place, other);
    }
}

/// Saves an answer of an open attempt, over an earlier one.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn save(
    call: &Call,
    attempt: AttemptId,
    question: QuestionId,
    response: Response,
) -> Result<Result<AttemptId, Objection>, Fault> {
    let mut tx = call.begin().await?;
    let attempt = match open(call, &mut tx, attempt, "attempt").await? {
        Ok(attempt) => attempt,
        Err(objection) => {
            keep_what_expired(tx, &objection).await?;
            return Ok(Err(objection));
        }
    };
    let not_found = || Ok(Err(Objection::not_found("question")));
    if !attempt.question_ids.contains(&question) {
        return not_found();
    }
    let asked = questions::store::asked(&tx, attempt.version_id, &[question]).await?;
    let Some((row, items)) = asked.first() else { return not_found() };
    if let Err(objection) = response::fits(row, items, &response) {
        return Ok(Err(objection));
    }
    let answer = AnswerRow {
        attempt_id: attempt.id,
        question_id: question,
        response: response.stored(),
        score: None,
        saved_at: call.services.clock.now(),
        feedback: None,
        graded_at: None,
    };
    store::save(&mut tx, &answer).await?;
    enrolment::store::touch(&mut tx, attempt.enrolment_id, answer.saved_at).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(attempt.id))
}

/// Submits an attempt, and grades it.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn submit(call: &Call, attempt: AttemptId) -> Result<Result<AttemptId, Objection>, Fault> {
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "submitAttempt", &attempt).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    match open(call, &mut tx, attempt, "id").await? {
        Ok(attempt) => {
            let id = attempt.id;
            enrolment::store::touch(&mut tx, attempt.enrolment_id, call.services.clock.now()).await?;
            close(&call.services, &mut tx, attempt, AttemptStatus::Graded).await?;
            claim.made(&mut tx, id).await?;
            tx.commit().await?;
            call.forget_loaded();
            Ok(Ok(id))
        }
        Err(objection) => {
            keep_what_expired(tx, &objection).await?;
            Ok(Err(objection))
        }
    }
}

/// An attempt whose time was over has been closed on the way: the one refusal that writes.
async fn keep_what_expired(tx: Tx, objection: &Objection) -> Result<(), Fault> {
    if objection.code == UserErrorCode::Expired { tx.commit().await } else { Ok(()) }
}

/// The viewer's own attempt, locked, while it may still be answered. One whose time is over is closed.
async fn open(call: &Call, tx: &mut Tx, id: AttemptId, field: &str) -> Result<Result<AttemptRow, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    // The enrolment is locked before the attempt, here as where one is started: two locks in two orders would meet.
    let own = store::by_id(tx, id).await?.filter(|attempt| attempt.user_id == user);
    let Some(own) = own else { return Ok(Err(Objection::not_found(field))) };
    let enrolled = enrolment::store::lock(tx, own.enrolment_id).await?;
    let Some(attempt) = store::lock(tx, id).await? else { return Ok(Err(Objection::not_found(field))) };
    if store::OVER.contains(&attempt.status) {
        let words = words!("Pengerjaan ini sudah selesai.", "This attempt is over.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, field, words)));
    }
    let now = call.services.clock.now();
    let learns = matches!(enrolled.status, EnrolmentStatus::Active | EnrolmentStatus::Completed)
        && enrolment::store::entitled(tx, user, attempt.course_id, now).await?;
    if !learns {
        let words = words!(
            "Anda tidak mengikuti kursus ini lagi; daftarlah lagi untuk melanjutkan.",
            "You are not in this course any more; enrol again to go on."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, field, words)));
    }
    if attempt.deadline.is_some_and(|deadline| now > deadline + GRACE) {
        close(&call.services, tx, attempt, AttemptStatus::Expired).await?;
        let words = words!(
            "Waktunya habis; yang sudah tersimpan dinilai.",
            "The time is over; what was saved has been graded."
        );
        return Ok(Err(Objection::new(UserErrorCode::Expired, field, words)));
    }
    Ok(Ok(attempt))
}
