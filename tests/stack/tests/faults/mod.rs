//! What may go wrong on the way: deliveries, deaths, and photos that are none.

mod deaths;
mod deliveries;
mod messages;
mod photos;
