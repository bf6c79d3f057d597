//! A tenant's spending and reservations, in three places that must agree.

use domain::EditId;
use domain::MicroUsd;
use domain::budget::{BudgetMonth, LedgerEntry, LedgerKind};
use domain::context::month_of;
use domain::figures::Figures;

use crate::World;

/// The month of a world with one event.
#[derive(Debug)]
pub struct Books {
    pub budget: BudgetMonth,
    pub figures: Figures,
    pub ledger: Vec<LedgerEntry>,
}

impl Books {
    /// Reads the books, and checks that they agree.
    pub async fn of(world: &World) -> Self {
        let books = Self::read(world).await;
        books.check();
        books
    }

    /// Reads the books as they are.
    pub async fn read(world: &World) -> Self {
        let place = &world.place;
        let month = month_of(place.now());
        let (tenant, event) = (&world.tenant.id, &world.event.id);
        let budget = (format!("TENANT#{tenant}"), format!("BUDGET#{month}"));
        let figures = (format!("EVENT#{event}"), format!("STATS#{month}"));
        let ledger = format!("TENANT#{tenant}#LEDGER#{month}");
        Self {
            budget: place.item_as(&budget.0, &budget.1).await,
            figures: place.item_as(&figures.0, &figures.1).await,
            ledger: serde_dynamo::from_items(place.partition(&ledger).await).unwrap(),
        }
    }

    fn check(&self) {
        let (budget, figures) = (&self.budget, &self.figures);
        let entered: i64 = self.ledger.iter().map(|entry| entry.amount_micro_usd.get()).sum();
        assert_eq!(entered, budget.spent.get(), "the ledger adds up: {self:?}");
        assert_eq!(
            figures.spent_micro_usd,
            budget.spent.get(),
            "the event spent it all: {self:?}"
        );
        assert_eq!(
            budget.committed.get(),
            budget.spent.get() + figures.reserved_micro_usd,
            "committed is spent and reserved: {self:?}"
        );
        let by_status = [
            figures.queued,
            figures.processing,
            figures.succeeded,
            figures.failed,
            figures.blocked,
        ];
        assert!(by_status.iter().all(|count| *count >= 0), "{self:?}");
        assert_eq!(
            by_status.iter().sum::<i64>(),
            figures.total,
            "every edit is somewhere: {self:?}"
        );
    }

    /// The edit's one entry.
    #[track_caller]
    pub fn entry(&self, id: EditId) -> &LedgerEntry {
        let entries: Vec<_> = self.ledger.iter().filter(|entry| entry.edit_id == id).collect();
        match entries.as_slice() {
            [entry] => entry,
            other => panic!("{id} has not one entry: {other:?}"),
        }
    }

    /// Asserts that the edit was paid once, with this amount.
    #[track_caller]
    pub fn assert_paid(&self, id: EditId, cost: i64) {
        let entry = self.entry(id);
        let expected = (LedgerKind::Settlement, MicroUsd::new(cost));
        assert_eq!((entry.kind, entry.amount_micro_usd), expected, "{entry:?}");
    }

    /// Asserts that the edit's money was released once, for this reason.
    #[track_caller]
    pub fn assert_released(&self, id: EditId, code: &str) {
        self.assert_released_but_charged(id, code, 0);
    }

    /// Asserts a release of which the provider charged this much all the same.
    #[track_caller]
    pub fn assert_released_but_charged(&self, id: EditId, code: &str, charged: i64) {
        let entry = self.entry(id);
        let found = (entry.kind, entry.amount_micro_usd, entry.reason.as_str());
        let expected = (LedgerKind::Release, MicroUsd::new(charged), code);
        assert_eq!(found, expected, "{entry:?}");
    }

    /// Asserts that no edit is open and nothing is reserved.
    #[track_caller]
    pub fn assert_at_rest(&self) {
        assert_eq!((self.figures.queued, self.figures.processing), (0, 0), "{self:?}");
        assert_eq!(self.budget.committed, self.budget.spent, "{self:?}");
    }
}
