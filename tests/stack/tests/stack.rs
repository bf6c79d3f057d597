//! The promises that only a deployed stack can show: the gateway and its authorizer, presigned uploads, SQS and its
//! delays, parallel transactions, permissions, processes, log lines, the command line. They run side by side; see
//! `world::settings` for the few that cannot.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// Says where each promise of a file is tested. A promise is an `async fn name(place: Place)`; one that is missing in the
/// list is unused code. This binary runs the deployed ones, `memory.rs` those in memory.
macro_rules! contract {
    (
        $(in_memory { $($memory:ident,)* })?
        $(both { $($both:ident,)* })?
        $(deployed { $($deployed:ident,)* })?
    ) => {
        mod deployed {
            $($(
                #[tokio::test]
                async fn $both() {
                    super::$both(world::Place::deployed().await).await;
                }
            )*)?
            $($(
                #[tokio::test]
                async fn $deployed() {
                    super::$deployed(world::Place::deployed().await).await;
                }
            )*)?
        }

        #[allow(dead_code)]
        fn tested_in_memory() {
            $($( let _ = $memory; )*)?
        }
    };
}

mod api;
mod command_line;
mod faults;
mod flow;
mod prune;
mod recovery;
mod secrets;
mod table;
mod watch;
