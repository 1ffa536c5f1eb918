//! Where the bytes of a bank are: in a file, or where uploads lie. Read as often as is needed, a piece at a time.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
};

use bytes::{Buf, Bytes};
use futures_util::{StreamExt, stream::BoxStream};

use crate::platform::{db::AcademyId, graphql::Services};

/// Where a bank is.
#[derive(Clone)]
pub enum Source {
    /// A file of this machine.
    File(PathBuf),
    /// A file of an academy.
    Stored {
        /// Whose.
        academy: AcademyId,
        /// Where it lies.
        name: String,
        /// Bytes.
        size: u64,
        /// What it is read by.
        services: Box<Services>,
    },
}

impl Source {
    /// Opens it: on a thread that may wait.
    ///
    /// # Errors
    /// Where it can't be opened.
    pub fn open(&self) -> std::io::Result<Box<dyn BufRead>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(std::fs::File::open(path)?)),
            Self::Stored { academy, name, size, services } => {
                let pieces = services.storage.pieces(*academy, name, 0..*size).boxed();
                Box::new(BufReader::new(Pieces { pieces, left: Bytes::new() }))
            }
        })
    }
}

/// A stream that a thread waits for.
struct Pieces {
    pieces: BoxStream<'static, std::io::Result<Bytes>>,
    left: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.left.is_empty() {
            match tokio::runtime::Handle::current().block_on(self.pieces.next()) {
                Some(piece) => self.left = piece?,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.left.len());
        self.left.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}
