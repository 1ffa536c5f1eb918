//! `sanggar quiz`.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use indicatif::ProgressBar;
use serde_json::{Value as Json, json};

use super::{
    Cli,
    academy::named_academy,
    course::{counted, document_of, style, told_problem},
    home::Home,
    report,
};
use crate::{
    catalog::{
        content,
        import::{
            ImportFormat, Problem, ProblemSeverity,
            bank::{self, Survey, source::Source, write::Bank},
        },
        model::{QuizId, QuizKind},
        store as catalog,
    },
    platform::{config::Settings, id::GlobalId, text::Language},
};

#[derive(Subcommand)]
pub(super) enum QuizCommand {
    /// Take over a bank of questions: Moodle XML, GIFT, or the problems of Open edX
    ///
    /// They go into the draft of the quiz's course. All or nothing: a question that keeps no rule here, or is of a kind that is not here, is left
    /// out and reported; of a malformed bank nothing is taken over. What the quiz has of the same bank already is written anew.
    Import {
        /// The bank
        file: PathBuf,
        /// The quiz, by its global id
        #[arg(long, required_unless_present = "dry_run")]
        quiz: Option<String>,
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
        /// Its form; recognised where it is left out
        #[arg(long)]
        format: Option<BankFormat>,
        /// Only look through the bank and report: nothing is written, and no database is needed
        #[arg(long)]
        dry_run: bool,
    },
}

/// The form of a bank.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum BankFormat {
    /// The text format of Moodle
    Gift,
    /// The XML of Moodle
    MoodleXml,
    /// Problems of Open edX: a .zip or .tar.gz of a course or library, or one file of XML
    Olx,
}

impl From<BankFormat> for ImportFormat {
    fn from(format: BankFormat) -> Self {
        match format {
            BankFormat::Gift => Self::Gift,
            BankFormat::MoodleXml => Self::MoodleXml,
            BankFormat::Olx => Self::Olx,
        }
    }
}

/// Looks through the bank, before anything is started; reports, and gives nothing, where that is all that is asked.
pub(super) fn read_bank(cli: &Cli, command: &QuizCommand) -> anyhow::Result<Option<(Bank, Survey)>> {
    let QuizCommand::Import { file, format, dry_run, .. } = command;
    let reading = ProgressBar::new_spinner().with_style(style("{spinner} {pos} questions read")?);
    let named = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let read = || {
        let bank = Bank::of(Source::File(file.clone()), format.map(Into::into), named, Language::default())?;
        let survey = bank.survey(&|questions| reading.set_position(questions as u64))?;
        std::io::Result::Ok((bank, survey))
    };
    let (bank, survey) = read().with_context(|| format!("reading {}", file.display()))?;
    reading.finish_and_clear();
    if survey.stops() {
        let mut nothing = survey.clone();
        nothing.kinds.clear();
        report(cli, &document(&nothing), || told(&survey).iter().map(told_problem).collect::<Vec<_>>().join("\n"));
        bail!("nothing was imported");
    }
    if *dry_run {
        report(cli, &document(&survey), || text(&survey, "Would import"));
        return Ok(None);
    }
    Ok(Some((bank, survey)))
}

pub(super) async fn quiz_command(
    cli: &Cli,
    command: &QuizCommand,
    (bank, survey): (Bank, Survey),
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let QuizCommand::Import { quiz, academy, .. } = command;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    let given = quiz.as_deref().unwrap_or_default();
    let quiz: Option<QuizId> = given.parse::<GlobalId>().ok().and_then(GlobalId::of::<QuizKind>);
    let quiz = quiz.with_context(|| format!("{given} is no id of a quiz: ask for Quiz.id"))?;
    let reader = services.db.reader(academy.id);
    let connection = reader.connection().await?;
    let locale = match content::course_of_quiz(&connection, quiz).await? {
        Some(course) => catalog::course(&connection, course).await?.map(|course| course.locale),
        None => bail!("{} has no quiz {given}", academy.slug),
    };
    drop(connection);
    reader.give_back().await;
    let language = locale.and_then(|locale| Language::of_tag(&locale)).unwrap_or_default();
    let bank = Bank { language, ..bank };
    let writing = ProgressBar::new(0).with_style(style("{bar:40} {pos} of {len} questions written, {eta} to go")?);
    let watch = |written: usize, all: usize| {
        writing.set_length(all as u64);
        writing.set_position(written as u64);
    };
    let stored = bank.store_files(&services, academy.id, &survey).await?;
    let mut tx = services.db.begin(academy.id).await?;
    let outcome = bank::write::into(&mut tx, &services, quiz, &bank, (&survey, &stored), &watch).await?;
    writing.finish_and_clear();
    if let Err(objection) = outcome {
        let words = &objection.words.en;
        let told = json!({ "severity": ProblemSeverity::Error, "path": bank.path, "line": null, "message": words });
        let document = json!({ "imported": 0, "byKind": {}, "problems": [told] });
        report(cli, &document, || words.to_string());
        bail!("nothing was imported: {}", objection.words.en);
    }
    tx.commit().await?;
    report(cli, &document(&survey), || text(&survey, "Imported"));
    Ok(())
}

fn told(survey: &Survey) -> Vec<Problem> {
    survey.clone().told()
}

fn document(survey: &Survey) -> Json {
    json!({
        "imported": survey.questions(),
        "byKind": survey.kinds,
        "left": survey.left,
        "files": survey.files,
        "problems": told(survey).iter().map(document_of).collect::<Vec<_>>(),
    })
}

fn text(survey: &Survey, done: &str) -> String {
    let kinds: Vec<String> = survey.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let mut text = format!("{done} {} ({}).", counted(survey.questions(), "question", "questions"), kinds.join(", "));
    let problems = told(survey);
    let notes = problems.iter().filter(|problem| problem.severity == ProblemSeverity::Note).count();
    for problem in problems.iter().filter(|problem| problem.severity != ProblemSeverity::Note) {
        text.push('\n');
        text.push_str(&told_problem(problem));
    }
    let left = survey.left.values().sum();
    text.push_str(&format!(
        "\n{} left out; {} beside (--json has all).",
        counted(left, "question", "questions"),
        counted(notes, "note", "notes")
    ));
    text
}
