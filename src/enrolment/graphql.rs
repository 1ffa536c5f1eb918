//! `Enrolment`, `Progress`, and the mutations of learning.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;

use super::{
    bookmarks, complete, enrol,
    enrol_users::{self, Line, Who},
    model::{EnrolmentId, EnrolmentRow, EnrolmentStatus},
    move_to_latest,
    privacy::Learning,
    reopen,
    store::{self, CompletedIn, EnrolmentById, EnrolmentsOf, LiveEnrolment, PlaceInQueue, RosterOf, RosterSize, Runs},
    withdraw,
};
use crate::{
    catalog::{
        content::LessonsOf,
        graphql::{Course, CourseRun, Lesson, LessonPayload, Section},
        model::{CourseId, LessonId, RunId},
        store::{Assignment, AssignmentsOf, CourseById, RunById, VersionById},
    },
    certificates::graphql::Certificate,
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, Guarded, List, PageArgs, UserError, UserErrorCode,
            page::list,
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{
            Access, Datum, Decision, Entry, Role, Ties, UserId,
            directive::{to, visibility},
        },
    },
    profiles::{AccessTo, graphql::User, store::WardsOf},
    uploads::UploadId,
};

/// A person's enrolment in a course.
pub struct Enrolment(EnrolmentRow);

impl Enrolment {
    /// The enrolments of a person, newest first, for who was found to be allowed: who is by teaching alone sees what they teach.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub(crate) async fn of_person(call: &Call, learner: UserId, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "enrolments of")?;
        let mut all = call.load(EnrolmentsOf(learner)).await?.unwrap_or_default();
        let seen = call.load(AccessTo(learner)).await?;
        // Who has another right to all of it uses that one, and it is noted where it is an office.
        let all_of_it =
            seen.is_some_and(|seen| seen.access.without_teaching().open(&Learning::ENTRY) == Decision::Shown);
        if !all_of_it {
            let taught = match call.viewer().user {
                Some(user) => call.load(AssignmentsOf(user)).await?.unwrap_or_default(),
                None => Vec::new(),
            };
            all.retain(|row| {
                taught.iter().any(|assignment| {
                    assignment.covers(row.course_id, row.run_id) && assignment.teaching().shows(&Learning::ENTRY)
                })
            });
        }
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let rows = page.of_few(all, position);
        list(call, "enrolments of", rows, position, Self, move |_| Box::pin(async move { Ok(count) }))
    }

    /// Who learns by a course, newest first, for who was found to edit it: who does by teaching alone sees whom they teach.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub(crate) async fn of_course(call: &Call, course: CourseId, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "roster of")?;
        let admin = call.viewer().roles.has(Role::Admin);
        let runs = if admin { Runs::from_iter([None]) } else { taught_runs(call, course).await? };
        let found = call.load(RosterOf { course, page: page.clone(), runs: runs.clone() }).await?;
        let found = found.unwrap_or_else(|| page.cut(Vec::new()));
        // What a statement found, the guard decides on.
        let opened = try_join_all(found.rows.iter().map(|row| call.opens::<EnrolmentById>(row))).await?;
        let mut opened = opened.into_iter();
        let found = found.try_filter_map(|row| Ok::<_, Fault>((opened.next() == Some(true)).then_some(row)))?;
        list(
            call,
            "roster of",
            found,
            |row| (row.enrolled_at, row.id),
            Self,
            move |call| {
                let key = RosterSize { course, runs: runs.clone() };
                Box::pin(async move { Ok(call.load(key).await?.unwrap_or(0)) })
            },
        )
    }

    /// An enrolment by its id, for its learner, for who teaches the course, and for who runs the academy.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` to who reads by office without a reason, and those of the database.
    pub async fn by_id(call: &Call, id: EnrolmentId) -> Result<Option<Self>, Fault> {
        Ok(call.guarded(EnrolmentById(id)).await?.map(Self))
    }

    /// The viewer's live enrolment in a course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_viewer(call: &Call, course: CourseId) -> Result<Option<Self>, Fault> {
        let Some(user) = call.viewer().user else { return Ok(None) };
        Ok(call.load(LiveEnrolment(user, course)).await?.map(Self))
    }

    /// The enrolments of a person who asks for their own, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub async fn own(
        call: &Call,
        user: UserId,
        statuses: Option<Vec<EnrolmentStatus>>,
        page: &PageArgs,
    ) -> Result<List<Self>, Fault> {
        let page = page.page(call, "enrolments")?;
        let rows = page.cut(store::newest(&*call.reader().await?, &page, user, statuses.as_deref()).await?);
        list(
            call,
            "enrolments",
            rows,
            |row| (row.enrolled_at, row.id),
            Self,
            move |call| {
                let statuses = statuses.clone();
                Box::pin(async move { store::count(&*call.reader().await?, user, statuses.as_deref()).await })
            },
        )
    }
}

impl Guarded for EnrolmentById {
    const DATUM: Entry = Learning::ENTRY;

    async fn access(call: &Call, row: &EnrolmentRow) -> Result<Option<Arc<Access>>, Fault> {
        let ties = ties_in(call, row.user_id, row.course_id, row.run_id).await?;
        Ok(Some(Arc::new(call.access_to(row.user_id, ties, Vec::new()))))
    }
}

/// In which runs of a course the viewer teaches learners whose enrolments are shared with them.
async fn taught_runs(call: &Call, course: CourseId) -> Result<Runs, Fault> {
    let Some(user) = call.viewer().user else { return Ok(Runs::default()) };
    let taught = call.load(AssignmentsOf(user)).await?.unwrap_or_default();
    let shared = taught.iter().filter(|assignment| assignment.teaching().shows(&Learning::ENTRY));
    Ok(shared.filter_map(|assignment| assignment.run_of(course)).collect())
}

/// What the viewer is to a learner in a run of a course.
///
/// # Errors
/// Those of the database.
pub async fn ties_in(call: &Call, learner: UserId, course: CourseId, run: RunId) -> Result<Ties, Fault> {
    let viewer = call.viewer();
    let Some(user) = viewer.user.filter(|user| *user != learner) else { return Ok(Ties::default()) };
    let taught = if viewer.roles.has(Role::Instructor) {
        call.load(AssignmentsOf(user)).await?.unwrap_or_default()
    } else {
        Vec::new()
    };
    let teaching = taught.iter().filter(|assignment| assignment.covers(course, run)).map(Assignment::teaching);
    let wards = call.load(WardsOf(user)).await?.unwrap_or_default();
    Ok(Ties { teaching: teaching.collect(), guards: wards.contains(&learner) })
}

/// Where an enrolment stands among a person's: newest first.
fn position(row: &EnrolmentRow) -> (i64, EnrolmentId) {
    (-row.enrolled_at.timestamp_micros(), row.id)
}

/// A person's enrolment in a course: at most one live one per person and course. A learner stays on the version that they enrolled in.
#[Object(directive = visibility::apply(to::<Learning>()))]
impl Enrolment {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The sections of the learner's own version.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Vec<Section>> {
        let call = ctx.call();
        let course = call.load(CourseById(self.0.course_id)).await?;
        let locale = course.map(|course| course.locale).unwrap_or_default();
        Ok(Section::of_version(call, self.0.course_id, &locale, self.0.version_id).await?)
    }

    /// Who learns.
    async fn learner(&self) -> User {
        User(self.0.user_id)
    }

    /// The course.
    async fn course(&self, ctx: &Context<'_>) -> Result<Course> {
        let course = Course::load(ctx.call(), self.0.course_id).await?;
        Ok(course.ok_or_else(|| Fault::from(anyhow::anyhow!("an enrolment without a course")))?)
    }

    /// The offering of the course.
    async fn run(&self, ctx: &Context<'_>) -> Result<CourseRun> {
        let run = ctx.call().load(RunById(self.0.run_id)).await?;
        Ok(run.map(CourseRun).ok_or_else(|| Fault::from(anyhow::anyhow!("an enrolment without a run")))?)
    }

    /// The number of the learner's own version.
    async fn course_version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(ctx.call().load(VersionById(self.0.version_id)).await?.map_or(0, |version| version.number))
    }

    /// The number of the newest published version.
    async fn latest_version(&self, ctx: &Context<'_>) -> Result<i32> {
        let call = ctx.call();
        let published = call.load(CourseById(self.0.course_id)).await?.and_then(|course| course.published_id);
        Ok(call.load(VersionById(published.unwrap_or(self.0.version_id))).await?.map_or(0, |version| version.number))
    }

    /// How far it is.
    async fn status(&self) -> EnrolmentStatus {
        self.0.status
    }

    /// What the learner has completed.
    async fn progress(&self, ctx: &Context<'_>) -> Result<Progress> {
        let call = ctx.call();
        let all = call.load(LessonsOf(self.0.version_id)).await?.unwrap_or_default();
        let lessons: Vec<_> = all.iter().filter(|lesson| !lesson.hidden).collect();
        let done = call.load(CompletedIn(self.0.id)).await?.unwrap_or_default();
        let sections = call.load(crate::catalog::content::SectionsOf(self.0.version_id)).await?.unwrap_or_default();
        let in_order = sections.iter().flat_map(|section| lessons.iter().filter(|l| l.section_id == section.id));
        let next = in_order.filter(|lesson| !done.contains(&lesson.id)).map(|lesson| lesson.id).next();
        let next_lesson = match next {
            Some(id) => Lesson::in_version(call, self.0.version_id, id).await?,
            None => None,
        };
        let completed = lessons.iter().filter(|lesson| done.contains(&lesson.id)).count();
        let percent = (completed * 100).checked_div(lessons.len()).unwrap_or(0);
        let place = match self.0.status {
            EnrolmentStatus::Waitlisted => call.load(PlaceInQueue(self.0.id)).await?,
            _ => None,
        };
        Ok(Progress {
            place_in_queue: place.map(|place| i32::try_from(place).unwrap_or(i32::MAX)),
            percent: i32::try_from(percent).unwrap_or(100),
            lessons_completed: i32::try_from(completed).unwrap_or(i32::MAX),
            lesson_count: i32::try_from(lessons.len()).unwrap_or(i32::MAX),
            next_lesson,
            last_activity_at: self.0.last_activity_at,
        })
    }

    /// Since when.
    async fn enrolled_at(&self) -> DateTime<Utc> {
        self.0.enrolled_at
    }

    /// When the course was completed.
    async fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.0.completed_at
    }

    /// The certificate of its completion.
    async fn certificate(&self, ctx: &Context<'_>) -> Result<Option<Certificate>> {
        Ok(Certificate::of(ctx.call(), self.0.id).await?)
    }
}

/// What a learner has completed.
#[derive(SimpleObject)]
pub struct Progress {
    /// Where who waits for a seat stands in the queue, from one on; null to who learns.
    place_in_queue: Option<i32>,
    /// The share of lessons, in whole per cents.
    percent: i32,
    /// How many lessons.
    lessons_completed: i32,
    /// Of how many.
    lesson_count: i32,
    /// The first lesson that is not completed.
    next_lesson: Option<Lesson>,
    /// When the learner last did something here.
    last_activity_at: Option<DateTime<Utc>>,
}

/// A run to enrol in.
#[derive(InputObject)]
pub struct EnrolInput {
    /// The run.
    run: RunId,
    /// A code that leads into it; needed where one enrols by invitation only, or where the course has a price.
    invitation_code: Option<String>,
}

/// An enrolment that goes on with the newest version.
#[derive(InputObject)]
pub struct MoveToLatestVersionInput {
    /// The enrolment.
    enrolment: EnrolmentId,
}

/// People to be enrolled: by their ids, or by a list; one of the two.
#[derive(InputObject)]
pub struct EnrolUsersInput {
    /// The run.
    run: RunId,
    /// Who; 300 at most.
    users: Option<Vec<UserId>>,
    /// An upload for `ENROLMENT`: CSV in UTF-8, with user names or mail addresses in its first column; 300 people at most.
    upload: Option<UploadId>,
}

/// What became of everybody who was to be enrolled.
#[derive(SimpleObject)]
pub struct EnrolUsersPayload {
    /// One for each, in their order.
    results: Option<Vec<EnrolUserResult>>,
    /// What the person can mend of the whole.
    user_errors: Vec<UserError>,
}

/// What became of one who was to be enrolled.
#[derive(SimpleObject)]
pub struct EnrolUserResult {
    /// The line of the list, or the place among `users`; from one on.
    line: i32,
    /// Their enrolment, as far as the viewer may see it.
    enrolment: Option<Enrolment>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// An enrolment that its learner leaves.
#[derive(InputObject)]
pub struct WithdrawInput {
    /// The enrolment.
    enrolment: EnrolmentId,
}

/// A lesson that is not completed after all.
#[derive(InputObject)]
pub struct ReopenLessonInput {
    /// The lesson.
    id: LessonId,
}

/// A lesson to be found again.
#[derive(InputObject)]
pub struct BookmarkLessonInput {
    /// The lesson.
    id: LessonId,
}

/// A lesson that need not be found again.
#[derive(InputObject)]
pub struct RemoveBookmarkInput {
    /// The lesson.
    id: LessonId,
}

/// The lessons that the viewer has marked and may still see, newest first.
///
/// # Errors
/// `BAD_USER_INPUT`, and those of the database.
pub async fn bookmarks(call: &Call, user: UserId, page: &PageArgs) -> Result<List<Lesson>, Fault> {
    const NAME: &str = "bookmarks";
    let page = page.page(call, NAME)?;
    let found = page.cut(store::bookmarks(&*call.reader().await?, &page, user).await?);
    let lessons = try_join_all(found.rows.iter().map(|(_, lesson)| Lesson::by_id(call, *lesson))).await?;
    let mut lessons = lessons.into_iter();
    let found = found.try_filter_map(|at| Ok::<_, Fault>(lessons.next().flatten().map(|lesson| (at, lesson))))?;
    list(
        call,
        NAME,
        found,
        |(at, _)| *at,
        |(_, lesson)| lesson,
        move |call| Box::pin(async move { store::count_bookmarks(&*call.reader().await?, user).await }),
    )
}

/// A lesson that is completed.
#[derive(InputObject)]
pub struct CompleteLessonInput {
    /// The lesson.
    id: LessonId,
}

/// An enrolment after a change.
#[derive(SimpleObject)]
pub struct EnrolmentPayload {
    /// The enrolment.
    enrolment: Option<Enrolment>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl EnrolmentPayload {
    async fn of(call: &Call, outcome: Result<EnrolmentId, Objection>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { enrolment: Enrolment::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => Self { enrolment: None, user_errors: user_error::told(vec![objection], call.language) },
        })
    }
}

/// Progress after a change.
#[derive(SimpleObject)]
pub struct ProgressPayload {
    /// The enrolment.
    enrolment: Option<Enrolment>,
    /// The lesson, as the learner's version has it.
    lesson: Option<Lesson>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl ProgressPayload {
    async fn of(call: &Call, lesson: LessonId, outcome: Result<EnrolmentId, Objection>) -> Result<Self, Fault> {
        let id = match outcome {
            Ok(id) => id,
            Err(objection) => {
                let user_errors = user_error::told(vec![objection], call.language);
                return Ok(Self { enrolment: None, lesson: None, user_errors });
            }
        };
        let enrolment = Enrolment::by_id(call, id).await?;
        let lesson = match &enrolment {
            Some(enrolment) => Lesson::in_version(call, enrolment.0.version_id, lesson).await?,
            None => None,
        };
        Ok(Self { enrolment, lesson, user_errors: Vec::new() })
    }
}

/// Mutations of learning.
#[derive(Default)]
pub struct EnrolmentMutations;

/// Mutations of learning.
#[Object]
impl EnrolmentMutations {
    /// Enrols the viewer in a run of a published course.
    async fn enrol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: EnrolInput,
    ) -> Result<EnrolmentPayload> {
        let call = ctx.call();
        let outcome = enrol::enrol(call, input.run, input.invitation_code.as_deref()).await?;
        Ok(EnrolmentPayload::of(call, outcome).await?)
    }

    /// Goes on with the newest version of the course: what was completed stays completed.
    async fn move_to_latest_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The enrolment.")] input: MoveToLatestVersionInput,
    ) -> Result<EnrolmentPayload> {
        let call = ctx.call();
        let outcome = move_to_latest::move_to_latest(call, input.enrolment).await?;
        Ok(EnrolmentPayload::of(call, outcome).await?)
    }

    /// Enrols others in a run: who teaches the course their own learners, an admin anybody. Each is told. One may be enrolled where another
    /// can't.
    async fn enrol_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: EnrolUsersInput,
    ) -> Result<EnrolUsersPayload> {
        let call = ctx.call();
        let who = match (input.users, input.upload) {
            (Some(users), None) => Who::People(users),
            (None, Some(upload)) => Who::List(upload),
            _ => {
                let words = words!("Sebutkan users atau upload, salah satu.", "Name users or upload, one of the two.");
                let objection = Objection::new(UserErrorCode::Required, "users", words);
                return Ok(EnrolUsersPayload {
                    results: None,
                    user_errors: user_error::told(vec![objection], call.language),
                });
            }
        };
        let lines = match enrol_users::enrol_users(call, input.run, who).await? {
            Ok(lines) => lines,
            Err(objection) => {
                return Ok(EnrolUsersPayload {
                    results: None,
                    user_errors: user_error::told(vec![objection], call.language),
                });
            }
        };
        let results = lines.into_iter().map(async |Line { line, outcome }| {
            let line = i32::try_from(line).unwrap_or(i32::MAX);
            Ok::<_, Fault>(match outcome {
                Ok(id) => {
                    EnrolUserResult { line, enrolment: Enrolment::by_id(call, id).await?, user_errors: Vec::new() }
                }
                Err(objection) => EnrolUserResult {
                    line,
                    enrolment: None,
                    user_errors: user_error::told(vec![objection], call.language),
                },
            })
        });
        Ok(EnrolUsersPayload { results: Some(try_join_all(results).await?), user_errors: Vec::new() })
    }

    /// Leaves a course that is not completed, or its queue. Who comes back to the same run goes on where they were.
    async fn withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The enrolment.")] input: WithdrawInput,
    ) -> Result<EnrolmentPayload> {
        let call = ctx.call();
        let outcome = withdraw::withdraw(call, input.enrolment).await?;
        Ok(EnrolmentPayload::of(call, outcome).await?)
    }

    /// Takes back that a lesson is completed. A course that is completed stays so.
    async fn reopen_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lesson.")] input: ReopenLessonInput,
    ) -> Result<ProgressPayload> {
        let call = ctx.call();
        let outcome = reopen::reopen_lesson(call, input.id).await?;
        Ok(ProgressPayload::of(call, input.id, outcome).await?)
    }

    /// Marks a lesson, to be found again in `viewer { bookmarks }`. Nobody else sees it.
    async fn bookmark_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lesson.")] input: BookmarkLessonInput,
    ) -> Result<LessonPayload> {
        let outcome = bookmarks::add(ctx.call(), input.id).await?;
        Ok(LessonPayload::of(ctx.call(), outcome).await?)
    }

    /// Takes the mark off a lesson.
    async fn remove_bookmark(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lesson.")] input: RemoveBookmarkInput,
    ) -> Result<LessonPayload> {
        let outcome = bookmarks::remove(ctx.call(), input.id).await?;
        Ok(LessonPayload::of(ctx.call(), outcome).await?)
    }

    /// Completes a lesson; the last one completes the course, by the rule of the learner's version.
    async fn complete_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lesson.")] input: CompleteLessonInput,
    ) -> Result<ProgressPayload> {
        let call = ctx.call();
        let outcome = complete::complete_lesson(call, input.id).await?;
        Ok(ProgressPayload::of(call, input.id, outcome).await?)
    }
}
