//! A CSV table, read into an exact least-squares problem.
//!
//! Nothing is rounded: decimals are the rationals they spell, means are exact, and scale factors
//! are short dyadics found by comparing integers, so a file is the same problem everywhere.

use crate::scalar::{ParseRationalError, Rational, Scalar};
use csv::ByteRecord;

/// Why a table cannot be used. Lines count from 1; a row is on the line it starts on.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "every variant is documented by its message")]
pub enum DatasetError {
    #[error("line {line}, column {column}: not valid utf-8")]
    NotUtf8 { line: usize, column: usize },
    #[error("unreadable csv: {0}")]
    Unreadable(#[from] csv::Error),
    #[error("the file is empty: expected a header line")]
    Empty,
    #[error("line {line}: there is no row of data below the header")]
    HeaderOnly { line: usize },
    #[error("line {line}: no column is named {target:?}; the columns are {available}")]
    MissingTarget { line: usize, target: String, available: String },
    #[error("line {line}: columns {first} and {second} are both named {name:?}")]
    DuplicateColumn { line: usize, first: usize, second: usize, name: String },
    #[error("line {line}: expected {expected} fields as in the header, found {found}")]
    Ragged { line: usize, expected: usize, found: usize },
    #[error("line {line}, column {column:?}: {cause}")]
    NotANumber { line: usize, column: String, cause: ParseRationalError },
    #[error("line {line}, column {column:?}: {text:?} is not finite")]
    NotFinite { line: usize, column: String, text: String },
    #[error("no feature is left beside the target {target:?} (dropped as constant: [{dropped}])")]
    NoFeature { target: String, dropped: String },
    #[error("the same value stands in every row of column {columns}")]
    Constant { columns: String },
    #[error("column \"intercept\": the name is taken, but an intercept is to be added")]
    InterceptTaken,
}

/// How features are brought to a common size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Scale {
    /// As they stand in the file
    None,
    /// Centred, times a dyadic of 8 significant bits close to 1/(population standard deviation)
    #[default]
    Standard,
    /// Times the largest power of two that keeps them between -1 and 1; not centred
    Max,
}

/// What becomes of features that have the same value in every row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ConstantColumns {
    /// Left out, with a note
    #[default]
    Drop,
    /// Kept; the standard scale turns them into zeros
    Keep,
    /// Refused
    Error,
}

/// How to turn a table into a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetOptions {
    /// Name of the column to predict.
    pub target: String,
    /// Scale of the features.
    pub scale: Scale,
    /// What to do with constant features.
    pub constant_columns: ConstantColumns,
    /// Whether to append a feature of ones named `intercept`, after scaling.
    pub intercept: bool,
    /// Whether to subtract the exact mean of the target.
    pub center_target: bool,
}

/// A table of `N >= 1` rows with `d >= 1` features and one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// `N` rows of `d` entries, in the order of the file; an intercept comes last.
    pub features: Vec<Vec<Rational>>,
    /// `N` values.
    pub target: Vec<Rational>,
    /// `d` names, one for each entry of a row.
    pub feature_names: Vec<String>,
    /// Name of the target.
    pub target_name: String,
    /// What was done to the columns.
    pub notes: Vec<String>,
}

impl Dataset {
    /// Reads a comma-separated table with a header line.
    ///
    /// Numbers are what [`Rational`] parses: integers, decimals and fractions `p/q`. Blank lines,
    /// white space around fields, CRLF and a byte order mark are fine.
    ///
    /// # Errors
    /// [`DatasetError`], for the first thing that is wrong with the table.
    pub fn parse(text: &[u8], options: &DatasetOptions) -> Result<Self, DatasetError> {
        let DatasetOptions { target: target_name, scale, constant_columns, .. } = options.clone();
        let mut columns = read_columns(text, &target_name)?;
        let is_target = |column: &mut Column| column.name == target_name;
        let mut target: Vec<_> = columns.extract_if(.., is_target).flat_map(|c| c.values).collect();

        let mut notes = Vec::new();
        let is_constant = |c: &&Column| c.values.windows(2).all(|pair| pair[0] == pair[1]);
        let constant = quoted(columns.iter().filter(is_constant));
        let zeros = if scale == Scale::Standard { ", hence all zeros" } else { "" };
        if !constant.is_empty() {
            notes.push(match constant_columns {
                ConstantColumns::Error => return Err(DatasetError::Constant { columns: constant }),
                ConstantColumns::Drop => format!("dropped as constant: {constant}"),
                ConstantColumns::Keep => format!("kept as constant{zeros}: {constant}"),
            });
        }
        columns.retain(|c| constant_columns == ConstantColumns::Keep || !is_constant(&c));
        if columns.is_empty() {
            return Err(DatasetError::NoFeature { target: target_name, dropped: constant });
        }
        columns.iter_mut().for_each(|column| rescale(&mut column.values, scale));
        notes.push(String::from(match scale {
            Scale::None => "features as they stand in the file",
            Scale::Standard => "features centred, times a dyadic of 8 significant bits near 1/std",
            Scale::Max => "features times the largest power of two that puts them in [-1, 1]",
        }));
        if options.intercept {
            let name = "intercept".to_owned();
            if columns.iter().any(|c| c.name == name) {
                return Err(DatasetError::InterceptTaken);
            }
            columns.push(Column { name, values: vec![Rational::ONE; target.len()] });
        }
        if options.center_target {
            center(&mut target);
            notes.push("the target is centred at its exact mean".to_owned());
        }

        let row = |i: usize| columns.iter().map(|c| c.values[i].clone()).collect();
        let features = (0..target.len()).map(row).collect();
        let feature_names = columns.into_iter().map(|c| c.name).collect();
        Ok(Self { features, target, feature_names, target_name, notes })
    }

    /// The diabetes set of Efron, Hastie, Johnstone and Tibshirani, 442 x 10, with the default
    /// options: standard scale, no intercept, and a centred target.
    pub fn diabetes() -> Self {
        let (target, intercept, center_target) = ("target".to_owned(), false, true);
        let (scale, constant_columns) = (Scale::Standard, ConstantColumns::Drop);
        let options = DatasetOptions { target, scale, constant_columns, intercept, center_target };
        Self::parse(include_bytes!("../../data/diabetes.csv"), &options)
            .expect("the embedded table is well formed")
    }
}

struct Column {
    name: String,
    values: Vec<Rational>,
}

/// The columns of a file, the target among them, with at least one row.
fn read_columns(text: &[u8], target: &str) -> Result<Vec<Column>, DatasetError> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    // The header is the first record that is not blank; csv would take a line of spaces for it.
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let blank = |record: &ByteRecord| record.len() == 1 && record[0].trim_ascii().is_empty();
    let mut records = reader.byte_records().filter(|record| !record.as_ref().is_ok_and(blank));

    let header = records.next().ok_or(DatasetError::Empty)??;
    let line = line_of(text, &header);
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    for index in 0..header.len() {
        let name = field(text, &header, index)?.to_owned();
        if let Some(same) = columns.iter().position(|c| c.name == name) {
            let (first, second) = (same + 1, index + 1);
            return Err(DatasetError::DuplicateColumn { line, first, second, name });
        }
        columns.push(Column { name, values: Vec::new() });
    }
    if columns.iter().all(|c| c.name != target) {
        let (target, available) = (target.to_owned(), quoted(columns.iter()));
        return Err(DatasetError::MissingTarget { line, target, available });
    }

    for record in records {
        let record = record?;
        let (expected, found) = (columns.len(), record.len());
        if found != expected {
            return Err(DatasetError::Ragged { line: line_of(text, &record), expected, found });
        }
        for (index, column) in columns.iter_mut().enumerate() {
            let value = field(text, &record, index)?;
            column.values.push(value.parse().map_err(|cause| {
                let (line, column) = (line_of(text, &record), column.name.clone());
                let unsigned = value.trim_start_matches(['-', '+']).to_ascii_lowercase();
                if ["nan", "inf", "infinity"].contains(&unsigned.as_str()) {
                    DatasetError::NotFinite { line, column, text: value.to_owned() }
                } else {
                    DatasetError::NotANumber { line, column, cause }
                }
            })?);
        }
    }
    if columns[0].values.is_empty() { Err(DatasetError::HeaderOnly { line }) } else { Ok(columns) }
}

/// The field without white space around it.
fn field<'a>(text: &[u8], record: &'a ByteRecord, index: usize) -> Result<&'a str, DatasetError> {
    let bad = |_| DatasetError::NotUtf8 { line: line_of(text, record), column: index + 1 };
    std::str::from_utf8(&record[index]).map(str::trim).map_err(bad)
}

/// The line of the record. Counted here because csv 1.4 is one short after a blank line and after
/// CRLF: its position is that of the line breaks it has yet to skip.
fn line_of(text: &[u8], record: &ByteRecord) -> usize {
    let offset = record.position().map_or(0, |position| position.byte() as usize);
    let start = text.len() - text[offset..].trim_ascii_start().len();
    let before = String::from_utf8_lossy(&text[..start]).replace("\r\n", "\n");
    1 + before.matches(['\n', '\r']).count()
}

fn quoted<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|c| format!("{:?}", c.name)).collect::<Vec<_>>().join(", ")
}

/// The mean of at least one value.
fn mean(values: impl ExactSizeIterator<Item = Rational>) -> Rational {
    let share = Rational::ratio(1, values.len() as i64);
    values.fold(Rational::ZERO, |sum, value| sum.plus(&value)).times(&share)
}

fn center(values: &mut [Rational]) {
    let mean = mean(values.iter().cloned());
    values.iter_mut().for_each(|value| *value = value.minus(&mean));
}

fn rescale(values: &mut [Rational], scale: Scale) {
    let factor = match scale {
        Scale::None => return,
        Scale::Standard => {
            center(values);
            mean(values.iter().map(Scalar::squared))
                .reciprocal()
                .map(|inverse| short_root(&inverse))
        }
        Scale::Max => {
            let largest = values.iter().map(Rational::abs).fold(Rational::ZERO, Rational::max);
            largest.reciprocal().map(|inverse| Rational::two_to(floor_log2(&inverse)))
        }
    };
    let factor = factor.unwrap_or(Rational::ONE); // all zeros
    values.iter_mut().for_each(|value| *value = value.times(&factor));
}

/// The largest `k` with `2^k <= value`, for `value > 0`.
fn floor_log2(value: &Rational) -> i32 {
    let k = value.binary_exponent();
    if Rational::two_to(k) <= *value { k } else { k - 1 }
}

/// The square root of a positive value, rounded to 8 significant bits, halves up.
fn short_root(value: &Rational) -> Rational {
    // The root is m * 2^exponent with a real 128 <= m < 256. Rounding m is halving floor(2m)
    // upwards, and floor(2m) is the integer root of floor(4 m^2) < 2^18.
    let exponent = floor_log2(value).div_euclid(2) - 7;
    let square = value.times(&Rational::two_to(2 - 2 * exponent));
    let doubled = square.floor_u64().expect("less than 2^18").isqrt();
    Rational::dyadic(doubled.div_ceil(2) as i64, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashu_int::ops::BitTest;
    use sha2::{Digest, Sha256};

    fn q(text: &str) -> Rational {
        text.parse().unwrap()
    }

    fn options(target: &str, scale: Scale, constant_columns: ConstantColumns) -> DatasetOptions {
        let (target, intercept, center_target) = (target.to_owned(), false, false);
        DatasetOptions { target, scale, constant_columns, intercept, center_target }
    }

    fn read(text: impl AsRef<[u8]>, scale: Scale) -> Result<Dataset, DatasetError> {
        Dataset::parse(text.as_ref(), &options("y", scale, ConstantColumns::Drop))
    }

    fn column(data: &Dataset, index: usize) -> Vec<Rational> {
        data.features.iter().map(|row| row[index].clone()).collect()
    }

    #[test]
    fn bad_tables_are_refused_with_line_column_and_cause() {
        let cases: &[(&[u8], &str)] = &[
            (b"\xEF\xBB\xBF \r\n\n", "the file is empty: expected a header line"),
            (b"\xEF\xBB\xBF\n\nx,y\n \n", "line 3: there is no row of data below the header"),
            (b"x,Y\n1,2", r#"line 1: no column is named "y"; the columns are "x", "Y""#),
            (b"x,y, x\n1,2,3", r#"line 1: columns 1 and 3 are both named "x""#),
            (b"y\n1", r#"no feature is left beside the target "y" (dropped as constant: [])"#),
            (b"x,y\n1,1", r#"no feature is left beside the target "y" (dropped as constant: ["x"#),
            (b"x,y\r\r1,2,\r", "line 3: expected 2 fields as in the header, found 3"),
            (b"x,y\n1,2\n\n \n3,four\n", r#"line 5, column "y": "four" is not a number: expected"#),
            (b"x,y\r\n1,2\r\n\r\n3,\r\n", r#"line 4, column "y": "" is not a number: expected"#),
            (b"x,y\n\"1\n\",2\n1 0,3", r#"line 4, column "x": "1 0" is not a number: expected"#),
            (b"x,y\n1,1e9999", r#"line 2, column "y": "1e9999" is not a number: the decimal exp"#),
            (b"x,y\n1,2\n3,NaN\n", r#"line 3, column "y": "NaN" is not finite"#),
            (b"x,y\n -inf,2\n", r#"line 2, column "x": "-inf" is not finite"#),
            (b"x,y\r\n1,2\r\n1,\xFF\r\n", "line 3, column 2: not valid utf-8"),
        ];
        for (text, message) in cases {
            let error = read(text, Scale::Standard).unwrap_err().to_string();
            assert!(error.starts_with(message) && !error.ends_with('.'), "{error}");
        }
    }

    #[test]
    fn decimals_are_read_exactly_in_any_layout() {
        let odd = "\u{FEFF}\n \nx ,\"y\"\r\n\r\n .1,\t+1.0 \n \n.20,-.002\n4e-1,\" 1/3\"";
        for text in ["x,y\n0.1,1\n0.2,-2e-3\n0.4,1/3\n", odd] {
            let data = read(text, Scale::None).unwrap();
            assert_eq!(data.features, [["1/10"], ["1/5"], ["2/5"]].map(|row| row.map(q)));
            assert_eq!(data.target, ["1", "-1/500", "1/3"].map(q));
        }
    }

    #[test]
    fn scales_have_the_right_invariances() {
        let base = column(&read("x,y\n0.1,1\n0.2,2\n0.7,3\n", Scale::Standard).unwrap(), 0);
        for text in ["x,y\n5.1,1\n5.2,2\n5.7,3\n", "x,z,y\n0.8,9e9,1\n1.6,-1,2\n5.6,0,3\n"] {
            assert_eq!(column(&read(text, Scale::Standard).unwrap(), 0), base);
        }
        let turned = read("x,y\n-0.7,3\n-0.1,1\n-0.2,2\n", Scale::Standard).unwrap();
        assert_eq!(column(&turned, 0), [2, 0, 1].map(|i: usize| base[i].negated()));
        for (a, b, factor) in [("0", "-1", "1"), ("3", "-4.1", "1/8"), (".1", "0.3", "2")] {
            let data = read(format!("x,y\n{a},1\n{b},2"), Scale::Max).unwrap();
            assert_eq!(column(&data, 0), [a, b].map(|v| q(v).times(&q(factor))));
        }
    }

    #[test]
    fn short_roots_are_the_nearest_with_8_significant_bits() {
        let values = (1..60).flat_map(|p| (1..60).map(move |r| Rational::ratio(p * p, r)));
        for value in values.flat_map(|v| [v.times(&Rational::two_to(-3001)), v]) {
            let root = short_root(&value);
            let half = Rational::two_to(floor_log2(&root) - 8);
            assert!(root.over(&half.plus(&half)).unwrap().is_integer());
            assert!(root.minus(&half).squared() <= value && value <= root.plus(&half).squared());
        }
        let rounded = ["1.5", "128.5", "255.5", "9.99"].map(|v| short_root(&q(v).squared()));
        assert_eq!(rounded, ["1.5", "129", "256", "10"].map(q)); // halves go up
    }

    #[test]
    fn constant_columns_intercept_and_centred_target() {
        use ConstantColumns::{Drop, Error, Keep};
        for (constant_columns, scale, extras, expected) in [
            (Drop, Scale::Standard, true, "[[-1, 1], [1, 1]] [-1/2, 1/2] dropped as constant: "),
            (Keep, Scale::Standard, false, "[[0, -1], [0, 1]] [1, 2] kept as constant, hence all"),
            (Keep, Scale::Max, false, "[[5/8, 1/4], [5/8, 3/4]] [1, 2] kept as constant: "),
            (Error, Scale::None, false, r#"the same value stands in every row of column "inter"#),
            (Keep, Scale::None, true, r#"column "intercept": the name is taken"#),
        ] {
            let mut options = options("y", scale, constant_columns);
            (options.intercept, options.center_target) = (extras, extras);
            let data = Dataset::parse(b"intercept,y,b\n5,1,1\n5,2,3\n", &options);
            let shown = data.map(|d| format!("{:?} {:?} {}", d.features, d.target, d.notes[0]));
            let outcome = shown.unwrap_or_else(|error| error.to_string());
            assert!(outcome.starts_with(expected), "{outcome}");
        }
    }

    #[test]
    fn the_files_are_those_of_the_readme_and_standardise() {
        let readme = include_str!("../../data/README.md");
        for (name, text, target) in [
            ("diabetes.csv", &include_bytes!("../../data/diabetes.csv")[..], "target"),
            ("breast_cancer.csv", include_bytes!("../../data/breast_cancer.csv"), "label"),
            ("digits.csv", include_bytes!("../../data/digits.csv"), "label"),
        ] {
            let options = options(target, Scale::Standard, ConstantColumns::Keep);
            let data = Dataset::parse(text, &options).unwrap();
            let shape = format!("| {} × {} |", data.features.len(), data.feature_names.len());
            let hash: String = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
            let states = |fact: &str| readme.lines().any(|l| l.contains(name) && l.contains(fact));
            assert!(states(&shape) && states(&hash), "{name}: {shape} {hash}");
            for values in (0..data.feature_names.len()).map(|index| column(&data, index)) {
                assert_eq!(mean(values.iter().cloned()), Rational::ZERO);
                let variance = mean(values.iter().map(Scalar::squared));
                assert!(variance.is_zero() || q("0.98") <= variance && variance <= q("1.02"));
            }
        }
        let data = Dataset::diabetes();
        assert_eq!(mean(data.target.into_iter()), Rational::ZERO);
        let parts = |v: &Rational| [v.numerator().bit_len(), v.denominator().bit_len()];
        assert!(data.features.iter().flatten().flat_map(parts).all(|bits| bits <= 28));
    }
}
