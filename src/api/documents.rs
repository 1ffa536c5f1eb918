//! Plain HTTP beside GraphQL: what an academy publishes for whoever checks its certificates offline, and the bytes of uploads.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use poem::{
    Body, Endpoint, EndpointExt, Request, Response, ResponseBuilder, get,
    http::{HeaderMap, Method, StatusCode, header},
    put,
};
use serde_json::{Value as Json, json};

use crate::{
    academies,
    accounts::providers::callback,
    catalog::course_files::address as course_file,
    certificates::published,
    platform::{
        fault::Fault,
        graphql::{Services, language},
        http::{
            Routes,
            body::{self, Unread},
            ranges::{self, Part},
        },
        text::{Words, is_slug},
    },
    profiles::avatar_file,
    uploads::{UploadId, receive},
};

/// The routes.
#[must_use]
pub fn routes(services: &Services) -> Routes {
    let published = |document| Published { services: services.clone(), document };
    vec![
        ("/a/:academy/jwks.json", get(published(Document::Jwks)).boxed()),
        ("/a/:academy/did.json", get(published(Document::Did)).boxed()),
        ("/a/:academy/oauth/:provider/callback", get(Callback { services: services.clone() }).boxed()),
        ("/files/:token", get(Files { services: services.clone() }).boxed()),
        ("/uploads/:token", put(Receiver { services: services.clone(), coming: Arc::default() }).boxed()),
    ]
}

#[derive(Clone, Copy)]
enum Document {
    Jwks,
    Did,
}

struct Published {
    services: Services,
    document: Document,
}

impl Published {
    async fn find(&self, slug: &str) -> Result<Option<Json>, Fault> {
        if !is_slug(slug, 63) {
            return Ok(None);
        }
        let tx = self.services.db.begin_platform().await?;
        let academy = academies::store::by_slug(&tx, slug).await?;
        drop(tx);
        let Some(academy) = academy else { return Ok(None) };
        let (jwks, did) = published::keys(&self.services, academy.id).await?;
        Ok(match self.document {
            Document::Jwks => Some(jwks),
            Document::Did => did,
        })
    }
}

impl Endpoint for Published {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let slug = request.raw_path_param("academy").unwrap_or_default();
        Ok(match self.find(slug).await {
            Ok(Some(document)) => Response::builder()
                .content_type(match self.document {
                    Document::Jwks => "application/jwk-set+json",
                    Document::Did => "application/did+ld+json",
                })
                .header(header::CACHE_CONTROL, "public, max-age=300")
                // Keys are for everybody: any page may read them.
                .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .body(document.to_string()),
            Ok(None) => StatusCode::NOT_FOUND.into(),
            Err(fault) => {
                tracing::error!(?fault, "keys could not be published");
                StatusCode::SERVICE_UNAVAILABLE.into()
            }
        })
    }
}

/// Where log-in providers send people back to.
struct Callback {
    services: Services,
}

impl Callback {
    async fn answer(&self, request: &Request) -> Result<Option<url::Url>, Fault> {
        let part = |name| request.raw_path_param(name).unwrap_or_default();
        let (slug, provider) = (part("academy"), part("provider"));
        if !is_slug(slug, 63) || !is_slug(provider, 63) {
            return Ok(None);
        }
        let tx = self.services.db.begin_platform().await?;
        let academy = academies::store::by_slug(&tx, slug).await?;
        drop(tx);
        let Some(academy) = academy else { return Ok(None) };
        let query = request.uri().query().unwrap_or_default();
        callback::callback(&self.services, &academy, provider, query).await
    }
}

impl Endpoint for Callback {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let plain = |status, words: Words| {
            let text = words.in_language(language(request.headers())).to_owned();
            Response::builder()
                .status(status)
                .content_type("text/plain; charset=utf-8")
                .header(header::CACHE_CONTROL, "no-store")
                .body(text)
        };
        Ok(match self.answer(&request).await {
            Ok(Some(target)) => Response::builder()
                .status(StatusCode::SEE_OTHER)
                .header(header::LOCATION, target.as_str())
                .header(header::CACHE_CONTROL, "no-store")
                .finish(),
            Ok(None) => plain(
                StatusCode::BAD_REQUEST,
                words!(
                    "Masuk ini sudah selesai atau waktunya habis. Kembali ke aplikasi dan mulai lagi.",
                    "This log-in is finished, or its time is over. Go back to the app and begin again."
                ),
            ),
            Err(fault) => {
                tracing::error!(?fault, "who came back from a log-in provider could not be sent on");
                plain(
                    StatusCode::SERVICE_UNAVAILABLE,
                    words!("Sedang ada gangguan; coba muat ulang.", "Something is wrong at the moment; try to reload."),
                )
            }
        })
    }
}

struct Files {
    services: Services,
}

impl Endpoint for Files {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let token = request.raw_path_param("token").unwrap_or_default().to_owned();
        Ok(match self.answer(&token, request.method(), request.headers()).await {
            Ok(Some(answer)) => answer,
            // The same for what never was, is over, and was removed.
            Ok(None) => StatusCode::NOT_FOUND.into(),
            Err(fault) => {
                tracing::error!(?fault, "a file could not be read");
                StatusCode::SERVICE_UNAVAILABLE.into()
            }
        })
    }
}

impl Files {
    async fn answer(&self, token: &str, method: &Method, headers: &HeaderMap) -> Result<Option<Response>, Fault> {
        if let Some((bytes, seconds)) = avatar_file::found(&self.services, token).await? {
            return Ok(Some(file(seconds).content_type("image/jpeg").body(bytes)));
        }
        let found = course_file::found(&self.services, token).await?;
        Ok(found.map(|found| self.course_file(&found, method, headers)))
    }

    fn course_file(&self, found: &course_file::Found, method: &Method, headers: &HeaderMap) -> Response {
        let size = found.size;
        let answer = file(found.seconds)
            .header(header::ETAG, &found.tag)
            .header(header::ACCEPT_RANGES, "bytes")
            // The address is all that it takes: players and viewers of any page may read it.
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "accept-ranges, content-range, content-disposition, etag");
        let (status, part) = match ranges::asked(method, headers, size, &found.tag) {
            Part::Unchanged => return answer.status(StatusCode::NOT_MODIFIED).finish(),
            Part::Nothing => {
                let all = format!("bytes */{size}");
                return answer.status(StatusCode::RANGE_NOT_SATISFIABLE).header(header::CONTENT_RANGE, all).finish();
            }
            Part::Whole => (StatusCode::OK, 0..size),
            Part::Bytes(part) => (StatusCode::PARTIAL_CONTENT, part),
        };
        let mut answer = answer
            .status(status)
            .content_type(found.media_type())
            .header(header::CONTENT_DISPOSITION, found.disposition())
            .header(header::CONTENT_LENGTH, part.end - part.start);
        if status == StatusCode::PARTIAL_CONTENT {
            let range = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            answer = answer.header(header::CONTENT_RANGE, range);
        }
        answer.body(Body::from_bytes_stream(self.services.storage.pieces(found.academy, &found.place, part)))
    }
}

/// What is said with every file: it is nothing but what it is, and does nothing.
fn file(seconds: i64) -> ResponseBuilder {
    Response::builder()
        .header(header::CACHE_CONTROL, format!("private, max-age={seconds}, immutable"))
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        // Pages of clients show it; whether they were to know it was decided when they got the address.
        .header("cross-origin-resource-policy", "cross-origin")
}

struct Receiver {
    services: Services,
    /// What is being sent: each upload by one connection at a time, or its pieces would take room many times over.
    coming: Arc<Mutex<HashSet<UploadId>>>,
}

/// An upload that is being sent; dropped, it has ended.
struct Coming {
    upload: UploadId,
    all: Arc<Mutex<HashSet<UploadId>>>,
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.upload);
    }
}

impl Receiver {
    async fn take(&self, token: &str, request: Request) -> Result<(StatusCode, &'static str), Fault> {
        let Some((academy, upload)) = receive::expected(&self.services, token).await? else {
            return Ok((StatusCode::NOT_FOUND, GONE));
        };
        if !self.coming.lock().unwrap_or_else(PoisonError::into_inner).insert(upload.id) {
            return Ok((StatusCode::CONFLICT, "This upload is being sent already."));
        }
        let _coming = Coming { upload: upload.id, all: Arc::clone(&self.coming) };
        let size = usize::try_from(upload.size).unwrap_or(0);
        let seconds = self.services.settings.limits.body_seconds * 30;
        let mut staged = receive::stage(&self.services, academy, &upload);
        let came = body::copy(request.into_body(), size, Duration::from_secs(seconds), &mut staged).await;
        let came = came.map_err(anyhow::Error::from)?;
        if came == Ok(size) {
            let kept = receive::keep(&self.services, academy, &upload, staged).await?;
            return Ok(if kept { (StatusCode::NO_CONTENT, "") } else { (StatusCode::NOT_FOUND, GONE) });
        }
        staged.discard().await;
        Ok(match came {
            Ok(_) => (StatusCode::BAD_REQUEST, "Not as many bytes as were announced; send it again."),
            Err(Unread::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "More bytes than were announced."),
            Err(Unread::BrokeOff) => (StatusCode::BAD_REQUEST, "The upload broke off; send it again."),
            Err(Unread::TooSlow) => (StatusCode::REQUEST_TIMEOUT, "The upload came too slowly; send it again."),
        })
    }
}

/// The same for all that can't be taken: a token tells nobody whether it ever was one.
const GONE: &str = "There is no such upload, or its bytes have come, or its time is over.";

impl Endpoint for Receiver {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let token = request.raw_path_param("token").unwrap_or_default().to_owned();
        let (status, message) = self.take(&token, request).await.unwrap_or_else(|fault| {
            tracing::error!(?fault, "an upload could not be taken");
            (StatusCode::SERVICE_UNAVAILABLE, "The server could not store the upload; send it again.")
        });
        let response = Response::builder().status(status);
        Ok(if message.is_empty() {
            response.finish()
        } else {
            response.content_type("application/json").body(json!({ "message": message }).to_string())
        })
    }
}
