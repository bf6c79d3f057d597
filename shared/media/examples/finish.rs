//! Runs one job many times and prints what it cost, as JSON. Called by `infra/bench/media/bench.py`.
//!
//! `finish <finish|prepare> <file> <rounds> [directory to write the results to]`

use std::path::Path;
use std::time::Instant;

use media::{Limits, Mark, Position, Provenance, Watermark, finish_output, prepare_photo};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (job, file, rounds, out) = match arguments.as_slice() {
        [job, file, rounds] => (job, file, rounds, None),
        [job, file, rounds, out] => (job, file, rounds, Some(Path::new(out))),
        _ => return Err("finish <finish|prepare> <file> <rounds> [out]".into()),
    };
    let rounds: u32 = rounds.parse()?;
    let work = |bytes: &[u8]| {
        if job == "prepare" {
            prepare(bytes)
        } else {
            finish(bytes)
        }
    };

    // One round first, as for sharp, so that neither pays for its start.
    for (name, bytes) in work(&std::fs::read(file)?)? {
        if let Some(out) = out {
            std::fs::write(out.join(name), bytes)?;
        }
    }
    let (cpu, wall) = (cpu_time_ms()?, Instant::now());
    for _ in 0..rounds {
        work(&std::fs::read(file)?)?;
    }
    #[expect(clippy::print_stdout, reason = "the answer")]
    {
        println!(
            "{{\"cpu_ms\": {:.2}, \"wall_ms\": {:.2}, \"max_rss_mb\": {:.1}}}",
            (cpu_time_ms()? - cpu) / f64::from(rounds),
            wall.elapsed().as_secs_f64() * 1000.0 / f64::from(rounds),
            max_rss_mb()?
        );
    }
    Ok(())
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn finish(bytes: &[u8]) -> Result<Files, Failure> {
    let watermark = Watermark {
        mark: Mark::built_in(),
        position: Position::BottomRight,
        opacity: 0.85,
        scale: 0.15,
        padding: 0.03,
    };
    let provenance = Provenance {
        creator_tool: "AI Magic Edits".to_owned(),
        ai_system: "Google Gemini 2.5 Flash Image via Runware".to_owned(),
        ai_system_version: "google:4@1".to_owned(),
        document_id: "edit_01JD000000000000000000000".to_owned(),
    };
    let finished = finish_output(bytes, Some(&watermark), &provenance, &Limits::OUTPUT)?;
    Ok(vec![
        ("image.jpg", finished.image),
        ("thumbnail.jpg", finished.thumbnail),
    ])
}

fn prepare(bytes: &[u8]) -> Result<Files, Failure> {
    Ok(vec![("prepared.jpg", prepare_photo(bytes, &Limits::PHOTO)?.jpeg)])
}

/// CPU time of this process, user and system. Nanoseconds from the scheduler, because the ticks in
/// `/proc/self/stat` are 10 ms each.
fn cpu_time_ms() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = stat.split_whitespace().next().ok_or("no schedstat")?.parse()?;
    Ok(nanoseconds / 1e6)
}

fn max_rss_mb() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no VmHWM")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}
