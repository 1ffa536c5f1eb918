//! An instructor moves sections and lessons of the draft. The course is locked meanwhile, so that two who move at once come one after the
//! other; positions are from one on, without gaps.

use super::{
    content, draft,
    model::{CourseId, CourseRow, LessonId, SectionId},
    policy,
    write::Written,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, user_error::Objection},
};

/// Moves a section behind a sibling, or to the front.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn move_section(
    call: &Call,
    id: SectionId,
    into: Option<CourseId>,
    after: Option<SectionId>,
) -> Result<Written<SectionId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) = or_object!(draft::of_section(call, &mut tx, id, "id").await?);
    // A section is of one course, and stays in it.
    if into.is_some_and(|into| into != course) {
        return Ok(Err(Objection::not_found("into")));
    }
    let order = content::section_order(&tx, version.id).await?;
    let order = or_object!(moved(order, id, after));
    content::place_sections(&mut tx, version.id, &order).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// Moves a lesson behind a sibling, or to the front: of its section, or of another one of the course.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn move_lesson(
    call: &Call,
    id: LessonId,
    into: Option<SectionId>,
    after: Option<LessonId>,
) -> Result<Written<LessonId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) = or_object!(draft::of_lesson(call, &mut tx, id, None).await?);
    let lessons = content::lessons_of(&tx, version.id).await?;
    let Some(lesson) = lessons.iter().find(|lesson| lesson.id == id) else {
        return Ok(Err(Objection::not_found("id")));
    };
    let (from, into) = (lesson.section_id, into.unwrap_or(lesson.section_id));
    if !content::section_order(&tx, version.id).await?.contains(&into) {
        return Ok(Err(Objection::not_found("into")));
    }
    let of = |section| lessons.iter().filter(move |lesson| lesson.section_id == section).map(|lesson| lesson.id);
    let mut order: Vec<LessonId> = of(into).collect();
    if from != into {
        let last = i32::try_from(order.len()).unwrap_or(i32::MAX);
        or_object!(policy::room_for_one_more(last, policy::LESSONS, "into"));
        order.push(id);
        let left: Vec<LessonId> = of(from).filter(|other| *other != id).collect();
        content::place_lessons(&mut tx, version.id, from, &left).await?;
    }
    let order = or_object!(moved(order, id, after));
    content::place_lessons(&mut tx, version.id, into, &order).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// The order with one thing behind another, or in front.
fn moved<I: Copy + PartialEq>(order: Vec<I>, one: I, after: Option<I>) -> Result<Vec<I>, Objection> {
    if !order.contains(&one) {
        return Err(Objection::not_found("id"));
    }
    if after == Some(one) {
        return Ok(order);
    }
    let mut others: Vec<I> = order.into_iter().filter(|other| *other != one).collect();
    let at = match after {
        None => 0,
        Some(sibling) => {
            let at = others.iter().position(|other| *other == sibling);
            at.ok_or_else(|| Objection::not_found("after"))? + 1
        }
    };
    others.insert(at, one);
    Ok(others)
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn one_goes_behind_another_or_to_the_front() {
        for (one, after, order) in [
            (3, None, Ok(vec![3, 1, 2])),
            (1, Some(3), Ok(vec![2, 3, 1])),
            (1, Some(2), Ok(vec![2, 1, 3])),
            (2, Some(1), Ok(vec![1, 2, 3])),
            (2, Some(2), Ok(vec![1, 2, 3])),
            (4, None, Err("id")),
            (1, Some(4), Err("after")),
        ] {
            let moved = moved(vec![1, 2, 3], one, after).map_err(|objection| objection.path.join("."));
            assert_eq!(moved, order.map_err(str::to_owned), "{one} after {after:?}");
        }
    }
}
