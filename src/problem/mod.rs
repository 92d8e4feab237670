//! Problems whose constants are computed and certified, and the strategies that generate them.

mod constants;
mod dataset;
mod draw;
mod dual;
mod finite_sum;
mod instance;
pub mod network;
mod quadratics;
mod sampling;
mod strategy;

pub use constants::{
    Constants, NotPositiveDefinite, largest_sample_smoothness, near_tight, shifted,
};
pub use dataset::{ConstantColumns, Dataset, DatasetError, DatasetOptions, Scale};
pub use draw::Draw;
pub use dual::mixed_label_gradient;
pub use finite_sum::{ControlVariate, FiniteSum, RidgeConvention};
pub use instance::{AssertedConstants, Instance, InstanceError, Parameters, default_eta};
pub use quadratics::Quadratics;
pub use sampling::{MAX_BATCHES, Sampling};
pub use strategy::{Profile, instances};
