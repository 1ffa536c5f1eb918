//! Who a request is from: its academy, its viewer, its language.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use poem::http::{HeaderMap, header};

use crate::{
    academies::Directory,
    accounts::session,
    audit,
    platform::{
        db::AcademyId,
        fault::{Code, Fault},
        graphql::{
            Call, Services,
            call::RequestFacts,
            endpoint::{Gateway, Token},
        },
        privacy::{SessionId, Viewer},
        text::Language,
    },
};

/// Opens requests.
pub struct Front {
    directory: Directory,
}

impl Front {
    /// The front of the deployment.
    #[must_use]
    pub fn new(services: &Services) -> Self {
        Self { directory: Directory::new(services.db.clone()) }
    }
}

impl Gateway for Front {
    fn open<'a>(
        &'a self,
        services: &'a Services,
        headers: &'a HeaderMap,
        token: Option<&'a Token>,
        facts: RequestFacts,
    ) -> BoxFuture<'a, Result<Arc<Call>, Fault>> {
        Box::pin(async move {
            let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            let academy = self.directory.named(text(header::HOST.as_str()), text("x-academy")).await?;
            let language = text(header::ACCEPT_LANGUAGE.as_str()).and_then(Language::accepted);
            let sharing = Arc::new(academy.policy().sharing());
            let viewer_of = async |token: &str| {
                let reader = services.db.reader(academy.id);
                session::viewer(services, &reader, token, sharing.mfa_required_for).await
            };
            let viewer = match token {
                // By a connection that is given back at once: a mutation takes one of its own, and must not wait with one in hand.
                Some(Token::Header(token)) => viewer_of(token).await?,
                Some(Token::Cookie(token)) => match viewer_of(token).await {
                    Err(Fault::Refused(Code::Unauthenticated, _)) => Viewer::ANONYMOUS,
                    viewer => viewer?,
                },
                None => Viewer::ANONYMOUS,
            };
            let reader = services.db.reader(academy.id);
            let language = language.unwrap_or_else(|| academy.language());
            Ok(Call::new(services.clone(), reader, viewer, language, facts, sharing))
        })
    }

    fn living<'a>(
        &'a self,
        services: &'a Services,
        academy: AcademyId,
        sessions: &'a [SessionId],
    ) -> BoxFuture<'a, Result<Vec<SessionId>, Fault>> {
        Box::pin(session::living(services, academy, sessions))
    }

    fn close<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(audit::note_reads(call))
    }
}
