//! `Import`.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

use super::{
    Problem, ProblemSeverity, job,
    model::{ImportId, ImportRow, ImportStatus},
    store::ImportById,
};
use crate::{
    catalog::graphql::Course,
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, UserError, user_error},
        id::GlobalId,
        privacy::{Audience, directive::visibility},
    },
    uploads::UploadId,
};

/// A course on its way in.
pub struct Import(ImportRow);

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

/// A course on its way in.
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

    /// Lessons and quizzes that are written.
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

/// In which form a course comes.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportFormat {
    /// Folders of Markdown.
    Markdown,
}

/// A course to be taken over.
#[derive(InputObject)]
pub struct ImportCourseInput {
    /// The upload: a .zip or .tar.gz of the course.
    upload: UploadId,
    /// Its form; recognised where it is left out.
    format: Option<ImportFormat>,
    /// Its title; that of its own first heading where it is left out.
    title: Option<String>,
}

/// An import after a change.
#[derive(SimpleObject)]
pub struct ImportPayload {
    /// The import.
    import: Option<Import>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
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
        // The one form there is, is recognised.
        let ImportCourseInput { upload, format: None | Some(ImportFormat::Markdown), title } = input;
        Ok(match job::ask(call, upload, title).await? {
            Ok(id) => ImportPayload { import: Import::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => {
                ImportPayload { import: None, user_errors: user_error::told(vec![objection], call.language) }
            }
        })
    }
}
