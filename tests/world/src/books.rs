//! A tenant's spending and reservations, in three places that must agree.

use domain::EditId;
use domain::MicroUsd;
use domain::activity::Activity;
use domain::budget::parts::BudgetParts;
use domain::budget::{BudgetMonth, LedgerEntry, LedgerKind};
use domain::context::month_of;
use domain::figures::{FIGURE_SHARDS, Figures, FiguresByStyle, StyleFigures, count_by_style};

use crate::{Place, World};

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
        check_parts(world, &books.figures).await;
        books
    }

    /// Reads the books as they are.
    pub async fn read(world: &World) -> Self {
        let place = &world.place;
        let month = month_of(place.now());
        let (tenant, event) = (&world.tenant.id, &world.event.id);
        let ledger = format!("TENANT#{tenant}#LEDGER#{month}");
        Self {
            budget: budget(place, &format!("TENANT#{tenant}"), &month).await,
            figures: figures(place, &format!("EVENT#{event}"), &month).await,
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

    /// Edits that have not ended.
    pub fn open(&self) -> i64 {
        self.figures.queued + self.figures.processing
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

/// The hours, and the styles, of an event add up to its month. Nothing is said of an event that has figures of another
/// month: an edit may end in another month than it began in.
async fn check_parts(world: &World, figures: &Figures) {
    let month = month_of(world.place.now());
    let items = world.place.partition(&format!("EVENT#{}", world.event.id)).await;
    let (mut hours, mut styles) = (Activity::default(), FiguresByStyle::new());
    for item in &items {
        let sort_key = item["sk"].as_s().unwrap();
        let Some((kind, of_month)) = sort_key.split_once('#') else {
            continue;
        };
        if !["STATS", "ACTIVITY"].contains(&kind) {
            continue;
        }
        if !of_month.starts_with(&month) {
            return;
        }
        if kind == "ACTIVITY" {
            hours = hours.plus(serde_dynamo::from_item(item.clone()).unwrap());
        }
        for (attribute, value) in item {
            if let Ok(amount) = value.as_n() {
                count_by_style(&mut styles, attribute, amount.parse().unwrap());
            }
        }
    }
    let counted = |figures: &Figures| {
        [
            figures.total,
            figures.succeeded,
            figures.failed,
            figures.blocked,
            figures.spent_micro_usd,
        ]
    };
    assert_eq!(
        [
            hours.total,
            hours.succeeded,
            hours.failed,
            hours.blocked,
            hours.spent_micro_usd
        ],
        counted(figures),
        "the hours add up to the month"
    );
    let sum = |of: fn(&StyleFigures) -> i64| styles.values().map(of).sum::<i64>();
    assert_eq!(
        [
            sum(|style| style.total),
            sum(|style| style.succeeded),
            sum(|style| style.spent_micro_usd)
        ],
        [figures.total, figures.succeeded, figures.spent_micro_usd],
        "the styles add up to the month: {styles:?}"
    );
}

/// The month's own item, which has handed out what the shards have room for.
async fn budget(place: &Place, partition: &str, month: &str) -> BudgetMonth {
    let mut parts = BudgetParts {
        own: place.item_as(partition, &format!("BUDGET#{month}")).await,
        ..BudgetParts::default()
    };
    for (number, shard) in parts.shards.iter_mut().enumerate() {
        *shard = place
            .item_as(partition, &format!("BUDGET#{month}#{number:02}"))
            .await;
    }
    parts.total()
}

/// The sum of the month's shards, and of what was counted before there were any.
async fn figures(place: &Place, partition: &str, month: &str) -> Figures {
    let shards = (0..FIGURE_SHARDS).map(|number| format!("STATS#{month}#{number:02}"));
    let mut parts = Vec::new();
    for sort_key in std::iter::once(format!("STATS#{month}")).chain(shards) {
        parts.push(place.item_as(partition, &sort_key).await);
    }
    parts.into_iter().sum()
}
