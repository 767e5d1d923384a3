//! What a stack is started with, and why it may not start.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use endpoint::EnvironmentError;

use crate::Calls;
use crate::disk::Complaint;

/// The API's port unless another is asked for. S3 is on the next, DynamoDB on the one after, and SES there, too.
pub const DEFAULT_PORT: u16 = 3000;

/// The variables of functions that are not a stack's own, as `template.yaml` sets them by parameters.
pub const SETTINGS: [&str; 16] = [
    "ALLOWED_ORIGINS",
    "JWT_KEYS",
    "LINK_BASE",
    "MAIL_FROM",
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "MAX_READMES",
    "MAX_README_BYTES_TOTAL",
    "MIN_PASSWORD_LENGTH",
    "PUBLIC_MEMBERS",
    "PUBLIC_URL",
    "REVIEW",
    "SITE_NAME",
    "SITE_URL",
    "THEMES",
    "TOKEN_TTL_SECONDS",
];

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
    /// What functions are told in the place of what a stack tells them by itself: of [`SETTINGS`], by name.
    pub settings: BTreeMap<String, String>,
    /// What builds the site anew once something was published or withdrawn.
    pub rebuild: Option<RebuildCommand>,
    /// Counts what S3 and DynamoDB are asked for.
    pub calls: Option<Calls>,
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
            settings: BTreeMap::new(),
            rebuild: None,
            calls: None,
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
    /// From the first change to the start of a build at most, however busy the site.
    pub at_most: Duration,
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
    #[error("{}: {sentence}", folder.display())]
    Disk { folder: PathBuf, sentence: String },
    #[error("the data in {} is damaged ({reason}): restore a copy of the folder or start over with --reset", folder.display())]
    Damaged { folder: PathBuf, reason: String },
    #[error(
        "there are no keys of a local stack in {}: start `masthead dev`, or name the data folder of the one that runs with --data",
        .0.display()
    )]
    NoKeys(PathBuf),
    #[error("--{option} (in the environment {variable}) can't be used: {reason}")]
    Setting {
        option: String,
        variable: String,
        reason: String,
    },
    #[error("the functions can't start: {0:#}")]
    Functions(anyhow::Error),
}

impl StartError {
    /// Why functions can't start: where a setting is why, it is named as an option.
    pub(crate) fn functions(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        match error.downcast_ref() {
            Some(EnvironmentError::Unusable { name, reason })
                if SETTINGS.contains(&name.as_str()) =>
            {
                Self::Setting {
                    option: name.to_ascii_lowercase().replace('_', "-"),
                    variable: name.clone(),
                    reason: reason.clone(),
                }
            }
            _ => Self::Functions(error),
        }
    }

    /// Data that can't be used: nothing is wrong with it where the disk is full or can't be written.
    pub(crate) fn unreadable(
        folder: impl Into<PathBuf>,
        reason: String,
        complaint: Option<Complaint>,
    ) -> Self {
        let folder = folder.into();
        match complaint {
            Some(complaint @ (Complaint::Full | Complaint::ReadOnly | Complaint::Failing)) => {
                Self::Disk {
                    folder,
                    sentence: complaint.sentence().to_string(),
                }
            }
            _ => Self::Damaged { folder, reason },
        }
    }
}
