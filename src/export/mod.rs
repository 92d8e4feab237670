//! Exports: what has been proved, for other checkers.
//!
//! [`coq`] writes every proof as a certificate that Coq checks from the first principles of
//! `coq/`, and as a statement in textbook form.

pub mod coq;
