//! Starting a stack, and ending it.

use std::future::Future;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use endpoint::{Environment, Origins, configuration};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::environment::{
    CONTENT_BUCKET, DYNAMODB_ENDPOINT, Keys, Ports, S3_ENDPOINT, UPLOADS_BUCKET, pairs, url,
};
use crate::folder::{DATABASE, Folder, OBJECTS};
use crate::functions::Functions;
use crate::gateway::{Gateway, Sources};
use crate::sockets::Sockets;
use crate::store::{self, Store, messages};
use crate::{Options, StartError, database, queue, rebuild, s3, serve};

/// How long the ports of S3 and DynamoDB wait for their clients at the end.
const BACKENDS_END: Duration = Duration::from_secs(5);

/// A running stack. Dropping it stops it at once; [`Stack::shutdown`] lets it finish.
pub struct Stack {
    ports: Ports,
    host: String,
    environment: Vec<(String, String)>,
    build_key: String,
    store: Store,
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
    link: impl FnOnce(&Environment) -> anyhow::Result<Functions>,
) -> Result<Stack, StartError> {
    let sockets = Sockets::bind(&options).await?;
    let folder = Folder::open(&options)?;
    let file = folder.is_lasting().then(|| folder.path().join(DATABASE));
    let database = tokio::task::spawn_blocking(move || database::open(file.as_deref()))
        .await
        .map_err(|error| StartError::Functions(error.into()))?
        .map_err(|reason| StartError::Damaged {
            folder: folder.path().join(DATABASE),
            reason,
        })?;
    let objects = folder.path().join(OBJECTS);
    let store = open_store(&objects, folder.is_lasting())
        .await
        .map_err(|error| StartError::damaged(&objects, &error))?;

    let kept = folder.is_lasting().then(|| folder.path());
    let keys = Keys::of(kept)?;
    let environment = pairs(&options.host, sockets.ports, &keys);
    let own: Environment = reachable(&environment, &options, sockets.ports).collect();

    let (front, backends) = (Layer::new(), Layer::new());
    let origins = Origins::from_env(&own).map_err(|error| StartError::Functions(error.into()))?;
    let service = s3::service(store.clone(), origins.clone());
    let answer = move |_, request| service.clone().answer(request);
    backends.spawn(serve::serve(sockets.s3, backends.stop.clone(), answer));
    backends.spawn(database::serve(
        sockets.dynamodb,
        database,
        backends.stop.clone(),
    ));
    make_table(&own).await.map_err(StartError::Functions)?;

    if !options.backends_only {
        let functions = link(&own).map_err(StartError::Functions)?;
        for _ in 0..queue::WORKERS {
            let consumers = queue::Consumers {
                rewrite_readme: Arc::clone(&functions.rewrite_readme),
                resize_picture: Arc::clone(&functions.resize_picture),
            };
            front.spawn(queue::work(store.clone(), consumers, front.stop.clone()));
        }
        let sources = Sources {
            public_url: url(&options.host, sockets.ports.api),
            s3_url: own
                .required(S3_ENDPOINT)
                .map_err(|error| StartError::Functions(error.into()))?
                .to_owned(),
        };
        let gateway = Arc::new(Gateway::new(store.clone(), functions, origins, sources));
        for listener in sockets.api {
            let gateway = Arc::clone(&gateway);
            let answer = move |peer, request| Arc::clone(&gateway).answer(peer, request);
            front.spawn(serve::serve(listener, front.stop.clone(), answer));
        }
        if let Some(command) = options.rebuild {
            let site = rebuild::Site {
                command,
                url: url(&options.host, sockets.ports.api),
                build_key: keys.build.clone(),
            };
            let watch = site.watch(&own).map_err(StartError::Functions)?;
            front.spawn(rebuild::work(site, watch, front.stop.clone()));
        }
    }
    Ok(Stack {
        ports: sockets.ports,
        host: options.host,
        environment,
        build_key: keys.build,
        store,
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

async fn open_store(folder: &Path, lasting: bool) -> store::Result<Store> {
    let store = Store::open(folder, UPLOADS_BUCKET, lasting).await?;
    store
        .write(|change| {
            for (bucket, versioned) in [(UPLOADS_BUCKET, true), (CONTENT_BUCKET, false)] {
                match change.create_bucket(bucket) {
                    Ok(()) => change.set_versioned(bucket, versioned)?,
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
            S3_ENDPOINT => url(&address, ports.s3),
            DYNAMODB_ENDPOINT => url(&address, ports.dynamodb),
            _ => value,
        };
        (name, value)
    })
}

#[cfg(test)]
mod tests;
