//! Problems whose constants are computed and certified, and the strategies that generate them.

mod algorithm;
mod bends;
mod certificates;
mod compressor;
mod constants;
mod curved;
mod dataset;
mod draw;
mod dual;
mod families;
mod finite_sum;
mod instance;
mod linear_model;
mod minimiser;
mod mixed_label;
mod model_form;
pub mod network;
mod quadratics;
mod reduce;
mod restricted;
mod sampling;
mod strategy;
mod teacher;
mod waves;

pub use algorithm::Algorithm;
pub use bends::{polyak_lojasiewicz, quasi_convexity};
pub use compressor::{Compressor, Excess, Multipliers, enumerated_moments};
pub use constants::{
    Constants, Curvature, NoMinimiser, largest_sample_smoothness, near_tight, shifted,
};
pub use curved::{Family, curved_instances};
pub use dataset::{ConstantColumns, Dataset, DatasetError, DatasetOptions, Scale};
pub use draw::Draw;
pub use finite_sum::{ControlVariate, FiniteSum, RidgeConvention};
pub use instance::{AssertedConstants, Instance, InstanceError, Parameters, default_eta};
pub use linear_model::{LinearModel, Link};
pub use minimiser::{Ball, enclose_minimiser, estimate_minimiser};
pub use mixed_label::mixed_label_gradient;
pub use quadratics::Quadratics;
pub use sampling::{MAX_BATCHES, Sampling};
pub use strategy::{Profile, instances};
pub use teacher::TeacherKind;
pub use waves::{Waves, wave};
