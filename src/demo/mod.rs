//! The demonstration: an academy with people of every role, two short courses, and a learner who has finished one. Made by
//! the same verbs as anybody's, so that what it shows is what there is.

use std::{io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::{
    academies::AcademyRow,
    catalog::{
        self,
        course_files::attach::FileChange,
        create_course::{self, NewCourse},
        decide_submission,
        model::{BodyFormat, Completion, CourseId, CourseLevel, FeedbackPolicy, LessonKind, MILLIONTHS, QuizId},
        questions::{
            self,
            written::{Asks, ChoiceInput, QuestionInput},
        },
        quiz_write::{self, QuizInput},
        submit_course,
        write::{self, LessonInput},
    },
    certificates,
    enrolment::{complete, enrol},
    instructors::{self, Decision, apply::Application},
    platform::{
        config::Settings,
        graphql::{Call, Services, call::RequestFacts, user_error::Objection},
        privacy::{Datum, FieldAudience, ProfileField, Role, Roles, UserId, Viewer},
        text::Language,
    },
    profiles::{
        add_person::{self, NewPerson},
        set_visibility::set_visibility,
    },
    quizzes::{attempt, response::Response},
    reviews::{privacy::Reviewed, review_course::review_course},
};

mod courses;

/// What the demonstration has made: kept in the data directory, to be told again.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Demo {
    /// The academy's name in addresses.
    pub academy: String,
    /// Its people.
    pub people: Vec<DemoPerson>,
    /// Its courses, by their names in addresses.
    pub courses: Vec<String>,
    /// The code of the certificate of the learner who has finished.
    pub certificate_code: String,
}

/// Somebody of the demonstration.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct DemoPerson {
    /// What they may do.
    pub role: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

const PEOPLE: [(&str, &str, &[Role]); 8] = [
    ("Rina Kusuma", "pengurus", &[Role::Admin]),
    ("Rudi Hartono", "peninjau", &[Role::Reviewer]),
    ("Sari Dewi", "bantuan", &[Role::Support]),
    ("Putu Ayu", "privasi", &[Role::PrivacyOfficer]),
    ("Fajar Nugroho", "keuangan", &[Role::Finance]),
    ("Ani Wijaya", "pengajar", &[]),
    ("Citra Lestari", "lulus", &[]),
    ("Dodi Saputra", "peserta", &[]),
];

fn file(settings: &Settings) -> PathBuf {
    settings.data_dir.join("demo.json")
}

/// What was made before, if it was.
///
/// # Errors
/// Where the file can't be read.
pub fn made(settings: &Settings) -> anyhow::Result<Option<Demo>> {
    let path = file(settings);
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(Some(serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?))
}

/// Makes the demonstration, once.
///
/// # Errors
/// Where a step is refused: the message says which.
pub async fn make(services: &Services, academy: &AcademyRow) -> anyhow::Result<Demo> {
    if let Some(demo) = made(&services.settings)? {
        return Ok(demo);
    }
    let mut people = Vec::new();
    let mut ids = Vec::new();
    for (name, login, roles) in PEOPLE {
        let password = format!("demo {}", words_of(services));
        let email = format!("{login}@demo.example");
        let person = NewPerson {
            email: &email,
            username: Some(login),
            full_name: name,
            password: &password,
            roles,
            language: Language::Indonesian,
        };
        let added = agreed(add_person::add_person(services, academy.id, person).await?);
        ids.push(added.context(
            "if a demonstration was begun here before and not finished, start with an empty --data-dir (or database)",
        )?);
        let role =
            roles.first().map_or(if login == "pengajar" { "INSTRUCTOR" } else { "LEARNER" }, |role| role.as_str());
        people.push(DemoPerson { role: role.to_owned(), name: name.to_owned(), email, password });
    }
    let [_admin, reviewer, .., instructor, finished, _learner] = ids[..] else { bail!("eight people were to be made") };
    let as_of = |user: UserId, roles: &[Role]| {
        let roles: Roles = roles.iter().copied().chain([Role::Learner]).collect();
        let viewer = Viewer { user: Some(user), roles, ..Viewer::ANONYMOUS };
        let reader = services.db.reader(academy.id);
        let (language, sharing) = (Language::Indonesian, Arc::new(academy.policy().sharing()));
        let facts = RequestFacts { access_reason: Some("demonstration".to_owned()), ..RequestFacts::default() };
        Call::new(services.clone(), reader, viewer, language, facts, sharing)
    };
    let reviewing = as_of(reviewer, &[Role::Reviewer]);
    let application = Application {
        display_name: "Bu Ani".to_owned(),
        experience: "Sepuluh tahun mengajar di sanggar.".to_owned(),
        expertise: vec!["Literasi digital".to_owned()],
        linkedin_url: None,
        proposals: Vec::new(),
    };
    let applied = agreed(instructors::apply::apply(&as_of(instructor, &[]), application).await?)?;
    agreed(one(instructors::decide::decide(&reviewing, applied.id, Decision::Approve, None).await?))?;
    let writing = as_of(instructor, &[Role::Instructor]);
    let mut slugs = Vec::new();
    let mut first = None;
    for course in courses::ALL {
        let (id, slug, quiz) = write_course(&writing, course).await?;
        let submission = agreed(one(submit_course::submit_course(&writing, id).await?))?;
        agreed(one(decide_submission::decide(&reviewing, submission, Decision::Approve, None).await?))?;
        slugs.push(slug);
        first.get_or_insert((id, quiz));
    }
    let (course, quiz) = first.context("two courses were to be made")?;
    let learning = as_of(finished, &[]);
    let certificate_code = learn(&learning, course, quiz).await?;
    if learning.sharing().holds(&Reviewed::ENTRY) {
        let said = Some("Pelajarannya pendek dan jelas.".to_owned());
        agreed(review_course(&learning, course, 5, said).await?)?;
        let widest = learning.sharing().narrowed(ProfileField::Reviews, FieldAudience::Public);
        agreed(set_visibility(&learning, &[(ProfileField::Reviews, widest)]).await?)?;
    }
    let demo = Demo { academy: academy.slug.clone(), people, courses: slugs, certificate_code };
    let path = file(&services.settings);
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("writing {}", path.display()))?;
    out.write_all(serde_json::to_string_pretty(&demo)?.as_bytes())?;
    Ok(demo)
}

async fn write_course(call: &Arc<Call>, course: &courses::Course) -> anyhow::Result<(CourseId, String, QuizId)> {
    let new = NewCourse {
        title: course.title.to_owned(),
        slug: None,
        summary: course.summary.to_owned(),
        description: course.description.to_owned(),
        locale: course.locale.to_owned(),
        level: CourseLevel::Beginner,
        tags: vec!["demo".to_owned()],
        completion: Completion::default(),
        price: None,
        cover: None,
        source: None,
    };
    let id = agreed(create_course::create_course(call, new).await?)?;
    let (_, section) = agreed(one(write::add_section(call, id, course.section, false).await?))?;
    let lesson = |title: &str, kind, body: Option<&str>, preview, quiz| LessonInput {
        section,
        title: title.to_owned(),
        kind,
        body: body.map(str::to_owned),
        body_format: BodyFormat::Markdown,
        media_url: None,
        preview,
        hidden: false,
        estimated_duration: Some(300),
        quiz,
        files: FileChange::default(),
    };
    for (index, (title, body)) in course.lessons.iter().enumerate() {
        agreed(one(write::add_lesson(call, lesson(title, LessonKind::Article, Some(body), index == 0, None)).await?))?;
    }
    let input = QuizInput {
        course: id,
        title: course.quiz.to_owned(),
        pass_percent: 60,
        time_limit: None,
        attempts_allowed: None,
        shuffle: true,
        draw_count: None,
        feedback: FeedbackPolicy::AfterPassing,
    };
    let (_, quiz) = agreed(one(quiz_write::add_quiz(call, input).await?))?;
    for (prompt, right, wrong) in course.questions {
        let choice = |text: &str, fraction| ChoiceInput { id: None, text: text.to_owned(), fraction, feedback: None };
        let choices = std::iter::once(choice(right, MILLIONTHS)).chain(wrong.iter().map(|text| choice(text, 0)));
        let input = QuestionInput {
            prompt: (*prompt).to_owned(),
            format: None,
            points: MILLIONTHS,
            feedback: None,
            asks: Asks::Choice { multiple: false, choices: choices.collect() },
        };
        agreed(one(questions::write::add_question(call, quiz, input).await?))?;
    }
    agreed(one(write::add_lesson(call, lesson(course.quiz, LessonKind::Quiz, None, false, Some(quiz))).await?))?;
    let row = call.load(catalog::store::CourseById(id)).await?.context("the course was made")?;
    Ok((id, row.slug, quiz))
}

/// Goes through a course to its certificate, and gives its code.
async fn learn(call: &Arc<Call>, course: CourseId, quiz: QuizId) -> anyhow::Result<String> {
    let runs = call.load(catalog::store::RunsOf(course)).await?.context("every course has a run")?;
    let run = runs.first().context("every course has a run")?;
    let enrolment = agreed(one(enrol::enrol(call, run.id, None).await?))?;
    let row = call.load(catalog::store::CourseById(course)).await?.context("the course was made")?;
    let version = row.published_id.context("the course is published")?;
    let lessons = catalog::content::lessons_of(&*call.reader().await?, version).await?;
    for lesson in lessons {
        if lesson.kind == LessonKind::Article {
            agreed(one(complete::complete_lesson(call, lesson.id).await?))?;
        }
    }
    let taken = agreed(one(attempt::start(call, quiz, None).await?))?;
    let asked = questions::store::worth_of(&*call.reader().await?, version, quiz).await?;
    for (question, _) in asked {
        let written = questions::store::written(&*call.reader().await?, version, question).await?;
        let (_, items) = written.context("the quiz has this question")?;
        let right = items.iter().find(|item| item.fraction == MILLIONTHS).context("a right choice")?;
        agreed(one(attempt::save(call, taken, question, Response::Choices(vec![right.row.id])).await?))?;
    }
    agreed(one(attempt::submit(call, taken).await?))?;
    let certificate = call.load(certificates::store::CertificateOf(enrolment)).await?;
    Ok(certificates::code::shown(&certificate.context("the course is completed")?.code))
}

/// A password that can be typed: 80 random bits.
fn words_of(services: &Services) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ci", "du", "fe", "go", "ha", "ji", "ku", "le", "mo", "na", "pi", "ru", "se", "to", "wa"];
    let bytes: [u8; 10] = services.random.bytes();
    let words = bytes.chunks(2).map(|pair| {
        pair.iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|nibble| SYLLABLES[usize::from(nibble)])
            .collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

fn one<T>(outcome: Result<T, Objection>) -> Result<T, Vec<Objection>> {
    outcome.map_err(|objection| vec![objection])
}

fn agreed<T>(outcome: Result<T, Vec<Objection>>) -> anyhow::Result<T> {
    outcome.map_err(|objections| {
        let told: Vec<_> = objections.iter().map(|objection| objection.words.en.to_string()).collect();
        anyhow::anyhow!("the demonstration could not be made: {}", told.join(" "))
    })
}
