//! The local stack: DynamoDB, S3, the gateway and S3 events in one process.
//!
//! [`start`] gives what AWS gives in production, over real sockets, from a data folder or from
//! memory: `masthead dev` runs one, every end-to-end test its own.
//!
//! - [`environment()`] says how a function reaches a stack;
//! - `gateway` makes API Gateway's events of HTTP requests and hands them to the linked functions;
//! - `store` keeps objects, `s3` speaks S3 over them;
//! - `queue` delivers S3's events to `rewrite_readme`;
//! - `schedule` calls the functions that look each minute in AWS;
//! - `rebuild` runs a command that builds the site, when `rebuild_site` would start a build;
//! - `database` is what DynamoDB keeps, `dynamodb` speaks DynamoDB over it;
//! - `calls` counts what the stores are asked for, `simulation` fills them past their ports;
//! - `tidy` takes what was deleted out of the files;
//! - `front` refuses what foreign pages and other hosts' names send to any of the ports.

mod calls;
mod connections;
mod database;
mod disk;
mod dynamodb;
mod environment;
mod folder;
mod front;
mod functions;
mod gateway;
mod mailbox;
mod moving;
mod notification;
mod options;
mod queue;
mod rebuild;
mod received;
mod refused;
mod s3;
mod schedule;
mod serve;
mod ses;
mod signature;
mod simulation;
mod sockets;
mod stack;
mod store;
mod tidy;

pub use calls::{Calls, Count, Counts};
pub use environment::{
    environment, environment_of_folder, jwt_keys, kept_jwt_keys, replace_jwt_keys,
};
pub use folder::{BUILD_KEY as BUILD_KEY_FILE, DEMO_PASSWORD as DEMO_PASSWORD_FILE};
pub use gateway::{LETTERS_PATH, LOCAL_HEADER, REWRITE_PATH};
pub use notification::s3_event;
pub use options::{DEFAULT_PORT, Options, RebuildCommand, SETTINGS, StartError};
pub use simulation::Copies;
pub use sockets::network_address;
pub use stack::{Stack, start};

/// Targets of `tracing` under which each request that a client is refused is an error or a warning,
/// such as a lookup that finds nothing. A log for people leaves them out.
pub const NOISY_TARGETS: [&str; 2] = ["s3s", "dynoxide"];

/// The region of everything local.
const REGION: &str = "us-east-1";

#[cfg(test)]
mod testing;
