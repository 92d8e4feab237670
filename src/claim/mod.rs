//! Claims: a small typed formula language, and the theorem files that are written in it.
//!
//! The way of a formula: text → [`parser`] → [`elaborate`] (names and types) → [`expr`] →
//! [`evaluate`] in any arithmetic, or [`latex`]. What names exist is [`vocabulary`]; what a file
//! holds is [`theorem`], and [`file`] reads it.

pub mod elaborate;
pub mod evaluate;
pub mod expr;
pub mod file;
pub mod latex;
pub mod parser;
pub mod theorem;
pub mod vocabulary;
