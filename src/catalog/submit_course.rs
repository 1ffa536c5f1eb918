//! An instructor submits a course: its draft is frozen, and a reviewer reads exactly that.

use super::{
    authority, content,
    model::{CourseId, CourseStatus, SubmissionId, SubmissionRow, SubmissionStatus},
    policy,
    questions::{self, store::Unaskable},
    store,
    tell_reviewers::TellReviewers,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    jobs,
    text::Words,
};

/// Submits the draft.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn submit_course(call: &Call, course: CourseId) -> Result<Result<SubmissionId, Objection>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let course = match authority::lock_to_edit(call, &mut tx, course, "id").await? {
        Ok(course) => course,
        Err(objection) => return Ok(Err(objection)),
    };
    let latest = course.latest_id.ok_or_else(|| anyhow::anyhow!("a course without a version"))?;
    let version = store::version(&tx, latest).await?;
    // What was taken back, or out of the catalogue, may be submitted again as it is.
    let again = course.status == CourseStatus::Archived && course.published_id == Some(version.id)
        || store::last_status(&tx, version.id).await? == Some(SubmissionStatus::Withdrawn);
    if version.frozen_at.is_some() && !again {
        let words =
            words!("Tidak ada perubahan sejak pengajuan terakhir.", "Nothing has changed since the last submission.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    if store::pending_submission(&tx, course.id).await? {
        let words = words!("Kursus ini sedang ditinjau.", "This course is being reviewed already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    let not_ready = |words| Ok(Err(Objection::new(UserErrorCode::NotEligible, "id", words)));
    if content::lessons_of(&tx, version.id).await?.iter().all(|lesson| lesson.hidden) {
        return not_ready(words!("Kursus belum punya pelajaran.", "The course has no lesson yet."));
    }
    if let Some(quiz) = questions::store::unaskable(&tx, version.id, policy::ASKED).await? {
        return not_ready(why_not(&quiz));
    }
    // Who completes the course must have passed it, and nobody could find it.
    if version.quizzes_passed
        && let Some(title) = content::quiz_without_lesson(&tx, version.id).await?
    {
        return not_ready(words!(
            "Kuis \"{title}\" belum ada pelajarannya: buat pelajaran berjenis QUIZ.",
            "No lesson leads to the quiz \"{title}\" yet: make a lesson of the kind QUIZ."
        ));
    }
    let now = call.services.clock.now();
    if version.frozen_at.is_none() {
        store::freeze(&mut tx, version.id, now).await?;
    }
    let submission = SubmissionRow {
        id: call.services.random.ordered_id(&call.services.clock),
        course_id: course.id,
        version_id: version.id,
        status: SubmissionStatus::Pending,
        reason: None,
        submitted_at: now,
        decided_at: None,
        base_id: course.published_id,
    };
    store::insert_submission(&mut tx, &submission).await?;
    jobs::enqueue(&mut tx, &call.services, &TellReviewers { submission: submission.id }).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(submission.id))
}

/// Why nobody could take a quiz as it is, and what to do.
fn why_not(quiz: &Unaskable) -> Words {
    let Unaskable { title, questions, draw_count } = quiz;
    let most = policy::ASKED;
    match draw_count.map(i64::from) {
        _ if *questions == 0 => {
            words!("Kuis \"{title}\" belum punya soal.", "The quiz \"{title}\" has no question yet.")
        }
        None => words!(
            "Kuis \"{title}\" punya {questions} soal; satu pengerjaan paling banyak {most}: isi drawCount.",
            "The quiz \"{title}\" has {questions} questions, and an attempt asks {most} at most: set drawCount."
        ),
        Some(drawn) if drawn > *questions => words!(
            "Kuis \"{title}\" mengundi {drawn} soal, dan punya {questions}.",
            "The quiz \"{title}\" draws {drawn} questions, and has {questions}."
        ),
        Some(_) => words!(
            "Kuis \"{title}\" mengundi soalnya: nilainya harus sama semua, agar setiap pengerjaan sama nilainya.",
            "The quiz \"{title}\" draws its questions: they are to be worth the same, so that every attempt is."
        ),
    }
}
