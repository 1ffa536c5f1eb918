//! Who registers with a code came by whose it is: noted in the transaction that makes the account.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    model::{ReferralRow, ReferralStatus},
    store,
};
use crate::{
    accounts,
    audit::{self, Action, Happened},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::Services,
        privacy::{Duty, UserId},
    },
};

/// Notes that a person came by another. Nobody is noted where the one who referred is gone meanwhile; where both are one person the referral
/// does not count, and that is put on record.
///
/// # Errors
/// Those of the database.
pub async fn attribute(
    tx: &mut Tx,
    services: &Services,
    referrer: UserId,
    referred: UserId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    if !tx.hold_account(referrer).await? {
        return Ok(());
    }
    let (theirs, own) = (mailbox(tx, referred).await?, mailbox(tx, referrer).await?);
    let is_one_person = theirs.is_some() && theirs == own;
    let status = if is_one_person { ReferralStatus::Rejected } else { ReferralStatus::Pending };
    let id = services.random.ordered_id(&services.clock);
    let row =
        ReferralRow { id, referrer_id: referrer, referred_id: referred, status, attributed_at: at, qualified_at: None };
    store::insert(tx, &row).await?;
    if is_one_person {
        let happened = Happened {
            actor: None,
            action: Action::ReferralRejected,
            subject: Some(referrer),
            reason: None,
            detail: json!({ "referral": id.to_string() }),
        };
        audit::write(tx, services, vec![happened]).await?;
    }
    Ok(())
}

/// Where mail to a person ends up, however they wrote their address.
async fn mailbox(tx: &Tx, user: UserId) -> Result<Option<String>, Fault> {
    let login = accounts::store::login_of(tx, user).await?;
    Ok(login.and_then(|login| login.email.for_duty(Duty::Authenticate).as_deref().map(accounts::policy::mailbox)))
}
