//! What is not used in its time goes: the row and the bytes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{UploadId, receive, store};
use crate::platform::{
    db::{AcademyId, Tx},
    fault::Fault,
    graphql::Services,
    jobs::{self, Job},
};

/// Forgets an upload whose time is over.
#[derive(Serialize, Deserialize)]
pub struct ForgetUpload {
    upload: UploadId,
}

impl ForgetUpload {
    /// Plans it.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn plan(
        tx: &mut Tx,
        services: &Services,
        upload: UploadId,
        at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        jobs::enqueue_at(tx, services, &Self { upload }, at).await
    }
}

impl Job for ForgetUpload {
    const KIND: &'static str = "forget_upload";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        if let Some(upload) = store::lock(&mut tx, self.upload).await? {
            if upload.expires_at > services.clock.now() {
                // Kept since by what will use it.
                Self::plan(&mut tx, &services, upload.id, upload.expires_at).await?;
                return tx.commit().await;
            }
            store::delete(&mut tx, upload.id).await?;
        }
        tx.commit().await?;
        // Also where the row was gone: who removed it may have died before the bytes.
        services.storage.delete(academy, &receive::name(self.upload)).await?;
        Ok(())
    }
}
