//! The memory that hashes work in: a few pieces of it, used by one hash after the other.
//!
//! A hash of today's takes 19 MiB. Taken from the allocator for each hash, they come as pages that the
//! kernel clears and maps anew, a third of a hash's time, and on many threads the allocator keeps
//! gigabytes of them. So no more hashes run side by side than there are processors (more would only
//! take longer each), in the order in which they came, and each works where an earlier one did.
//!
//! Argon2 writes each block before it reads it, so what an earlier hash left changes nothing. It isn't
//! wiped: whoever reads this process's memory reads the stored hash as well, which is no harder to
//! guess at than what argon2 leaves behind.

use std::num::NonZero;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

use argon2::Block;

/// Most hashes that run side by side, on however many processors; so this many times 19 MiB is kept.
const MOST_AT_ONCE: usize = 4;

/// The memory of this process.
pub(crate) static MEMORY: LazyLock<Memory> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    Memory::new(processors.min(MOST_AT_ONCE))
});

/// Memory for so many hashes of today's cost at once, or for one that costs more.
pub(crate) struct Memory {
    state: Mutex<State>,
    changed: Condvar,
    /// In KiB.
    limit: usize,
}

#[derive(Default)]
struct State {
    /// What earlier hashes worked in, each [`Memory::PIECE`] blocks.
    idle: Vec<Vec<Block>>,
    /// What hashes under way may take, in KiB.
    taken: usize,
    /// The turn that the next to come gets, and the one that is next to go.
    last: u64,
    next: u64,
    /// How many pieces were taken from the allocator so far.
    #[cfg(test)]
    made: usize,
}

impl Memory {
    /// Blocks, of 1 KiB each, that are kept as one piece.
    const PIECE: usize = crate::password::MEMORY_KIB as usize;

    pub(crate) fn new(at_once: usize) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            limit: at_once * Self::PIECE,
        }
    }

    /// Waits until whoever came before has gone and there is room for `kib`. What needs more than the
    /// limit goes alone; what needs less than a hash of today's counts as one, for the processor's sake.
    pub(crate) fn turn(&self, kib: usize) -> Turn<'_> {
        let kib = kib.max(Self::PIECE);
        let mut state = self.lock();
        let mine = state.last;
        state.last += 1;
        while state.next != mine || (state.taken > 0 && state.taken + kib > self.limit) {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.next += 1;
        state.taken += kib;
        // There may be room for the one behind, too.
        self.changed.notify_all();
        Turn {
            memory: self,
            kib,
            blocks: Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked did so over a hash and not in here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A hash under way; its memory is given back when it ends.
pub(crate) struct Turn<'m> {
    memory: &'m Memory,
    kib: usize,
    blocks: Vec<Block>,
}

impl Turn<'_> {
    /// At least `count` blocks, which hold anything; `None` where the machine is out of memory.
    pub(crate) fn blocks(&mut self, count: usize) -> Option<&mut [Block]> {
        if self.blocks.len() < count {
            let kept = (count <= Memory::PIECE).then(|| self.memory.lock().idle.pop());
            self.blocks = if let Some(piece) = kept.flatten() {
                piece
            } else {
                #[cfg(test)]
                {
                    self.memory.lock().made += 1;
                }
                make(count.max(Memory::PIECE))?
            };
        }
        Some(&mut self.blocks)
    }
}

fn make(count: usize) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).ok()?;
    blocks.resize(count, Block::new());
    Some(blocks)
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.memory.lock();
        state.taken -= self.kib;
        if self.blocks.len() == Memory::PIECE {
            state.idle.push(std::mem::take(&mut self.blocks));
        }
        self.memory.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{self, Password, Verdict};
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::time::Duration;

    #[test]
    fn sixty_four_logins_at_once_take_the_memory_of_a_few() {
        let stored = password::hash(&Password::new("p"), [1; 16]).unwrap();
        std::thread::scope(|threads| {
            for number in 0..64 {
                let stored = (number % 2 == 0).then_some(stored.as_str());
                threads.spawn(move || {
                    let expected = stored.map_or(Verdict::Wrong, |_| Verdict::Right);
                    assert_eq!(password::verify(&Password::new("p"), stored), expected);
                });
            }
        });
        let state = MEMORY.lock();
        // Whatever the other tests of this process did meanwhile: pieces are made once and kept.
        assert!((1..=MOST_AT_ONCE).contains(&state.made), "{}", state.made);
    }

    #[test]
    fn no_more_run_at_once_than_the_limit_and_what_costs_more_goes_alone() {
        let memory = Memory::new(2);
        let (at_once, most, dear) = (
            AtomicUsize::new(0),
            AtomicUsize::new(0),
            AtomicUsize::new(0),
        );
        std::thread::scope(|threads| {
            for number in 0..40_usize {
                let (memory, at_once, most, dear) = (&memory, &at_once, &most, &dear);
                threads.spawn(move || {
                    let kib = if number % 8 == 0 {
                        5 * Memory::PIECE
                    } else {
                        1
                    };
                    let _turn = memory.turn(kib);
                    let beside = at_once.fetch_add(1, SeqCst);
                    most.fetch_max(beside + 1, SeqCst);
                    if kib > 1 {
                        dear.fetch_add(beside, SeqCst);
                    }
                    std::thread::sleep(Duration::from_millis(1));
                    at_once.fetch_sub(1, SeqCst);
                });
            }
        });
        assert_eq!(most.load(SeqCst), 2);
        assert_eq!(dear.load(SeqCst), 0, "a dear one ran beside others");
    }

    #[test]
    fn who_comes_first_goes_first() {
        let memory = Memory::new(1);
        let order = Mutex::new(Vec::new());
        let first = memory.turn(1);
        std::thread::scope(|threads| {
            for number in 1..=5 {
                let (memory, order) = (&memory, &order);
                threads.spawn(move || {
                    let _turn = memory.turn(1);
                    order.lock().unwrap().push(number);
                });
                // The next one comes once this one stands in the queue.
                while memory.lock().last < number + 1 {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(order.into_inner().unwrap(), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_hash_that_panics_gives_its_turn_back() {
        let memory = Memory::new(1);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _turn = memory.turn(1);
            panic!("over a hash");
        }));
        assert!(panicked.is_err());
        assert!(memory.turn(1).blocks(8).is_some());
    }

    #[test]
    fn a_piece_is_used_again_and_a_larger_one_is_not_kept() {
        let memory = Memory::new(1);
        for _ in 0..3 {
            let mut turn = memory.turn(1);
            assert!(turn.blocks(Memory::PIECE).is_some());
            assert!(turn.blocks(8).is_some());
        }
        assert_eq!(memory.lock().made, 1);
        assert!(
            memory
                .turn(Memory::PIECE + 1)
                .blocks(Memory::PIECE + 1)
                .is_some()
        );
        let state = memory.lock();
        assert_eq!((state.made, state.idle.len(), state.taken), (2, 1, 0));
    }
}
