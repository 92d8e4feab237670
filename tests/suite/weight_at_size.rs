//! `weight` on IDX pictures in the shape of MNIST: the answer, its time and its memory.

use super::pictures;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Writes images and labels, plain and in gzip.
fn folder(name: &str, rows: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let (images, labels) = pictures::idx(rows);
    for (name, bytes) in [("images", images), ("labels", labels)] {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes).unwrap();
        std::fs::write(folder.join(format!("{name}.gz")), packed.finish().unwrap()).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

/// The program's answer, its time, and its peak memory in bytes where the system tells.
fn weigh(folder: &Path, files: [&str; 2], model: &[&str]) -> (Value, Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kd-audit"))
        .args(["weight", "--format", "json", "--images", files[0], "--labels", files[1]])
        .args(model)
        .current_dir(folder)
        .stdout(Stdio::from(std::fs::File::create(folder.join("answer.json")).unwrap()))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let code = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let own = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = own.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = kilobytes.map_or(peak, |kilobytes| peak.max(kilobytes * 1024));
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let time = start.elapsed();
    assert_eq!(code.code(), Some(0));
    let answer = std::fs::read_to_string(folder.join("answer.json")).unwrap();
    (serde_json::from_str(&answer).unwrap(), time, peak)
}

/// The minimiser is found, enclosed, and the noise terms with it.
fn is_enclosed(answer: &Value, rows: usize) {
    assert_eq!((&answer["samples"], &answer["dimension"]), (&rows.into(), &784.into()));
    assert!(answer["gradient_norm"].as_f64().unwrap() <= 1e-6, "{}", answer["gradient_norm"]);
    assert!(answer["distance_to_minimiser"].as_f64().unwrap() < 1e-4);
    for quantity in ["sigma_star_sq", "teacher_var", "bias_sq", "cov"] {
        let value = &answer[quantity];
        assert_eq!(value["grade"], "enclosed", "{quantity}");
        let [lower, upper] = ["lower", "upper"].map(|end| value[end].as_f64().unwrap());
        assert!(0.0 < lower && upper - lower < 1e-3 * upper, "{quantity}: {value}");
    }
    // A teacher that is fitted to half of the rows knows something of the other half.
    let share = &answer["here"]["theorem_1"]["share"];
    assert!(share["lower"].as_f64().unwrap() < 0.9, "{share}");
}

#[test]
fn pictures_are_answered_in_enclosures_from_gzip_as_from_plain_files() {
    let folder = folder("pictures", 1500);
    let (plain, ..) = weigh(&folder, ["images", "labels"], &["--model", "softmax"]);
    is_enclosed(&plain, 1500);
    let (packed, ..) = weigh(&folder, ["images.gz", "labels.gz"], &["--model", "softmax"]);
    assert_eq!(plain, packed);
}

/// The bounds are for an optimised program with two cores.
#[test]
#[ignore = "half a minute and half a gigabyte; run with --release"]
fn sixty_thousand_pictures_in_half_a_minute() {
    let folder = folder("many-pictures", 60_000);
    let (answer, time, peak) = weigh(&folder, ["images.gz", "labels.gz"], &["--model", "softmax"]);
    is_enclosed(&answer, 60_000);
    assert!(time < Duration::from_secs(30), "{time:?}");
    assert!(peak < 1_500_000_000, "{peak} bytes");
}
