//! Reviewers are told that an application waits for them.

use serde::{Deserialize, Serialize};

use super::{ApplicationId, ApplicationStatus, mail, store};
use crate::{
    academies, accounts, audit,
    platform::{db::AcademyId, fault::Fault, graphql::Services, jobs::Job},
};

/// Tells the academy's reviewers of an application, where it still waits.
#[derive(Serialize, Deserialize)]
pub struct TellReviewers {
    pub(super) application: ApplicationId,
}

impl Job for TellReviewers {
    const KIND: &'static str = "tell_reviewers_of_application";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let application = store::lock(&mut tx, self.application).await?;
        if application.is_none_or(|row| row.status != ApplicationStatus::Pending) {
            return Ok(());
        }
        let academy = academies::store::by_id(&tx, academy).await?;
        let letter = mail::applied(&academy.name);
        accounts::mail::to_reviewers(&mut tx, &services, &academy, audit::Action::ApplicationReceived, &letter).await?;
        tx.commit().await
    }
}
