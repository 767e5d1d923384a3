//! Performance, side by side with peers: ratios of two things measured in turns in one run, since
//! a time alone says more about the machine than about the code.

pub mod peers;

use std::time::{Duration, Instant};

/// Measurements of each side; their medians count.
const TURNS: usize = 15;

/// Measures `ours` and `peer` in turns, prints both medians and their ratio, and returns ours.
///
/// `bytes` is what one run of either works through, for a rate; 0 where that says nothing.
pub fn compare(
    job: &str,
    bytes: usize,
    ours: impl FnMut(),
    peer_name: &str,
    peer: impl FnMut(),
) -> Duration {
    let (ours, peer) = in_turns(ours, peer);
    beside(job, bytes, ours, peer_name, peer);
    ours
}

/// Prints two times and their ratio.
pub fn beside(job: &str, bytes: usize, ours: Duration, peer_name: &str, peer: Duration) {
    let ratio = ours.as_secs_f64() / peer.as_secs_f64();
    println!(
        "{job:<32} {:>10}{}   {peer_name}: {:>10}{}   ratio {ratio:.2}",
        shown(ours),
        rate(bytes, ours),
        shown(peer),
        rate(bytes, peer),
    );
}

fn in_turns(mut ours: impl FnMut(), mut peer: impl FnMut()) -> (Duration, Duration) {
    // Once for the caches and the allocator.
    ours();
    peer();
    let (mut of_ours, mut of_peer) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        of_ours.push(timed(&mut ours));
        of_peer.push(timed(&mut peer));
    }
    (median(of_ours), median(of_peer))
}

fn timed(run: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn shown(time: Duration) -> String {
    let micros = time.as_micros();
    if micros >= 10_000 {
        format!("{} ms", micros / 1000)
    } else {
        format!("{micros} µs")
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
fn rate(bytes: usize, time: Duration) -> String {
    if bytes == 0 {
        return String::new();
    }
    format!(" ({:.0} MB/s)", bytes as f64 / time.as_secs_f64() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_moved_by_one_slow_turn() {
        let times = [3, 900, 1, 2, 4].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Duration::from_millis(3));
    }

    #[test]
    fn both_sides_take_turns() {
        let order = std::cell::RefCell::new(String::new());
        in_turns(
            || order.borrow_mut().push('o'),
            || order.borrow_mut().push('p'),
        );
        assert_eq!(order.into_inner(), "op".repeat(TURNS + 1));
    }
}
