//! The address of a file: it says itself until when it works, to whoever was shown it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{COVER_TYPE, CourseFileId, cover_of, names, plain, store::LessonFile};
use crate::catalog::questions::store::QuestionFile;
use crate::platform::{
    db::AcademyId,
    fault::Fault,
    graphql::{Call, Services, scalars::Url},
    link,
    seal::Use,
};

/// What an address leads to.
#[derive(Serialize, Deserialize)]
struct Link {
    academy: AcademyId,
    file: CourseFileId,
    media_type: String,
    /// Of a cover.
    width: Option<u32>,
    /// What it is called where it is kept.
    name: String,
    until: i64,
}

/// The address of a lesson's file.
///
/// # Errors
/// Only where it can't be sealed.
pub fn of_file(call: &Call, file: &LessonFile) -> Result<Url, Fault> {
    let name = file.name.rsplit('/').next().unwrap_or(&file.name).to_owned();
    sealed(call, file.file, file.media_type.clone(), None, name)
}

/// The address of a file that a question shows.
///
/// # Errors
/// Only where it can't be sealed.
pub fn of_question_file(call: &Call, file: &QuestionFile) -> Result<Url, Fault> {
    let name = file.name.rsplit('/').next().unwrap_or(&file.name).to_owned();
    sealed(call, file.file, file.media_type.clone(), None, name)
}

/// The address of a cover of a width.
///
/// # Errors
/// Only where it can't be sealed.
pub fn of_cover(call: &Call, file: CourseFileId, width: u32) -> Result<Url, Fault> {
    sealed(call, file, COVER_TYPE.to_owned(), Some(width), "cover.jpg".to_owned())
}

fn sealed(call: &Call, file: CourseFileId, media_type: String, width: Option<u32>, name: String) -> Result<Url, Fault> {
    let services = &call.services;
    let until = link::expiry(services.clock.now());
    let link = Link { academy: call.academy, file, media_type, width, name, until };
    let plain = serde_json::to_vec(&link).map_err(anyhow::Error::from)?;
    let token = URL_SAFE_NO_PAD.encode(services.sealer.seal_alike(Use::CourseFileLink, &plain)?);
    link::url(&services.settings, &token)
}

/// A file that an address leads to.
pub struct Found {
    /// Whose.
    pub academy: AcademyId,
    /// Where its bytes lie.
    pub place: String,
    /// Its bytes.
    pub size: u64,
    /// Its entity tag: a file never changes.
    pub tag: String,
    /// For how many seconds the address works.
    pub seconds: i64,
    media_type: String,
    name: String,
}

/// What stands in a file's name as it is.
const PLAIN_IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Found {
    /// What it is said to be.
    #[must_use]
    pub fn media_type(&self) -> &str {
        names::served_as(&self.media_type)
    }

    /// Whether it is shown or handed over, and under which name (RFC 6266).
    #[must_use]
    pub fn disposition(&self) -> String {
        let manner = if names::is_shown(&self.media_type) { "inline" } else { "attachment" };
        format!("{manner}; filename*=UTF-8''{}", utf8_percent_encode(&self.name, PLAIN_IN_NAMES))
    }
}

/// The file of a token, where its time is not over and its bytes are still there. Without the database: a page of pictures, or a player that jumps,
/// asks for many at once, and a file does not change.
///
/// # Errors
/// Those of the store.
pub async fn found(services: &Services, token: &str) -> Result<Option<Found>, Fault> {
    let opened = (token.len() <= link::LONGEST).then(|| {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = services.sealer.open(Use::CourseFileLink, &sealed).ok()?;
        serde_json::from_slice::<Link>(&plain).ok()
    });
    let Some(Link { academy, file, media_type, width, name, until }) = opened.flatten() else { return Ok(None) };
    let seconds = until - services.clock.now().timestamp();
    if seconds <= 0 {
        return Ok(None);
    }
    let place = width.map_or_else(|| plain(file), |width| cover_of(file, width));
    let Some(size) = services.storage.size(academy, &place).await? else { return Ok(None) };
    let tag = format!("\"{}-{}\"", file.uuid().simple(), width.unwrap_or_default());
    Ok(Some(Found { academy, place, size, tag, seconds, media_type, name }))
}
