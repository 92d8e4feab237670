//! What became of proofs, as text.

use crate::audit::prove::ProofFinding;

/// Proofs as a table, with what each rests on.
pub fn proofs(findings: &[ProofFinding<'_>]) -> String {
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| {
            let name = format!("{}/{}", finding.theorem.id, finding.statement.part);
            let verdict = match &finding.verdict {
                None => "no proof".to_owned(),
                Some(Err(rejection)) => format!("rejected: {rejection}"),
                Some(Ok(proved)) => {
                    let axioms: Vec<&str> = proved.axioms().iter().copied().collect();
                    if axioms.is_empty() {
                        "proved".to_owned()
                    } else {
                        format!("proved modulo {}", axioms.join(", "))
                    }
                }
            };
            (name, verdict)
        })
        .collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().map(|(name, verdict)| format!("{name:width$}  {verdict}\n")).collect()
}
