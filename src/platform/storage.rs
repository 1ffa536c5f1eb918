//! Files: uploads until they are used, and what belongs to lessons and people. Keys start with the academy's id.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context as Polling, Poll, ready},
};

use anyhow::Context;
use bytes::Bytes;
use futures_util::{Stream, stream};
use object_store::{ObjectStore, ObjectStoreExt, buffered::BufWriter, local::LocalFileSystem, path::Path as Key};
use sha2::{Digest, Sha256};
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
        Staged {
            writer: BufWriter::with_capacity(Arc::clone(&self.store), Self::key(academy, name), PIECE)
                .with_max_concurrency(1),
            digest: Sha256::new(),
            head: Vec::new(),
        }
    }

    /// Puts a file under a second name: where files lie on one disk, nothing is copied.
    ///
    /// # Errors
    /// Where it is not there, or the store refuses.
    pub async fn copy(&self, academy: AcademyId, from: &str, to: &str) -> anyhow::Result<()> {
        self.store.copy(&Self::key(academy, from), &Self::key(academy, to)).await.context("copying a file")
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

    /// How many bytes a file has; nothing where it is not there.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub async fn size(&self, academy: AcademyId, name: &str) -> anyhow::Result<Option<u64>> {
        match self.store.head(&Self::key(academy, name)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).context("looking for a file"),
        }
    }

    /// The bytes of a part of a file, piece by piece: between two of them nothing is held open, however slow their reader is.
    pub fn pieces(
        &self,
        academy: AcademyId,
        name: &str,
        part: Range<u64>,
    ) -> impl Stream<Item = std::io::Result<Bytes>> + Send + use<> {
        let (store, key) = (Arc::clone(&self.store), Self::key(academy, name));
        stream::try_unfold(part, move |rest| {
            let (store, key) = (Arc::clone(&store), key.clone());
            async move {
                if rest.is_empty() {
                    return Ok(None);
                }
                let piece = rest.start..rest.end.min(rest.start + READ);
                let bytes = store.get_range(&key, piece.clone()).await.map_err(std::io::Error::other)?;
                Ok(Some((bytes, piece.end..rest.end)))
            }
        })
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

/// The store writes a file beside its place first, as `name#0` and on: a number that is not taken.
const PIECES: u32 = 16;

/// Without reading the folder, which may hold all the files of an academy.
fn remove_pieces(file: &Path) -> anyhow::Result<()> {
    for number in 0..PIECES {
        match std::fs::remove_file(format!("{}#{number}", file.display())) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context("removing a piece of a file"),
        }
    }
    Ok(())
}

/// So many bytes of a staged file wait in memory: the smallest piece that object stores take.
const PIECE: usize = 5 << 20;
/// So many bytes of a file that is read wait in memory.
const READ: u64 = 256 << 10;
/// So many of its first bytes say what a file is.
const HEAD: usize = 8 << 10;

/// A file that is being written: it is written to. Dropped, it never was.
pub struct Staged {
    writer: BufWriter,
    digest: Sha256,
    head: Vec<u8>,
}

/// What was written into a file.
pub struct Written {
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
    /// Its first bytes.
    pub head: Vec<u8>,
}

impl Staged {
    /// The file is whole.
    ///
    /// # Errors
    /// Where the store refuses, for want of room for example: then nothing is there.
    pub async fn keep(mut self) -> anyhow::Result<Written> {
        self.writer.shutdown().await.context("storing a file")?;
        Ok(Written { digest: self.digest.finalize().to_vec(), head: self.head })
    }

    /// The file is not wanted.
    pub async fn discard(mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(%error, "what was staged of a file may lie in the store");
        }
    }
}

impl AsyncWrite for Staged {
    fn poll_write(self: Pin<&mut Self>, polling: &mut Polling<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let staged = self.get_mut();
        let written = ready!(Pin::new(&mut staged.writer).poll_write(polling, bytes))?;
        let taken = &bytes[..written];
        staged.digest.update(taken);
        staged.head.extend(taken.iter().take(HEAD - staged.head.len()));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, polling: &mut Polling<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().writer).poll_flush(polling)
    }

    fn poll_shutdown(self: Pin<&mut Self>, polling: &mut Polling<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().writer).poll_shutdown(polling)
    }
}
