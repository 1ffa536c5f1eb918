//! Reviewers are told that a course waits for them.

use serde::{Deserialize, Serialize};

use super::{
    mail,
    model::{SubmissionId, SubmissionStatus},
    store,
};
use crate::{
    academies, accounts, audit,
    platform::{db::AcademyId, fault::Fault, graphql::Services, jobs::Job},
};

/// Tells the academy's reviewers of a submission, where it still waits.
#[derive(Serialize, Deserialize)]
pub struct TellReviewers {
    pub(super) submission: SubmissionId,
}

impl Job for TellReviewers {
    const KIND: &'static str = "tell_reviewers_of_submission";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let submission = store::lock_submission(&mut tx, self.submission).await?;
        let Some(submission) = submission.filter(|row| row.status == SubmissionStatus::Pending) else {
            return Ok(());
        };
        let academy = academies::store::by_id(&tx, academy).await?;
        let title = store::version(&tx, submission.version_id).await?.title;
        let letter = mail::submitted(&academy.name, &title);
        accounts::mail::to_reviewers(&mut tx, &services, &academy, audit::Action::CourseSubmitted, &letter).await?;
        tx.commit().await
    }
}
