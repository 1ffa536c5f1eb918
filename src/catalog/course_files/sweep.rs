//! Files that no version names (any more) go.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{COVERS, CourseFileId, cover_of, plain, store};
use crate::platform::{
    db::{AcademyId, Tx},
    fault::Fault,
    graphql::Services,
    jobs::{self, Job},
};

/// After which a file that was stored and that no version names goes.
const UNUSED: TimeDelta = TimeDelta::hours(1);

/// Removes files that no version names.
#[derive(Serialize, Deserialize)]
pub struct SweepCourseFiles {
    files: Vec<CourseFileId>,
}

impl Job for SweepCourseFiles {
    const KIND: &'static str = "sweep_course_files";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        for id in self.files {
            let mut tx = services.db.begin(academy).await?;
            let gone = store::take_unused(&mut tx, id).await?;
            tx.commit().await?;
            // Also where there was no row: who stored the bytes may have died before it.
            if gone {
                for name in std::iter::once(plain(id)).chain(COVERS.map(|shape| cover_of(id, shape.width))) {
                    services.storage.delete(academy, &name).await?;
                }
            }
        }
        Ok(())
    }
}

/// Plans that files which are about to be stored go, if nothing comes to name them: before a byte of them lies anywhere.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn plan(
    services: &Services,
    academy: AcademyId,
    files: Vec<CourseFileId>,
) -> Result<(), Fault> {
    let mut tx = services.db.begin(academy).await?;
    let at = services.clock.now() + UNUSED;
    jobs::enqueue_at(&mut tx, services, &SweepCourseFiles { files }, at).await?;
    tx.commit().await
}

/// Has a look at files that a version has let go of, when this transaction is done.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn let_go(
    tx: &mut Tx,
    services: &Services,
    files: Vec<CourseFileId>,
) -> Result<(), Fault> {
    if files.is_empty() {
        return Ok(());
    }
    jobs::enqueue(tx, services, &SweepCourseFiles { files }).await
}
