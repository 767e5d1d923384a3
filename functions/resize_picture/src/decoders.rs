//! Threads that decode pictures, each one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use bytes::Bytes;
use tokio::sync::{Semaphore, oneshot};

/// So many pictures are decoded at the same time. In Lambda there is never more than one: its messages are worked on one by one.
const THREADS: u32 = 2;

type Job = Box<dyn FnOnce() + Send>;

/// A few threads that stay. The memory that a picture took is kept by the thread it was decoded on, for the next one: on threads of
/// tokio, or on a new one for each picture, ten threads and more kept as much, and `masthead dev` had 630 MB after 300 pictures.
#[derive(Debug)]
pub struct Decoders {
    turns: Semaphore,
    idle: Mutex<Vec<Sender<Job>>>,
}

impl Default for Decoders {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(THREADS as usize),
            idle: Mutex::default(),
        }
    }
}

impl Decoders {
    /// What `decode` makes of a picture, once it is its turn; `None` where it panicked. A large picture is decoded alone: the
    /// largest one takes 500 MB of memory.
    ///
    /// # Errors
    /// There is no thread for it.
    pub async fn decode<T: Send + 'static>(
        &self,
        bytes: &Bytes,
        decode: fn(&[u8]) -> T,
    ) -> anyhow::Result<Option<T>> {
        let turns = if picture::is_large(bytes) { THREADS } else { 1 };
        let _turns = self.turns.acquire_many(turns).await.context("the turn")?;
        let thread = self.thread()?;
        let bytes = bytes.clone();
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Who doesn't hear it was given up.
            let _unheard = tell.send(decode(&bytes));
        });
        // The error holds the job, which is nothing to log.
        thread.send(job).ok().context("a decoder ended")?;
        let made = told.await.ok();
        self.idle().push(thread);
        Ok(made)
    }

    /// One that has nothing to do, or a new one. It ends when nobody can give it anything any more.
    fn thread(&self) -> anyhow::Result<Sender<Job>> {
        if let Some(thread) = self.idle().pop() {
            return Ok(thread);
        }
        let (thread, jobs) = channel::<Job>();
        std::thread::Builder::new()
            .name("decoder".to_owned())
            .spawn(move || {
                for job in jobs {
                    // Whoever waits for a job that panics is told by its end.
                    let _told = catch_unwind(AssertUnwindSafe(job));
                }
            })
            .context("a thread to decode pictures")?;
        Ok(thread)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sender<Job>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn a_thread_goes_on_after_a_panic() {
        let decoders = Decoders::default();
        let named = |_: &[u8]| thread::current().name().map(str::to_owned);
        let bytes = Bytes::from_static(b"a");
        for _ in 0..3 {
            let panicked: Option<()> = decoders
                .decode(&bytes, |_| panic!("a defect"))
                .await
                .unwrap();
            assert_eq!(panicked, None);
            let name = decoders.decode(&bytes, named).await.unwrap();
            assert_eq!(name, Some(Some("decoder".to_owned())));
        }
        assert_eq!(decoders.idle().len(), 1, "one thread does all of it");
    }

    #[tokio::test]
    async fn no_more_are_decoded_at_once_than_there_are_threads() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let decoders = Decoders::default();
        let bytes = Bytes::from_static(b"a");
        let all = (0..20).map(|_| {
            decoders.decode(&bytes, |_| {
                MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(std::time::Duration::from_millis(5));
                NOW.fetch_sub(1, Ordering::SeqCst);
            })
        });
        let done: Vec<_> = futures::future::join_all(all).await;
        assert!(done.iter().all(|done| matches!(done, Ok(Some(())))));
        assert_eq!(MOST.load(Ordering::SeqCst), THREADS as usize);
        assert_eq!(decoders.idle().len(), THREADS as usize);
    }
}
