//! The twin's table is proved by the promises that the deployed table keeps, too.

use world::Place;

contract! {
    both {
        the_table_keeps_its_promises,
    }
}

/// What MiniStack carries out although DynamoDB refuses it. The product never asks for it.
const LENIENCIES: [&str; 2] = [
    "an update of a path twice",
    "a query with an attribute that the index does not hold",
];

async fn the_table_keeps_its_promises(place: Place) {
    let carried_out = cloud::testing::table_contract(&place.cloud).await;
    let expected: &[&str] = if place.is_deployed() { &LENIENCIES } else { &[] };
    assert_eq!(carried_out, expected, "invalid requests that were carried out");
}
