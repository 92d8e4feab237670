//! Claims: a small typed formula language, and the theorem files that are written in it.
//!
//! The way of a formula: text → [`parser`] → `elaborate` (types, with names from a [`dictionary`]) → [`expr`] →
//! [`evaluate`] in any arithmetic, or [`latex`]. What names exist is [`vocabulary`]; what a file
//! holds is [`theorem`], and [`file`](mod@file) reads it. What a file says of why a statement holds
//! is a [`proof`], which the kernel checks.

mod concrete;
pub mod dictionary;
mod document;
mod elaborate;
pub mod evaluate;
mod evidence;
pub mod expr;
pub mod file;
pub mod latex;
pub mod parser;
mod points;
pub mod process;
pub mod proof;
mod proof_file;
mod quadratic;
pub mod theorem;
pub mod vocabulary;
