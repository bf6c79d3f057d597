//! One pass of recovery, as the operator would make it.

use domain::Status;
use stack_tests::{Stack, World, queue};

use crate::audit::edits_of;

/// Sends every open edit to the workers again; returns how many there were.
pub async fn pass(_stack: &Stack, worlds: &[World]) -> u32 {
    let mut found = 0;
    for world in worlds {
        for edit in edits_of(world).await {
            match edit.status {
                Status::Queued => queue::submit(world, edit.id).await,
                Status::Processing => queue::poll_copies(world, edit.id, edit.attempt, 1).await,
                _ => continue,
            }
            found += 1;
        }
    }
    found
}
