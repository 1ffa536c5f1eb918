//! Who waits for a seat of a run gets one when there is one: first come, first served.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    mail,
    model::{EnrolmentRow, NewEntitlement},
    store,
};
use crate::{
    academies, accounts, audit,
    catalog::{
        self,
        model::{CourseStatus, RunId, RunRow, VersionId},
    },
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::Services,
        jobs::{self, Job},
    },
};

/// So many come in with one transaction.
const AT_ONCE: i64 = 100;

/// Gives free seats of a run to who waits for them.
#[derive(Serialize, Deserialize)]
pub struct FillSeats {
    run: RunId,
}

impl FillSeats {
    /// Plans it, in the transaction that frees a seat.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn plan(tx: &mut Tx, services: &Services, run: RunId) -> Result<(), Fault> {
        jobs::enqueue(tx, services, &Self { run }).await
    }
}

impl Job for FillSeats {
    const KIND: &'static str = "fill_seats";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let now = services.clock.now();
        let Some(run) = catalog::store::lock_run(&mut tx, self.run).await? else { return Ok(()) };
        let is_open = run.opens_at.is_none_or(|at| at <= now) && run.closes_at.is_none_or(|at| at > now);
        let Some(course) = catalog::store::course(&tx, run.course_id).await?.filter(|_| is_open) else {
            return Ok(());
        };
        let Some(version) = course.published_id.filter(|_| course.status == CourseStatus::Published) else {
            return Ok(());
        };
        let free = match run.seats {
            Some(seats) => i64::from(seats) - store::taken_seats(&tx, run.id).await?,
            None => AT_ONCE,
        };
        let coming = store::first_in_queue(&tx, run.id, free.clamp(0, AT_ONCE)).await?;
        if coming.is_empty() {
            return Ok(());
        }
        if i64::try_from(coming.len()).is_ok_and(|count| count == AT_ONCE) {
            Self::plan(&mut tx, &services, run.id).await?;
        }
        let academy = academies::store::by_id(&tx, academy).await?;
        let title = catalog::store::version(&tx, version).await?.title;
        let letter = mail::seated(&academy.name, &title);
        for waiting in coming {
            if !begin(&mut tx, &services, &waiting, (&run, version), now).await? {
                continue;
            }
            let (told, happened) = ((waiting.user_id, academy.language()), audit::Action::SeatTaken);
            accounts::mail::to_person(&mut tx, &services, &academy, told, happened, &letter).await?;
        }
        tx.commit().await
    }
}

/// Who waited begins to learn. Who had begun before they waited goes on with the version that they have. False where they left meanwhile.
async fn begin(
    tx: &mut Tx,
    services: &Services,
    waiting: &EnrolmentRow,
    (run, published): (&RunRow, VersionId),
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let version = if waiting.last_activity_at.is_some() { waiting.version_id } else { published };
    if !store::begin(tx, waiting.id, version, now).await? {
        return Ok(false);
    }
    let source = "FREE";
    store::entitle(tx, &entitlement(services, waiting, run, source, now)).await?;
    Ok(true)
}

/// What entitles to learn in a run.
pub(super) fn entitlement(
    services: &Services,
    row: &EnrolmentRow,
    run: &RunRow,
    source: &'static str,
    now: DateTime<Utc>,
) -> NewEntitlement {
    let id: Uuid = services.random.ordered_id::<()>(&services.clock).uuid();
    NewEntitlement {
        id,
        user_id: row.user_id,
        course_id: row.course_id,
        source,
        starts_at: now,
        ends_at: run.closes_at,
    }
}
