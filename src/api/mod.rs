//! The GraphQL roots, who a request is from, and the registry of nodes: with `app.rs`, the places that know all rooms.

pub mod documents;
mod gateway;
mod mutation;
mod node;
mod query;
mod subscription;

use async_graphql::{
    OutputType, SDLExportOptions, Schema, SchemaBuilder,
    connection::{Edge, EmptyFields, PageInfo},
};

use crate::{
    audit::graphql::AuditEntry,
    catalog::graphql::{Course, CourseRun, CourseSubmission, Lesson, Question},
    certificates::graphql::Certificate,
    enrolment::graphql::Enrolment,
    instructors::graphql::{InstructorApplication, InstructorProfile},
    notifications::graphql::Notification,
    platform::graphql::{List, page::Cursor, weight::Weighing},
    profiles::graphql::User,
    quizzes::graphql::GradingTask,
    referrals::graphql::Referral,
    reviews::graphql::Review,
};

pub use gateway::Front;
pub use mutation::Mutation;
pub use query::Query;
pub use subscription::Subscription;

/// The whole schema.
pub type ApiSchema = Schema<Query, Mutation, Subscription>;

/// Mutations that may stand in a document once: each is a guess at something.
pub const ONCE: &[&str] = &[
    "register",
    "verifyEmail",
    "resendVerification",
    "logIn",
    "completeMfa",
    "confirmGuardianship",
    "completeRegistration",
    "requestPasswordReset",
    "resetPassword",
    "changePassword",
    "changeEmail",
    "confirmEmailChange",
    "confirmTotpSetup",
    "regenerateRecoveryCodes",
    "reauthenticate",
    "requestReauthenticationCode",
];

/// Builds the schema.
#[must_use]
pub fn schema(introspection: bool) -> ApiSchema {
    let mut builder = Schema::build(Query, Mutation::default(), Subscription)
        .disable_suggestions()
        .extension(Weighing)
        // Our own check stands in front; the library's recursion stays as a second fence.
        .limit_recursive_depth(64);
    if !introspection {
        builder = builder.disable_introspection();
    }
    described(builder).finish()
}

/// The library's connection types have no descriptions of their own.
fn described(builder: Builder) -> Builder {
    let builder = builder
        .override_output_type_description::<PageInfo>("Where a page stands in its list.")
        .override_output_type_description::<chrono::DateTime<chrono::Utc>>("A moment: RFC 3339, UTC.");
    let builder = list_of::<Course>(builder, "Courses, a page at a time.", "A course in a list.");
    let builder =
        list_of::<InstructorProfile>(builder, "Who teaches, a page at a time.", "Somebody who teaches, in a list.");
    let builder = list_of::<Lesson>(builder, "Lessons, a page at a time.", "A lesson in a list.");
    let builder = list_of::<CourseRun>(builder, "Runs of a course, a page at a time.", "A run in a list.");
    let builder = list_of::<CourseSubmission>(builder, "Submissions, a page at a time.", "A submission in a list.");
    let builder = list_of::<Question>(builder, "Questions, a page at a time.", "A question in a list.");
    let builder = list_of::<GradingTask>(builder, "Answers that wait, a page at a time.", "An answer in a list.");
    let builder = list_of::<Certificate>(builder, "Certificates, a page at a time.", "A certificate in a list.");
    let builder = list_of::<AuditEntry>(builder, "Entries of the audit log, a page at a time.", "An entry in a list.");
    let builder = list_of::<Notification>(builder, "Notifications, a page at a time.", "A notification in a list.");
    let builder = list_of::<Referral>(builder, "Referrals, a page at a time.", "A referral in a list.");
    let builder = list_of::<Review>(builder, "Reviews, a page at a time.", "A review in a list.");
    let builder = list_of::<Enrolment>(builder, "Enrolments, a page at a time.", "An enrolment in a list.");
    let builder =
        list_of::<InstructorApplication>(builder, "Applications, a page at a time.", "An application in a list.");
    list_of::<User>(builder, "People, a page at a time.", "A person in a list.")
}

/// Gives the list of a type, and its edge, their descriptions.
fn list_of<T: OutputType>(builder: Builder, list: &'static str, edge: &'static str) -> Builder {
    builder
        .override_output_type_description::<List<T>>(list)
        .override_output_type_description::<Edge<Cursor, T, EmptyFields>>(edge)
}

type Builder = SchemaBuilder<Query, Mutation, Subscription>;

/// The schema as `schema.graphql` has it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by().use_space_ident().prefer_single_line_descriptions();
    let printed = schema(true).sdl_with_options(options);
    let mut text = without_specified_directives(&printed).trim_end().to_owned();
    for (argument, described) in DIRECTIVE_ARGUMENTS {
        text = text.replace(argument, described);
    }
    text.push('\n');
    text
}

/// The library answers with the descriptions of a directive's arguments, and does not print them.
const DIRECTIVE_ARGUMENTS: [(&str, &str); 2] = [
    (
        "directive @personalData(class: PersonalDataClass!)",
        "directive @personalData(\"What kind of data it is.\" class: PersonalDataClass!)",
    ),
    (
        "directive @visibility(to: [Audience!]!)",
        "directive @visibility(\"Whoever belongs to any of these.\" to: [Audience!]!)",
    ),
];

/// The directives of the specification are known to every reader; the library prints them without the descriptions that
/// ours have.
fn without_specified_directives(sdl: &str) -> String {
    const SPECIFIED: [&str; 5] = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];
    let blocks = sdl.split("\n\n").map(|block| {
        let mut kept: Vec<&str> = Vec::new();
        let mut description: Vec<&str> = Vec::new();
        let mut in_block = false;
        for line in block.lines() {
            if let Some(rest) = line.strip_prefix("directive @") {
                let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                if !SPECIFIED.contains(&name) {
                    kept.append(&mut description);
                    kept.push(line);
                }
                description.clear();
            } else if in_block || line.starts_with('"') {
                let fences = line.matches("\"\"\"").count();
                in_block ^= fences == 1;
                description.push(line);
            } else {
                kept.append(&mut description);
                kept.push(line);
            }
        }
        kept.append(&mut description);
        kept.join("\n")
    });
    blocks.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
}
