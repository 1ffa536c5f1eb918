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
        let mut tx = services.db.begin(academy).await?;
        let left = store::take_unused(&mut tx, &self.files).await?;
        tx.commit().await?;
        // Also where there was no row: who stored the bytes may have died before it.
        for id in self.files.into_iter().filter(|id| !left.contains(id)) {
            for name in std::iter::once(plain(id)).chain(COVERS.map(|shape| cover_of(id, shape.width))) {
                services.storage.delete(academy, &name).await?;
            }
        }
        Ok(())
    }
}

/// So many files a job: each is looked at within the time of one.
const MOST: usize = 200;

/// Plans that files which are about to be stored go, if nothing comes to name them: before a byte of them lies anywhere.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn plan(
    services: &Services,
    academy: AcademyId,
    files: &[CourseFileId],
) -> Result<(), Fault> {
    let mut tx = services.db.begin(academy).await?;
    let at = services.clock.now() + UNUSED;
    for files in files.chunks(MOST) {
        jobs::enqueue_at(&mut tx, services, &SweepCourseFiles { files: files.to_vec() }, at).await?;
    }
    tx.commit().await
}

/// Has a look at files that a version has let go of, when this transaction is done.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn let_go(tx: &mut Tx, services: &Services, files: &[CourseFileId]) -> Result<(), Fault> {
    for files in files.chunks(MOST) {
        jobs::enqueue(tx, services, &SweepCourseFiles { files: files.to_vec() }).await?;
    }
    Ok(())
}
