/// Says where each promise of a file is tested: in memory (milliseconds, everything in this process), on the deployed
/// stack (where only a border shows it: the gateway, IAM, presigned uploads, SQS, parallel transactions, log lines), or
/// on both. A promise is an `async fn name(place: Place)`; one that is missing in the list is unused code.
///
/// The test binary defines which of the two it runs by a macro `run` of its own.
#[macro_export]
macro_rules! contract {
    (
        $(in_memory { $($memory:ident),* $(,)? })?
        $(both { $($both:ident),* $(,)? })?
        $(deployed { $($deployed:ident),* $(,)? })?
    ) => {
        $crate::run_in_memory! { $($($memory)*)? $($($both)*)? }
        $crate::run_deployed! { $($($both)*)? $($($deployed)*)? }
    };
}
