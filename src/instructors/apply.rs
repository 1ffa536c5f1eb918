//! A person applies to teach. One open application at a time; what a reviewer asked to change is sent as a new one.

use super::{
    ApplicationStatus,
    model::{ApplicationRow, Proposal},
    store,
    tell_reviewers::TellReviewers,
};
use crate::platform::{
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Objection},
    },
    jobs,
    privacy::Personal,
};

/// What an applicant says.
pub struct Application {
    /// The name to teach under.
    pub display_name: String,
    /// What they have done.
    pub experience: String,
    /// What they know about.
    pub expertise: Vec<String>,
    /// Their page on LinkedIn.
    pub linkedin_url: Option<String>,
    /// Courses that they would like to give.
    pub proposals: Vec<Proposal>,
}

/// Applies.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn apply(call: &Call, input: Application) -> Result<Result<ApplicationRow, Vec<Objection>>, Fault> {
    let user = call.viewer().signed_in()?;
    let objections = objections(&input);
    if !objections.is_empty() {
        return Ok(Err(objections));
    }
    let mut tx = call.begin().await?;
    // Who applies twice at the same time has one open application all the same.
    tx.take_name(&format!("application {}", user.uuid())).await?;
    let now = call.services.clock.now();
    match store::open_of(&tx, user).await? {
        Some(open) if open.status == ApplicationStatus::Pending => {
            return Ok(Err(vec![Objection::new(
                UserErrorCode::AlreadyDone,
                "",
                words!("Lamaran Anda sedang ditinjau.", "Your application is being reviewed already."),
            )]));
        }
        // The changes that were asked for: the new one takes its place, and the reviewer's words stay with the old one.
        Some(open) => store::withdraw(&mut tx, open.id).await?,
        None => {}
    }
    let row = ApplicationRow {
        id: call.services.random.ordered_id(&call.services.clock),
        user_id: user,
        display_name: Personal::new(input.display_name.trim().to_owned()),
        experience: Personal::new(input.experience.trim().to_owned()),
        expertise: Personal::new(input.expertise),
        linkedin_url: Personal::new(input.linkedin_url),
        proposals: Personal::new(serde_json::to_value(&input.proposals).map_err(anyhow::Error::from)?),
        status: ApplicationStatus::Pending,
        reason: Personal::new(None),
        decided_at: None,
        created_at: now,
    };
    store::insert(&mut tx, &row).await?;
    jobs::enqueue(&mut tx, &call.services, &TellReviewers { application: row.id }).await?;
    tx.commit().await?;
    Ok(Ok(row))
}

fn objections(input: &Application) -> Vec<Objection> {
    let mut objections = Vec::new();
    objections.extend(user_error::line(&input.display_name, "displayName", 200).err());
    let mut text = |given: &str, field: &str, most| objections.extend(user_error::text(given, field, most).err());
    text(&input.experience, "experience", 5000);
    for (index, expertise) in input.expertise.iter().enumerate() {
        text(expertise, &format!("expertise.{index}"), 100);
    }
    for (index, proposal) in input.proposals.iter().enumerate() {
        text(&proposal.title, &format!("proposals.{index}.title"), 200);
        text(&proposal.summary, &format!("proposals.{index}.summary"), 2000);
    }
    if let Some(url) = &input.linkedin_url {
        objections.extend(user_error::bounded(url, "linkedinUrl", 2000).err());
    }
    for (count, field) in [(input.expertise.len(), "expertise"), (input.proposals.len(), "proposals")] {
        if count > 20 {
            let words = words!("Paling banyak 20.", "No more than 20.");
            objections.push(Objection::new(UserErrorCode::LimitReached, field, words));
        }
    }
    objections
}
