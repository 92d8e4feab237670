//! Synthetic pictures in the shape of MNIST, as IDX files: strokes of a class, shifted, dimmed and
//! spotted, and a few wrong labels, so that the classes are not separable.

/// Pixels on a side.
const SIDE: usize = 28;

/// Deterministic numbers: xorshift64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize * n) >> 31
    }

    fn uniform(&mut self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }
}

/// Five strokes through random points, about a fifth of the picture.
fn prototype(draw: &mut Draw) -> Vec<f64> {
    let mut point = || [6.0 + 16.0 * draw.uniform(), 6.0 + 16.0 * draw.uniform()];
    let mut picture = vec![0.0f64; SIDE * SIDE];
    let mut from = point();
    for _ in 0..5 {
        let to = point();
        for step in 0..=20 {
            let t = f64::from(step) / 20.0;
            let at = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
            for (k, pixel) in picture.iter_mut().enumerate() {
                let (y, x) = ((k / SIDE) as f64, (k % SIDE) as f64);
                let ink = (-((y - at[0]).powi(2) + (x - at[1]).powi(2)) / 2.0).exp();
                *pixel = pixel.max(if ink > 0.15 { ink } else { 0.0 });
            }
        }
        from = to;
    }
    picture
}

/// The bytes of an images file and of a labels file, of `rows` pictures in ten classes.
pub fn idx(rows: usize) -> (Vec<u8>, Vec<u8>) {
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let prototypes: Vec<Vec<f64>> = (0..10).map(|_| prototype(&mut draw)).collect();
    let size = |n: usize| u32::try_from(n).unwrap().to_be_bytes();
    let mut images = vec![0, 0, 8, 3];
    images.extend([size(rows), size(SIDE), size(SIDE)].concat());
    let mut labels = vec![0, 0, 8, 1];
    labels.extend(size(rows));
    for row in 0..rows {
        // Every class occurs, in any ten rows.
        let class = row % 10;
        let [down, right] = [draw.below(5), draw.below(5)];
        let light = 0.5 + 0.5 * draw.uniform();
        for k in 0..SIDE * SIDE {
            let [y, x] =
                [(k / SIDE + SIDE + 2 - down) % SIDE, (k % SIDE + SIDE + 2 - right) % SIDE];
            let ink = prototypes[class][y * SIDE + x];
            let ink = match draw.below(100) {
                0 => draw.uniform(),
                _ if ink > 0.0 => ink * light + 0.4 * (draw.uniform() - 0.5),
                _ => 0.0,
            };
            images.push((255.0 * ink.clamp(0.0, 1.0)) as u8);
        }
        let label = if draw.below(33) == 0 { draw.below(10) } else { class };
        labels.push(label as u8);
    }
    (images, labels)
}
