//! `sanggar course`.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};

use super::{Cli, academy::named_academy, home::Home, report};
use crate::{
    accounts,
    catalog::{
        import::{self, ProblemSeverity, Read, files},
        store,
    },
    platform::config::Settings,
};

#[derive(Subcommand)]
pub(super) enum CourseCommand {
    /// Take over a whole course of Open edX or in Markdown: a folder, a .zip or a .tar.gz
    ///
    /// All or nothing. It becomes a draft; what is not taken over is reported by file and line.
    Import {
        /// The folder or archive
        path: PathBuf,
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
        /// Who teaches it: a mail address or user name
        #[arg(long)]
        instructor: Option<String>,
        /// Its title; its own where it is left out
        #[arg(long)]
        title: Option<String>,
        /// The course whose next draft it becomes, by its name in addresses
        ///
        /// Left out, it is the course of this instructor's that was imported from the same source, or a new one.
        #[arg(long)]
        into: Option<String>,
    },
}

/// Reads the course: before anything is started, so that a broken folder is told at once.
pub(super) fn read_course(cli: &Cli, command: &CourseCommand) -> anyhow::Result<Read> {
    let CourseCommand::Import { path, title, .. } = command;
    let reading = ProgressBar::new_spinner().with_style(style("{spinner} {pos} files read")?);
    let files = if path.is_file() {
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        files::of_archive(&bytes)
    } else {
        files::of_folder(path, |files| reading.set_position(files as u64))
    };
    reading.finish_and_clear();
    files.and_then(|files| import::read(files, None, title.as_deref())).or_else(|problem| {
        report(cli, &json!({ "problems": [document_of(&problem)] }), || told_problem(&problem));
        bail!("nothing was imported")
    })
}

pub(super) async fn course_command(
    cli: &Cli,
    command: &CourseCommand,
    mut read: Read,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let CourseCommand::Import { academy, instructor, into, .. } = command;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    let instructor = match instructor {
        Some(login) => {
            let reader = services.db.reader(academy.id);
            let found = accounts::store::by_login(&*reader.connection().await?, login).await?;
            Some(found.with_context(|| format!("{login} has no account in {}", academy.slug))?.user_id)
        }
        None => None,
    };
    let into = match into {
        Some(slug) => {
            let reader = services.db.reader(academy.id);
            let found = store::by_slug(&*reader.connection().await?, slug).await?;
            Some(found.with_context(|| format!("{} has no course {slug}", academy.slug))?)
        }
        None => None,
    };
    let writing = ProgressBar::new(0).with_style(style("{bar:40} {pos} of {len} rows written")?);
    let watch = |written: usize, all: usize| {
        writing.set_length(all as u64);
        writing.set_position(written as u64);
    };
    let sources = std::mem::take(&mut read.files);
    let files = sources.len();
    let stored =
        import::enclosed::stored(&services, academy.id, sources, read.cover.as_deref(), &mut read.problems).await?;
    let mut tx = services.db.begin(academy.id).await?;
    let outcome = import::write(&mut tx, &services, instructor, into, &read, &stored, &watch).await?;
    writing.finish_and_clear();
    let course = match outcome {
        Ok(course) => {
            tx.commit().await?;
            course
        }
        Err(objections) => {
            let words: Vec<_> = objections.iter().map(|objection| objection.words.en.to_string()).collect();
            bail!("nothing was imported: {}", words.join(" "));
        }
    };
    let counts = &read.counts;
    let document = json!({
        "course": course.to_string(),
        "title": read.course.title,
        "sections": counts.sections,
        "lessons": counts.lessons,
        "quizzes": counts.quizzes,
        "questions": counts.questions,
        "options": counts.options,
        "translations": read.translations,
        "files": files,
        "blocks": read.blocks,
        "problems": read.problems.iter().map(document_of).collect::<Vec<_>>(),
    });
    report(cli, &document, || {
        let mut text = format!(
            "Imported \"{}\" as a draft: {}, {}, {}, {}, {}; in {}.",
            read.course.title,
            counted(counts.sections, "section", "sections"),
            counted(counts.lessons, "lesson", "lessons"),
            counted(counts.quizzes, "quiz", "quizzes"),
            counted(counts.questions, "question", "questions"),
            counted(files, "file", "files"),
            counted(read.translations.len(), "more language", "more languages"),
        );
        let notes = read.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Note).count();
        for problem in read.problems.iter().filter(|problem| problem.severity != ProblemSeverity::Note) {
            text.push('\n');
            text.push_str(&told_problem(problem));
        }
        text.push_str(&format!("\n{} beside (--json has all).", counted(notes, "note", "notes")));
        text
    });
    Ok(())
}

pub(super) fn counted(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

pub(super) fn told_problem(problem: &import::Problem) -> String {
    let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
    let place = if problem.path.is_empty() { String::new() } else { format!(" {}{line}", problem.path) };
    format!("{}{place}: {}", problem.severity.as_str(), problem.message.en)
}

pub(super) fn document_of(problem: &import::Problem) -> Json {
    json!({ "path": problem.path, "line": problem.line, "severity": problem.severity, "message": problem.message.en })
}

/// A bar is drawn on a terminal only.
pub(super) fn style(template: &str) -> anyhow::Result<ProgressStyle> {
    Ok(ProgressStyle::with_template(template)?)
}
