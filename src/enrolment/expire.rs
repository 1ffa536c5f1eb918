//! The time of an enrolment comes to its end: who has not completed the course learns no more, and whose turn did not come waits no more.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    model::{EnrolmentId, EnrolmentRow, EnrolmentStatus},
    queue::FillSeats,
    store,
};
use crate::{
    catalog,
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::Services,
        jobs::{self, Job},
    },
};

/// Ends an enrolment whose time is over; one that got more time is looked at again then.
#[derive(Serialize, Deserialize)]
pub struct ExpireEnrolment {
    enrolment: EnrolmentId,
}

impl ExpireEnrolment {
    /// Plans it for the end of a run, where it has one.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn plan(
        tx: &mut Tx,
        services: &Services,
        enrolment: EnrolmentId,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), Fault> {
        match at {
            Some(at) => jobs::enqueue_at(tx, services, &Self { enrolment }, at).await,
            None => Ok(()),
        }
    }
}

impl Job for ExpireEnrolment {
    const KIND: &'static str = "expire_enrolment";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        // Gone with its learner.
        let Some(row) = store::lock_if_there(&mut tx, self.enrolment).await? else { return Ok(()) };
        let now = services.clock.now();
        let until = match row.status {
            EnrolmentStatus::Active => store::entitled_until(&tx, row.user_id, row.course_id, now).await?,
            EnrolmentStatus::Waitlisted => waits_until(&tx, &row, now).await?,
            _ => return Ok(()),
        };
        match until {
            Until::Over => {
                store::expire(&mut tx, row.id).await?;
                if row.status == EnrolmentStatus::Active {
                    FillSeats::plan(&mut tx, &services, row.run_id).await?;
                }
            }
            Until::At(at) => Self::plan(&mut tx, &services, row.id, Some(at)).await?,
            Until::Always => return Ok(()),
        }
        tx.commit().await
    }
}

/// How long something goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// It is over.
    Over,
    /// Until then.
    At(DateTime<Utc>),
    /// Without end.
    Always,
}

async fn waits_until(tx: &Tx, row: &EnrolmentRow, now: DateTime<Utc>) -> Result<Until, Fault> {
    let run = catalog::store::run(tx, row.run_id).await?;
    Ok(match run.and_then(|run| run.closes_at) {
        Some(at) if at <= now => Until::Over,
        Some(at) => Until::At(at),
        None => Until::Always,
    })
}
