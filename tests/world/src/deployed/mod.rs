//! What only the deployed local stack has: processes, logs, queues with counts, user accounts, the command line.

pub mod accounts;
pub mod command_line;
pub mod empty;
pub mod functions;
pub mod logs;
pub mod sqs;
pub mod stack;
pub mod subscriber;

pub use stack::Stack;
pub use subscriber::Subscriber;
