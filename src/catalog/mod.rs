//! The catalogue: courses, their versions, and what a version holds: sections, lessons, quizzes and their translations.
//!
//! Owns `courses`, `course_instructors`, `teaching_assignments`, `course_versions`, `sections`, `lessons`, `lesson_translations`, `quizzes`, `questions`,
//! `choices`, `catalogue_entries`, `catalogue_words`, `course_figures`, `course_prerequisites`, `course_runs`, `invitation_codes`,
//! `course_submissions`, `course_files`, `lesson_files`, `question_files` and `imports`. A frozen version never changes, but for a key that is corrected; the id of a section, lesson or quiz is the thing itself through all versions. Personal data: none but who teaches and who imports. Calls instructors, profiles and accounts.

pub mod archive;
pub mod authority;
mod calm;
pub mod changes;
pub mod content;
pub mod course_files;
pub mod create_course;
pub mod decide_submission;
pub mod delete;
pub mod draft;
pub mod duplicate;
pub mod graphql;
pub mod import;
pub mod mail;
pub mod model;
pub mod policy;
mod prerequisites;
pub mod privacy;
pub mod questions;
pub mod quiz_write;
pub mod rendering;
pub mod reorder;
pub mod runs;
pub mod store;
pub mod submit_course;
pub mod teaching;
pub mod tell_reviewers;
pub mod update_content;
pub mod update_course;
pub mod withdraw_submission;
pub mod write;
