//! Accounts that were never finished go: an address that nobody proved, an invitation that nobody took, a minor whom no guardian
//! confirmed.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{model::TokenPurpose, store};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services, jobs::Job};

/// For so long an account waits to be finished.
pub const UNFINISHED: TimeDelta = TimeDelta::days(super::mail::INVITATION_DAYS);

/// With what an account is finished.
pub(super) const FINISHING: [TokenPurpose; 3] =
    [TokenPurpose::VerifyEmail, TokenPurpose::Invitation, TokenPurpose::ConfirmGuardianship];

/// Erases a person who has not finished their account, unless they were mailed once more since.
#[derive(Serialize, Deserialize)]
pub struct ForgetUnfinished {
    /// What they were to finish it with: gone with them, and then there is nothing to do.
    pub token: Uuid,
}

impl Job for ForgetUnfinished {
    const KIND: &'static str = "forget_unfinished";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let reader = services.db.reader(academy);
        let now = services.clock.now();
        let unfinished = store::unfinished(&*reader.connection().await?, self.token, now).await?;
        reader.give_back().await;
        let Some(user) = unfinished else { return Ok(()) };
        services.people.forget(&services, academy, user, "the account was never finished").await
    }
}
