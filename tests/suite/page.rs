//! The HTML page: complete, self-contained, and the same for equal options.

use kd_audit::audit::figure::figures;
use kd_audit::audit::finding::{ProofVerdict, StatementFinding};
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::{Options, audit_statement};
use kd_audit::expectation::Budget;
use kd_audit::report::{AuditReport, html};

fn page(library: &Library) -> (AuditReport, Result<String, String>) {
    let options = Options { instances: 2, search_evaluations: 10, ..Options::default() };
    let audit = |theorem: &'static str| -> Vec<StatementFinding> {
        let theorem = library.theorem(theorem).unwrap();
        let one = |s| audit_statement(theorem, s, ProofVerdict::None, None, options);
        theorem.statements.iter().map(one).collect()
    };
    let findings: Vec<_> =
        ["theorem-1", "theorem-5", "theorem-7"].into_iter().flat_map(audit).collect();
    let report = AuditReport::new(options, findings, None);
    let coq = vec!["-"; report.statements.len()];
    let page = html(&report, library, &coq, &figures(library, Budget::STANDARD), None);
    (report, page)
}

#[test]
fn the_page_is_complete_and_needs_nothing_else() {
    let library = Library::load().unwrap();
    let (report, page) = page(&library);
    let page = page.unwrap();
    for finding in &report.statements {
        let id = format!("id=\"{}--{}\"", finding.theorem, finding.part);
        assert_eq!(page.matches(&id).count(), 1, "{id}");
        for mutant in &finding.mutants {
            assert!(page.contains(&format!(">{}</span>", mutant.name)), "{}", mutant.name);
        }
    }
    assert_eq!(page.matches("<article ").count(), report.statements.len());
    let measured = report.statements.iter().filter(|finding| finding.tightness.is_some()).count();
    assert!(measured > 1);
    assert_eq!(page.matches("<svg ").count(), 4 + measured);
    assert_eq!(page.matches("<svg class=\"bars\"").count(), measured);
    assert!(!page.contains("<script") && !page.contains("@import") && !page.contains("merror"));
    // Addresses are links and name spaces, never loaded.
    for (at, _) in page.match_indices("http") {
        let before = &page[..at];
        assert!(
            before.ends_with("href=\"") && page[at..].starts_with("https://arxiv.org/")
                || before.ends_with("xmlns=\""),
            "{}",
            &page[at..at + 60]
        );
    }
    assert!(!page.contains("src=\""));
    for tag in ["article", "section", "details", "figure", "table", "math", "ul", "li", "dl"] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert_eq!(page, self::page(&library).1.unwrap(), "equal options give equal bytes");
}

#[test]
fn what_a_theorem_file_says_cannot_break_the_page() {
    let mut library = Library::load().unwrap();
    let text = include_str!("../../theorems/theorem-7.toml");
    let title = text.lines().find(|line| line.starts_with("title")).unwrap();
    let hostile = text.replace(title, "title = '<script>alert(\"1\")</script> & more'");
    library.add("theorem-7.toml", &hostile).unwrap();
    let page = page(&library).1.unwrap();
    assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more"));
    assert!(!page.contains("<script"));
}
