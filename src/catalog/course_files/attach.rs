//! An instructor sends files for a lesson: its media, and what is attached to it.

use std::collections::HashSet;

use super::{AttachmentId, CourseFileId, FileKind, FileRow, LessonFileRow, MEDIA, names, plain, store, sweep};
use crate::{
    catalog::{
        model::{LessonId, VersionId},
        policy,
    },
    platform::{
        change::Change,
        db::Tx,
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        id::GlobalId,
        privacy::{Duty, UserId},
    },
    uploads::{self, UploadId, UploadPurpose, media_type},
};

const MEDIA_UPLOAD: &str = "mediaUpload";
const ATTACHMENT_UPLOADS: &str = "attachmentUploads";

/// What is to be attached to a lesson.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Enclosure {
    /// Something that was sent.
    Upload(UploadId),
    /// Something that is attached to it already.
    Attached(AttachmentId),
}

/// What these ids name.
///
/// # Errors
/// Where one of them names nothing that can be attached.
pub fn enclosures(ids: Vec<GlobalId>) -> Result<Vec<Enclosure>, Objection> {
    let named = ids.into_iter().enumerate().map(|(at, id)| {
        let upload = id.of().map(Enclosure::Upload);
        upload.or_else(|| id.of().map(Enclosure::Attached)).ok_or_else(|| {
            let words = words!("Bukan unggahan, bukan pula lampiran.", "No upload, and no attachment.");
            Objection::new(UserErrorCode::Invalid, &format!("{ATTACHMENT_UPLOADS}.{at}"), words)
        })
    });
    named.collect()
}

/// What changes of the files of a lesson.
#[derive(Default, Clone, Debug)]
pub struct FileChange {
    /// Its media.
    pub media: Change<UploadId>,
    /// All that is attached to it, in its order.
    pub attachments: Change<Vec<Enclosure>>,
}

impl FileChange {
    /// The uploads that it names.
    pub(in crate::catalog) fn uploads(&self) -> Vec<UploadId> {
        let attached = self.enclosures().iter().filter_map(|enclosure| match enclosure {
            Enclosure::Upload(id) => Some(*id),
            Enclosure::Attached(_) => None,
        });
        self.media.clone().column().flatten().into_iter().chain(attached).collect()
    }

    fn enclosures(&self) -> &[Enclosure] {
        if let Change::Set(enclosures) = &self.attachments { enclosures } else { &[] }
    }
}

/// What changes of the files of a lesson, looked at. Nothing of it is written yet.
#[derive(Default)]
pub(in crate::catalog) struct Ready {
    /// Its media.
    pub(in crate::catalog) media: Change<Sent>,
    attachments: Change<Vec<Item>>,
}

enum Item {
    Sent(Sent),
    Attached(AttachmentId),
}

/// A file that was sent.
pub(in crate::catalog) struct Sent {
    upload: UploadId,
    row: FileRow,
    name: String,
}

impl Ready {
    fn sent(&self) -> impl Iterator<Item = &Sent> {
        let media = if let Change::Set(sent) = &self.media { Some(sent) } else { None };
        let attachments = if let Change::Set(items) = &self.attachments { items.as_slice() } else { &[] };
        let attached = attachments.iter().filter_map(|item| match item {
            Item::Sent(sent) => Some(sent),
            Item::Attached(_) => None,
        });
        media.into_iter().chain(attached)
    }
}

/// Looks at what was sent, and plans that it goes if no lesson comes to have it: for who was found to be allowed to put it there.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn ready(
    call: &Call,
    user: UserId,
    change: FileChange,
) -> Result<Result<Ready, Objection>, Fault> {
    or_object!(few_and_different(change.enclosures()));
    let ids = change.uploads();
    let found =
        if ids.is_empty() { Vec::new() } else { uploads::store::those(&*call.reader().await?, user, &ids).await? };
    let sent = |upload: UploadId, purpose: UploadPurpose, field: &str| {
        let known = found.iter().find(|(row, _)| row.id == upload && row.purpose == purpose);
        let (row, name) = known.ok_or_else(|| Objection::not_found(field))?;
        let (Some(_), Some(digest), Some(media_type)) = (row.stored_at, &row.digest, &row.media_type) else {
            return Err(uploads::not_sent(field));
        };
        fits(purpose, media_type, field)?;
        let row = FileRow {
            id: call.services.random.ordered_id(&call.services.clock),
            kind: FileKind::Plain,
            digest: digest.clone(),
            media_type: media_type.clone(),
            size: row.size,
            created_at: call.services.clock.now(),
        };
        Ok(Sent { upload, row, name: names::bare(name.for_duty(Duty::Publish)) })
    };
    let media = or_object!(change.media.try_map(|upload| sent(upload, UploadPurpose::LessonMedia, MEDIA_UPLOAD)));
    let attachments = or_object!(change.attachments.try_map(|enclosures| {
        let items = enclosures.into_iter().enumerate().map(|(at, enclosure)| match enclosure {
            Enclosure::Attached(file) => Ok(Item::Attached(file)),
            Enclosure::Upload(id) => {
                sent(id, UploadPurpose::Attachment, &format!("{ATTACHMENT_UPLOADS}.{at}")).map(Item::Sent)
            }
        });
        items.collect::<Result<Vec<_>, _>>()
    }));
    let ready = Ready { media, attachments };
    let files: Vec<CourseFileId> = ready.sent().map(|sent| sent.row.id).collect();
    if !files.is_empty() {
        call.give_back_reader().await;
        sweep::plan(&call.services, call.academy, &files).await?;
    }
    Ok(Ok(ready))
}

fn few_and_different(enclosures: &[Enclosure]) -> Result<(), Objection> {
    let most = policy::ATTACHMENTS;
    if enclosures.len() > most {
        let words = words!("Paling banyak {most} berkas.", "No more than {most} files.");
        return Err(Objection::new(UserErrorCode::LimitReached, ATTACHMENT_UPLOADS, words));
    }
    if let Some(at) = (1..enclosures.len()).find(|at| enclosures[..*at].contains(&enclosures[*at])) {
        let words = words!("Berkas ini disebut dua kali.", "This file is named twice.");
        return Err(Objection::new(UserErrorCode::Invalid, &format!("{ATTACHMENT_UPLOADS}.{at}"), words));
    }
    Ok(())
}

fn fits(purpose: UploadPurpose, found: &str, field: &str) -> Result<(), Objection> {
    let words = if purpose == UploadPurpose::LessonMedia && !names::is_media(found) {
        words!(
            "Isinya {found}: media pelajaran adalah video (MP4, WebM, MOV), suara (MP3, M4A, Ogg, WAV), gambar (PNG, JPEG, GIF, WebP, AVIF) atau PDF.",
            "It is {found}: the media of a lesson is a video (MP4, WebM, MOV), sound (MP3, M4A, Ogg, WAV), a picture (PNG, JPEG, GIF, WebP, AVIF) or a PDF."
        )
    } else if found == media_type::PROGRAM {
        words!(
            "Ini program yang dapat dijalankan; kirim sumbernya, atau kemas dalam arsip.",
            "This is a program that runs; send its source, or pack it into an archive."
        )
    } else {
        return Ok(());
    };
    Err(Objection::new(UserErrorCode::Invalid, field, words))
}

/// Puts what was sent into the lesson of a draft, in the transaction that edits it. Gives the uploads that are used up: their bytes are for
/// [`used`] to remove, when it is committed.
///
/// # Errors
/// Those of the database and the store.
pub(in crate::catalog) async fn put(
    call: &Call,
    tx: &mut Tx,
    version: VersionId,
    lesson: LessonId,
    ready: Ready,
) -> Result<Result<Vec<UploadId>, Objection>, Fault> {
    if matches!((&ready.media, &ready.attachments), (Change::Keep, Change::Keep)) {
        return Ok(Ok(Vec::new()));
    }
    let uploads: Vec<UploadId> = ready.sent().map(|sent| sent.upload).collect();
    // Who used one of them since has it.
    if !uploads.is_empty() && uploads::store::take(tx, &uploads).await? < uploads.len() {
        let field = if ready.media.is_set() { MEDIA_UPLOAD } else { ATTACHMENT_UPLOADS };
        return Ok(Err(Objection::not_found(field)));
    }
    let mut seen = HashSet::new();
    let different = ready.sent().filter(|sent| seen.insert(&sent.row.digest));
    let rows: Vec<FileRow> = different.map(|sent| sent.row.clone()).collect();
    let kept = store::keep(tx, FileKind::Plain, &rows).await?;
    for sent in ready.sent().filter(|sent| kept.get(&sent.row.digest) == Some(&sent.row.id)) {
        let from = uploads::receive::name(sent.upload);
        call.services.storage.copy(call.academy, &from, &plain(sent.row.id)).await?;
    }
    let before = store::of_lesson(tx, version, lesson).await?;
    let row = |position, sent: &Sent, name| LessonFileRow {
        version_id: version,
        lesson_id: lesson,
        position,
        id: call.services.random.ordered_id(&call.services.clock),
        file_id: kept[&sent.row.digest],
        name,
    };
    let mut after: Vec<LessonFileRow> = match &ready.media {
        Change::Keep => before.iter().filter(|row| row.position == MEDIA).cloned().collect(),
        Change::Clear => Vec::new(),
        Change::Set(sent) => vec![row(MEDIA, sent, sent.name.clone())],
    };
    match &ready.attachments {
        Change::Keep => after.extend(before.iter().filter(|row| row.position != MEDIA).cloned()),
        Change::Clear => {}
        Change::Set(items) => {
            let known = |id: AttachmentId| before.iter().find(|row| row.position != MEDIA && row.id == id);
            // What stays keeps its name: the text of the lesson calls it by that.
            let kept_names = items.iter().filter_map(|item| match item {
                Item::Attached(id) => known(*id).map(|row| row.name.clone()),
                Item::Sent(_) => None,
            });
            let mut names: Vec<String> = kept_names.collect();
            for (position, item) in (1..).zip(items) {
                match item {
                    Item::Sent(sent) => {
                        let name = names::free(&sent.name, &names);
                        names.push(name.clone());
                        after.push(row(position, sent, name));
                    }
                    Item::Attached(id) => {
                        let Some(known) = known(*id) else {
                            let at = position - 1;
                            return Ok(Err(Objection::not_found(&format!("{ATTACHMENT_UPLOADS}.{at}"))));
                        };
                        after.push(LessonFileRow { position, ..known.clone() });
                    }
                }
            }
        }
    }
    store::put(tx, version, lesson, &after).await?;
    let still = |file| after.iter().any(|row| row.file_id == file);
    let gone: Vec<CourseFileId> = before.iter().map(|row| row.file_id).filter(|file| !still(*file)).collect();
    sweep::let_go(tx, &call.services, &gone).await?;
    Ok(Ok(uploads))
}

/// Removes the bytes of uploads that are used up.
pub(in crate::catalog) async fn used(call: &Call, uploads: Vec<UploadId>) {
    for upload in uploads {
        uploads::receive::used_up(&call.services, call.academy, upload).await;
    }
}
