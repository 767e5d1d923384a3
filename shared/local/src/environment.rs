//! The environment a function needs to use the stack, as `KEY=value` pairs.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use auth::build_key::BuildKey;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;

use crate::folder::{BUILD_KEY, JWT_KEYS};
use crate::{Options, REGION, StartError};

pub(crate) const MEMBERS_TABLE: &str = "masthead-members";
pub(crate) const UPLOADS_BUCKET: &str = "masthead-uploads";
pub(crate) const CONTENT_BUCKET: &str = "masthead-content";
/// The local stack's only account. It guards nothing: the stack listens on this machine.
pub(crate) const ACCESS_KEY_ID: &str = "masthead";
pub(crate) const SECRET_ACCESS_KEY: &str = "masthead-local";

pub(crate) const S3_ENDPOINT: &str = endpoint::aws::ENDPOINT_S3;
pub(crate) const DYNAMODB_ENDPOINT: &str = endpoint::aws::ENDPOINT_DYNAMODB;

/// Where `astro dev` and `astro preview` serve a site.
const ASTRO_PORT: u16 = 4321;
/// Of a new signing key, and of a build key.
const KEY_BYTES: usize = 32;

/// The ports of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) api: u16,
    pub(crate) s3: u16,
    pub(crate) dynamodb: u16,
}

impl Ports {
    /// The three ports from `first` on.
    pub(crate) fn from(first: u16) -> Result<Self, StartError> {
        match (first.checked_add(1), first.checked_add(2)) {
            (Some(s3), Some(dynamodb)) => Ok(Self {
                api: first,
                s3,
                dynamodb,
            }),
            _ => Err(StartError::PortTooHigh(first)),
        }
    }
}

/// What `masthead dev --print-env` prints: the environment of the stack that `options` starts,
/// whether it runs or not.
///
/// # Errors
/// Where the data folder can't be read, or the signing key, which is made once, can't be kept there.
pub fn environment(options: &Options) -> Result<Vec<(String, String)>, StartError> {
    let ports = Ports::from(options.port)?;
    let keys = Keys::of(options.data.as_deref())?;
    Ok(pairs(&options.host, ports, &keys))
}

/// The keys of a stack.
pub(crate) struct Keys {
    jwt_keys: String,
    /// By which the site's build is known.
    pub(crate) build: String,
}

impl Keys {
    /// Those in `folder`, made where there are none. Without a folder they are new each time.
    pub(crate) fn of(folder: Option<&Path>) -> Result<Self, StartError> {
        let Some(folder) = folder else {
            return Ok(Self {
                jwt_keys: new_jwt_keys(),
                build: new_build_key(),
            });
        };
        let unusable = |reason| StartError::Folder {
            folder: folder.to_owned(),
            reason,
        };
        Ok(Self {
            jwt_keys: jwt_keys(folder).map_err(unusable)?,
            build: kept(folder, BUILD_KEY, new_build_key).map_err(unusable)?,
        })
    }
}

/// The pairs for a stack on `ports`.
pub(crate) fn pairs(host: &str, ports: Ports, keys: &Keys) -> Vec<(String, String)> {
    let Ports { api, s3, dynamodb } = ports;
    let origins = ["localhost", "127.0.0.1"]
        .map(|host| format!("http://{host}:{ASTRO_PORT},http://{host}:{api}"));
    let pairs = [
        ("MEMBERS_TABLE", MEMBERS_TABLE.to_owned()),
        ("UPLOADS_BUCKET", UPLOADS_BUCKET.to_owned()),
        ("CONTENT_BUCKET", CONTENT_BUCKET.to_owned()),
        ("JWT_KEYS", keys.jwt_keys.clone()),
        ("BUILD_KEY_SHA256", BuildKey::digest_of(&keys.build)),
        ("ALLOWED_ORIGINS", origins.join(",")),
        ("TOKEN_TTL_SECONDS", "43200".to_owned()),
        ("MIN_PASSWORD_LENGTH", "15".to_owned()),
        ("PUBLIC_URL", url(host, api)),
        ("LINK_BASE", "/".to_owned()),
        ("THEMES", "starlight,blog".to_owned()),
        (S3_ENDPOINT, url(host, s3)),
        (DYNAMODB_ENDPOINT, url(host, dynamodb)),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A base URL on `host`, which may be an IPv6 address.
pub(crate) fn url(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("http://[{host}]:{port}")
    } else {
        format!("http://{host}:{port}")
    }
}

/// Puts a key ring in the place of the one in `folder`; a stack reads it when it starts.
pub fn replace_jwt_keys(folder: &Path, keys: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(keys.as_bytes())?;
    file.as_file().sync_all()?;
    let file = file.persist(folder.join(JWT_KEYS))?;
    sync(folder, &file)
}

/// The key ring in `folder`, as the variable `JWT_KEYS` takes it; made where there is none, readable
/// by its owner only.
pub fn jwt_keys(folder: &Path) -> io::Result<String> {
    kept(folder, JWT_KEYS, new_jwt_keys)
}

/// The text in the file `name` of `folder`; made where there is none, readable by its owner only.
fn kept(folder: &Path, name: &str, new: fn() -> String) -> io::Result<String> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(kept) => return Ok(kept.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    std::fs::create_dir_all(folder)?;
    let made = new();
    // Of two processes that come here at once the first to link its file wins; a reader never sees
    // half a file. `tempfile` makes it with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(made.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(&path) {
        Ok(file) => sync(folder, &file).map(|()| made),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(path)?.trim().to_owned())
        }
        Err(error) => Err(error.error),
    }
}

fn sync(folder: &Path, file: &File) -> io::Result<()> {
    file.sync_all()?;
    // A file's name is durable only with its folder. Windows can't open folders.
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

fn new_build_key() -> String {
    let key: [u8; KEY_BYTES] = rand::random();
    base16ct::lower::encode_string(&key)
}

fn new_jwt_keys() -> String {
    let key: [u8; KEY_BYTES] = rand::random();
    json!({ "signing": "k1", "keys": { "k1": Base64UrlUnpadded::encode_string(&key) } }).to_string()
}
