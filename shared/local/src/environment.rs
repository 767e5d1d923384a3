//! The environment a function needs to use the stack, as `KEY=value` pairs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;

use auth::build_key::BuildKey;
use base64ct::{Base64UrlUnpadded, Encoding};
use endpoint::Environment;
use hyper::Uri;
use serde_json::json;

use crate::folder::{self, BUILD_KEY, JWT_KEYS, SITE, STORE_KEYS};
use crate::functions::Functions;
use crate::options::SETTINGS;
use crate::{Options, REGION, StartError};

pub(crate) const MEMBERS_TABLE: &str = "masthead-members";
pub(crate) const UPLOADS_BUCKET: &str = "masthead-uploads";
pub(crate) const CONTENT_BUCKET: &str = "masthead-content";

pub(crate) const S3_ENDPOINT: &str = endpoint::aws::ENDPOINT_S3;
/// Where pages put files to presigned addresses: here S3's own address, in AWS the bucket's.
pub(crate) const UPLOADS_URL: &str = "UPLOADS_URL";
pub(crate) const DYNAMODB_ENDPOINT: &str = endpoint::aws::ENDPOINT_DYNAMODB;
pub(crate) const SES_ENDPOINT: &str = endpoint::aws::ENDPOINT_SES;

/// The address that letters come from unless another is set: nobody's (RFC 2606).
const MAIL_FROM: &str = "letters@masthead.example";

/// What commands that print links have to know of a site, beside where its stores are.
const OF_THE_SITE: [&str; 2] = ["PUBLIC_URL", "SITE_NAME"];
/// Where `astro dev` and `astro preview` serve a site.
const ASTRO_PORT: u16 = 4321;
/// Of a new signing key, of a build key, and of the secret that requests to the stores are signed with.
const KEY_BYTES: usize = 32;
/// Of what is random in an access key's id.
const KEY_ID_BYTES: usize = 6;
/// Begins an access key's id, as AWS's own begin with `AKIA`.
const KEY_ID_PREFIX: &str = "MASTHEAD";

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
    let pairs = pairs(options, ports, &keys);
    check(&pairs)?;
    Ok(pairs)
}

/// The environment of the stack that keeps its data in the folder of `options`, without making anything.
///
/// # Errors
/// Where no stack has kept its data there, or its keys can't be read.
pub fn environment_of_folder(options: &Options) -> Result<Vec<(String, String)>, StartError> {
    let folder = options.data.clone().unwrap_or_default();
    match std::fs::metadata(folder.join(STORE_KEYS)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StartError::NoKeys(folder));
        }
        Err(reason) => return Err(StartError::Folder { folder, reason }),
    }
    let mut options = options.clone();
    match std::fs::read_to_string(folder.join(SITE)) {
        Ok(kept) => {
            let kept = kept.lines().filter_map(|line| line.split_once('='));
            let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
            options.settings.extend(kept);
        }
        // That of an earlier version keeps none.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(reason) => return Err(StartError::Folder { folder, reason }),
    }
    environment(&options)
}

/// Keeps in `folder` how members reach the site and what it is called, for the commands that print links.
pub(crate) fn keep_site(folder: &Path, environment: &Environment) -> io::Result<()> {
    let lines = OF_THE_SITE.iter().filter_map(|name| {
        let value = environment.optional(name)?;
        Some(format!("{name}={value}\n"))
    });
    replace(folder, SITE, &lines.collect::<String>())
}

/// Refuses an environment that a function can't be started with.
pub(crate) fn check(pairs: &[(String, String)]) -> Result<(), StartError> {
    type Rule = (&'static str, fn(&str) -> bool, &'static str);
    /// What no function looks at closely.
    const RULES: [Rule; 3] = [
        (
            "LINK_BASE",
            |value| value.starts_with('/'),
            "it must begin with /",
        ),
        (
            "SITE_URL",
            |value| value.starts_with("http://") || value.starts_with("https://"),
            "it must begin with https:// or http://",
        ),
        (
            "TOKEN_TTL_SECONDS",
            |value| value.trim() != "0",
            "it must be at least 1",
        ),
    ];
    let environment: Environment = pairs.iter().cloned().collect();
    for (name, is_right, reason) in RULES {
        if environment
            .optional(name)
            .is_some_and(|value| !is_right(value))
        {
            return Err(StartError::functions(Environment::unusable(name, reason)));
        }
    }
    let linked = Functions::linked(&environment, &environment);
    linked.map(drop).map_err(StartError::functions)
}

/// What requests to S3 and DynamoDB are signed with: made at random for each data folder, since
/// every page in a browser of this machine can send requests to the ports.
#[derive(Clone)]
pub(crate) struct StoreKeys {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

impl StoreKeys {
    /// Reads the two, as `new_store_keys` writes them.
    fn parse(text: &str) -> io::Result<Self> {
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            [id, secret] if secret.len() >= KEY_BYTES => Ok(Self {
                access_key_id: id.to_owned(),
                secret_access_key: secret.to_owned(),
            }),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the file {STORE_KEYS} is damaged; once it is removed, a start makes a new one"
                ),
            )),
        }
    }
}

/// The keys of a stack.
pub(crate) struct Keys {
    jwt: String,
    pub(crate) stores: StoreKeys,
    /// By which the site's build is known.
    pub(crate) build: String,
}

impl Keys {
    /// Those in `folder`, made where there are none. Without a folder they are new each time.
    pub(crate) fn of(folder: Option<&Path>) -> Result<Self, StartError> {
        let unusable = |reason| StartError::Folder {
            folder: folder.unwrap_or(Path::new("")).to_owned(),
            reason,
        };
        let key = |name, new: fn() -> String| match folder {
            Some(folder) => kept(folder, name, new).map_err(unusable),
            None => Ok(new()),
        };
        Ok(Self {
            jwt: key(JWT_KEYS, new_jwt_keys)?,
            stores: StoreKeys::parse(&key(STORE_KEYS, new_store_keys)?).map_err(unusable)?,
            build: key(BUILD_KEY, new_build_key)?,
        })
    }
}

/// The pairs for the stack of `options` on `ports`.
pub(crate) fn pairs(options: &Options, ports: Ports, keys: &Keys) -> Vec<(String, String)> {
    let Ports { api, s3, dynamodb } = ports;
    let host = &options.host;
    let set = |name: &str| {
        let value = options.settings.get(name).filter(|value| !value.is_empty());
        value.cloned()
    };
    let public_url = set("PUBLIC_URL").unwrap_or_else(|| url(host, api));
    let pairs = [
        ("MEMBERS_TABLE", MEMBERS_TABLE.to_owned()),
        ("UPLOADS_BUCKET", UPLOADS_BUCKET.to_owned()),
        ("CONTENT_BUCKET", CONTENT_BUCKET.to_owned()),
        ("JWT_KEYS", keys.jwt.clone()),
        ("BUILD_KEY_SHA256", BuildKey::digest_of(&keys.build)),
        (
            "ALLOWED_ORIGINS",
            origins(set("ALLOWED_ORIGINS"), host, api, &public_url),
        ),
        ("TOKEN_TTL_SECONDS", "43200".to_owned()),
        ("MIN_PASSWORD_LENGTH", "15".to_owned()),
        ("MAX_READMES", "1000".to_owned()),
        ("MAX_README_BYTES_TOTAL", "209715200".to_owned()),
        ("MAX_FILES", "500".to_owned()),
        ("MAX_FILE_BYTES", "209715200".to_owned()),
        ("PUBLIC_URL", public_url),
        ("PUBLIC_MEMBERS", "off".to_owned()),
        ("REVIEW", "off".to_owned()),
        ("SITE_URL", url("localhost", ASTRO_PORT)),
        (UPLOADS_URL, url(host, s3)),
        ("LINK_BASE", "/".to_owned()),
        ("THEMES", "starlight,blog".to_owned()),
        // An empty one says that the site sends no letters, as in AWS.
        (
            "MAIL_FROM",
            options
                .settings
                .get("MAIL_FROM")
                .map_or(MAIL_FROM, String::as_str)
                .to_owned(),
        ),
        (S3_ENDPOINT, url(host, s3)),
        (DYNAMODB_ENDPOINT, url(host, dynamodb)),
        (SES_ENDPOINT, url(host, dynamodb)),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", keys.stores.access_key_id.clone()),
        (
            "AWS_SECRET_ACCESS_KEY",
            keys.stores.secret_access_key.clone(),
        ),
    ];
    let others = SETTINGS.iter().filter(|name| **name != "ALLOWED_ORIGINS");
    let mut set: BTreeMap<&str, String> = others
        .filter_map(|name| Some((*name, set(name)?)))
        .collect();
    let mut pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), set.remove(name).unwrap_or(value)))
        .collect();
    // What a function has a default for.
    pairs.extend(
        set.into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    pairs
}

/// The sites whose pages may call the API: those that were named, or else any on this machine; and the
/// stack's own page, as the distribution is in AWS.
fn origins(named: Option<String>, host: &str, api: u16, public_url: &str) -> String {
    let mut machines = vec!["localhost", "127.0.0.1", "[::1]"];
    let own = url(host, api);
    let address = own
        .strip_prefix("http://")
        .and_then(|own| Some(own.rsplit_once(':')?.0));
    if host.parse::<IpAddr>().is_ok_and(|host| !host.is_loopback()) {
        machines.extend(address);
    }
    let mut origins = match named {
        Some(named) => {
            let own = machines
                .iter()
                .map(|machine| format!("http://{machine}:{api}"));
            std::iter::once(named).chain(own).collect()
        }
        None => machines
            .iter()
            .flat_map(|machine| ["http", "https"].map(|scheme| format!("{scheme}://{machine}:*")))
            .collect::<Vec<_>>(),
    };
    let public = origin(public_url).filter(|public| {
        let machine = public.rsplit_once("://").map_or("", |(_, rest)| rest);
        !machines.iter().any(|own| machine == format!("{own}:{api}"))
    });
    origins.extend(public);
    origins.join(",")
}

/// The origin of the pages at an address.
pub(crate) fn origin(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    Some(format!("{}://{}", url.scheme_str()?, url.authority()?))
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
    replace(folder, JWT_KEYS, keys)
}

/// Puts a text in the place of the file `name` in `folder`, readable by its owner only.
fn replace(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let file = file.persist(folder.join(name))?;
    sync(folder, &file)
}

/// The key ring in `folder`, as the variable `JWT_KEYS` takes it; made where there is none, readable
/// by its owner only.
pub fn jwt_keys(folder: &Path) -> io::Result<String> {
    kept(folder, JWT_KEYS, new_jwt_keys)
}

/// The key ring in `folder`, where a stack has made one.
pub fn kept_jwt_keys(folder: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(folder.join(JWT_KEYS)) {
        Ok(kept) => Ok(Some(kept)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The text in the file `name` of `folder`; made where there is none, readable by its owner only.
fn kept(folder: &Path, name: &str, new: fn() -> String) -> io::Result<String> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(kept) => return Ok(kept.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    folder::make(folder)?;
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

fn new_store_keys() -> String {
    let (id, secret): ([u8; KEY_ID_BYTES], [u8; KEY_BYTES]) = (rand::random(), rand::random());
    let id = base16ct::upper::encode_string(&id);
    let secret = base16ct::lower::encode_string(&secret);
    format!("{KEY_ID_PREFIX}{id} {secret}")
}

fn new_jwt_keys() -> String {
    let key: [u8; KEY_BYTES] = rand::random();
    json!({ "signing": "k1", "keys": { "k1": Base64UrlUnpadded::encode_string(&key) } }).to_string()
}
