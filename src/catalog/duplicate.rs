//! An instructor begins a course from another one of theirs: the same content under new ids, with nobody in it.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    authority,
    content::{self, Content, UNWATCHED},
    create_course::{self, NewCourse},
    model::{Completion, CourseId, NewItem, NewQuestion},
    policy,
    questions::OtherKey,
    store,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, Services, user_error::Objection},
    id::Id,
    privacy::Role,
};

/// Duplicates the newest version of a course, published or not, as the draft of a course that the viewer teaches.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` to who is no instructor, and those of the database.
pub async fn duplicate(call: &Call, id: CourseId) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let instructor = call.viewer().with_role(&[Role::Instructor, Role::Admin])?;
    let mut tx = call.begin().await?;
    let course = match authority::lock_to_edit(call, &mut tx, id, "id").await? {
        Ok(course) => course,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    let latest = course.latest_id.ok_or_else(|| anyhow::anyhow!("a course without a version"))?;
    let version = store::version(&tx, latest).await?;
    let copied = under_new_ids(&call.services, content::whole(&tx, latest).await?)?;
    let prerequisites = call.load_in(&tx, store::PrerequisitesOf(latest)).await?.unwrap_or_default();
    let new = NewCourse {
        title: copy_of(&version.title),
        slug: None,
        summary: version.summary,
        description: store::description(&tx, latest).await?,
        locale: course.locale,
        level: version.level,
        tags: version.tags,
        completion: Completion {
            lessons_percent: version.lessons_percent,
            quizzes_passed: version.quizzes_passed,
            minimum_score: version.minimum_score,
        },
        price: version.price.money(),
        cover: version.cover_id,
        // The copy is another course: an import goes on with the first one.
        source: None,
    };
    let services = &call.services;
    let made =
        create_course::insert(&mut tx, services, Some(instructor), new, |into| copied.in_version(into), UNWATCHED);
    let made = match made.await? {
        Ok(made) => made,
        Err(objections) => return Ok(Err(objections)),
    };
    if let Some(row) = store::lock(&mut tx, made).await?
        && let Some(draft) = row.latest_id
    {
        store::put_prerequisites(&mut tx, draft, &prerequisites).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(made))
}

/// The title, with how many copies of it this is: "Web", "Web (2)", "Web (3)".
fn copy_of(title: &str) -> String {
    let numbered = title.strip_suffix(')').and_then(|title| title.rsplit_once(" ("));
    let (name, number) = match numbered.and_then(|(name, number)| Some((name, number.parse::<u32>().ok()?))) {
        Some((name, number)) => (name, number.saturating_add(1)),
        None => (title, 2),
    };
    let tail = format!(" ({number})");
    let room = policy::TITLE - tail.chars().count();
    let name: String = name.chars().take(room).collect();
    format!("{}{tail}", name.trim_end())
}

/// New ids for old ones, each made when it is first asked for. Those of questions and their items hold no time.
struct Renamed<'a> {
    services: &'a Services,
    known: HashMap<Uuid, Uuid>,
}

impl Renamed<'_> {
    fn ordered<K>(&mut self, old: Id<K>) -> Id<K> {
        let Services { random, clock, .. } = self.services;
        Id::from_uuid(*self.known.entry(old.uuid()).or_insert_with(|| random.ordered_id::<K>(clock).uuid()))
    }

    fn random<K>(&mut self, old: Id<K>) -> Id<K> {
        let random = &self.services.random;
        Id::from_uuid(*self.known.entry(old.uuid()).or_insert_with(|| random.id::<K>().uuid()))
    }
}

/// The same things under new ids.
fn under_new_ids(services: &Services, mut content: Content) -> Result<Content, Fault> {
    let mut new = Renamed { services, known: HashMap::new() };
    for section in &mut content.sections {
        section.id = new.ordered(section.id);
    }
    for quiz in &mut content.quizzes {
        quiz.id = new.ordered(quiz.id);
    }
    for lesson in &mut content.lessons {
        lesson.id = new.ordered(lesson.id);
        lesson.section_id = new.ordered(lesson.section_id);
        lesson.quiz_id = lesson.quiz_id.map(|quiz| new.ordered(quiz));
    }
    for beside in &mut content.beside {
        beside.lesson_id = new.ordered(beside.lesson_id);
        beside.quiz_id = new.ordered(beside.quiz_id);
    }
    for file in &mut content.files {
        file.lesson_id = new.ordered(file.lesson_id);
        file.id = new.ordered(file.id);
    }
    for translation in &mut content.translations {
        translation.lesson_id = new.ordered(translation.lesson_id);
    }
    for NewQuestion { row: question, key, .. } in &mut content.questions {
        question.id = new.random(question.id);
        question.quiz_id = new.ordered(question.quiz_id);
        *key = key.take().map(|key| OtherKey::stored(key)?.with(|item| new.random(item)).to_stored()).transpose()?;
    }
    for NewItem { row: item, .. } in &mut content.choices {
        item.id = new.random(item.id);
        item.question_id = new.random(item.question_id);
    }
    for file in &mut content.question_files {
        file.question_id = new.random(file.question_id);
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_numbered() {
        for (title, copy) in
            [("Web", "Web (2)"), ("Web (2)", "Web (3)"), ("Web (dasar)", "Web (dasar) (2)"), ("(9)", "(9) (2)")]
        {
            assert_eq!(copy_of(title), copy);
        }
        assert_eq!(copy_of(&"x".repeat(policy::TITLE)).chars().count(), policy::TITLE);
    }
}
