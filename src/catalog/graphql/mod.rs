//! The GraphQL face of courses: what is shown of them, and the mutations that write them.

mod course;
mod editing;
mod files;
mod lesson;
mod offering;
mod question;
mod quiz;
mod quiz_writing;
mod statistics;
mod submission;
mod teaching;
mod writing;

pub use course::{Course, CourseFacets, CourseFilter, CourseRun, search, taught_by};
pub use editing::CourseEditingMutations;
pub use lesson::{Lesson, Section};
pub use offering::OfferingMutations;
pub use question::{
    ChoiceQuestion, EssayQuestion, MatchPair, MatchingQuestion, NumericQuestion, OrderingQuestion, Question,
    ShortAnswerQuestion, ShownQuestion, decimal,
};
pub use quiz::Quiz;
pub use quiz_writing::{QuestionPayload, QuizWritingMutations, exact};
pub use submission::{CourseSubmission, ReviewMutations};
pub use teaching::TeachingMutations;
pub use writing::{CourseWritingMutations, LessonPayload, fixed_seconds};
