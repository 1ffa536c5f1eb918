//! The key of a question was wrong: it is corrected also where learners have it, and every attempt that asked it is graded again.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    close::{Graded, settle},
    mail,
    model::{AttemptId, AttemptStatus, ScoreCause, ScoreChange},
    store,
};
use crate::{
    academies, accounts, audit,
    catalog::{
        authority, content,
        model::{QuestionId, QuestionKind, QuizId, VersionId},
        questions::{correct, store as questions},
        store as catalog,
    },
    enrolment,
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        jobs::{self, Job},
    },
};

/// Takes the key that the newest version has of a question into the earlier ones that ask the same, and grades every attempt again: in the
/// background. Who teaches the course or runs the academy.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn regrade(call: &Call, question: QuestionId) -> Result<Result<QuestionId, Objection>, Fault> {
    let teacher = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let not_found = || Ok(Err(Objection::not_found("question")));
    let Some(quiz) = call.load_in(&tx, content::QuizOfQuestion(question)).await? else { return not_found() };
    let Some(known) = call.load_in(&tx, content::VersionOfQuiz(quiz)).await? else { return not_found() };
    let course = catalog::version(&tx, known).await?.course_id;
    or_object!(authority::lock_to_edit(call, &mut tx, course, "question").await?);
    let versions = match correct::spread(&mut tx, question).await? {
        Ok(versions) => versions,
        Err(objection) => return Ok(Err(objection)),
    };
    let Some(newest) = versions.first() else { return not_found() };
    let asked = questions::rows(&tx, *newest, &[question]).await?;
    if asked.first().is_none_or(|question| question.kind == QuestionKind::Essay) {
        let words = words!(
            "Esai dinilai orang: nilailah lagi dengan gradeAnswer.",
            "A person grades an essay: grade it again with gradeAnswer."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "question", words)));
    }
    let job = RegradeQuestion { quiz, question, versions, after: None };
    jobs::enqueue(&mut tx, &call.services, &job).await?;
    let happened = audit::Happened {
        actor: Some(teacher),
        action: audit::Action::KeyCorrected,
        subject: None,
        reason: call.facts.access_reason.clone(),
        detail: json!({ "question": question.to_string() }),
    };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(question))
}

/// Grades attempts again whose question has another key.
#[derive(Serialize, Deserialize)]
pub struct RegradeQuestion {
    quiz: QuizId,
    question: QuestionId,
    versions: Vec<VersionId>,
    after: Option<AttemptId>,
}

/// So many attempts a job: each is looked at within the time of one.
const AT_ONCE: i64 = 200;

impl Job for RegradeQuestion {
    const KIND: &'static str = "regrade_question";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let tx = services.db.begin(academy).await?;
        let asked = store::that_asked(&tx, (self.quiz, self.question), &self.versions, self.after, AT_ONCE).await?;
        drop(tx);
        for attempt in &asked {
            self.again(&services, academy, *attempt).await?;
        }
        if i64::try_from(asked.len()).is_ok_and(|count| count == AT_ONCE) {
            let mut tx = services.db.begin(academy).await?;
            let next = Self { after: asked.last().copied(), ..self };
            jobs::enqueue(&mut tx, &services, &next).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

impl RegradeQuestion {
    /// Grades one attempt again. What a person has graded stays as they graded it.
    async fn again(&self, services: &Services, academy: AcademyId, id: AttemptId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let Some(attempt) = store::by_id(&tx, id).await? else { return Ok(()) };
        if !tx.hold_account(attempt.user_id).await? {
            return Ok(());
        }
        enrolment::store::lock(&mut tx, attempt.enrolment_id).await?;
        let Some(attempt) = store::lock(&mut tx, id).await? else { return Ok(()) };
        // One that is open is graded by the new key when it ends.
        if attempt.status == AttemptStatus::InProgress {
            return Ok(());
        }
        let mut answers = store::answers_of(&tx, id).await?;
        let graded = Graded::of(&tx, &attempt).await?;
        let Some(answer) = answers.iter_mut().find(|answer| answer.question_id == self.question) else {
            return Ok(());
        };
        let Some(after) =
            graded.score(answer).filter(|after| answer.graded_at.is_none() && answer.score != Some(*after))
        else {
            return Ok(());
        };
        let change = ScoreChange {
            id: services.random.ordered_id::<()>(&services.clock).uuid(),
            attempt_id: id,
            question_id: self.question,
            cause: ScoreCause::KeyCorrected,
            before: answer.score,
            after,
            at: services.clock.now(),
        };
        answer.score = Some(after);
        store::note_change(&mut tx, &change).await?;
        let (status, learner) = (attempt.status, attempt.user_id);
        if status == AttemptStatus::Submitted {
            // The rest of it still waits for a person.
            store::grade(&mut tx, &attempt, &answers).await?;
        } else {
            let academy = academies::store::by_id(&tx, academy).await?;
            let quiz = content::quiz(&tx, attempt.version_id, attempt.quiz_id).await?;
            let letter = mail::corrected(&academy.name, &quiz.map(|quiz| quiz.title).unwrap_or_default());
            settle(services, &mut tx, attempt, answers, status).await?;
            let told = (learner, academy.language());
            accounts::mail::to_person(&mut tx, services, &academy, told, audit::Action::KeyCorrected, &letter).await?;
        }
        tx.commit().await
    }
}
