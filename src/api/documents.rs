//! Plain HTTP beside GraphQL: what an academy publishes for whoever checks its certificates offline. The path names the academy.

use poem::{
    Endpoint, EndpointExt, Request, Response, get,
    http::{StatusCode, header},
};
use serde_json::Value as Json;

use crate::{
    academies,
    certificates::published,
    platform::{fault::Fault, graphql::Services, http::Routes},
};

/// The routes.
#[must_use]
pub fn routes(services: &Services) -> Routes {
    let published = |document| Published { services: services.clone(), document };
    vec![
        ("/a/:academy/jwks.json", get(published(Document::Jwks)).boxed()),
        ("/a/:academy/did.json", get(published(Document::Did)).boxed()),
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
        let tx = self.services.db.begin_platform().await?;
        let academy = academies::store::all(&tx).await?.into_iter().find(|academy| academy.slug == slug);
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
