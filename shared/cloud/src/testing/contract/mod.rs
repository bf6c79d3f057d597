//! The promises of the table that hold on DynamoDB and on the twin alike.

use crate::Cloud;

pub async fn table_contract(_cloud: &Cloud) {}
