use super::{fresh, refused, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    [bytes, data.to_vec()].concat()
}

fn npy(kind: &str, shape: &str, values: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), &data].concat()
}

/// Four rows of one feature, with images and labels of as many.
fn folder(name: &str) -> std::path::PathBuf {
    let dir = fresh(name);
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.join(name), bytes).unwrap();
    write("good.csv", b"a,y\n1,2\n2,5\n4,1\n9,7\n");
    write("images", &idx(&[4, 1, 2], &[0, 9, 3, 1, 200, 7, 40, 90]));
    write("labels", &idx(&[4], &[0, 1, 0, 1]));
    dir
}

fn files(dir: &Path, all: &[(&str, Vec<u8>, &str)], arguments: impl Fn(&str) -> String) {
    for (name, bytes, cause) in all {
        std::fs::write(dir.join(name), bytes).unwrap();
        let start = Instant::now();
        let line = arguments(name);
        refused(dir, &line.split(' ').collect::<Vec<_>>(), &[name, cause]);
        // A header's claim is checked before anything is allocated for it.
        assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn damaged_tables_are_named_with_the_cause() {
    let dir = folder("tables");
    let cut = gz(b"a,y\n1,2\n2,3\n");
    let all = [
        ("empty.csv", b"".to_vec(), "the file is empty: expected a header line"),
        ("header.csv", b"a,y\n".to_vec(), "there are no rows"),
        ("short.csv", b"a,b,y\n1,2,3\n1,2\n".to_vec(), "line 3: 2 fields where the header has 3"),
        ("inf.csv", b"a,y\n1,2\n-inf,3\n".to_vec(), "line 3: column a: \"-inf\" is not finite"),
        ("word.csv", b"a,y\n1,2\nx,3\n".to_vec(), "line 3: column a: \"x\" is not a number"),
        ("label.csv", b"a,y\n1,2\n2,nan\n".to_vec(), "the label of row 2: \"nan\" is not finite"),
        ("bytes.csv", b"a,y\n1,\xff\xfe\n".to_vec(), "line 2: not UTF-8 text"),
        ("other.csv", b"a,b\n1,2\n".to_vec(), "no column \"y\"; the columns are a, b"),
        ("pictures.csv", idx(&[4], &[0, 200, 0, 1]), "not UTF-8 text"),
        ("cut.csv.gz", cut[..cut.len() - 6].to_vec(), "the gzip data are damaged"),
        ("no.csv.gz", vec![0x1f, 0x8b], "the gzip data are damaged"),
        ("empty.csv.gz", gz(b""), "the file is empty"),
    ];
    files(&dir, &all, |name| format!("weight --target y --data {name}"));
    let all = [
        ("empty.svm", b"".to_vec(), "there are no rows"),
        ("labels.svm", b"1\n-1\n".to_vec(), "there are no rows"),
        ("cut.svm", b"1 1:2\n-1 1:\n".to_vec(), "line 2: \"\" is not a number"),
        ("inf.svm", b"1 1:2\n-1 1:inf\n".to_vec(), "line 2: \"inf\" is not finite"),
        ("name.svm", b"1 one:2\n".to_vec(), "line 1: \"one\" is not an index"),
        ("zero.svm", b"1 0:2\n".to_vec(), "line 1: indices start at 1 and rise"),
        ("wide.svm", b"1 99999999999:1\n".to_vec(), "more than 536870912 numbers"),
        ("huge.svm", b"1 18446744073709551615:1\n-1 1:1\n".to_vec(), "more than 536870912 numbers"),
        ("beyond.svm", b"1 18446744073709551616:1\n".to_vec(), "is not an index"),
        ("sparse.svm", b"1 500000000:1\n".to_vec(), "too sparse to be a table"),
        ("bytes.svm", b"1 1:\xff\n".to_vec(), "the file is not UTF-8 text"),
        ("table.svm", b"a,y\n1,2\n".to_vec(), "there are no rows"),
        ("word.svm", b"yes 1:2\nno 1:3\n".to_vec(), "the label of row 1: \"yes\" is not a number"),
    ];
    files(&dir, &all, |name| format!("weight --data {name}"));
}

#[test]
fn damaged_pictures_are_named_with_the_cause() {
    let dir = folder("pictures");
    let pixels = [0, 9, 3, 1, 200, 7, 40, 90];
    let good = idx(&[4, 1, 2], &pixels);
    let images = [
        ("i-empty", Vec::new(), "the file is empty"),
        ("i-magic", b"P5 4 4 255".to_vec(), "this is not an IDX file"),
        ("i-kind", vec![0, 0, 13, 1, 0, 0, 0, 0], "only IDX files of unsigned bytes are read"),
        ("i-header", good[..9].to_vec(), "the header ends early"),
        ("i-sides", vec![0, 0, 8, 255, 0, 0], "the header ends early"),
        ("i-cut", good[..good.len() - 1].to_vec(), "7 bytes where the header says 8"),
        ("i-more", [&good[..], &[1]].concat(), "9 bytes where the header says 8"),
        ("i-claims", idx(&[4_000_000_000, 28, 28], &pixels), "8 bytes where the header says 3136"),
        ("i-absurd", idx(&[u32::MAX; 6], &pixels), "the header's sizes are too large"),
        // No items: the product is 0, and the sides alone are too many.
        ("i-nothing", idx(&[0, u32::MAX, u32::MAX, u32::MAX], &[]), "sizes are too large"),
        ("i-none", idx(&[0, 28, 28], &[]), "0 rows and 4 labels"),
        ("i-few", idx(&[3, 1, 2], &pixels[..6]), "there are 3 rows and 4 labels"),
        ("i-list", idx(&[4], &[1, 2, 3, 4]), "are images and labels exchanged?"),
        ("i-cut.gz", gz(&good)[..20].to_vec(), "the gzip data are damaged"),
        ("i-short.gz", gz(&good[..good.len() - 2]), "6 bytes where the header says 8"),
    ];
    let arguments = |name: &str| format!("weight --model softmax --images {name} --labels labels");
    files(&dir, &images, arguments);
    let labels = [
        ("l-empty", Vec::new(), "the file is empty"),
        ("l-cut", idx(&[4], &[0, 1, 0]), "3 bytes where the header says 4"),
        ("l-claims", idx(&[u32::MAX], &[0, 1, 0]), "3 bytes where the header says 4294967295"),
        ("l-images", good.clone(), "this is no list: are images and labels exchanged?"),
        ("l-few.gz", gz(&idx(&[2], &[0, 1])), "there are 4 rows and 2 labels"),
        ("l-same", idx(&[4], &[3, 3, 3, 3]), "needs 2 to 1000 classes, and there are 1"),
    ];
    let arguments = |name: &str| format!("weight --model softmax --images images --labels {name}");
    for (name, bytes, cause) in labels {
        std::fs::write(dir.join(name), bytes).unwrap();
        // What is wrong with the classes is told of the images, which have the name of the data.
        let own = if name == "l-same" { "images" } else { name };
        let line = arguments(name);
        refused(&dir, &line.split(' ').collect::<Vec<_>>(), &[own, cause]);
    }
    // What is not damaged is read, in gzip too.
    std::fs::write(dir.join("good.gz"), gz(&good)).unwrap();
    let line = arguments("labels").replace("images images", "images good.gz");
    let (code, _, err) = run(&dir, &line.split(' ').collect::<Vec<_>>());
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn teachers_of_another_shape_are_named_with_both() {
    let dir = folder("teachers");
    let whole = npy("<f8", "(1, 1)", &[0.5]);
    let teachers = [
        ("empty.npy", Vec::new(), "there are no rows"),
        ("cut.npy", whole[..whole.len() - 3].to_vec(), "5 bytes of data where the shape needs 8"),
        ("header.npy", whole[..20].to_vec(), "it ends early"),
        ("claims.npy", npy("<f8", "(1, 400000000)", &[0.5]), "where the shape needs 3200000000"),
        ("absurd.npy", npy("<f8", "(4294967296, 4294967296)", &[0.5]), "more than 536870912"),
        (
            "beyond.npy",
            npy("<f8", "(99999999999999999999, 1)", &[0.5]),
            "is not a vector or a matrix",
        ),
        ("cube.npy", npy("<f8", "(1, 1, 1)", &[0.5]), "is not a vector or a matrix"),
        ("none.npy", npy("<f8", "(0, 18446744073709551615)", &[]), "there are no rows"),
        ("kind.npy", npy("<i8", "(1,)", &[0.5]), "not little-endian 32 or 64 bit floats"),
        ("nan.npy", npy("<f8", "(1,)", &[f64::NAN]), "an entry is not finite"),
        ("inf.csv", b"0.5\ninf\n".to_vec(), "line 2: \"inf\" is not finite"),
        ("ragged.csv", b"1,2\n3\n".to_vec(), "line 2: 1 fields where the first line has 2"),
        ("bytes.csv", b"1\n\xff\n".to_vec(), "line 2: not UTF-8 text"),
        ("wide.npy", npy("<f8", "(1, 3)", &[0.5; 3]), "got 1x3, expected 1x1"),
        ("wide.csv", b"1,2\n3,4\n".to_vec(), "got 2x2, expected 1x1"),
    ];
    files(&dir, &teachers, |name| format!("weight --data good.csv --target y --teacher {name}"));
    let soft = [
        ("rows.npy", npy("<f8", "(3, 1)", &[0.5; 3]), "got 3x1, expected 4x1"),
        ("columns.csv", b"1,2\n1,2\n1,2\n1,2\n".to_vec(), "got 4x2, expected 4x1"),
    ];
    files(&dir, &soft, |name| format!("weight --data good.csv --target y --soft-labels {name}"));
    // A softmax of two classes has two outputs.
    std::fs::write(dir.join("one.csv"), b"1\n1\n1\n1\n").unwrap();
    let line = "weight --model softmax --images images --labels labels --soft-labels one.csv";
    refused(&dir, &line.split(' ').collect::<Vec<_>>(), &["one.csv", "got 4x1, expected 4x2"]);
}

/// Numbers whose squares are beyond floats are no reason to panic either.
#[test]
fn enormous_values_are_refused_or_answered() {
    let dir = folder("enormous");
    for (name, value) in [("large.csv", "1e300"), ("small.csv", "1e-300"), ("least.csv", "5e-324")]
    {
        let text = format!("a,b,y\n{value},1,2\n-{value},2,1\n1,{value},3\n0,1,{value}\n");
        std::fs::write(dir.join(name), text).unwrap();
        for model in ["linear", "softmax"] {
            for scale in [&[][..], &["--scale"]] {
                let line = ["weight", "--data", name, "--target", "y", "--model", model];
                let (code, _, err) = run(&dir, &[&line[..], scale].concat());
                assert!(matches!(code, Some(0 | 2)), "{name} {model} {scale:?}: {err}");
                assert!(!err.contains("panicked"), "{name} {model} {scale:?}: {err}");
            }
        }
    }
}
