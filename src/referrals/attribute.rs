//! Who registered with a code came by whose it is: noted when they prove their address. Before, it would tell who has the code whether the
//! address was free.

use serde_json::json;

use super::{
    model::{ReferralRow, ReferralStatus},
    privacy::Referred,
    store,
};
use crate::{
    academies, accounts,
    audit::{self, Action, Happened},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::Services,
        privacy::{Datum, Duty, UserId},
    },
};

/// Notes by whom a person came who has proved their address. Nobody is noted where the one who referred is gone meanwhile; where both are one
/// person the referral does not count, and that is put on record.
///
/// # Errors
/// Those of the database.
pub async fn attribute(tx: &mut Tx, services: &Services, referred: UserId) -> Result<(), Fault> {
    let Some(referrer) = store::take_wish(tx, referred).await? else { return Ok(()) };
    if !is_offered(tx).await? || !tx.hold_account(referrer).await? {
        return Ok(());
    }
    let (theirs, own) = (mailbox(tx, referred).await?, mailbox(tx, referrer).await?);
    let is_one_person = theirs.is_some() && theirs == own;
    let id = services.random.ordered_id(&services.clock);
    let row = ReferralRow {
        id,
        referrer_id: referrer,
        referred_id: referred,
        status: if is_one_person { ReferralStatus::Rejected } else { ReferralStatus::Pending },
        attributed_at: services.clock.now(),
        qualified_at: None,
    };
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

/// A person has completed a course: who referred them has it to their credit, once.
///
/// # Errors
/// Those of the database.
pub async fn qualify(tx: &mut Tx, services: &Services, referred: UserId) -> Result<(), Fault> {
    if store::waits(tx, referred).await? && is_offered(tx).await? {
        store::qualify(tx, referred, services.clock.now()).await?;
    }
    Ok(())
}

/// Whether the academy's policy lists referrals, at this moment.
async fn is_offered(tx: &Tx) -> Result<bool, Fault> {
    Ok(academies::store::by_id(tx, tx.academy()?).await?.policy().sharing().holds(&Referred::ENTRY))
}

/// Where mail to a person ends up, however they wrote their address.
async fn mailbox(tx: &Tx, user: UserId) -> Result<Option<String>, Fault> {
    let login = accounts::store::login_of(tx, user).await?;
    Ok(login.and_then(|login| login.email.for_duty(Duty::Authenticate).as_deref().map(accounts::policy::mailbox)))
}
