//! temp
#[path = "../suite/kernel_support.rs"]
mod kernel_support;
#[path = "../suite/kernel_forgeries.rs"]
mod kernel_forgeries;
#[path = "../suite/kernel_corpus.rs"]
mod kernel_corpus;
#[path = "../suite/kernel_rules.rs"]
mod kernel_rules;
