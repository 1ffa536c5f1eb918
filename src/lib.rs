#![doc = include_str!("README.md")]
#![recursion_limit = "256"]

#[macro_use]
pub mod platform;

pub mod academies;
pub mod accounts;
pub mod audit;
pub mod consent;
pub mod gamification;
pub mod instructors;
pub mod notifications;
pub mod profiles;
pub mod referrals;
pub mod reviews;
pub mod uploads;

pub mod catalog;
pub mod certificates;
pub mod enrolment;
pub mod quizzes;

pub mod api;
pub mod app;
pub mod cli;
pub mod demo;
