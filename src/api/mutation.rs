//! The root of mutations: each room's, merged.

use async_graphql::MergedObject;

use crate::{
    academies::graphql::AcademyMutations,
    accounts::graphql::{FactorMutations, PasswordMutations, ProviderMutations, SignInMutations, StandingMutations},
    catalog::{
        graphql::{
            CourseEditingMutations, CourseWritingMutations, OfferingMutations, QuizWritingMutations, ReviewMutations,
            TeachingMutations,
        },
        import::graphql::ImportMutations,
    },
    enrolment::graphql::EnrolmentMutations,
    instructors::graphql::InstructorMutations,
    notifications::graphql::NotificationMutations,
    profiles::graphql::ProfileMutations,
    quizzes::graphql::{AttemptMutations, GradingMutations},
    reviews::graphql::CourseReviewMutations,
    uploads::graphql::UploadMutations,
};

/// Accounts.
#[derive(MergedObject, Default)]
pub struct AccountMutations(SignInMutations, ProviderMutations, PasswordMutations, FactorMutations, StandingMutations);

/// Levels 1 and 2: people.
#[derive(MergedObject, Default)]
pub struct PeopleMutations(
    AcademyMutations,
    UploadMutations,
    AccountMutations,
    NotificationMutations,
    ProfileMutations,
    InstructorMutations,
);

/// Level 3: learning.
#[derive(MergedObject, Default)]
pub struct LearningMutations(
    ImportMutations,
    CourseWritingMutations,
    CourseEditingMutations,
    OfferingMutations,
    TeachingMutations,
    QuizWritingMutations,
    ReviewMutations,
    EnrolmentMutations,
    AttemptMutations,
    GradingMutations,
    CourseReviewMutations,
);

/// The root of mutations.
#[derive(MergedObject, Default)]
pub struct Mutation(PeopleMutations, LearningMutations);
