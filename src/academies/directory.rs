//! Which academy a request is for: by host name, else by the header `X-Academy`, else the only one there is.

use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use super::{model::AcademyRow, store};
use crate::platform::{db::Db, fault::Fault};

/// The academies of the deployment, remembered for a few seconds: they are few, and every request asks.
pub struct Directory {
    db: Db,
    known: RwLock<Option<(Instant, Arc<Vec<AcademyRow>>)>>,
}

/// For so long a change made by another replica may not be seen.
const FRESH: Duration = Duration::from_secs(5);

impl Directory {
    /// Of the deployment on `db`.
    #[must_use]
    pub const fn new(db: Db) -> Self {
        Self { db, known: RwLock::new(None) }
    }

    /// The academy that a request names.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where host and header disagree, the name is unknown, or nothing names one of several.
    pub async fn named(&self, host: Option<&str>, slug: Option<&str>) -> Result<AcademyRow, Fault> {
        let all = self.all().await?;
        let host = host.map(|host| without_port(host).to_ascii_lowercase());
        let by_host = host.and_then(|host| all.iter().find(|academy| academy.hosts.contains(&host)));
        let by_slug = match slug {
            Some(slug) => {
                let found = all.iter().find(|academy| academy.slug == slug);
                Some(found.ok_or_else(|| {
                    Fault::bad_input(words!(
                        "Tidak ada akademi bernama itu; periksa header X-Academy.",
                        "There is no academy of that name; look at the header X-Academy."
                    ))
                })?)
            }
            None => None,
        };
        match (by_host, by_slug) {
            (Some(by_host), Some(by_slug)) if by_host.id != by_slug.id => Err(Fault::bad_input(words!(
                "Nama host dan X-Academy menyebut dua akademi berbeda.",
                "The host name and X-Academy name two different academies."
            ))),
            (Some(academy), _) | (None, Some(academy)) => Ok(academy.clone()),
            (None, None) => match &all[..] {
                [only] => Ok(only.clone()),
                [] => Err(Fault::bad_input(words!(
                    "Belum ada akademi di sini (sanggar academy create).",
                    "There is no academy here yet (sanggar academy create)."
                ))),
                _ => Err(Fault::bad_input(words!(
                    "Sebutkan akademi dengan header X-Academy.",
                    "Name the academy in the header X-Academy."
                ))),
            },
        }
    }

    async fn all(&self) -> Result<Arc<Vec<AcademyRow>>, Fault> {
        {
            let known = self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some((at, all)) = &*known
                && at.elapsed() < FRESH
                && !all.is_empty()
            {
                return Ok(Arc::clone(all));
            }
        }
        let tx = self.db.begin_platform().await?;
        let all = Arc::new(store::all(&tx).await?);
        drop(tx);
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known = Some((Instant::now(), Arc::clone(&all)));
        Ok(all)
    }
}

fn without_port(host: &str) -> &str {
    // An IPv6 address stands in brackets; its colons are its own.
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty() => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn the_port_is_no_part_of_the_name() {
        for (host, name) in
            [("a.example:8080", "a.example"), ("a.example", "a.example"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]")]
        {
            assert_eq!(without_port(host), name);
        }
    }
}
