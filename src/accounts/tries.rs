//! How often what can be guessed may be tried: over all replicas, and so that nobody can lock somebody else out.
//!
//! What was right is given back, so that a school behind one address signs in as it likes. Guesses at one account come to no more than a
//! hundred an hour: it has two names (an address, a user name), devices that it has signed in from, and its sessions, each with a share of
//! their own.

use super::{
    guessing::{self, Guessed},
    model::TokenPurpose,
};
use crate::platform::{
    fault::Fault,
    graphql::Call,
    http::addresses,
    privacy::UserId,
    throttle::{self, Share, Taken},
};

/// Wrong log-ins from one address.
const FROM_ADDRESS: Share = Share { name: "log in from address", at_once: 200, per_hour: 200 };
/// Wrong log-ins with one name, whether or not there is such a person.
const BY_NAME: Share = Share { name: "log in by name", at_once: 12, per_hour: 12 };
/// Wrong log-ins of one person from devices of theirs.
const KNOWN: Share = Share { name: "log in from known device", at_once: 15, per_hour: 15 };
/// Wrong passwords of one person in sessions of theirs.
const IN_SESSION: Share = Share { name: "password in session", at_once: 10, per_hour: 10 };
/// Wrong second factors of one person.
const SECOND_FACTOR: Share = Share { name: "second factor", at_once: 10, per_hour: 10 };
/// The same from devices of theirs: who has the password and guesses at the code does not lock them out.
const KNOWN_SECOND_FACTOR: Share = Share { name: "second factor from known device", at_once: 10, per_hour: 10 };
/// Registrations from one address: each costs a hash.
const REGISTER: Share = Share { name: "register from address", at_once: 300, per_hour: 300 };
/// Referral codes that are looked up from one address.
const REFERRAL_CODE: Share = Share { name: "referral code from address", at_once: 300, per_hour: 300 };
/// Log-ins at providers that are begun from one address: each is a row for a while. Whole schools sign in from one.
const SET_OUT: Share = Share { name: "set out from address", at_once: 1000, per_hour: 2000 };
/// Mails that one address has us write.
const MAILS_FROM_ADDRESS: Share = Share { name: "mails from address", at_once: 60, per_hour: 60 };
/// Mails of one kind that anybody can have us write to one address.
const MAILS_TO: Share = Share { name: "mails to", at_once: 5, per_hour: 10 };

/// How often it is told of one thing that it is guessed at.
const TOLD: Share = Share { name: "guessing told", at_once: 1, per_hour: 1 };

async fn take(call: &Call, share: &Share, of: &str) -> Result<Taken, Fault> {
    throttle::take(&call.services, call.academy, share, of).await
}

/// One from the share of the request's address, where it is known.
async fn from_address(call: &Call, share: &Share) -> Result<Option<Taken>, Fault> {
    let Ok(address) = call.facts.ip_address.parse() else { return Ok(None) };
    Ok(Some(take(call, share, &addresses::key(address).to_string()).await?))
}

/// What comes of taking a guess: where there is none left, it is noted.
async fn noted(call: &Call, guessed: Guessed, taken: Result<Taken, Fault>) -> Result<Taken, Fault> {
    if matches!(taken, Err(Fault::TooMany(_))) {
        guessing::note(call, &guessed).await?;
    }
    taken
}

/// Whether it is time to tell that something is guessed at.
pub(super) async fn may_tell(call: &Call, guessed: &str) -> Result<bool, Fault> {
    is_left(take(call, &TOLD, guessed).await)
}

/// A guess that is counted, unless it was right.
#[must_use]
pub(super) struct Guess(Vec<Taken>);

impl Guess {
    /// It was right. What came of it is written already: where giving back fails, one guess too many is counted.
    pub(super) async fn was_right(self, call: &Call) {
        for taken in self.0 {
            if let Err(fault) = taken.give_back(&call.services).await {
                tracing::warn!(?fault, "a guess that was right is counted as one that was wrong");
            }
        }
    }
}

/// A guess at a password by a log-in name, or by a person whose device is known.
pub(super) async fn log_in(call: &Call, name: &str, known: Option<UserId>) -> Result<Guess, Fault> {
    // Who shares an address with a guesser is not held up where they are known.
    if let Some(person) = known {
        let taken = take(call, &KNOWN, &person.uuid().to_string()).await;
        return Ok(Guess(vec![noted(call, Guessed::Password(person.uuid()), taken).await?]));
    }
    let from = match from_address(call, &FROM_ADDRESS).await.transpose() {
        Some(taken) => Some(noted(call, Guessed::OfMany, taken).await?),
        None => None,
    };
    let by = take(call, &BY_NAME, name).await;
    let by = noted(call, Guessed::ByName(name.to_owned()), by).await?;
    Ok(Guess(from.into_iter().chain([by]).collect()))
}

/// A guess at what was mailed to who is signed in.
pub(super) async fn mailed_code(call: &Call, person: UserId) -> Result<Guess, Fault> {
    Ok(Guess(vec![take(call, &IN_SESSION, &person.uuid().to_string()).await?]))
}

/// A guess at the password of who is signed in.
pub(super) async fn own_password(call: &Call, person: UserId) -> Result<Guess, Fault> {
    let taken = take(call, &IN_SESSION, &person.uuid().to_string()).await;
    Ok(Guess(vec![noted(call, Guessed::Password(person.uuid()), taken).await?]))
}

/// A guess at the second factor of who is signed in.
pub(super) async fn own_second_factor(call: &Call, person: UserId) -> Result<Guess, Fault> {
    Ok(Guess(vec![take(call, &KNOWN_SECOND_FACTOR, &person.uuid().to_string()).await?]))
}

/// A guess at a second factor by who signs in, from a device that is known or not.
pub(super) async fn second_factor(call: &Call, person: UserId, known: bool) -> Result<Guess, Fault> {
    let share = if known { KNOWN_SECOND_FACTOR } else { SECOND_FACTOR };
    let taken = take(call, &share, &person.uuid().to_string()).await;
    Ok(Guess(vec![noted(call, Guessed::SecondFactor(person.uuid()), taken).await?]))
}

/// A look at whose a referral code is.
pub(super) async fn referral_code(call: &Call) -> Result<(), Fault> {
    from_address(call, &REFERRAL_CODE).await.map(drop)
}

/// A registration, which mails an address. False where that one had enough mails.
pub(super) async fn register(call: &Call, email_key: &str) -> Result<bool, Fault> {
    drop(from_address(call, &REGISTER).await?);
    may_mail(call, TokenPurpose::VerifyEmail, email_key).await
}

/// A log-in at a provider that is begun.
pub(super) async fn set_out(call: &Call) -> Result<(), Fault> {
    from_address(call, &SET_OUT).await.map(drop)
}

/// A mail of a kind that the request has us write to an address. False where it had enough of them.
pub(super) async fn mail_to(call: &Call, purpose: TokenPurpose, email_key: &str) -> Result<bool, Fault> {
    drop(from_address(call, &MAILS_FROM_ADDRESS).await?);
    may_mail(call, purpose, email_key).await
}

async fn may_mail(call: &Call, purpose: TokenPurpose, email_key: &str) -> Result<bool, Fault> {
    is_left(take(call, &MAILS_TO, &format!("{}\n{email_key}", purpose.as_str())).await)
}

fn is_left(taken: Result<Taken, Fault>) -> Result<bool, Fault> {
    match taken {
        Ok(_) => Ok(true),
        Err(Fault::TooMany(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}
