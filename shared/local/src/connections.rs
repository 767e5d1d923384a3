//! The connections of one port: how many there are, for which side each of them waits, and the
//! memory that they hold.
//!
//! Every client of a local stack comes from the same address, so none can be told from another by
//! where it comes from. What tells them apart is whether they get on: where a connection or memory
//! is wanted and none is left, the connection that has waited longest for its client makes room.
//! One that waits for this process never does, but for one case: requests that have all memory
//! between them and each want more. Then the one that has most of it makes room: the fewest are ended
//! like that.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Connections of one port at the same time.
const MAX_CONNECTIONS: usize = 256;
/// Bytes of requests that arrive and of answers that leave which one port holds at the same time.
/// More than ten of the largest requests.
const MAX_HELD_BYTES: usize = 64 * 1024 * 1024;
/// So long after its last byte no connection is ended for its memory: clients that get on stop for
/// moments, and so does this process where the machine is busy.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a request that waits for memory looks whose turn it is to be ended.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The connections of one port. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Port>);

struct Port {
    all: Mutex<Vec<Arc<State>>>,
    held: AtomicUsize,
    max: Max,
    /// Woken when a connection ends or memory is given back.
    room: Notify,
    started: Instant,
}

#[derive(Clone, Copy)]
struct Max {
    connections: usize,
    held_bytes: usize,
    /// See [`PATIENCE`].
    patience: Duration,
}

struct State {
    /// When a byte last came or went, in milliseconds since the port was opened.
    moved: AtomicU64,
    /// Whether the client has sent all of its request and waits for the answer.
    waits_for_us: AtomicBool,
    /// Whether its request goes on arriving once there is memory for it.
    waits_for_memory: AtomicBool,
    held: AtomicUsize,
    end: CancellationToken,
}

/// One connection, until it is dropped.
pub(crate) struct Connection {
    port: Connections,
    state: Arc<State>,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self::of(Max {
            connections: MAX_CONNECTIONS,
            held_bytes: MAX_HELD_BYTES,
            patience: PATIENCE,
        })
    }

    fn of(max: Max) -> Self {
        Self(Arc::new(Port {
            all: Mutex::default(),
            held: AtomicUsize::new(0),
            max,
            room: Notify::new(),
            started: Instant::now(),
        }))
    }

    /// Waits until there is room for one more connection, and ends the one that has waited longest
    /// for its client where there is none.
    pub(crate) async fn room(&self) {
        loop {
            let ended = self.0.room.notified();
            let open = self.all().iter().filter(|state| !state.is_ended()).count();
            if open < self.0.max.connections || self.end_idlest(|_| true) {
                return;
            }
            ended.await;
        }
    }

    /// Ends the connection that has waited longest for its client, if any waits for it.
    pub(crate) fn end_one(&self) -> bool {
        self.end_idlest(|_| true)
    }

    /// Counts a new connection.
    pub(crate) fn open(&self) -> Arc<Connection> {
        let state = Arc::new(State {
            moved: AtomicU64::new(self.now()),
            waits_for_us: AtomicBool::new(false),
            waits_for_memory: AtomicBool::new(false),
            held: AtomicUsize::new(0),
            end: CancellationToken::new(),
        });
        self.all().push(Arc::clone(&state));
        Arc::new(Connection {
            port: self.clone(),
            state,
        })
    }

    fn end_idlest(&self, may_end: impl Fn(&State) -> bool) -> bool {
        let all = self.all();
        let waiting = all
            .iter()
            .filter(|state| state.waits_for_its_client() && may_end(state));
        let idlest = waiting.min_by_key(|state| state.moved.load(Ordering::Relaxed));
        if let Some(idlest) = idlest {
            idlest.end.cancel();
        }
        idlest.is_some()
    }

    /// Ends the connection that has most memory, where each that has some wants more and none will
    /// give any back.
    fn end_largest_of_all_stuck(&self) {
        let all = self.all();
        let holders = all
            .iter()
            .filter(|state| state.held.load(Ordering::Relaxed) > 0);
        let is_stuck =
            |state: &State| !state.is_ended() && state.waits_for_memory.load(Ordering::Relaxed);
        if holders.clone().all(|state| is_stuck(state))
            && let Some(largest) = holders.max_by_key(|state| state.held.load(Ordering::Relaxed))
        {
            largest.end.cancel();
        }
    }

    /// Whether there will be `bytes` once the connections that were ended are gone, which are still to
    /// give theirs back.
    fn has_soon(&self, bytes: usize) -> bool {
        let all = self.all();
        let ended = all.iter().filter(|state| state.is_ended());
        let soon: usize = ended.map(|state| state.held.load(Ordering::Relaxed)).sum();
        let held = self.0.held.load(Ordering::Relaxed).saturating_sub(soon);
        held.saturating_add(bytes) <= self.0.max.held_bytes
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<State>>> {
        // The list is whole between any two statements.
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes `bytes` where so many are left.
    fn take(&self, bytes: usize) -> bool {
        let limit = self.0.max.held_bytes;
        let taken = self
            .0
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|held| *held <= limit)
            });
        taken.is_ok()
    }
}

impl Connection {
    /// Notes that a byte came or went.
    pub(crate) fn moved(&self) {
        self.state.moved.store(self.port.now(), Ordering::Relaxed);
    }

    /// Notes which side waits for the other.
    pub(crate) fn waits_for_us(&self, waits: bool) {
        self.state.waits_for_us.store(waits, Ordering::Relaxed);
        self.moved();
    }

    /// Completes when the connection has to make room for others.
    pub(crate) async fn ended(&self) {
        self.state.end.cancelled().await;
    }

    /// Memory for a request that arrives: none yet.
    pub(crate) fn holding(self: &Arc<Self>) -> Held {
        Held {
            connection: Arc::clone(self),
            bytes: 0,
        }
    }

    /// An answer that counts as held until it has left. It never waits: whoever does not read their
    /// answer makes room instead.
    pub(crate) fn leaving(self: &Arc<Self>, answer: Vec<u8>) -> Bytes {
        while !self.port.take(answer.len()) {
            if self.port.has_soon(answer.len()) || !self.end_other_holder() {
                self.port.0.held.fetch_add(answer.len(), Ordering::Relaxed);
                break;
            }
        }
        let mut held = self.holding();
        held.took(answer.len());
        Bytes::from_owner(Leaving {
            answer,
            _held: held,
        })
    }

    fn end_other_holder(&self) -> bool {
        let patience = u64::try_from(self.port.0.max.patience.as_millis()).unwrap_or(u64::MAX);
        let now = self.port.now();
        self.port.end_idlest(|other| {
            !std::ptr::eq(other, &raw const *self.state)
                && other.held.load(Ordering::Relaxed) > 0
                && now.saturating_sub(other.moved.load(Ordering::Relaxed)) >= patience
        })
    }
}

impl State {
    fn waits_for_its_client(&self) -> bool {
        !self.is_ended()
            && !self.waits_for_us.load(Ordering::Relaxed)
            && !self.waits_for_memory.load(Ordering::Relaxed)
    }

    /// Whether it was told to make room; it has its memory until it is dropped.
    fn is_ended(&self) -> bool {
        self.end.is_cancelled()
    }
}

/// A request that has to wait for memory, until this is dropped. What its client sends meanwhile is
/// not read, so that no byte moves.
struct Waiting<'a>(&'a Connection);

impl<'a> Waiting<'a> {
    fn of(connection: &'a Connection) -> Self {
        connection
            .state
            .waits_for_memory
            .store(true, Ordering::Relaxed);
        Self(connection)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.moved();
        self.0
            .state
            .waits_for_memory
            .store(false, Ordering::Relaxed);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut all = self.port.all();
        if let Some(place) = all.iter().position(|state| Arc::ptr_eq(state, &self.state)) {
            all.remove(place);
        }
        drop(all);
        self.port.0.room.notify_waiters();
    }
}

/// Memory of a connection, given back when this is dropped.
pub(crate) struct Held {
    connection: Arc<Connection>,
    bytes: usize,
}

impl Held {
    /// Takes `bytes` more. Waits where other requests hold it all, and ends the connection whose
    /// client has left the others waiting longest.
    pub(crate) async fn grow(&mut self, bytes: usize) {
        let connection = Arc::clone(&self.connection);
        if connection.port.take(bytes) {
            return self.took(bytes);
        }
        let _waiting = Waiting::of(&connection);
        loop {
            let freed = connection.port.0.room.notified();
            if connection.port.take(bytes) {
                return self.took(bytes);
            }
            if !connection.port.has_soon(bytes) && !connection.end_other_holder() {
                connection.port.end_largest_of_all_stuck();
            }
            // Where nothing is given back, one of the others has waited long enough by then.
            drop(tokio::time::timeout(LOOK_AGAIN, freed).await);
        }
    }

    fn took(&mut self, bytes: usize) {
        self.connection
            .state
            .held
            .fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Connection { port, state } = &*self.connection;
        state.held.fetch_sub(self.bytes, Ordering::Relaxed);
        port.0.held.fetch_sub(self.bytes, Ordering::Relaxed);
        port.0.room.notify_waiters();
    }
}

struct Leaving {
    answer: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for Leaving {
    fn as_ref(&self) -> &[u8] {
        &self.answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(connections: usize, held_bytes: usize) -> Connections {
        Connections::of(Max {
            connections,
            held_bytes,
            patience: Duration::ZERO,
        })
    }

    /// A port on which nobody is idle for long enough to be ended for their memory.
    fn patient() -> Connections {
        Connections::of(Max {
            connections: 10,
            held_bytes: 100,
            patience: Duration::from_mins(1),
        })
    }

    #[tokio::test]
    async fn the_connection_that_waited_longest_for_its_client_makes_room() {
        let port = of(3, 100);
        let idle = port.open();
        let busy = port.open();
        let fresh = port.open();
        busy.waits_for_us(true);
        tokio::time::sleep(Duration::from_millis(20)).await;
        fresh.moved();
        port.room().await;
        assert!(idle.state.is_ended());
        assert!(!busy.state.is_ended() && !fresh.state.is_ended());
    }

    #[tokio::test]
    async fn connections_that_wait_for_us_are_waited_for() {
        let port = of(1, 100);
        let busy = port.open();
        busy.waits_for_us(true);
        let waiting = tokio::spawn({
            let port = port.clone();
            async move { port.room().await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished() && !busy.state.is_ended());
        drop(busy);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn memory_is_taken_from_the_client_that_keeps_others_waiting() {
        let port = of(10, 100);
        let (slow, idle, normal) = (port.open(), port.open(), port.open());
        let mut of_slow = slow.holding();
        of_slow.grow(90).await;
        let waiting = tokio::spawn(async move { normal.holding().grow(50).await });
        slow.ended().await;
        assert!(!idle.state.is_ended(), "it holds nothing");
        // The server drops a connection that ended, and what it holds.
        drop((slow, of_slow));
        waiting.await.unwrap();
        assert_eq!(port.0.held.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_client_that_gets_on_is_not_ended_for_others() {
        let port = patient();
        let (moving, other) = (port.open(), port.open());
        let mut its_memory = moving.holding();
        its_memory.grow(90).await;
        let waiting = tokio::spawn(async move { other.holding().grow(50).await });
        // An answer never waits, and ends nobody who gets on.
        drop(port.open().leaving(vec![0; 60]));
        tokio::time::sleep(LOOK_AGAIN * 2).await;
        assert!(!waiting.is_finished() && !moving.state.is_ended());
        drop((moving, its_memory));
        waiting.await.unwrap();
        assert_eq!(port.0.held.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn of_requests_that_have_all_memory_the_largest_makes_room() {
        let port = patient();
        let (large, small) = (port.open(), port.open());
        let (mut of_large, mut of_small) = (large.holding(), small.holding());
        of_large.grow(60).await;
        of_small.grow(40).await;
        let small_waits = tokio::spawn(async move {
            of_small.grow(30).await;
            of_small
        });
        tokio::select! {
            () = of_large.grow(30) => panic!("there is no memory for it"),
            () = large.ended() => {}
            () = tokio::time::sleep(Duration::from_secs(20)) => panic!("nobody made room"),
        }
        assert!(!small.state.is_ended());
        drop((large, of_large));
        drop(small_waits.await.unwrap());
        assert_eq!(port.0.held.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn what_is_given_back_soon_is_taken_from_nobody_else() {
        let port = of(10, 100);
        let (slow, slower, other) = (port.open(), port.open(), port.open());
        let (mut kept, mut given_back) = (slow.holding(), slower.holding());
        given_back.grow(40).await;
        kept.grow(40).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        slow.moved();
        let waiting = tokio::spawn(async move { other.holding().grow(50).await });
        slower.ended().await;
        // It still has its memory, and whoever wants some looks again and again.
        tokio::time::sleep(LOOK_AGAIN * 3).await;
        assert!(!slow.state.is_ended() && !waiting.is_finished());
        drop((slower, given_back));
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn answers_nobody_reads_are_bounded() {
        let port = of(10, 100);
        let connections: Vec<_> = (0..4).map(|_| port.open()).collect();
        let answers: Vec<_> = connections
            .iter()
            .map(|connection| connection.leaving(vec![0; 60]))
            .collect();
        let ended = connections
            .iter()
            .filter(|connection| connection.state.is_ended());
        assert_eq!(ended.count(), 3, "the last one is read now");
        drop(answers);
        assert_eq!(port.0.held.load(Ordering::Relaxed), 0);
    }
}
