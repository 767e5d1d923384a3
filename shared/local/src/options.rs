//! What a stack is started with, and why it may not start.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::store;

/// The API's port unless another is asked for. S3 is on the next, DynamoDB on the one after.
pub const DEFAULT_PORT: u16 = 3000;

/// How a stack is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The API's port; S3 gets the next one and DynamoDB the one after. 0: any three that are free.
    pub port: u16,
    /// Where the data is kept. `None`: in memory and in a folder that goes with the stack.
    pub data: Option<PathBuf>,
    /// The address to listen on.
    pub bind: IpAddr,
    /// The host name or address by which functions reach the stack.
    pub host: String,
    /// Only S3 and DynamoDB: no gateway, and nobody takes messages from the queue.
    pub backends_only: bool,
    /// Start with an empty data folder.
    pub reset: bool,
    /// What builds the site anew once something was published or withdrawn.
    pub rebuild: Option<RebuildCommand>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: DEFAULT_PORT,
            data: None,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            host: Ipv4Addr::LOCALHOST.to_string(),
            backends_only: false,
            reset: false,
            rebuild: None,
        }
    }
}

/// A command that builds the site, and when it is run.
#[derive(Debug, Clone)]
pub struct RebuildCommand {
    /// As a shell takes it.
    pub command: String,
    /// Nothing may have changed for so long.
    pub quiet: Duration,
    /// Between the start of one build and that of the next, at least.
    pub every: Duration,
}

/// Why a stack could not start: one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("port {} is taken: stop what uses it or choose another with --port", address.port())]
    PortTaken { address: SocketAddr },
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        address: SocketAddr,
        reason: std::io::Error,
    },
    #[error(
        "port {0} leaves no room for S3 and DynamoDB on the two after it: choose one up to 65533"
    )]
    PortTooHigh(u16),
    #[error("the data folder {} can't be used: {reason}", folder.display())]
    Folder {
        folder: PathBuf,
        reason: std::io::Error,
    },
    #[error("the data folder {} is in use by another `masthead dev`: stop it or choose another with --data", .0.display())]
    FolderInUse(PathBuf),
    #[error("the data in {} is damaged ({reason}): restore a copy of the folder or start over with --reset", folder.display())]
    Damaged { folder: PathBuf, reason: String },
    #[error("the functions can't start: {0:#}")]
    Functions(anyhow::Error),
}

impl StartError {
    pub(crate) fn damaged(folder: impl Into<PathBuf>, error: &store::Error) -> Self {
        Self::Damaged {
            folder: folder.into(),
            reason: error.to_string(),
        }
    }
}
