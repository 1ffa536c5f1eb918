//! What is over of accounts goes: links and challenges, sessions that have ended by their time, user names that are free again, who did not
//! come back from a log-in provider.

use chrono::TimeDelta;

use super::{forget_unfinished::UNFINISHED, providers, store};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services};

/// Removes it, in one academy.
///
/// # Errors
/// Those of the database.
pub async fn tidy(services: &Services, academy: AcademyId) -> Result<(), Fault> {
    let now = services.clock.now();
    let idle = TimeDelta::days(services.settings.session_idle_days.into());
    let mut tx = services.db.begin(academy).await?;
    // What plans the end of an account that nobody finishes is looked at once more when that time comes.
    store::forget_tokens(&mut tx, now - UNFINISHED - TimeDelta::days(1)).await?;
    store::forget_sessions(&mut tx, now, now - idle).await?;
    store::forget_held_usernames(&mut tx, now).await?;
    providers::store::forget(&mut tx, now).await?;
    // A day after the last try of a job.
    store::forget_address_requests(&mut tx, now - TimeDelta::days(2)).await?;
    tx.commit().await
}
