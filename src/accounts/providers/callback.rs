//! Where a provider sends people back to: on to the client, with a code of ours. Nobody is asked who they are before the client that they
//! set out from comes with it.

use url::{Url, form_urlencoded};

use super::{Kept, store};
use crate::{
    academies::AcademyRow,
    accounts::token,
    platform::{fault::Fault, graphql::Services, privacy::Duty, seal::Use},
};

/// Bytes of a provider's code at most.
const CODE_MOST: usize = 4096;

/// What a provider adds to the address.
#[derive(Default)]
struct Given {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Given {
    /// Nothing where something is said twice.
    fn read(query: &str) -> Option<Self> {
        let mut given = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "state" => &mut given.state,
                "code" => &mut given.code,
                "error" => &mut given.error,
                "iss" => &mut given.issuer,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        Some(given)
    }
}

/// Where to send on who came back; nothing where nobody set out, they came back before, or it is too late.
///
/// # Errors
/// Those of the database.
pub async fn callback(
    services: &Services,
    academy: &AcademyRow,
    provider: &str,
    query: &str,
) -> Result<Option<Url>, Fault> {
    let Some(given) = Given::read(query) else { return Ok(None) };
    let Some(state) = given.state.and_then(|state| token::read(&state, token::Kind::ProviderState)) else {
        return Ok(None);
    };
    let mut tx = services.db.begin(academy.id).await?;
    let row = store::by_state(&mut tx, state, services.clock.now()).await?;
    // A state of another provider is none of this one's.
    let Some(row) = row.filter(|row| row.provider == provider) else { return Ok(None) };
    let mut back = Url::parse(&row.return_to).map_err(anyhow::Error::from)?;
    let sealed = services.sealer.open(Use::ProviderLogIn, row.sealed.for_duty(Duty::Authenticate))?;
    let mut kept: Kept = serde_json::from_slice(&sealed).map_err(anyhow::Error::from)?;
    let configured = services.settings.log_in.get(&academy.slug).and_then(|log_in| log_in.providers.get(provider));
    // RFC 9207: who answers is who was asked.
    let is_same = configured.is_some_and(|provider| match &given.issuer {
        Some(issuer) => !kept.says_issuer || issuer == provider.issuer(),
        None => !kept.says_issuer,
    });
    match (given.code, given.error) {
        (Some(code), None) if is_same && code.len() <= CODE_MOST => {
            let (own, digest) = token::new(&services.random, token::Kind::ProviderCode);
            kept.code = Some(code);
            let kept = serde_json::to_vec(&kept).map_err(anyhow::Error::from)?;
            store::come_back(&mut tx, row.id, services.sealer.seal(Use::ProviderLogIn, &kept)?, digest).await?;
            back.query_pairs_mut().append_pair("code", &own);
        }
        (_, error) => {
            // The person said no; or the provider has a trouble that nobody here can mend.
            let error = error.filter(|error| error == "access_denied").unwrap_or_else(|| "server_error".to_owned());
            store::end(&mut tx, row.id).await?;
            back.query_pairs_mut().append_pair("error", &error);
        }
    }
    tx.commit().await?;
    Ok(Some(back))
}
