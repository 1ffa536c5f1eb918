//! `PendingUpload`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    UploadId, UploadPurpose,
    create_upload::{self, Announced},
};
use crate::platform::{
    fault::Fault,
    graphql::{CallExt, UserError, scalars::Url, user_error},
};

/// A file to be sent.
#[derive(InputObject)]
pub struct CreateUploadInput {
    /// What it is for.
    purpose: UploadPurpose,
    /// Its name.
    file_name: String,
    /// Its media type.
    content_type: String,
    /// Its bytes: exactly so many are taken.
    size: i32,
}

/// Where to send the bytes of a file.
#[derive(SimpleObject)]
pub struct PendingUpload {
    /// The global id: name it in the mutation that uses the file.
    id: UploadId,
    /// The address.
    url: Url,
    /// The method: PUT.
    method: &'static str,
    /// The headers to send with it.
    headers: Vec<UploadHeader>,
    /// Until when.
    expires_at: DateTime<Utc>,
}

/// A header to send with the bytes of a file.
#[derive(SimpleObject)]
pub struct UploadHeader {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// An upload, ready to be sent.
#[derive(SimpleObject)]
pub struct UploadPayload {
    /// Where to send the bytes.
    upload: Option<PendingUpload>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// Mutations of uploads.
#[derive(Default)]
pub struct UploadMutations;

/// Mutations of uploads.
#[Object]
impl UploadMutations {
    /// Bytes never travel through GraphQL: ask for an upload, PUT the bytes to its url with its headers, then name its id.
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: CreateUploadInput,
    ) -> Result<UploadPayload> {
        let call = ctx.call();
        let CreateUploadInput { purpose, file_name, content_type, size } = input;
        let header = UploadHeader { name: "Content-Type".to_owned(), value: content_type.clone() };
        let announced = Announced { purpose, file_name, content_type, size };
        Ok(match create_upload::create_upload(call, announced).await? {
            Ok(address) => {
                let base = call.services.settings.base_url().map_err(Fault::from)?;
                let url = base.join(&format!("uploads/{}", address.token));
                let url = Url(url.map_err(|error| Fault::from(anyhow::Error::from(error)))?);
                let upload = PendingUpload {
                    id: address.id,
                    url,
                    method: "PUT",
                    headers: vec![header],
                    expires_at: address.expires_at,
                };
                UploadPayload { upload: Some(upload), user_errors: Vec::new() }
            }
            Err(objection) => {
                UploadPayload { upload: None, user_errors: user_error::told(vec![objection], call.language) }
            }
        })
    }
}
