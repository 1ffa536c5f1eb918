//! `Attachment`, and the sizes of covers.

use async_graphql::{Context, Enum, Object, Result};

use crate::{
    catalog::course_files::{COVERS, address, names, store::LessonFile},
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, scalars::Url},
        id::GlobalId,
    },
};

/// How wide a cover is wanted; one that was sent smaller stays so. All of them are sixteen to nine.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Default)]
pub enum CoverSize {
    /// 1280 pixels: for a page.
    #[default]
    Large,
    /// 640 pixels: for a card.
    Medium,
    /// 320 pixels: for a row of a list.
    Small,
}

impl CoverSize {
    /// Pixels.
    pub(super) const fn width(self) -> u32 {
        let [large, medium, small] = COVERS;
        match self {
            Self::Large => large.width,
            Self::Medium => medium.width,
            Self::Small => small.width,
        }
    }
}

/// A file beside a lesson.
pub struct Attachment(pub(super) LessonFile);

/// A file beside a lesson.
#[Object]
impl Attachment {
    /// The id by which it stays in `attachmentUploads`.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// Its name: as it was sent, or as the text of an imported lesson calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is, by its bytes; what would act where it is shown is `application/octet-stream`.
    async fn content_type(&self) -> &str {
        names::served_as(&self.0.media_type)
    }

    /// Bytes.
    async fn size(&self) -> i32 {
        self.0.size
    }

    /// Where to fetch it, for an hour or two. Parts of it may be asked for (`Range`).
    #[expect(clippy::unused_async, reason = "a resolver is")]
    async fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        Ok(url_of(ctx.call(), &self.0)?)
    }
}

/// The address of a lesson's file.
pub(super) fn url_of(call: &Call, file: &LessonFile) -> Result<Url, Fault> {
    address::of_file(call, file)
}
