//! Mails the proof of an address once more. The answer is the same for any address, and takes as long.

use super::address_request::{self, Wanted};
use crate::platform::{fault::Fault, graphql::Call};

/// Mails a new link where an account waits for it.
///
/// # Errors
/// `RATE_LIMITED` where one address asks too often, and those of the database.
pub async fn resend_verification(call: &Call, email: &str) -> Result<(), Fault> {
    address_request::ask(call, Wanted::Proof, email).await
}
