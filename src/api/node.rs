//! Everything that has a global id.

use async_graphql::{Context, Interface};

use crate::{
    academies::graphql::{self as academies, Academy},
    accounts::graphql::Session,
    audit::{AuditEntryKind, graphql::AuditEntry},
    catalog::{
        graphql::{
            ChoiceQuestion, Course, CourseRun, CourseSubmission, EssayQuestion, Lesson, MatchingQuestion,
            NumericQuestion, OrderingQuestion, Question, Quiz, Section, ShortAnswerQuestion,
        },
        import::{graphql::Import, model::ImportKind},
        model::{CourseKind, LessonKindOfId, QuestionKindOfId, QuizKind, RunKind, SectionKind, SubmissionKind},
    },
    certificates::{graphql::Certificate, model::CertificateKind},
    consent::{DocumentKind, graphql::PolicyDocument},
    enrolment::{graphql::Enrolment, model::EnrolmentKind},
    gamification::{graphql::Badge, model::BadgeKind},
    instructors::{
        ApplicationKind, InstructorProfileKind,
        graphql::{InstructorApplication, InstructorProfile},
    },
    notifications::{graphql::Notification, model::NotificationKind},
    platform::{
        db::AcademyKind,
        fault::Fault,
        graphql::CallExt,
        id::GlobalId,
        privacy::{SessionKind, UserKind},
    },
    profiles::graphql::User,
    quizzes::{
        graphql::{Attempt, GradingTask},
        model::{AttemptKind, TaskKind},
    },
    referrals::{graphql::Referral, model::ReferralKind},
    reviews::{graphql::Review, model::ReviewKind},
};

/// Whatever has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "GlobalId", desc = "The global id."))]
pub enum Node {
    /// An academy.
    Academy(Academy),
    /// A document that people accept.
    PolicyDocument(PolicyDocument),
    /// A session.
    Session(Session),
    /// An entry of the audit log.
    AuditEntry(AuditEntry),
    /// A course.
    Course(Course),
    /// A course on its way in.
    Import(Import),
    /// An offering of a course.
    CourseRun(CourseRun),
    /// A part of a course.
    Section(Section),
    /// A lesson.
    Lesson(Lesson),
    /// A quiz.
    Quiz(Quiz),
    /// A question with choices, for who writes, reviews or runs its course.
    ChoiceQuestion(ChoiceQuestion),
    /// A question that a few words answer, for the same.
    ShortAnswerQuestion(ShortAnswerQuestion),
    /// A question that a number answers, for the same.
    NumericQuestion(NumericQuestion),
    /// Stems to match with options, for the same.
    MatchingQuestion(MatchingQuestion),
    /// Items to put in order, for the same.
    OrderingQuestion(OrderingQuestion),
    /// A question that a text answers, for the same.
    EssayQuestion(EssayQuestion),
    /// An answer that waits for a person.
    GradingTask(GradingTask),
    /// A submitted version of a course.
    CourseSubmission(CourseSubmission),
    /// An enrolment.
    Enrolment(Enrolment),
    /// A go at a quiz.
    Attempt(Attempt),
    /// A certificate.
    Certificate(Certificate),
    /// Somebody who came by the viewer's code.
    Referral(Referral),
    /// Something that the viewer was told.
    Notification(Notification),
    /// What an academy honours.
    Badge(Badge),
    /// What a learner says of a course.
    Review(Review),
    /// An application to teach.
    InstructorApplication(InstructorApplication),
    /// The public face of an instructor.
    InstructorProfile(InstructorProfile),
    /// A person.
    User(User),
}

impl Node {
    /// What has this id, if the viewer may know of it: hidden and unknown are the same.
    pub(super) async fn by_id(ctx: &Context<'_>, id: GlobalId) -> Result<Option<Self>, Fault> {
        if let Some(id) = id.of::<AcademyKind>() {
            return Ok(academies::by_id(ctx, id).await?.map(Self::Academy));
        }
        if let Some(id) = id.of::<DocumentKind>() {
            return Ok(PolicyDocument::by_id(ctx, id).await?.map(Self::PolicyDocument));
        }
        if let Some(id) = id.of::<SessionKind>() {
            return Ok(Session::of_viewer(ctx.call(), id).await?.map(Self::Session));
        }
        let call = ctx.call();
        if let Some(id) = id.of::<AuditEntryKind>() {
            return Ok(AuditEntry::by_id(call, id).await?.map(Self::AuditEntry));
        }
        if let Some(id) = id.of::<CourseKind>() {
            return Ok(Course::by_id(call, id).await?.map(Self::Course));
        }
        if let Some(id) = id.of::<ImportKind>() {
            return Ok(Import::by_id(call, id).await?.map(Self::Import));
        }
        if let Some(id) = id.of::<RunKind>() {
            return Ok(CourseRun::by_id(call, id).await?.map(Self::CourseRun));
        }
        if let Some(id) = id.of::<SectionKind>() {
            return Ok(Section::by_id(call, id).await?.map(Self::Section));
        }
        if let Some(id) = id.of::<LessonKindOfId>() {
            return Ok(Lesson::by_id(call, id).await?.map(Self::Lesson));
        }
        if let Some(id) = id.of::<QuizKind>() {
            return Ok(Quiz::by_id(call, id).await?.map(Self::Quiz));
        }
        if let Some(id) = id.of::<QuestionKindOfId>() {
            return Ok(Question::by_id(call, id).await?.map(|question| match question {
                Question::ChoiceQuestion(question) => Self::ChoiceQuestion(question),
                Question::ShortAnswerQuestion(question) => Self::ShortAnswerQuestion(question),
                Question::NumericQuestion(question) => Self::NumericQuestion(question),
                Question::MatchingQuestion(question) => Self::MatchingQuestion(question),
                Question::OrderingQuestion(question) => Self::OrderingQuestion(question),
                Question::EssayQuestion(question) => Self::EssayQuestion(question),
            }));
        }
        if let Some(id) = id.of::<TaskKind>() {
            return Ok(GradingTask::by_id(call, id).await?.map(Self::GradingTask));
        }
        if let Some(id) = id.of::<SubmissionKind>() {
            return Ok(CourseSubmission::by_id(call, id).await?.map(Self::CourseSubmission));
        }
        if let Some(id) = id.of::<EnrolmentKind>() {
            return Ok(Enrolment::by_id(call, id).await?.map(Self::Enrolment));
        }
        if let Some(id) = id.of::<AttemptKind>() {
            return Ok(Attempt::by_id(call, id).await?.map(Self::Attempt));
        }
        if let Some(id) = id.of::<CertificateKind>() {
            return Ok(Certificate::by_id(call, id).await?.map(Self::Certificate));
        }
        if let Some(id) = id.of::<ReferralKind>() {
            return Ok(Referral::by_id(call, id).await?.map(Self::Referral));
        }
        if let Some(id) = id.of::<NotificationKind>() {
            return Ok(Notification::by_id(call, id).await?.map(Self::Notification));
        }
        if let Some(id) = id.of::<BadgeKind>() {
            return Ok(Badge::by_id(call, id).await?.map(Self::Badge));
        }
        if let Some(id) = id.of::<ReviewKind>() {
            return Ok(Review::by_id(call, id).await?.map(Self::Review));
        }
        if let Some(id) = id.of::<ApplicationKind>() {
            return Ok(InstructorApplication::by_id(ctx.call(), id).await?.map(Self::InstructorApplication));
        }
        if let Some(id) = id.of::<InstructorProfileKind>() {
            return Ok(InstructorProfile::by_id(ctx.call(), id).await?.map(Self::InstructorProfile));
        }
        if let Some(id) = id.of::<UserKind>() {
            return Ok(User::visible(ctx.call(), id).await?.map(Self::User));
        }
        Ok(None)
    }
}
