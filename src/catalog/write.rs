//! An instructor writes: sections, lessons, quizzes and questions, each into the draft.

use super::{
    content::{self, Content, UNWATCHED},
    course_files::attach::{self, FileChange},
    draft,
    model::{
        BodyFormat, ChoiceRow, CourseId, CourseRow, FeedbackPolicy, LessonId, LessonKind, MILLIONTHS, NewLesson,
        QuestionId, QuestionRow, QuizId, QuizRow, SectionId, SectionRow,
    },
    policy, store,
    update_content::one_media,
};
use crate::platform::{
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Objection},
    },
};

/// Something was written into the draft of a course.
pub type Written<I> = Result<(CourseId, I), Objection>;

/// Adds a section at the end of a course.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_section(
    call: &Call,
    course: CourseId,
    title: &str,
    hidden: bool,
) -> Result<Written<SectionId>, Fault> {
    let title = or_object!(user_error::line(title, "title", policy::TITLE));
    let mut tx = call.begin().await?;
    let (_, version) = or_object!(draft::open(call, &mut tx, course, "course", None).await?);
    let last = content::last_section(&tx, version.id).await?;
    or_object!(policy::room_for_one_more(last, policy::SECTIONS, "course"));
    let section = SectionRow {
        version_id: version.id,
        id: call.services.random.ordered_id(&call.services.clock),
        position: last + 1,
        title,
        hidden,
        source: None,
    };
    let id = section.id;
    content::insert(&mut tx, &Content { sections: vec![section], ..Content::default() }, UNWATCHED).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// What a lesson is made of.
#[derive(Clone, Debug)]
pub struct LessonInput {
    /// The section that it goes into, at the end.
    pub section: SectionId,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: LessonKind,
    /// Its text.
    pub body: Option<String>,
    /// What the text is written in.
    pub body_format: BodyFormat,
    /// A video or file elsewhere.
    pub media_url: Option<String>,
    /// Whether anybody may read it.
    pub preview: bool,
    /// Whether only its instructors and staff see it.
    pub hidden: bool,
    /// Seconds.
    pub estimated_duration: Option<i32>,
    /// The quiz of a lesson that is one.
    pub quiz: Option<QuizId>,
    /// Its media, and what is attached to it.
    pub files: FileChange,
}

/// Adds a lesson at the end of a section.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_lesson(call: &Call, input: LessonInput) -> Result<Written<LessonId>, Fault> {
    let user = call.viewer().signed_in()?;
    or_object!(one_media(input.media_url.is_some(), &input.files.media));
    let title = or_object!(user_error::line(&input.title, "title", policy::TITLE));
    or_object!(user_error::bounded(input.body.as_deref().unwrap_or_default(), "body", policy::BODY));
    if (input.kind == LessonKind::Quiz) != input.quiz.is_some() {
        let words = words!(
            "Pelajaran berjenis QUIZ, dan hanya itu, menyebut sebuah kuis.",
            "A lesson of the kind QUIZ names a quiz, and no other does."
        );
        return Ok(Err(Objection::new(UserErrorCode::Required, "quiz", words)));
    }
    if !input.files.uploads().is_empty() {
        let known = call.load(content::VersionOfSection(input.section)).await?;
        or_object!(draft::look_at(call, known, "section", None).await?);
    }
    let ready = or_object!(attach::ready(call, user, input.files).await?);
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) =
        or_object!(draft::of_section(call, &mut tx, input.section, "section").await?);
    let Some(section_hidden) = content::is_hidden(&tx, version.id, input.section).await? else {
        return Ok(Err(Objection::not_found("section")));
    };
    if let Some(quiz) = input.quiz
        && content::quiz(&tx, version.id, quiz).await?.is_none()
    {
        return Ok(Err(Objection::not_found("quiz")));
    }
    let last = content::last_lesson(&tx, version.id, input.section).await?;
    or_object!(policy::room_for_one_more(last, policy::LESSONS, "section"));
    let lesson = NewLesson {
        version_id: version.id,
        id: call.services.random.ordered_id(&call.services.clock),
        section_id: input.section,
        position: last + 1,
        kind: input.kind,
        preview: input.preview,
        title,
        body: input.body,
        media_url: input.media_url,
        estimated_duration: input.estimated_duration,
        quiz_id: input.quiz,
        hidden: input.hidden || section_hidden,
        body_format: input.body_format,
        source: None,
    };
    let id = lesson.id;
    content::insert(&mut tx, &Content { lessons: vec![lesson], ..Content::default() }, UNWATCHED).await?;
    let uploads = or_object!(attach::put(call, &mut tx, version.id, id, ready).await?);
    draft::close(tx, call, &version).await?;
    attach::used(call, uploads).await;
    Ok(Ok((course, id)))
}

/// What a quiz is made of.
#[derive(Clone, Debug)]
pub struct QuizInput {
    /// The course that it belongs to.
    pub course: CourseId,
    /// Its title.
    pub title: String,
    /// From which share of the points it is passed.
    pub pass_percent: i32,
    /// Seconds.
    pub time_limit: Option<i32>,
    /// How often a learner may try.
    pub attempts_allowed: Option<i32>,
    /// Whether questions and choices come in another order each attempt.
    pub shuffle: bool,
    /// When learners see the key.
    pub feedback: FeedbackPolicy,
}

/// Adds a quiz to a course.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_quiz(call: &Call, input: QuizInput) -> Result<Written<QuizId>, Fault> {
    call.viewer().signed_in()?;
    let title = or_object!(user_error::line(&input.title, "title", policy::TITLE));
    let invalid = |field, words| Ok(Err(Objection::new(UserErrorCode::Invalid, field, words)));
    if !(0..=100).contains(&input.pass_percent) {
        return invalid("passPercent", words!("Dari 0 sampai 100.", "From 0 to 100."));
    }
    let most = policy::ATTEMPTS;
    if input.attempts_allowed.is_some_and(|attempts| !(1..=most).contains(&attempts)) {
        return invalid("attemptsAllowed", words!("Dari 1 sampai {most}.", "From 1 to {most}."));
    }
    if input.feedback == FeedbackPolicy::AfterLastAttempt && input.attempts_allowed.is_none() {
        return invalid(
            "attemptsAllowed",
            words!("AFTER_LAST_ATTEMPT perlu attemptsAllowed.", "AFTER_LAST_ATTEMPT needs attemptsAllowed."),
        );
    }
    let mut tx = call.begin().await?;
    let (_, version) = or_object!(draft::open(call, &mut tx, input.course, "course", None).await?);
    let quizzes = content::count_quizzes(&tx, version.id).await?;
    or_object!(policy::room_for_one_more(quizzes, policy::QUIZZES, "course"));
    let quiz = QuizRow {
        version_id: version.id,
        id: call.services.random.ordered_id(&call.services.clock),
        title,
        titles: serde_json::json!({}),
        pass_percent: input.pass_percent,
        time_limit: input.time_limit,
        attempts_allowed: input.attempts_allowed,
        shuffle: input.shuffle,
        feedback: input.feedback,
        source: None,
    };
    let id = quiz.id;
    content::insert(&mut tx, &Content { quizzes: vec![quiz], ..Content::default() }, UNWATCHED).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((input.course, id)))
}

/// A choice of a question: text, fraction in millionths, feedback.
pub type ChoiceInput = (String, i64, Option<String>);

/// What a choice question is made of.
#[derive(Clone, Debug)]
pub struct QuestionInput {
    /// The quiz that it goes into, at the end.
    pub quiz: QuizId,
    /// What is asked, Markdown.
    pub prompt: String,
    /// Millionths of a point.
    pub points: i64,
    /// Whether several choices may be ticked.
    pub multiple: bool,
    /// What may be ticked.
    pub choices: Vec<ChoiceInput>,
    /// What a learner is told with the key.
    pub feedback: Option<String>,
}

/// Adds a choice question to a quiz.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_question(call: &Call, input: QuestionInput) -> Result<Written<QuestionId>, Fault> {
    call.viewer().signed_in()?;
    let prompt = or_object!(user_error::text(&input.prompt, "question.choice.prompt", policy::PROMPT));
    let objection = |field: &str, words| Ok(Err(Objection::new(UserErrorCode::Invalid, field, words)));
    if input.points <= 0 {
        return objection("question.choice.points", words!("Lebih dari nol.", "More than nothing."));
    }
    for (index, (text, _, feedback)) in input.choices.iter().enumerate() {
        let field = format!("question.choice.choices.{index}");
        or_object!(user_error::text(text, &format!("{field}.text"), policy::PROMPT));
        or_object!(user_error::bounded(
            feedback.as_deref().unwrap_or_default(),
            &format!("{field}.feedback"),
            policy::PROMPT
        ));
    }
    or_object!(user_error::bounded(
        input.feedback.as_deref().unwrap_or_default(),
        "question.choice.feedback",
        policy::PROMPT
    ));
    if !(2..=policy::CHOICES).contains(&input.choices.len()) {
        let most = policy::CHOICES;
        return objection("question.choice.choices", words!("Dua sampai {most} pilihan.", "Two to {most} choices."));
    }
    let right: i64 = input.choices.iter().map(|(_, fraction, _)| (*fraction).max(0)).sum();
    let full = input.choices.iter().any(|(_, fraction, _)| *fraction == MILLIONTHS);
    if input.choices.iter().any(|(_, fraction, _)| fraction.abs() > MILLIONTHS)
        || (input.multiple && (right != MILLIONTHS || input.choices.iter().all(|(_, fraction, _)| *fraction > 0)))
        || (!input.multiple && !full)
    {
        return objection(
            "question.choice.choices",
            words!(
                "Pecahan dari -1 sampai 1; bila boleh memilih beberapa, yang positif berjumlah 1 dan ada pilihan yang salah; bila tidak, salah satunya 1.",
                "Fractions are from -1 to 1; where several may be ticked, the positive ones add up to 1 and one choice is wrong; else one of them is 1."
            ),
        );
    }
    let mut tx = call.begin().await?;
    let Some(known) = call.load_in(&tx, content::VersionOfQuiz(input.quiz)).await? else {
        return Ok(Err(Objection::not_found("quiz")));
    };
    let course = store::version(&tx, known).await?.course_id;
    let (_, version) = or_object!(draft::open(call, &mut tx, course, "quiz", None).await?);
    if content::quiz(&tx, version.id, input.quiz).await?.is_none() {
        return Ok(Err(Objection::not_found("quiz")));
    }
    let last = content::last_question(&tx, version.id, input.quiz).await?;
    or_object!(policy::room_for_one_more(last, policy::QUESTIONS, "quiz"));
    let id: QuestionId = call.services.random.id();
    let question = QuestionRow {
        version_id: version.id,
        id,
        quiz_id: input.quiz,
        position: last + 1,
        multiple: input.multiple,
        prompt,
        prompts: serde_json::json!({}),
        points: input.points,
        feedback: input.feedback,
        source: None,
    };
    let choices = (1..).zip(input.choices).map(|(position, (text, fraction, feedback))| ChoiceRow {
        version_id: version.id,
        id: call.services.random.id(),
        question_id: id,
        position,
        text,
        texts: serde_json::json!({}),
        fraction,
        feedback,
    });
    let content = Content { questions: vec![question], choices: choices.collect(), ..Content::default() };
    content::insert(&mut tx, &content, UNWATCHED).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}
