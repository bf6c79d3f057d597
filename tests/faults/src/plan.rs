//! The plan of faults: dice with a seed, and a number of deaths at every step.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use crate::audit::Check;
use crate::call::{Call, Moment, Service};
use crate::fault::Fault;

/// The place of a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Death {
    pub moment: Moment,
    /// After the call was carried out, its answer unread; before it otherwise.
    pub after: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The call passes.
    Well,
    /// The call meets a fault.
    Fault(Fault),
    /// The calling process dies.
    Death(Death),
}

/// Counts so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Calls.
    pub calls: BTreeMap<Service, u32>,
    /// Faults.
    pub faults: BTreeMap<(Service, Fault), u32>,
    /// Deaths.
    pub deaths: BTreeMap<Death, u32>,
}

/// The storm.
pub struct Plan(Mutex<Weather>);

struct Weather {
    dice: fastrand::Rng,
    is_storm: bool,
    rate: f64,
    deaths_of_a_kind: u32,
    death_rate: f64,
    tally: Tally,
}

impl Plan {
    /// Faults at this share of calls, and deaths spread over this many edits. Calm until [`Plan::storm`].
    pub fn new(seed: u64, rate: f64, edits: u32) -> Self {
        let deaths_of_a_kind = if rate > 0.0 { (edits / 125).max(1) } else { 0 };
        Self(Mutex::new(Weather {
            dice: fastrand::Rng::with_seed(seed),
            is_storm: false,
            rate,
            deaths_of_a_kind,
            // Most steps come about once per edit: the deaths are over long before the edits are.
            death_rate: (6.0 * f64::from(deaths_of_a_kind) / f64::from(edits.max(1))).min(0.5),
            tally: Tally::default(),
        }))
    }

    /// Begins the storm.
    pub fn storm(&self) {
        self.weather().is_storm = true;
    }

    /// Ends the storm.
    pub fn calm(&self) {
        self.weather().is_storm = false;
    }

    /// Counts so far.
    pub fn tally(&self) -> Tally {
        self.weather().tally.clone()
    }

    /// A suite with few faults proves little. Chance decides at which steps processes die, so half of the steps are
    /// enough.
    pub fn check(&self) -> Check {
        let weather = self.weather();
        let died = weather
            .tally
            .deaths
            .iter()
            .filter(|(death, count)| !death.moment.is_rare() && **count > 0);
        let steps = 2 * Moment::ALL.iter().filter(|moment| !moment.is_rare()).count();
        let wanted = if weather.deaths_of_a_kind > 0 {
            steps / 2
        } else {
            0
        };
        let died = died.count();
        Check {
            what: "steps before and after which processes died",
            is_kept: died >= wanted,
            expected: format!("≥ {wanted} of {steps}"),
            found: died.to_string(),
        }
    }

    /// A planned death that did not happen, because the process had ended already.
    pub fn take_back(&self, death: Death) {
        if let Some(count) = self.weather().tally.deaths.get_mut(&death) {
            *count -= 1;
        }
    }

    /// Decides about a call.
    pub fn draw(&self, call: &Call) -> Fate {
        let mut weather = self.weather();
        if !weather.is_storm {
            return Fate::Well;
        }
        *weather.tally.calls.entry(call.service).or_default() += 1;
        if let Some(death) = weather.death(call.moment) {
            return Fate::Death(death);
        }
        if call.service == Service::Provider || weather.dice.f64() >= weather.rate {
            return Fate::Well;
        }
        let fault = weather.fault(call);
        *weather.tally.faults.entry((call.service, fault)).or_default() += 1;
        Fate::Fault(fault)
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.0.lock().unwrap()
    }
}

impl Weather {
    fn death(&mut self, moment: Option<Moment>) -> Option<Death> {
        let moment = moment?;
        let death = Death {
            moment,
            after: self.dice.bool(),
        };
        let so_far = self.tally.deaths.get(&death).copied().unwrap_or_default();
        let rate = if moment.is_rare() { 0.5 } else { self.death_rate };
        if so_far >= self.deaths_of_a_kind || self.dice.f64() >= rate {
            return None;
        }
        self.tally.deaths.insert(death, so_far + 1);
        Some(death)
    }

    fn fault(&mut self, call: &Call) -> Fault {
        let all = Fault::ALL.map(|fault| (fault, fault.weight(call)));
        let mut left = self.dice.u32(0..all.iter().map(|(_, weight)| weight).sum());
        for (fault, weight) in all {
            if left < weight {
                return fault;
            }
            left -= weight;
        }
        Fault::Throttled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, moment: Option<Moment>) -> Call {
        Call {
            service: Service::Sqs,
            operation: operation.to_owned(),
            moment,
        }
    }

    #[test]
    fn as_many_calls_go_wrong_as_were_asked_for_and_each_in_a_way_it_can() {
        let plan = Plan::new(7, 0.2, 500);
        let (read, send) = (call("ReceiveMessage", None), call("SendMessage", None));
        assert_eq!(plan.draw(&send), Fate::Well, "calm");
        plan.storm();
        let fates: Vec<_> = (0..5_000).map(|_| plan.draw(&read)).collect();
        let wrong = fates.iter().filter(|fate| **fate != Fate::Well).count();
        assert!((900..1_100).contains(&wrong), "{wrong}");
        assert!(!fates.contains(&Fate::Fault(Fault::Lost)));
        let sent: Vec<_> = (0..5_000).map(|_| plan.draw(&send)).collect();
        for fault in Fault::ALL {
            assert!(sent.contains(&Fate::Fault(fault)), "{fault:?}");
        }
    }

    #[test]
    fn every_step_has_its_deaths_and_no_more() {
        let plan = Plan::new(7, 0.2, 500);
        plan.storm();
        for _ in 0..500 {
            for moment in Moment::ALL {
                plan.draw(&call("SendMessage", Some(moment)));
            }
        }
        let deaths = plan.tally().deaths;
        assert_eq!(deaths.len(), 2 * Moment::ALL.len());
        assert!(deaths.values().all(|count| *count == 4), "{deaths:?}");
    }
}
