//! What a learner has reached at the quizzes of their course, taken together.

use std::collections::HashMap;

use super::{grading, store};
use crate::{
    catalog::{content, model::QuizId},
    enrolment::model::EnrolmentRow,
    platform::{db::Tx, fault::Fault},
};

/// The mean of the best scores at the quizzes of an enrolment's version, in whole per cents, each as it is shown: one that was not taken is
/// nought. None where there is no quiz.
///
/// # Errors
/// Those of the database.
pub async fn average(tx: &mut Tx, enrolment: &EnrolmentRow) -> Result<Option<i64>, Fault> {
    let quizzes = content::quizzes_for_learners(tx, enrolment.version_id).await?;
    let mut best: HashMap<QuizId, i32> = HashMap::new();
    for (quiz, score, most) in store::scores(tx, enrolment.id).await? {
        let reached = best.entry(quiz).or_default();
        *reached = (*reached).max(grading::percent(score, most));
    }
    let sum: i64 = quizzes.iter().map(|quiz| i64::from(best.get(quiz).copied().unwrap_or_default())).sum();
    Ok(sum.checked_div(i64::try_from(quizzes.len()).unwrap_or(i64::MAX)))
}
