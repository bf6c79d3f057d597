//! The providers' circuit breakers: one item each, shared by all functions.

use domain::ProviderName;
use domain::breaker::{Breaker, Breakers};
use domain::metric::{self, About};

use super::keys;
use super::read::Found;
use crate::table::{Condition, Key, number};
use crate::{Cloud, PortError};

impl Cloud {
    /// The breakers of all providers. Work on an edit has them in [`EditInContext::breakers`](crate::EditInContext).
    pub async fn breakers(&self) -> Result<Breakers, PortError> {
        Ok(breakers(&self.read_together(breaker_keys()).await?))
    }

    /// Writes a breaker's next version, on condition that the one before it is stored; false where somebody else
    /// was faster.
    pub async fn save_breaker(&self, provider: ProviderName, next: &Breaker) -> Result<bool, PortError> {
        let before = i64::try_from(next.version.saturating_sub(1)).unwrap_or(i64::MAX);
        let unchanged = Condition::eq("version", number(before));
        let unchanged = match before {
            0 => Condition::Absent.or(unchanged),
            _ => unchanged,
        };
        let item = keys::item(keys::breaker(provider), next)?;
        let written = self.table.put(item, &unchanged).await?;
        if written {
            self.measure(About::INSTALLATION, &metric::of_breaker(provider, next));
        }
        Ok(written)
    }
}

/// The keys of all breakers, for a read together with other items.
pub(super) fn breaker_keys() -> [Key; 2] {
    ProviderName::ALL.map(keys::breaker)
}

/// All breakers among what was read. One that cannot be read counts as closed: a breaker must not stop all work.
pub(super) fn breakers(found: &Found) -> Breakers {
    let of = |provider| match found.get(&keys::breaker(provider), "a circuit breaker") {
        Ok(breaker) => breaker.unwrap_or_default(),
        Err(error) => {
            tracing::error!(%provider, %error, "circuit breaker is unreadable, taken for closed");
            Breaker::default()
        }
    };
    Breakers {
        runware: of(ProviderName::Runware),
        fal: of(ProviderName::Fal),
    }
}
