//! `Import`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{
    ImportFormat, Problem, ProblemSeverity, bank,
    job::{self, Wanted},
    model::{ImportId, ImportRow, ImportStatus},
    store::ImportById,
};
use crate::{
    catalog::{
        graphql::{Course, Quiz},
        model::{CourseId, QuizId},
    },
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, UserError,
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{Audience, directive::visibility},
    },
    uploads::UploadId,
};

/// A course, or questions of one, on the way in.
pub struct Import(pub(crate) ImportRow);

impl Import {
    /// An import of the viewer's own.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: ImportId) -> Result<Option<Self>, Fault> {
        let Some(user) = call.viewer().user else { return Ok(None) };
        Ok(call.load(ImportById(id)).await?.filter(|row| row.user_id == user).map(Self))
    }
}

/// A course, or questions of one, on the way in.
#[Object(directive = visibility::apply(vec![Audience::Self_]))]
impl Import {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// How far it is.
    async fn status(&self) -> ImportStatus {
        self.0.status
    }

    /// Lessons and quizzes that are written; of a bank, questions.
    async fn done(&self) -> i32 {
        self.0.done
    }

    /// Of how many; null until it is known.
    async fn total(&self) -> Option<i32> {
        self.0.total
    }

    /// The course, as a draft, once it is there.
    async fn course(&self, ctx: &Context<'_>) -> Result<Option<Course>> {
        let Some(id) = self.0.course_id else { return Ok(None) };
        Ok(Course::load(ctx.call(), id).await?)
    }

    /// The quiz that the questions go into; null where a whole course is taken over.
    async fn quiz(&self, ctx: &Context<'_>) -> Result<Option<Quiz>> {
        let Some(id) = self.0.quiz_id else { return Ok(None) };
        Ok(Quiz::by_id(ctx.call(), id).await?)
    }

    /// What was not taken over, and why: an importer never drops a thing silently.
    #[expect(clippy::unused_async, reason = "a resolver is")]
    async fn problems(&self, ctx: &Context<'_>) -> Result<Vec<ImportProblem>> {
        let language = ctx.call().language;
        let problems: Vec<Problem> =
            serde_json::from_value(self.0.problems.clone()).map_err(|error| Fault::from(anyhow::Error::from(error)))?;
        let told = problems.into_iter().map(|problem| ImportProblem {
            path: problem.path,
            line: problem.line.and_then(|line| i32::try_from(line).ok()),
            severity: problem.severity,
            message: problem.message.in_language(language).to_owned(),
        });
        Ok(told.collect())
    }
}

/// What was not taken over, and why.
#[derive(SimpleObject)]
pub struct ImportProblem {
    /// The file, from the root of the course.
    path: String,
    /// The line in it.
    line: Option<i32>,
    /// How much it matters.
    severity: ProblemSeverity,
    /// What is the matter, in the language of the request.
    message: String,
}

/// A course to be taken over.
#[derive(InputObject)]
pub struct ImportCourseInput {
    /// The upload: a .zip or .tar.gz of the course.
    upload: UploadId,
    /// The course whose next draft it becomes. Where it is left out: the viewer's course that was imported from the same source, and a course
    /// of its own where there is none.
    into: Option<CourseId>,
    /// Its form; recognised where it is left out.
    format: Option<ImportFormat>,
    /// Its title; that of its own first heading where it is left out.
    title: Option<String>,
}

/// Questions to be taken over.
#[derive(InputObject)]
pub struct ImportQuestionsInput {
    /// The quiz, in the draft of its course, that they go into. What it has of the same source already is written anew.
    quiz: QuizId,
    /// The upload, for `QUESTION_IMPORT`: a file of Moodle XML or GIFT, or a .zip or .tar.gz of OLX.
    upload: UploadId,
    /// Its form; recognised where it is left out.
    format: Option<ImportFormat>,
}

/// An import after a change.
#[derive(SimpleObject)]
pub struct ImportPayload {
    /// The import.
    import: Option<Import>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl ImportPayload {
    async fn of(call: &Call, outcome: Result<ImportId, Objection>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { import: Import::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => Self { import: None, user_errors: user_error::told(vec![objection], call.language) },
        })
    }
}

/// An import to be called off.
#[derive(InputObject)]
pub struct CancelImportInput {
    /// The import.
    id: ImportId,
}

/// Mutations of imports.
#[derive(Default)]
pub struct ImportMutations;

/// Mutations of imports.
#[Object]
impl ImportMutations {
    /// Takes over a whole course as a draft, all or nothing. Instructors.
    async fn import_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The course.")] input: ImportCourseInput,
    ) -> Result<ImportPayload> {
        let call = ctx.call();
        let ImportCourseInput { upload, into, format, title } = input;
        let outcome = job::ask(call, Wanted { upload, into, format, title }).await?;
        Ok(ImportPayload::of(call, outcome).await?)
    }

    /// Takes over a bank of questions into a quiz, all or nothing: a question that keeps no rule here, or is of a kind that is not here, is left out
    /// and told; a malformed bank is not taken over at all. Instructors of the course.
    async fn import_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The questions.")] input: ImportQuestionsInput,
    ) -> Result<ImportPayload> {
        let call = ctx.call();
        let ImportQuestionsInput { quiz, upload, format } = input;
        let outcome = bank::ask::ask(call, quiz, upload, format).await?;
        Ok(ImportPayload::of(call, outcome).await?)
    }

    /// Calls an import off while it has not ended: nothing of it is kept. Who asked for it.
    async fn cancel_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import.")] input: CancelImportInput,
    ) -> Result<ImportPayload> {
        let outcome = job::cancel(ctx.call(), input.id).await?;
        Ok(ImportPayload::of(ctx.call(), outcome).await?)
    }
}
