//! Starting a stack, and ending it.

use std::convert::Infallible;
use std::future::Future;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dynoxide::Database;
use endpoint::{Environment, Origins, configuration};
use http_body_util::Full;
use hyper::{Request, Response};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::disk::Complaint;
use crate::environment::{
    CONTENT_BUCKET, DYNAMODB_ENDPOINT, Keys, Ports, S3_ENDPOINT, SES_ENDPOINT, UPLOADS_BUCKET,
    UPLOADS_URL, check, keep_site, pairs, url,
};
use crate::folder::{DATABASE, Folder, OBJECTS};
use crate::front::Front;
use crate::functions::Functions;
use crate::gateway::{self, Gateway, Sources};
use crate::mailbox::Mailbox;
use crate::received::Received;
use crate::sockets::Sockets;
use crate::store::{self, Store, messages};
use crate::{
    Options, StartError, database, dynamodb, queue, rebuild, s3, schedule, serve, ses, tidy,
};

/// How long the ports of S3 and DynamoDB wait for their clients at the end.
const BACKENDS_END: Duration = Duration::from_secs(5);

/// A running stack. Dropping it stops it at once; [`Stack::shutdown`] lets it finish.
pub struct Stack {
    ports: Ports,
    host: String,
    public_url: String,
    environment: Vec<(String, String)>,
    own: Environment,
    build_key: String,
    pub(crate) store: Store,
    pub(crate) database: Database,
    mailbox: Mailbox,
    /// The gateway and the queue: what uses the backends.
    front: Layer,
    backends: Layer,
    /// After everything else: whoever holds its lock may start.
    _folder: Folder,
}

/// Tasks that are stopped together.
struct Layer {
    stop: CancellationToken,
    tasks: TaskTracker,
    _guard: DropGuard,
}

impl Layer {
    fn new() -> Self {
        let stop = CancellationToken::new();
        Self {
            _guard: stop.clone().drop_guard(),
            stop,
            tasks: TaskTracker::new(),
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Starts a stack. When this returns, all of it answers.
pub async fn start(options: Options) -> Result<Stack, StartError> {
    start_with(options, Functions::linked).await
}

/// Starts a stack with the functions that `link` makes.
pub(crate) async fn start_with(
    options: Options,
    link: impl FnOnce(&Environment, &Environment) -> anyhow::Result<Functions>,
) -> Result<Stack, StartError> {
    let sockets = Sockets::bind(&options).await?;
    if !options.settings.is_empty() {
        // Before anything is touched: `--reset` empties the folder.
        check(&pairs(&options, sockets.ports, &Keys::of(None)?))?;
    }
    let folder = Folder::open(&options)?;
    let has_journal = tidy::has_journal(folder.path());
    let database = open_database(&folder).await?;
    let store = open_objects(&folder, &options).await?;

    let kept = folder.is_lasting().then(|| folder.path());
    let keys = Keys::of(kept)?;
    let environment = pairs(&options, sockets.ports, &keys);
    let own: Environment = reachable(&environment, &options, sockets.ports).collect();
    let pages = for_pages(&own, &environment, &options);
    let functions = link(&own, &pages).map_err(StartError::functions)?;
    let public_url = configuration::public_url(&own).map_err(StartError::functions)?;
    keep(&folder, &own)?;

    let (front, backends) = (Layer::new(), Layer::new());
    let origins = Origins::from_env(&own).map_err(StartError::functions)?;
    let wall = Front::new(&options, origins.clone(), &public_url);
    let service = s3::service(store.clone(), &keys.stores, origins.clone(), wall.clone());
    let answer = move |_, request| service.clone().answer(request);
    backends.spawn(serve::serve(
        sockets.s3,
        backends.stop.clone(),
        None,
        answer,
    ));
    if has_journal {
        store.deleted().note();
    }
    spawn_cleaners(&backends, &folder, &store, &database);
    let mailbox = Mailbox::open(folder.path()).map_err(|reason| StartError::Folder {
        folder: folder.path().to_owned(),
        reason,
    })?;
    let stores = keys.stores.clone();
    let tables = dynamodb::Service::new(database.clone(), stores, wall.clone(), &store);
    let letters = ses::Service::new(keys.stores.clone(), wall.clone(), &own, mailbox.clone());
    backends.spawn(serve::serve(
        sockets.dynamodb,
        backends.stop.clone(),
        None,
        move |_, request| tables_or_letters(tables.clone(), letters.clone(), request),
    ));
    make_table(&own).await.map_err(StartError::Functions)?;
    compare_published(&own)
        .await
        .map_err(StartError::Functions)?;

    if !options.backends_only {
        spawn_workers(&front, &store, &functions);
        let sources = Sources {
            public_url: public_url.clone(),
            s3_url: pages
                .required(S3_ENDPOINT)
                .map_err(StartError::functions)?
                .to_owned(),
        };
        let gateway = Arc::new(Gateway::new(
            store.clone(),
            functions,
            origins,
            sources,
            wall,
            mailbox.clone(),
        ));
        for listener in sockets.api {
            let gateway = Arc::clone(&gateway);
            let answer = move |peer, request| Arc::clone(&gateway).answer(peer, request);
            let words = Some(gateway::unreadable as _);
            front.spawn(serve::serve(listener, front.stop.clone(), words, answer));
        }
        if let Some(command) = options.rebuild {
            let site = rebuild::Site {
                command,
                url: public_url.clone(),
                build_key: keys.build.clone(),
            };
            let watch = site.watch(&own).map_err(StartError::Functions)?;
            front.spawn(rebuild::work(site, watch, front.stop.clone()));
        }
    }
    if options.bind.is_unspecified() {
        warn_of_the_network(&options.host, sockets.ports);
    }
    Ok(Stack {
        ports: sockets.ports,
        host: options.host,
        public_url,
        environment,
        own,
        build_key: keys.build,
        store,
        database,
        mailbox,
        front,
        backends,
        _folder: folder,
    })
}

impl Stack {
    /// The API's base URL, without a slash at its end.
    pub fn api_url(&self) -> String {
        url(&self.host, self.ports.api)
    }

    /// The address under which members reach the API, without a slash at its end.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// S3's base URL.
    pub fn s3_url(&self) -> String {
        url(&self.host, self.ports.s3)
    }

    /// DynamoDB's base URL.
    pub fn dynamodb_url(&self) -> String {
        url(&self.host, self.ports.dynamodb)
    }

    /// What a function needs to use this stack, as `masthead dev --print-env` prints it.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    /// The same for this process, which may not know the host by the name that others use.
    pub fn own_environment(&self) -> Environment {
        self.own.clone()
    }

    /// By which the site's build is known: `MASTHEAD_BUILD_KEY` of the npm package.
    pub fn build_key(&self) -> &str {
        &self.build_key
    }

    /// Queues every source again, behind what is new: `masthead rewrite --all`. Returns how many
    /// messages that made; a source that is queued already makes none.
    pub async fn rewrite_all(&self) -> anyhow::Result<usize> {
        Ok(self
            .store
            .write(|change| change.replay(UPLOADS_BUCKET))
            .await?)
    }

    /// How many messages wait in the queue or are worked on.
    pub async fn queued(&self) -> anyhow::Result<usize> {
        Ok(self.store.read(messages::waiting).await?)
    }

    /// The keys of the messages that failed five times, oldest first.
    pub async fn dead_letters(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.store.read(messages::dead_letters).await?)
    }

    /// The letters that were sent, oldest first, each as it was handed to SES.
    pub async fn letters(&self) -> std::io::Result<Vec<Vec<u8>>> {
        self.mailbox.letters().await
    }

    /// Ends the stack: requests under way and the queue's current batches are finished first.
    pub async fn shutdown(self) {
        self.front.end().await;
        // A client may hold a connection for good.
        if tokio::time::timeout(BACKENDS_END, self.backends.end())
            .await
            .is_err()
        {
            tracing::warn!("clients of the S3 or DynamoDB port were cut off at the end");
        }
    }
}

/// Answers a request to the port that DynamoDB and SES share.
async fn tables_or_letters(
    tables: dynamodb::Service,
    letters: ses::Service,
    request: Request<Received>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == ses::PATH {
        letters.answer(request).await
    } else {
        tables.answer(request).await
    }
}

/// Opens what the S3 port answers from.
async fn open_objects(folder: &Folder, options: &Options) -> Result<Store, StartError> {
    let objects = folder.path().join(OBJECTS);
    let opened = open_store(&objects, folder.is_lasting()).await;
    let mut store = opened.map_err(|error| {
        StartError::unreadable(&objects, error.to_string(), Complaint::of(&error))
    })?;
    store.calls.clone_from(&options.calls);
    Ok(store)
}

async fn open_store(folder: &Path, lasting: bool) -> store::Result<Store> {
    let store = Store::open(folder, UPLOADS_BUCKET, lasting).await?;
    store
        .write(|change| {
            for bucket in [UPLOADS_BUCKET, CONTENT_BUCKET] {
                match change.create_bucket(bucket) {
                    Ok(()) => change.set_versioned(bucket, true)?,
                    Err(store::Error::BucketExists) => {}
                    Err(error) => return Err(error),
                }
            }
            change.forget_leases()?;
            // What a kill interrupted has its message still; this is for sources that changed
            // nobody knows how, such as by a converter of another version.
            change.replay(UPLOADS_BUCKET)
        })
        .await?;
    Ok(store)
}

/// Keeps what commands have to know of the site.
fn keep(folder: &Folder, own: &Environment) -> Result<(), StartError> {
    if !folder.is_lasting() {
        return Ok(());
    }
    let kept = keep_site(folder.path(), own);
    kept.map_err(|reason| StartError::Folder {
        folder: folder.path().to_owned(),
        reason,
    })
}

async fn open_database(folder: &Folder) -> Result<Database, StartError> {
    let file = folder.is_lasting().then(|| folder.path().join(DATABASE));
    let has_data = folder.has_data();
    tokio::task::spawn_blocking(move || database::open(file.as_deref(), has_data))
        .await
        .map_err(|error| StartError::Functions(error.into()))?
        .map_err(|reason| {
            let complaint = Complaint::in_words(&reason);
            StartError::unreadable(folder.path().join(DATABASE), reason, complaint)
        })
}

/// Has items past their time removed, and what was deleted taken out of files that are to last.
fn spawn_cleaners(backends: &Layer, folder: &Folder, store: &Store, database: &Database) {
    let (deleted, stop) = (store.deleted().clone(), backends.stop.clone());
    let swept = database::sweep(database.clone(), deleted.clone(), stop.clone());
    backends.spawn(swept);
    if folder.is_lasting() {
        let (store, database) = (store.clone(), database.clone());
        let path = folder.path().to_owned();
        backends.spawn(tidy::work(deleted, store, database, path, stop));
    }
}

fn spawn_workers(front: &Layer, store: &Store, functions: &Functions) {
    for lane in queue::WORKERS {
        let rewrite_readme = match lane {
            queue::Lane::Now => &functions.rewrite_readme,
            queue::Lane::Later => &functions.rewrite_later,
        };
        let consumers = queue::Consumers {
            rewrite_readme: Arc::clone(rewrite_readme),
            resize_picture: Arc::clone(&functions.resize_picture),
            send_mail: Arc::clone(&functions.send_mail),
        };
        let stop = front.stop.clone();
        front.spawn(queue::work(store.clone(), lane, consumers, stop));
    }
    for (name, function) in [
        ("remove_member", &functions.remove_member),
        ("rebuild_site", &functions.come_out),
    ] {
        let (function, stop) = (Arc::clone(function), front.stop.clone());
        front.spawn(schedule::work(name, function, stop));
    }
}

fn warn_of_the_network(host: &str, ports: Ports) {
    tracing::warn!(
        "everybody in the networks of this machine reaches {}, S3 on port {} and DynamoDB on port {}: who has no \
         password and no key reads what is published, and passwords and tokens cross the network unencrypted",
        url(host, ports.api),
        ports.s3,
        ports.dynamodb
    );
}

/// Compares what is published with what is kept of it, all of it: a version that keeps nothing may have worked on the folder, and
/// whoever asks for it once this stack answers is told everything.
async fn compare_published(environment: &Environment) -> anyhow::Result<()> {
    let watch = rebuild_site::Watch::from_env(environment)?;
    manifest::begin_anew(&watch.members).await?;
    let now = watch.clock.unix_milliseconds();
    manifest::compare(&watch.content, &watch.members, Duration::MAX, now).await?;
    Ok(())
}

async fn make_table(environment: &Environment) -> anyhow::Result<()> {
    Ok(members::create_table(&configuration::members(environment)?).await?)
}

/// The environment for the functions of this process: they reach the ports where they listen,
/// whatever others call this host.
fn reachable(
    environment: &[(String, String)],
    options: &Options,
    ports: Ports,
) -> impl Iterator<Item = (String, String)> {
    let address = if options.bind.is_unspecified() {
        Ipv4Addr::LOCALHOST.to_string()
    } else {
        options.bind.to_string()
    };
    environment.iter().cloned().map(move |(name, value)| {
        let value = match name.as_str() {
            S3_ENDPOINT | UPLOADS_URL => url(&address, ports.s3),
            DYNAMODB_ENDPOINT | SES_ENDPOINT => url(&address, ports.dynamodb),
            _ => value,
        };
        (name, value)
    })
}

/// The environment for the functions that tell pages where to put files. Where others in the network reach
/// this machine, their pages know it by the name that they use.
fn for_pages(
    own: &Environment,
    environment: &[(String, String)],
    options: &Options,
) -> Environment {
    if options.bind.is_unspecified() {
        environment.iter().cloned().collect()
    } else {
        own.clone()
    }
}

#[cfg(test)]
mod tests;
