//! kd-audit
pub mod audit;
pub mod claim;
pub mod estimator;
pub mod expectation;
pub mod linear;
pub mod problem;
pub mod scalar;
