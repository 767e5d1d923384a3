//! `renditions FILE RUNS square|wide`: makes the renditions of a picture, for a profile or for a document,
//! again and again, and prints what it took as JSON: milliseconds of wall time and of processor time for
//! one, and the process's peak memory in MiB. For `benches/pictures/run`.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// Clock ticks per second in `/proc`, on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, runs, kind] = arguments.as_slice() else {
        return Err("usage: renditions FILE RUNS square|wide".into());
    };
    let made = match kind.as_str() {
        "square" => square,
        "wide" => wide,
        _ => return Err("square or wide".into()),
    };
    let runs: u32 = runs.parse()?;
    let bytes = std::fs::read(Path::new(file))?;
    let mut sizes: Vec<usize> = Vec::new();
    let mut times = Vec::new();
    black_box(made(&bytes)?);
    let before = processor_seconds()?;
    for _ in 0..runs {
        let started = Instant::now();
        sizes = black_box(made(&bytes)?);
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    let processor = (processor_seconds()? - before) * 1000.0 / f64::from(runs);
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!(
        r#"{{"name": "Masthead", "wall": {median:.1}, "processor": {processor:.1}, "memory": {:.1}, "bytes": {sizes:?}}}"#,
        peak_mebibytes()?
    );
    Ok(())
}

/// Bytes of each rendition.
fn square(bytes: &[u8]) -> Result<Vec<usize>, picture::Refused> {
    let made = picture::renditions(bytes)?;
    Ok(made.iter().map(|made| made.bytes.len()).collect())
}

fn wide(bytes: &[u8]) -> Result<Vec<usize>, picture::Refused> {
    let drawn = picture::for_documents(bytes)?;
    let made = drawn.renditions.iter();
    Ok(made.map(|made| made.bytes.len()).collect())
}

/// User and system time of this process so far (proc(5), `stat`, fields 14 and 15).
fn processor_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(") ").ok_or("no name in stat")?;
    let ticks = after_name.split(' ').skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// The most memory that this process had at any time (proc(5), `VmHWM`).
fn peak_mebibytes() -> Result<f64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.ok_or("no VmHWM in status")?.parse::<f64>()? / 1024.0)
}
