//! audit
pub mod check;
pub mod hypotheses;
pub mod library;
pub mod setting;
