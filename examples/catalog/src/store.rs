//! The store that catalog calls: time spent elsewhere.
use std::sync::Mutex;
use std::time::Duration;

/// Standard deviation of the logarithm of a store's time: the slowest of a hundred calls takes
/// about 1.7 times the mean.
const SPREAD: f64 = 0.25;

/// Stands for a search index behind the service: each call takes a time and no CPU.
pub struct Store {
    mean: Duration,
    state: Mutex<u64>,
}

impl Store {
    pub fn new(mean: Duration, seed: u64) -> Self {
        Store { mean, state: Mutex::new(seed) }
    }

    /// Draws the time of one call: lognormal with the store's mean, times `share`, at most four
    /// times that.
    pub fn wait(&self, share: f64) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let radius = (-2.0 * uniform(&mut state).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * uniform(&mut state)).cos(); // Box-Muller
        let factor = (SPREAD * normal - SPREAD * SPREAD / 2.0).exp().min(4.0);
        self.mean.mul_f64(share * factor)
    }
}

/// A number in (0, 1] by SplitMix64.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    ((z >> 11) + 1) as f64 / (1u64 << 53) as f64
}
