//! Data files as people have them: CSV, LIBSVM and IDX, each also in gzip, and parameters in CSV or
//! NumPy's `.npy`.

use super::idx::Idx;
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::io::Read;

/// Files are refused beyond this many numbers: 4 GiB of them.
pub const MAX_NUMBERS: usize = 1 << 29;

/// Sparse rows may fill a table of this many numbers, 128 MiB of them; a larger one must be given a
/// thousandth of its numbers. A line of a dozen bytes could ask for gigabytes otherwise.
const MAX_SPARSE: usize = 1 << 24;
const SPARSEST: usize = 1000;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TableError {
    /// Nothing in it.
    #[error("there are no rows")]
    Empty,
    /// The gzip container is damaged.
    #[error("the gzip data are damaged: {0}")]
    Gzip(String),
    /// A line that cannot be read.
    #[error("line {line}: {cause}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        cause: String,
    },
    /// There is no such column.
    #[error("there is no column {target:?}; the columns are {columns}")]
    NoTarget {
        /// The name that was asked for.
        target: String,
        /// Those that exist.
        columns: String,
    },
    /// A file that is not of its format, or ends too early.
    #[error("{0}")]
    Format(String),
    /// More rows than labels, or fewer.
    #[error("there are {rows} rows and {labels} labels")]
    Labels {
        /// N.
        rows: usize,
        /// Labels found.
        labels: usize,
    },
    /// Sparse beyond use.
    #[error(
        "{rows} rows with indices up to {columns}, of which {given} numbers are given: too sparse to be a table"
    )]
    Sparse {
        /// Rows.
        rows: usize,
        /// The largest index.
        columns: usize,
        /// Numbers that are given.
        given: usize,
    },
    /// Too large.
    #[error("{rows} rows of {columns} numbers are more than {MAX_NUMBERS} numbers")]
    Size {
        /// Rows.
        rows: usize,
        /// Numbers in each.
        columns: usize,
    },
}

/// Rows of features with a label each.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// d.
    pub dimension: usize,
    /// N×d, row by row, finite.
    pub features: Vec<f64>,
    /// N labels as written.
    pub labels: Vec<String>,
}

/// The bytes of a file, out of gzip if they are in it.
///
/// # Errors
/// If the container is damaged.
pub fn unzip(bytes: Vec<u8>) -> Result<Vec<u8>, TableError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    let limit = (MAX_NUMBERS as u64) * 8 + 1;
    let fault = |error: std::io::Error| TableError::Gzip(error.to_string());
    MultiGzDecoder::new(bytes.as_slice()).take(limit).read_to_end(&mut plain).map_err(fault)?;
    if plain.len() as u64 == limit {
        return Err(TableError::Size { rows: 1, columns: plain.len() });
    }
    Ok(plain)
}

impl Table {
    /// A comma-separated table with a header line, one column of which is the label.
    ///
    /// # Errors
    /// For the first thing that is wrong with it.
    pub fn from_csv(bytes: &[u8], target: &str) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let csv_fault = |error: csv::Error| TableError::Line {
            line: error.position().map_or(1, |position| position.line() as usize),
            cause: csv_cause(&error, "the header"),
        };
        let names: Vec<String> =
            reader.headers().map_err(csv_fault)?.iter().map(str::to_owned).collect();
        if names.is_empty() {
            return Err(TableError::Format("the file is empty: expected a header line".into()));
        }
        let label = names.iter().position(|name| name == target);
        let label = label.ok_or_else(|| TableError::NoTarget {
            target: target.to_owned(),
            columns: names.join(", "),
        })?;
        let dimension = names.len() - 1;
        let (mut features, mut labels) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(csv_fault)?;
            let line = record.position().map_or(0, |position| position.line() as usize);
            for (k, field) in record.iter().enumerate() {
                if k == label {
                    labels.push(field.to_owned());
                } else {
                    let value = number(field).map_err(|cause| TableError::Line {
                        line,
                        cause: format!("column {}: {cause}", names[k]),
                    })?;
                    features.push(value);
                }
            }
        }
        Self { dimension, features, labels }.checked()
    }

    /// Lines `label index:value ...` with indices from 1, as LIBSVM and SVMlight have them.
    ///
    /// # Errors
    /// For the first thing that is wrong with it.
    pub fn from_libsvm(bytes: &[u8]) -> Result<Self, TableError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| TableError::Format("the file is not UTF-8 text".into()))?;
        let mut rows: Vec<Vec<(usize, f64)>> = Vec::new();
        let (mut labels, mut dimension) = (Vec::new(), 0);
        for (k, line) in text.lines().enumerate() {
            let fault = |cause: String| TableError::Line { line: k + 1, cause };
            let mut fields = line.split('#').next().unwrap_or("").split_whitespace();
            let Some(label) = fields.next() else { continue };
            if label.contains(':') {
                return Err(fault("a line starts with its label".into()));
            }
            let mut row: Vec<(usize, f64)> = Vec::new();
            for field in fields.filter(|field| !field.starts_with("qid:")) {
                let (index, value) = field
                    .split_once(':')
                    .ok_or_else(|| fault(format!("{field:?} is not index:value")))?;
                let index: usize =
                    index.parse().map_err(|_| fault(format!("{index:?} is not an index")))?;
                if index == 0 || row.last().is_some_and(|(last, _)| *last >= index) {
                    return Err(fault("indices start at 1 and rise".into()));
                }
                row.push((index, number(value).map_err(fault)?));
                dimension = dimension.max(index);
            }
            rows.push(row);
            labels.push(label.to_owned());
        }
        check_size(rows.len(), dimension)?;
        let (size, given) = (rows.len() * dimension, rows.iter().map(Vec::len).sum::<usize>());
        if size > MAX_SPARSE && size / SPARSEST > given {
            return Err(TableError::Sparse { rows: rows.len(), columns: dimension, given });
        }
        let mut features = vec![0.0; size];
        for (n, row) in rows.iter().enumerate() {
            for (index, value) in row {
                features[n * dimension + index - 1] = *value;
            }
        }
        Self { dimension, features, labels }.checked()
    }

    /// IDX images and labels, as MNIST ships them; bytes are scaled to [0, 1].
    ///
    /// # Errors
    /// If either file is not IDX of bytes, ends early, or they do not belong together.
    pub fn from_idx(images: &[u8], labels: &[u8]) -> Result<Self, TableError> {
        Self::from_pair(&Idx::images(images)?, &Idx::labels(labels)?)
    }

    /// The same of files whose headers have been read.
    ///
    /// # Errors
    /// If they do not belong together, or there is nothing in them.
    pub fn from_pair(images: &Idx<'_>, labels: &Idx<'_>) -> Result<Self, TableError> {
        let (&rows, sides) = images.shape.split_first().ok_or(TableError::Empty)?;
        if labels.bytes.len() != rows {
            return Err(TableError::Labels { rows, labels: labels.bytes.len() });
        }
        let features = images.bytes.iter().map(|byte| f64::from(*byte) / 255.0).collect();
        let labels = labels.bytes.iter().map(u8::to_string).collect();
        let dimension = sides.iter().fold(1, |size: usize, n| size.saturating_mul(*n));
        Self { dimension, features, labels }.checked()
    }

    /// N.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    fn checked(self) -> Result<Self, TableError> {
        if self.labels.is_empty() || self.dimension == 0 {
            return Err(TableError::Empty);
        }
        check_size(self.rows(), self.dimension)?;
        Ok(self)
    }

    /// The labels as numbers.
    ///
    /// # Errors
    /// If one is not a finite number, with its row.
    pub fn numbers(&self) -> Result<Vec<f64>, TableError> {
        let numbers = self.labels.iter().enumerate().map(|(n, label)| {
            number(label)
                .map_err(|cause| TableError::Format(format!("the label of row {}: {cause}", n + 1)))
        });
        numbers.collect()
    }

    /// The classes in order (numbers by value, words by alphabet), and the class of each row.
    pub fn classes(&self) -> (Vec<String>, Vec<usize>) {
        let mut names: Vec<&String> = self.labels.iter().collect();
        names.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(x), Ok(y)) => x.total_cmp(&y),
            _ => a.cmp(b),
        });
        names.dedup();
        let place: BTreeMap<&String, usize> =
            names.iter().enumerate().map(|(k, name)| (*name, k)).collect();
        let own = self.labels.iter().map(|label| place[label]).collect();
        (names.into_iter().cloned().collect(), own)
    }
}

pub(super) fn check_size(rows: usize, columns: usize) -> Result<(), TableError> {
    match rows.checked_mul(columns) {
        Some(count) if count <= MAX_NUMBERS => Ok(()),
        _ => Err(TableError::Size { rows, columns }),
    }
}

fn number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("{text:?} is not finite")),
        Err(_) => Err(format!("{text:?} is not a number")),
    }
}

/// What is wrong with a record, in the words of this module.
fn csv_cause(error: &csv::Error, first: &str) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where {first} has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// A matrix of numbers: rows, columns and entries row by row.
pub type Numbers = (usize, usize, Vec<f64>);

/// Parameters or soft labels: `.npy` by its first bytes, else CSV without a header (one is skipped
/// if its first line is not numbers).
///
/// # Errors
/// For the first thing that is wrong with it.
pub fn numbers(bytes: &[u8]) -> Result<Numbers, TableError> {
    if bytes.starts_with(b"\x93NUMPY") {
        return npy(bytes);
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(bytes);
    let (mut columns, mut entries) = (0, Vec::new());
    for (k, record) in reader.records().enumerate() {
        let fault = |cause: String| TableError::Line { line: k + 1, cause };
        let record = record.map_err(|error| fault(csv_cause(&error, "the first line")))?;
        let row: Result<Vec<f64>, String> = record.iter().map(number).collect();
        match row {
            Ok(row) => {
                columns = row.len();
                entries.extend(row);
            }
            Err(_) if k == 0 => {}
            Err(cause) => return Err(fault(cause)),
        }
    }
    if entries.is_empty() {
        return Err(TableError::Empty);
    }
    Ok((entries.len() / columns, columns, entries))
}

/// NumPy's format, versions 1 to 3, of little-endian floats in row or column order.
///
/// Read here: the crates that read it bring a parser generator along, for the one line of header.
fn npy(bytes: &[u8]) -> Result<Numbers, TableError> {
    let fault = |cause: &str| TableError::Format(format!("the .npy file: {cause}"));
    let short = || fault("it ends early");
    let version = *bytes.get(6).ok_or_else(short)?;
    let (start, length): (usize, usize) = match version {
        1 => {
            let size = bytes.get(8..10).ok_or_else(short)?;
            (10, usize::from(u16::from_le_bytes([size[0], size[1]])))
        }
        2 | 3 => {
            let size = bytes.get(8..12).ok_or_else(short)?;
            (12, u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize)
        }
        _ => return Err(fault("its version is not 1, 2 or 3")),
    };
    let end = start.checked_add(length).ok_or_else(short)?;
    let header = std::str::from_utf8(bytes.get(start..end).ok_or_else(short)?)
        .map_err(|_| fault("its header is not text"))?;
    let data = &bytes[end..];
    let after = |key: &str| {
        let at = header.find(&format!("'{key}':"))?;
        Some(header[at + key.len() + 3..].trim_start())
    };
    let width = match after("descr") {
        Some(kind) if kind.starts_with("'<f8'") => 8,
        Some(kind) if kind.starts_with("'<f4'") => 4,
        _ => return Err(fault("its entries are not little-endian 32 or 64 bit floats")),
    };
    let by_column = after("fortran_order").is_some_and(|order| order.starts_with("True"));
    let shape = after("shape").and_then(|shape| shape.strip_prefix('(')?.split_once(')'));
    let shape: Option<Vec<usize>> = shape.and_then(|(sizes, _)| {
        let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
        sizes.map(|size| size.parse().ok()).collect()
    });
    let (rows, columns) = match shape.as_deref() {
        Some([n]) => (1, *n),
        Some([rows, columns]) => (*rows, *columns),
        _ => return Err(fault("it is not a vector or a matrix")),
    };
    check_size(rows, columns)?;
    if rows * columns == 0 {
        return Err(TableError::Empty);
    }
    if data.len() != rows * columns * width {
        return Err(fault(&format!(
            "{} bytes of data where the shape needs {}",
            data.len(),
            rows * columns * width
        )));
    }
    let value = |b: &[u8]| match width {
        8 => f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]),
        _ => f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
    };
    let stored: Vec<f64> = data.chunks_exact(width).map(value).collect();
    if !stored.iter().all(|value| value.is_finite()) {
        return Err(fault("an entry is not finite"));
    }
    let entries = match by_column {
        false => stored,
        true => (0..rows)
            .flat_map(|i| (0..columns).map(move |j| (i, j)))
            .map(|(i, j)| stored[j * rows + i])
            .collect(),
    };
    Ok((rows, columns, entries))
}
