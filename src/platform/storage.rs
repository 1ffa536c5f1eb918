//! Files: uploads until they are used, and what belongs to lessons and people. Keys start with the academy's id.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, buffered::BufWriter, local::LocalFileSystem, path::Path as Key};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{db::AcademyId, folders};

/// The store of one deployment; every key lies below an academy.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

impl Storage {
    /// A folder of this machine, made where it is not there.
    ///
    /// # Errors
    /// Where the folder can't be made.
    pub fn local(folder: &Path) -> anyhow::Result<Self> {
        folders::private(folder)?;
        Ok(Self { store: Arc::new(LocalFileSystem::new_with_prefix(folder)?), folder: folder.to_owned() })
    }

    fn key(academy: AcademyId, name: &str) -> Key {
        Key::from(format!("{}/{name}", academy.uuid()))
    }

    /// A file to be written piece by piece: it is there, over one of the same name, when it is kept, and never in part.
    #[must_use]
    pub fn stage(&self, academy: AcademyId, name: &str) -> Staged {
        Staged(
            BufWriter::with_capacity(Arc::clone(&self.store), Self::key(academy, name), PIECE).with_max_concurrency(1),
        )
    }

    /// Reads a file; nothing where it is not there.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub async fn get(&self, academy: AcademyId, name: &str) -> anyhow::Result<Option<Bytes>> {
        match self.store.get(&Self::key(academy, name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).context("reading a file"),
        }
    }

    /// Removes a file, and what a server that was killed left of one that was being written; that there is none is as good.
    ///
    /// # Errors
    /// Where the store can't be written.
    pub async fn delete(&self, academy: AcademyId, name: &str) -> anyhow::Result<()> {
        let key = Self::key(academy, name);
        match self.store.delete(&key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error).context("removing a file"),
        }
        let file = self.folder.join(key.as_ref());
        tokio::task::spawn_blocking(move || remove_pieces(&file)).await?
    }
}

/// The store writes a file beside its place first, as `name#1` and on.
fn remove_pieces(file: &Path) -> anyhow::Result<()> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let is_piece = entry
            .file_name()
            .to_str()
            .and_then(|other| other.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('#'));
        if is_piece {
            std::fs::remove_file(entry.path()).context("removing a piece of a file")?;
        }
    }
    Ok(())
}

/// So many bytes of a staged file wait in memory: the smallest piece that object stores take.
const PIECE: usize = 5 << 20;

/// A file that is being written. Dropped, it never was.
pub struct Staged(BufWriter);

impl Staged {
    /// Where its bytes go.
    pub const fn writer(&mut self) -> &mut (impl AsyncWrite + Unpin) {
        &mut self.0
    }

    /// The file is whole.
    ///
    /// # Errors
    /// Where the store refuses, for want of room for example: then nothing is there.
    pub async fn keep(mut self) -> anyhow::Result<()> {
        self.0.shutdown().await.context("storing a file")
    }

    /// The file is not wanted.
    pub async fn discard(mut self) {
        if let Err(error) = self.0.abort().await {
            tracing::warn!(%error, "what was staged of a file may lie in the store");
        }
    }
}
