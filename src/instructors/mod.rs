//! Instructors: people apply to teach, a reviewer decides, and who is approved gets a public face.
//!
//! Owns `instructor_applications` and `instructor_profiles`. Personal data: what applicants say, and the public face that
//! they agreed to. Calls accounts (roles, addresses) and profiles.

pub mod apply;
pub mod decide;
pub mod graphql;
pub mod mail;
mod model;
pub mod privacy;
pub mod store;
pub mod tell_reviewers;
pub mod withdraw;

pub use model::{
    ApplicationId, ApplicationKind, ApplicationStatus, Decision, InstructorProfileId, InstructorProfileKind,
};
