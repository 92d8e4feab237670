//! Findings as text and a page for people, JSON for programs, and JUnit's XML for test runners. Pure functions: nothing here prints.

mod cost;
mod curves;
mod html;
mod index;
mod json;
mod junit;
mod ladder;
mod proof;
mod proof_document;
mod reproduce;
mod text;
mod weight;
mod worst_case;

pub use cost::{CostDocument, CostRow, cost_table};
use html::tick;
pub use html::{html, svg};
pub use index::index;
pub use json::{AuditReport, Document, to_json};
pub use junit::junit;
pub use ladder::{OverviewDocument, overview_table};
pub use proof::{
    explain, graph, proof_no_witness, proof_witness, proofs, verdict as proof_verdict,
};
pub use proof_document::{ProofDocument, ProofEntry};
pub use reproduce::{reproduce, reproduce_csv, reproduce_pictures};
pub use text::{
    audit_table, data_remarks, data_summary, explain_contradictions, list, show_theorem,
};
pub use weight::{weight, weight_figure};
pub use worst_case::{WorstCase, WorstClaim, methods, tightened, worst_case, worst_claim};
