//! The breakers of all providers.

use strum::EnumCount;

use super::record::Breaker;
use crate::provider::ProviderName;

/// One breaker per provider.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Breakers([Breaker; ProviderName::COUNT]);

impl Breakers {
    /// The breakers that this function finds for the providers.
    pub fn from_fn(mut breaker: impl FnMut(ProviderName) -> Breaker) -> Self {
        let mut breakers = Self::default();
        for provider in ProviderName::ALL {
            *breakers.of_mut(*provider) = breaker(*provider);
        }
        breakers
    }

    /// A provider's breaker.
    pub const fn of(&self, provider: ProviderName) -> &Breaker {
        &self.0[provider as usize]
    }

    /// A provider's breaker, to be replaced by its next version.
    pub const fn of_mut(&mut self, provider: ProviderName) -> &mut Breaker {
        &mut self.0[provider as usize]
    }

    /// The number of providers out of service.
    pub fn out_of_service(&self) -> usize {
        self.0.iter().filter(|breaker| breaker.outage().is_some()).count()
    }
}
