//! Files: uploads until they are used, and what belongs to lessons and people. Keys start with the academy's id.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as Key};

use super::{db::AcademyId, folders};

/// The store of one deployment; every key lies below an academy.
#[derive(Clone)]
pub struct Storage(Arc<dyn ObjectStore>);

impl Storage {
    /// A folder of this machine, made where it is not there.
    ///
    /// # Errors
    /// Where the folder can't be made.
    pub fn local(folder: &Path) -> anyhow::Result<Self> {
        folders::private(folder)?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)))
    }

    fn key(academy: AcademyId, name: &str) -> Key {
        Key::from(format!("{}/{name}", academy.uuid()))
    }

    /// Writes a file whole, over one of the same name.
    ///
    /// # Errors
    /// Where the store refuses, for want of room for example: then nothing is there.
    pub async fn put(&self, academy: AcademyId, name: &str, bytes: Bytes) -> anyhow::Result<()> {
        self.0.put(&Self::key(academy, name), PutPayload::from_bytes(bytes)).await.context("storing a file")?;
        Ok(())
    }

    /// Reads a file; nothing where it is not there.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub async fn get(&self, academy: AcademyId, name: &str) -> anyhow::Result<Option<Bytes>> {
        match self.0.get(&Self::key(academy, name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).context("reading a file"),
        }
    }

    /// Removes a file; that it is not there is as good.
    ///
    /// # Errors
    /// Where the store can't be written.
    pub async fn delete(&self, academy: AcademyId, name: &str) -> anyhow::Result<()> {
        match self.0.delete(&Self::key(academy, name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error).context("removing a file"),
        }
    }
}
