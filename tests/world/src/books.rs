//! What a world's tenant has spent and reserved, in three places that must agree.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::EditId;
use domain::MicroUsd;
use domain::budget::{BudgetMonth, LedgerEntry, LedgerKind};
use domain::context::month_of;
use domain::figures::Figures;
use serde::de::DeserializeOwned;

use crate::World;

/// The month of a world with one event.
#[derive(Debug)]
pub struct Books {
    /// The tenant's counters.
    pub budget: BudgetMonth,
    /// The event's counters.
    pub figures: Figures,
    /// The tenant's ledger.
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
        let month = month_of(world.stack.cloud.now());
        let (tenant, event) = (&world.tenant.id, &world.event.id);
        Self {
            budget: item(world, &format!("TENANT#{tenant}"), &format!("BUDGET#{month}")).await,
            figures: item(world, &format!("EVENT#{event}"), &format!("STATS#{month}")).await,
            ledger: partition(world, &format!("TENANT#{tenant}#LEDGER#{month}")).await,
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

    /// The one entry of an edit.
    #[track_caller]
    pub fn entry(&self, id: EditId) -> &LedgerEntry {
        let entries: Vec<_> = self.ledger.iter().filter(|entry| entry.edit_id == id).collect();
        match entries.as_slice() {
            [entry] => entry,
            other => panic!("{id} has not one entry: {other:?}"),
        }
    }

    /// The edit was paid for: so much, once.
    #[track_caller]
    pub fn assert_paid(&self, id: EditId, cost: i64) {
        let entry = self.entry(id);
        let expected = (LedgerKind::Settlement, MicroUsd::new(cost));
        assert_eq!((entry.kind, entry.amount_micro_usd), expected, "{entry:?}");
    }

    /// The edit's money was given back, once and for this reason.
    #[track_caller]
    pub fn assert_released(&self, id: EditId, code: &str) {
        self.assert_released_but_charged(id, code, 0);
    }

    /// The same, for an edit whose attempt the provider charged all the same: that much is spent, the rest given back.
    #[track_caller]
    pub fn assert_released_but_charged(&self, id: EditId, code: &str, charged: i64) {
        let entry = self.entry(id);
        let found = (entry.kind, entry.amount_micro_usd, entry.reason.as_str());
        let expected = (LedgerKind::Release, MicroUsd::new(charged), code);
        assert_eq!(found, expected, "{entry:?}");
    }

    /// Nothing is under way, and nothing is held back for it.
    #[track_caller]
    pub fn assert_at_rest(&self) {
        assert_eq!((self.figures.queued, self.figures.processing), (0, 0), "{self:?}");
        assert_eq!(self.budget.committed, self.budget.spent, "{self:?}");
    }
}

async fn item<T: DeserializeOwned + Default>(world: &World, pk: &str, sk: &str) -> T {
    let asked = world.stack.dynamodb.get_item();
    let asked = asked
        .table_name(&world.stack.described.table)
        .consistent_read(true);
    let found = asked
        .key("pk", text(pk))
        .key("sk", text(sk))
        .send()
        .await
        .unwrap();
    found
        .item
        .map_or_else(T::default, |item| serde_dynamo::from_item(item).unwrap())
}

async fn partition<T: DeserializeOwned>(world: &World, pk: &str) -> Vec<T> {
    let asked = world.stack.dynamodb.query();
    let asked = asked
        .table_name(&world.stack.described.table)
        .consistent_read(true);
    let asked = asked
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", text(pk));
    let found = asked.send().await.unwrap();
    assert!(
        found.last_evaluated_key.is_none(),
        "one page is enough for a test"
    );
    serde_dynamo::from_items(found.items.unwrap_or_default()).unwrap()
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
