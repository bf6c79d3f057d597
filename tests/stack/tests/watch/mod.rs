mod figures;
mod metrics;
mod signals;
