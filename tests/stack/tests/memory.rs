//! The promises of the product in this process: real handlers of both packages over the twin of AWS, with a clock that
//! the test moves.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// Says where each promise of a file is tested. A promise is an `async fn name(place: Place)`; one that is missing in the
/// list is unused code. This binary runs those in memory, `stack.rs` the deployed ones.
macro_rules! contract {
    (
        $(in_memory { $($memory:ident,)* })?
        $(both { $($both:ident,)* })?
        $(deployed { $($deployed:ident,)* })?
    ) => {
        mod in_memory {
            $($(
                #[tokio::test]
                async fn $memory() {
                    super::$memory(world::Place::in_memory().await).await;
                }
            )*)?
            $($(
                #[tokio::test]
                async fn $both() {
                    super::$both(world::Place::in_memory().await).await;
                }
            )*)?
        }

        #[allow(dead_code)]
        fn tested_on_the_stack() {
            $($( let _ = $deployed; )*)?
        }
    };
}

mod api;
mod faults;
mod flow;
mod prune;
mod recovery;
mod secrets;
mod table;
mod watch;
