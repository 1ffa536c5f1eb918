//! Encryption of what we say to others: with the certificates that this machine trusts.

use std::sync::Arc;

use anyhow::Context;
use rustls_platform_verifier::BuilderVerifierExt;

/// Believes whom this machine believes; `SSL_CERT_FILE` names an authority of one's own.
///
/// # Errors
/// Where its certificates can't be read.
pub fn trusting_this_machine() -> anyhow::Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder
        .with_platform_verifier()
        .context("reading the certificates that this machine trusts")?
        .with_no_client_auth())
}
