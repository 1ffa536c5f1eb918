//! Devices that a person has signed in from. What a device keeps says so, sealed by us; it signs nobody in: who has it may try a
//! password where so many others tried that names are not tried any more.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::model::Login;
use crate::platform::{
    db::AcademyId,
    fault::Fault,
    graphql::{Call, Services},
    privacy::UserId,
    seal::Use,
};

/// For so long a device is known.
const KNOWN: TimeDelta = TimeDelta::days(365);

/// What a device keeps that a person has signed in from now.
pub(super) fn token(services: &Services, academy: AcademyId, user: UserId) -> Result<String, Fault> {
    let now = services.clock.now().timestamp_micros().to_be_bytes();
    let plain = [academy.uuid().as_bytes().as_slice(), user.uuid().as_bytes(), &now].concat();
    Ok(URL_SAFE_NO_PAD.encode(services.sealer.seal(Use::Device, &plain)?))
}

/// Whether the request comes from a device that the person has signed in from since they set their password.
pub(super) fn is_known(call: &Call, login: &Login) -> bool {
    call.facts.device_token.as_deref().and_then(|token| signed_in(call, token)).is_some_and(|(user, at)| {
        let now = call.services.clock.now();
        user == login.user_id && at + KNOWN > now && login.password_set_at.is_none_or(|set| at >= set)
    })
}

/// Who signed in, and when.
fn signed_in(call: &Call, token: &str) -> Option<(UserId, DateTime<Utc>)> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let plain = call.services.sealer.open(Use::Device, &sealed).ok()?;
    let (academy, rest) = plain.split_at_checked(16)?;
    let (user, at) = rest.split_at_checked(16)?;
    let at = DateTime::from_timestamp_micros(i64::from_be_bytes(at.try_into().ok()?))?;
    (academy == call.academy.uuid().as_bytes())
        .then(|| (UserId::from_uuid(Uuid::from_slice(user).unwrap_or_default()), at))
}
