//! The providers' circuit breakers: one item each, shared by all functions.

use crate::PortError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::ProviderName;
use domain::breaker::{Breaker, Breakers};
use domain::metric::{self, About};

use super::keys::{self, Key, number};
use super::read::Found;
use crate::Cloud;
use crate::error::unavailable;

impl Cloud {
    /// The breakers of all providers. Working on an edit needs no call for it: see [`EditInContext::breakers`].
    pub async fn breakers(&self) -> Result<Breakers, PortError> {
        Ok(breakers(&self.read_together(breaker_keys()).await?))
    }

    /// Writes a breaker's next version, on condition that the one before it is stored; false where somebody else
    /// was faster.
    pub async fn save_breaker(&self, provider: ProviderName, next: &Breaker) -> Result<bool, PortError> {
        let before = i64::try_from(next.version.saturating_sub(1)).unwrap_or(i64::MAX);
        let written = self
            .dynamodb
            .put_item()
            .table_name(&self.config.table)
            .set_item(Some(keys::item(keys::breaker(provider), next)?))
            .condition_expression(if before == 0 {
                "attribute_not_exists(pk) OR version = :before"
            } else {
                "version = :before"
            })
            .expression_attribute_values(":before", number(before))
            .send()
            .await;
        match written {
            Ok(_) => {
                self.measure(About::INSTALLATION, &metric::of_breaker(provider, next));
                Ok(true)
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("dynamodb.PutItem")(error)),
        }
    }
}

/// The keys of all breakers, for a read together with other items.
pub(crate) fn breaker_keys() -> impl Iterator<Item = Key> {
    ProviderName::ALL.iter().copied().map(keys::breaker)
}

/// All breakers out of what was read. A breaker is there to help: one that cannot be read lets everything through.
pub(crate) fn breakers(found: &Found) -> Breakers {
    let of = |provider| match found.get(&keys::breaker(provider), "a circuit breaker") {
        Ok(breaker) => breaker.unwrap_or_default(),
        Err(error) => {
            tracing::error!(%provider, %error, "circuit breaker is unreadable, taken for closed");
            Breaker::default()
        }
    };
    Breakers::from_fn(of)
}
