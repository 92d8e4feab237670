//! Files whose claims are false, or about nothing: a point or a law that need not exist, hypotheses
//! that no instance meets. The first line of each says what becomes of it.

use kd_audit::audit::library::Library;
use kd_audit::audit::prove::prove;
use kd_audit::report;
use std::path::Path;

#[test]
fn what_need_not_exist_proves_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forgeries");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected =
            text.lines().next().and_then(|line| line.strip_prefix("# expect: ")).unwrap();
        let mut library = Library::load().unwrap();
        let id = library.add(&path.display().to_string(), &text).unwrap();
        let findings = prove(&library);
        let own = findings.iter().find(|finding| finding.theorem.id == id).unwrap();
        assert_eq!(report::proof_verdict(own), expected, "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 7);
}
