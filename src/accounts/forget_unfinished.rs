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
        let mut tx = services.db.begin(academy).await?;
        // Looked at and erased in one: who finishes at this moment comes before it, or after.
        let Some(user) = store::token_of(&tx, self.token).await? else { return Ok(()) };
        if !tx.take_account(user).await? {
            return Ok(());
        }
        store::lock_login(&mut tx, user).await?;
        if store::is_unfinished(&tx, user, services.clock.now()).await? {
            services.people.forget(&mut tx, &services, user, "the account was never finished").await?;
        }
        tx.commit().await
    }
}
