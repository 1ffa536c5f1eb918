//! Mutations of who teaches a course.

use async_graphql::{Context, InputObject, Object, Result};

use super::writing::CoursePayload;
use crate::{
    catalog::{model::CourseId, teaching},
    platform::{graphql::CallExt, privacy::UserId},
};

/// Somebody who is to teach a course.
#[derive(InputObject)]
pub struct AddInstructorInput {
    /// The course.
    course: CourseId,
    /// The person: an instructor.
    user: UserId,
}

/// Somebody who is to teach a course no more.
#[derive(InputObject)]
pub struct RemoveInstructorInput {
    /// The course.
    course: CourseId,
    /// The person.
    user: UserId,
}

/// Mutations of who teaches a course.
#[derive(Default)]
pub struct TeachingMutations;

/// Mutations of who teaches a course.
#[Object]
impl TeachingMutations {
    /// Adds an instructor to a course: they write it with the others, and see its learners as far as the academy's policy shares them.
    async fn add_instructor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and to what.")] input: AddInstructorInput,
    ) -> Result<CoursePayload> {
        let outcome = teaching::add(ctx.call(), input.course, input.user).await?;
        Ok(CoursePayload::of(ctx.call(), outcome.map_err(|objection| vec![objection])).await?)
    }

    /// Removes an instructor from a course: they see none of its learners any more. The last one stays.
    async fn remove_instructor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and from what.")] input: RemoveInstructorInput,
    ) -> Result<CoursePayload> {
        let outcome = teaching::remove(ctx.call(), input.course, input.user).await?;
        Ok(CoursePayload::of(ctx.call(), outcome.map_err(|objection| vec![objection])).await?)
    }
}
