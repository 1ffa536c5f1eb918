//! The files that lessons of a course from elsewhere point to: each is stored once, and before the course is written.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::{
    Problem,
    ProblemSeverity::{self, Note, Warning},
    Problems,
    files::Tree,
    outline::{Enclosed, Outline},
};
use crate::{
    catalog::course_files::{COVERS, CourseFileId, FileKind, FileRow, cover, plain, store, sweep},
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::Services,
        text::Words,
    },
    uploads::{media_type, picture},
};

/// A file of the source that the course comes to have.
pub struct SourceFile {
    path: String,
    bytes: Bytes,
    digest: Vec<u8>,
    media_type: &'static str,
    /// Whether a lesson or a question points to it; else it is the course's picture alone.
    of_lesson: bool,
}

impl SourceFile {
    /// A file that is shown where it stands; nothing where it is a program that runs.
    pub(super) fn of(path: &str, bytes: Vec<u8>) -> Option<Self> {
        let media_type = Some(media_type::of(&bytes)).filter(|found| *found != media_type::PROGRAM)?;
        let digest = Sha256::digest(&bytes).to_vec();
        Some(Self { path: path.to_owned(), digest, bytes: bytes.into(), media_type, of_lesson: true })
    }
}

/// What is to be told of a file: it is left out, or it does not come to be what it was.
pub(super) fn suspect(path: &str, bytes: &[u8]) -> Option<(ProblemSeverity, Words)> {
    if media_type::of(bytes) == media_type::PROGRAM {
        let words = words!("Program yang dapat dijalankan: tidak diambil.", "A program that runs: not taken over.");
        return Some((Warning, words));
    }
    path.to_ascii_lowercase().ends_with(".svg").then(|| {
        let words = words!(
            "Gambar SVG dapat mengandung skrip: ia diambil sebagai unduhan, dan tidak ditampilkan.",
            "A picture in SVG may hold scripts: it is taken over as a download, and not shown."
        );
        (Note, words)
    })
}

/// The files that lessons point to. Programs that run are no part of a course: they are told, and left out.
pub(super) fn collected(
    tree: &mut Tree,
    outline: &mut Outline,
    cover: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Vec<SourceFile> {
    let lessons = || outline.sections.iter().flat_map(|section| &section.lessons);
    let of_lessons: BTreeSet<&str> =
        lessons().flat_map(|lesson| &lesson.files).map(|file| file.path.as_str()).collect();
    let paths: BTreeSet<&str> = of_lessons.iter().copied().chain(cover).collect();
    let mut told = Problems::default();
    let mut found = Vec::new();
    let mut refused = BTreeSet::new();
    for path in paths {
        let Some(bytes) = tree.remove(path) else { continue };
        if let Some((severity, words)) = suspect(path, &bytes) {
            told.push(Problem::new(path, None, severity, words));
        }
        match SourceFile::of(path, bytes) {
            Some(file) => found.push(SourceFile { of_lesson: of_lessons.contains(path), ..file }),
            None => {
                refused.insert(path.to_owned());
            }
        }
    }
    problems.extend(told.told());
    problems.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for lesson in outline.sections.iter_mut().flat_map(|section| &mut section.lessons) {
        lesson.files.retain(|file: &Enclosed| !refused.contains(&file.path));
    }
    found
}

/// Files that are stored, and that no version names yet: they go by themselves if none comes to.
#[derive(Default)]
pub struct Stored {
    /// By their paths in the source.
    digests: HashMap<String, Vec<u8>>,
    new: Vec<FileRow>,
    cover: Option<FileRow>,
}

/// What the files of a source are called here.
#[derive(Default)]
pub struct Kept {
    files: HashMap<String, CourseFileId>,
    /// The course's picture.
    pub cover: Option<CourseFileId>,
}

impl Kept {
    /// The file of a path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<CourseFileId> {
        self.files.get(path).copied()
    }
}

/// Stores what is not there yet. A cover that is no picture is told.
///
/// # Errors
/// Those of the database and the store.
pub async fn stored(
    services: &Services,
    academy: AcademyId,
    files: Vec<SourceFile>,
    cover: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Result<Stored, Fault> {
    if files.is_empty() {
        return Ok(Stored::default());
    }
    let mut stored = Stored::default();
    let digests: Vec<Vec<u8>> = files.iter().map(|file| file.digest.clone()).collect();
    let reader = services.db.reader(academy);
    let mut known: BTreeSet<Vec<u8>> =
        store::by_digests(&*reader.connection().await?, FileKind::Plain, &digests).await?.into_keys().collect();
    reader.give_back().await;
    let mut coming = Vec::new();
    for file in files {
        if cover == Some(file.path.as_str()) {
            if let Ok(pictures) = picture::of_file(file.bytes.clone(), &COVERS).await? {
                stored.cover = Some(cover::stored(services, academy, &pictures).await?);
            } else {
                let words = words!(
                    "Gambar kursusnya bukan PNG atau JPEG yang dapat dibaca; ditinggalkan.",
                    "The picture of the course is no PNG or JPEG that can be read; left out."
                );
                problems.push(Problem::new(&file.path, None, Warning, words));
            }
        }
        if !file.of_lesson {
            continue;
        }
        stored.digests.insert(file.path, file.digest.clone());
        if !known.insert(file.digest.clone()) {
            continue;
        }
        let row = FileRow {
            id: services.random.ordered_id(&services.clock),
            kind: FileKind::Plain,
            digest: file.digest,
            media_type: file.media_type.to_owned(),
            size: i32::try_from(file.bytes.len()).unwrap_or(i32::MAX),
            created_at: services.clock.now(),
        };
        coming.push((row, file.bytes));
    }
    let ids: Vec<CourseFileId> = coming.iter().map(|(row, _)| row.id).collect();
    sweep::plan(services, academy, &ids).await?;
    for (row, bytes) in coming {
        let mut staged = services.storage.stage(academy, &plain(row.id));
        staged.write_all(&bytes).await.map_err(anyhow::Error::from)?;
        staged.keep().await?;
        stored.new.push(row);
    }
    Ok(stored)
}

impl Stored {
    /// With those of another part of the same source. One that both have is stored once: the other one goes by itself.
    pub(super) fn add(&mut self, other: Self) {
        self.digests.extend(other.digests);
        self.new.extend(other.new);
    }

    /// Notes them, in the transaction that writes the course: none of them goes before it ends.
    ///
    /// # Errors
    /// `OVERLOADED` where one that was there went meanwhile: tried again, it is stored again. Those of the database.
    pub(super) async fn keep(&self, tx: &mut Tx) -> Result<Kept, Fault> {
        let mut kept = Kept::default();
        if let Some(cover) = &self.cover {
            let ids = store::keep(tx, FileKind::Cover, std::slice::from_ref(cover)).await?;
            kept.cover = Some(ids[&cover.digest]);
        }
        if self.digests.is_empty() {
            return Ok(kept);
        }
        store::insert(tx, &self.new).await?;
        let digests: Vec<&[u8]> = self.digests.values().map(Vec::as_slice).collect();
        let ids = store::hold(tx, FileKind::Plain, &digests).await?;
        for (path, digest) in &self.digests {
            let id = ids.get(digest).ok_or_else(Fault::overloaded)?;
            kept.files.insert(path.clone(), *id);
        }
        Ok(kept)
    }
}
