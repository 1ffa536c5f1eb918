//! Issues a certificate in the transaction that completes an enrolment: once, by itself.

use anyhow::Context;
use ed25519_dalek::SigningKey;

use super::{
    code,
    credential::{self, Statement},
    model::{CertificateRow, CertificateStatus, KeyRow},
    store,
};
use crate::{
    academies, catalog,
    enrolment::model::EnrolmentRow,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::Services,
        privacy::{Duty, Personal},
        seal::Use,
    },
    profiles,
};

/// Issues the certificate of an enrolment that was just completed. Without a public address nothing is issued: what a
/// certificate says of where it can be checked is for ever.
///
/// # Errors
/// Those of the database.
pub async fn on_completion(services: &Services, tx: &mut Tx, enrolment: &EnrolmentRow) -> Result<(), Fault> {
    let Some(public_url) = services.settings.public_url.clone() else {
        tracing::warn!(enrolment = ?enrolment.id, "no certificate was issued: SANGGAR_PUBLIC_URL is not set");
        return Ok(());
    };
    let academy = tx.academy()?;
    let academy = academies::store::lock(tx, academy).await?;
    let full_name = profiles::store::full_name_of(tx, enrolment.user_id).await?;
    let holder_name = full_name.for_duty(Duty::Certify);
    let version = catalog::store::version(tx, enrolment.version_id).await?;
    let slug = catalog::store::slug_of(tx, enrolment.course_id).await?;
    let (key, issuer) = signing_key(tx, services, &academy, &public_url).await?;
    let code = code::new(&services.random);
    let at = |path: String| public_url.join(&path).map(String::from).map_err(anyhow::Error::from);
    let issued_at = services.clock.now();
    let statement = Statement {
        id: at(format!("credentials/{}", code::shown(&code)))?,
        issuer: &issuer,
        issuer_name: &academy.name,
        subject: services.random.id::<()>().uuid().urn().to_string(),
        holder_name,
        course_url: at(format!("a/{}/courses/{slug}", academy.slug))?,
        course_title: &version.title,
        course_summary: &version.summary,
        issued_at,
    };
    let jwt = credential::sign(&statement, &key)?;
    let row = CertificateRow {
        id: services.random.ordered_id(&services.clock),
        enrolment_id: Some(enrolment.id),
        user_id: Some(enrolment.user_id),
        course_id: enrolment.course_id,
        code,
        holder_name: Personal::new(Some(holder_name.clone())),
        course_title: version.title.clone(),
        issuer_name: academy.name.clone(),
        jwt: Personal::new(Some(jwt)),
        status: CertificateStatus::Valid,
        issued_at,
        expires_at: None,
    };
    store::insert(tx, academy.id, &row).await?;
    Ok(())
}

/// The academy's key, made at its first certificate. The caller has locked the academy: two do not make two.
async fn signing_key(
    tx: &mut Tx,
    services: &Services,
    academy: &academies::AcademyRow,
    public_url: &url::Url,
) -> Result<(SigningKey, String), Fault> {
    if let Some(row) = store::current_key(tx).await? {
        let bytes = services.sealer.open(Use::SigningKey, &row.sealed)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| anyhow::anyhow!("a signing key of another length"))?;
        return Ok((SigningKey::from_bytes(&bytes), row.issuer));
    }
    let key = SigningKey::from_bytes(&services.random.bytes());
    let host = public_url.host_str().context("the public address has no host")?;
    // did:web: a port's colon is written %3A.
    let host = public_url.port().map_or_else(|| host.to_owned(), |port| format!("{host}%3A{port}"));
    let row = KeyRow {
        id: credential::thumbprint(&key.verifying_key()),
        public_key: key.verifying_key().as_bytes().to_vec(),
        sealed: services.sealer.seal(Use::SigningKey, key.as_bytes())?,
        issuer: format!("did:web:{host}:a:{}", academy.slug),
        created_at: services.clock.now(),
        retired_at: None,
    };
    store::insert_key(tx, &row).await?;
    Ok((key, row.issuer))
}
