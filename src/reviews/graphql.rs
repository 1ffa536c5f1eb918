//! `Review`, and its mutations.

use std::sync::Arc;

use async_graphql::{Context, Error, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;

use super::{
    delete_review,
    model::{ReviewId, ReviewRow},
    privacy::{ReviewBody, Reviewed},
    review_course,
    store::{CountOf, Newest, NewestOf, Of, Readable, ReviewById},
};
use crate::{
    accounts::graphql::AcknowledgedPayload,
    catalog::{graphql::Course, model::CourseId},
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, Guarded, List, PageArgs, Shown, UserError, page::list, shown, user_error},
        id::GlobalId,
        privacy::{
            Access, Datum, Entry, UserId,
            directive::{class, personalData, to, visibility},
        },
    },
    profiles::{AccessTo, graphql::User},
};

/// What a learner says of a course.
pub struct Review(ReviewRow);

impl Review {
    /// A review by its id.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` to who reads by office without a reason, and those of the database.
    pub async fn by_id(call: &Call, id: ReviewId) -> Result<Option<Self>, Fault> {
        Ok(call.guarded(ReviewById(id)).await?.map(Self))
    }

    /// The reviews of a person, newest first, for who was found to be allowed.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub(crate) async fn by_person(call: &Call, author: UserId, page: &PageArgs) -> Result<List<Self>, Fault> {
        Self::newest(call, "reviews by", Of::Author(author), page, Readable::all()).await
    }

    /// The reviews of a course that the viewer may read, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub(crate) async fn of_course(call: &Call, course: CourseId, page: &PageArgs) -> Result<List<Self>, Fault> {
        let readable = Readable::to_viewer(call).await?;
        Self::newest(call, "reviews of", Of::Course(course), page, readable).await
    }

    async fn newest(call: &Call, name: &str, of: Of, page: &PageArgs, readable: Readable) -> Result<List<Self>, Fault> {
        let page = page.page::<Newest>(call, name)?;
        let key = NewestOf { of, page: page.clone(), readable: readable.clone() };
        let found = call.load(key).await?.unwrap_or_else(|| page.cut(Vec::new()));
        // What a statement found, the guard decides on.
        let opened = try_join_all(found.rows.iter().map(|row| call.opens::<ReviewById>(row))).await?;
        let mut opened = opened.into_iter();
        let found = found.try_filter_map(|row| Ok::<_, Fault>((opened.next() == Some(true)).then_some(row)))?;
        list(
            call,
            name,
            found,
            |row| (row.created_at, row.id),
            Self,
            move |call| {
                let key = CountOf(of, readable.clone());
                Box::pin(async move { Ok(call.load(key).await?.unwrap_or(0)) })
            },
        )
    }
}

impl Guarded for ReviewById {
    const DATUM: Entry = Reviewed::ENTRY;

    async fn access(call: &Call, row: &ReviewRow) -> Result<Option<Arc<Access>>, Fault> {
        Ok(call.load(AccessTo(row.user_id)).await?.map(|seen| seen.access))
    }
}

/// What a learner says of a course. Only who its author shows their reviews to reads it; in the course's rating it counts always.
#[Object(directive = visibility::apply(to::<Reviewed>()))]
impl Review {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The course.
    async fn course(&self, ctx: &Context<'_>) -> Result<Course> {
        let course = Course::load(ctx.call(), self.0.course_id).await?;
        Ok(course.ok_or_else(|| Fault::from(anyhow::anyhow!("a review without a course")))?)
    }

    /// Who wrote it: by name where they show their name.
    async fn author(&self) -> Option<User> {
        Some(User(self.0.user_id))
    }

    /// From 1 to 5.
    async fn rating(&self) -> i32 {
        self.0.rating
    }

    /// What they say, plain text; null where they only rated.
    #[graphql(
        directive = visibility::apply(to::<ReviewBody>()),
        directive = personalData::apply(class::<ReviewBody>())
    )]
    async fn body(&self, ctx: &Context<'_>) -> Shown<String> {
        match ctx.call().load(AccessTo(self.0.user_id)).await {
            Ok(seen) => shown(&self.0.body, &seen?.access, Clone::clone),
            Err(fault) => Some(Err(Error::from(fault))),
        }
    }

    /// When it was first written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last written.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// What a learner says of a course.
#[derive(InputObject)]
pub struct ReviewCourseInput {
    /// The course: one that the viewer learns or has completed.
    course: CourseId,
    /// From 1 to 5.
    rating: i32,
    /// Why; plain text.
    body: Option<String>,
}

/// Which review goes.
#[derive(InputObject)]
pub struct DeleteReviewInput {
    /// The review.
    id: ReviewId,
}

/// A review after a change.
#[derive(SimpleObject)]
pub struct ReviewPayload {
    /// The review.
    review: Option<Review>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// Mutations of reviews.
#[derive(Default)]
pub struct CourseReviewMutations;

/// Mutations of reviews.
#[Object]
impl CourseReviewMutations {
    /// Says what the viewer thinks of a course that they learn; who has said so before says it anew. It counts in the course's rating at
    /// once, and is read by others when the viewer shows their reviews (setVisibility, REVIEWS).
    async fn review_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they think.")] input: ReviewCourseInput,
    ) -> Result<ReviewPayload> {
        let call = ctx.call();
        Ok(match review_course::review_course(call, input.course, input.rating, input.body).await? {
            Ok(id) => ReviewPayload { review: Review::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objections) => ReviewPayload { review: None, user_errors: user_error::told(objections, call.language) },
        })
    }

    /// Takes back a review of the viewer's own. An admin takes down anybody's; why (`X-Access-Reason`) is put on record.
    async fn delete_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The review.")] input: DeleteReviewInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        Ok(match delete_review::delete_review(call, input.id).await? {
            Ok(()) => AcknowledgedPayload::done(),
            Err(objection) => AcknowledgedPayload::objections(vec![objection], call.language),
        })
    }
}
