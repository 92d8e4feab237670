//! Curves over time with bands, bounds and predicted floors, as SVG that stands alone.

use super::tick;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::ops::Range;

const WIDTH: u32 = 1680;
const HEIGHT: u32 = 880;
/// Where the legend starts.
const LEGEND: u32 = 1090;
/// A logarithmic axis over less than this factor would have too few ticks: it is linear instead.
const NARROW: f64 = 20.0;
const INK: RGBColor = RGBColor(28, 30, 33);
const FAINT: RGBColor = RGBColor(138, 144, 153);
const GRID: RGBColor = RGBColor(232, 234, 237);

/// A picture of curves.
pub struct Picture {
    /// What is shown.
    pub title: String,
    /// How to read it.
    pub subtitle: String,
    /// The horizontal axis.
    pub x_label: &'static str,
    /// The vertical axis.
    pub y_label: &'static str,
    /// Whether the horizontal axis is logarithmic.
    pub log_x: bool,
    /// Whether the vertical axis is logarithmic.
    pub log_y: bool,
    /// The curves.
    pub lines: Vec<Line>,
    /// What a dashed line is.
    pub dashed: &'static str,
}

/// One curve.
pub struct Line {
    /// Its name in the legend.
    pub label: String,
    /// Its colour.
    pub color: RGBColor,
    /// x, the mean, and the ends of the band.
    pub points: Vec<[f64; 4]>,
    /// A dashed companion: a bound or a prediction.
    pub companion: Vec<(f64, f64)>,
    /// The predicted end, a dotted line.
    pub floor: Option<f64>,
    /// Whether single points are marked, with their bands as bars.
    pub marked: bool,
    /// Whether they are joined.
    pub joined: bool,
}

/// Colours that are told apart by people with any of the common colour deficiencies.
pub const COLORS: [RGBColor; 8] = [
    RGBColor(0, 0, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(110, 90, 40),
];

/// A colour for a share between 0 and 1, from violet to orange, ever lighter.
pub fn ramp(share: f64) -> RGBColor {
    let stops = [(84, 39, 136), (33, 102, 172), (26, 152, 140), (122, 173, 60), (233, 150, 30)];
    let at = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let low = (at.floor() as usize).min(stops.len() - 2);
    let mix = |a: i32, b: i32| (f64::from(a) + (at - low as f64) * f64::from(b - a)).round() as u8;
    let (a, b) = (stops[low], stops[low + 1]);
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

type Fault = Box<dyn std::error::Error>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// The picture.
///
/// # Errors
/// If there is nothing to draw.
pub fn draw(picture: &Picture) -> Result<String, String> {
    let mut svg = String::new();
    fill(picture, &mut svg).map_err(|error| format!("{}: {error}", picture.title))?;
    Ok(svg)
}

fn fill(picture: &Picture, svg: &mut String) -> Result<(), Fault> {
    let root = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&WHITE)?;
    let text = |size: u32, color: &RGBColor| ("sans-serif", size).into_font().color(color);
    root.draw(&Text::new(picture.title.clone(), (24, 18), text(32, &INK)))?;
    root.draw(&Text::new(picture.subtitle.clone(), (24, 62), text(22, &FAINT)))?;
    let (_, below) = root.split_vertically(100);
    let (left, right) = below.split_horizontally(LEGEND);
    let (x, y) = (horizontal(picture)?, vertical(picture)?);
    let log_y = picture.log_y && y.end / y.start > NARROW;
    match (picture.log_x, log_y) {
        (true, true) => plot(picture, &left, x.clone().log_scale(), y.clone().log_scale(), (x, y)),
        (false, true) => {
            let axis: RangedCoordf64 = x.clone().into();
            plot(picture, &left, axis, y.clone().log_scale(), (x, y))
        }
        (true, false) => {
            let axis: RangedCoordf64 = y.clone().into();
            plot(picture, &left, x.clone().log_scale(), axis, (x, y))
        }
        (false, false) => {
            let axes: (RangedCoordf64, RangedCoordf64) = (x.clone().into(), y.clone().into());
            plot(picture, &left, axes.0, axes.1, (x, y))
        }
    }?;
    legend(picture, &right)?;
    root.present()?;
    Ok(())
}

fn horizontal(picture: &Picture) -> Result<Range<f64>, Fault> {
    let xs = || picture.lines.iter().flat_map(|line| &line.points).map(|point| point[0]);
    let (low, high) = xs().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
    if low < high { Ok(low..high) } else { Err("nothing to draw over".into()) }
}

/// Around what is measured: a curve that falls far below all others leaves the picture, and a bound
/// far above them starts outside.
fn vertical(picture: &Picture) -> Result<Range<f64>, Fault> {
    let usable = |v: &f64| v.is_finite() && (!picture.log_y || *v > 0.0);
    let least = |line: &Line| {
        let means = line.points.iter().map(|point| point[1]).filter(usable);
        means.fold(f64::MAX, f64::min)
    };
    let mut lows: Vec<f64> = picture.lines.iter().map(least).collect();
    lows.sort_by(f64::total_cmp);
    let values = || {
        let own = picture.lines.iter().flat_map(|line| &line.points).flat_map(|p| [p[1], p[3]]);
        own.filter(usable)
    };
    let companions =
        || picture.lines.iter().flat_map(|line| &line.companion).map(|p| p.1).filter(usable);
    let top = values().fold(f64::MIN, f64::max);
    if lows.is_empty() || values().next().is_none() {
        return Err("nothing to draw".into());
    }
    let floors = picture.lines.iter().filter_map(|line| line.floor).filter(usable);
    if picture.log_y {
        let second = lows.get(1).copied().unwrap_or(lows[0]);
        let low =
            lows[0].max(second / 100.0).min(floors.fold(f64::MAX, f64::min).max(second / 100.0));
        let high = companions().fold(top, f64::max).min(100.0 * top);
        return Ok(0.8 * low..1.25 * high);
    }
    let high = companions().fold(top, f64::max);
    let margin = 0.05 * (high - lows[0]).max(1e-9);
    Ok(lows[0] - margin..high + margin)
}

fn plot<X, Y>(
    picture: &Picture,
    area: &Area<'_>,
    x: X,
    y: Y,
    (x_range, y_range): (Range<f64>, Range<f64>),
) -> Result<(), Fault>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(36)
        .x_label_area_size(84)
        .y_label_area_size(130)
        .build_cartesian_2d(x, y)?;
    let label = ("sans-serif", 26).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(FAINT)
        .label_style(label.clone())
        .axis_desc_style(("sans-serif", 28).into_font().color(&INK))
        .x_labels(8)
        .y_labels(8)
        .x_desc(picture.x_label)
        .y_desc(picture.y_label)
        .x_label_formatter(&|value| tick(*value))
        .y_label_formatter(&|value| tick(*value))
        .draw()?;
    let inside = |v: f64| v.clamp(y_range.start, y_range.end);
    for line in &picture.lines {
        let upper = line.points.iter().map(|p| (p[0], inside(p[3])));
        let lower = line.points.iter().rev().map(|p| (p[0], inside(p[2])));
        let band: Vec<(f64, f64)> = upper.chain(lower).collect();
        if line.marked {
            let bars = line.points.iter().map(|p| {
                let ends = vec![(p[0], inside(p[2])), (p[0], inside(p[3]))];
                PathElement::new(ends, line.color.stroke_width(3))
            });
            chart.draw_series(bars)?;
            continue;
        }
        chart.draw_series(std::iter::once(Polygon::new(band, line.color.mix(0.16).filled())))?;
    }
    for line in &picture.lines {
        for part in visible(&line.companion, &y_range, picture.log_y) {
            let style = line.color.mix(0.75).stroke_width(2);
            chart.draw_series(DashedLineSeries::new(part, 10, 7, style))?;
        }
        if let Some(floor) = line.floor.filter(|floor| y_range.contains(floor)) {
            let ends = [(x_range.start, floor), (x_range.end, floor)];
            let style = line.color.mix(0.9).stroke_width(2);
            chart.draw_series(DashedLineSeries::new(ends, 2, 6, style))?;
        }
    }
    for line in &picture.lines {
        let means: Vec<(f64, f64)> = line.points.iter().map(|p| (p[0], p[1])).collect();
        let parts = visible(&means, &y_range, picture.log_y);
        for part in parts.into_iter().filter(|_| line.joined) {
            chart.draw_series(LineSeries::new(part, line.color.stroke_width(3)))?;
        }
        if line.marked {
            let marks = means.iter().filter(|p| y_range.contains(&p.1));
            chart.draw_series(marks.map(|p| Circle::new(*p, 6, line.color.filled())))?;
        }
    }
    Ok(())
}

/// The parts of a polyline between two heights, cut where it crosses them.
fn visible(points: &[(f64, f64)], range: &Range<f64>, log: bool) -> Vec<Vec<(f64, f64)>> {
    let scale = |y: f64| if log { y.max(f64::MIN_POSITIVE).ln() } else { y };
    let within = |y: f64| range.start <= y && y <= range.end;
    let mut parts = Vec::new();
    let mut part: Vec<(f64, f64)> = Vec::new();
    for (i, point) in points.iter().enumerate() {
        let before = i.checked_sub(1).map(|k| points[k]);
        if let Some(before) = before.filter(|before| within(before.1) != within(point.1)) {
            let outside = if within(point.1) { before.1 } else { point.1 };
            let edge = if outside < range.start { range.start } else { range.end };
            let share = (scale(edge) - scale(before.1)) / (scale(point.1) - scale(before.1));
            part.push((before.0 + share * (point.0 - before.0), edge));
        }
        if within(point.1) {
            part.push(*point);
        } else if part.len() > 1 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.clear();
        }
    }
    if part.len() > 1 {
        parts.push(part);
    }
    parts
}

fn legend(picture: &Picture, area: &Area<'_>) -> Result<(), Fault> {
    let text = |size: u32, color: &RGBColor| ("sans-serif", size).into_font().color(color);
    let mut row = 20;
    for Line { label, color, .. } in &picture.lines {
        let sample = vec![(8, row + 12), (52, row + 12)];
        area.draw(&PathElement::new(sample, color.stroke_width(5)))?;
        area.draw(&Text::new(label.clone(), (66, row), text(22, &INK)))?;
        row += 34;
    }
    row += 16;
    let mut keys = vec![(None, "mean over the seeds"), (Some((0, 0)), "95 % band of the mean")];
    if picture.lines.iter().any(|line| !line.companion.is_empty()) {
        keys.push((Some((10, 7)), picture.dashed));
    }
    if picture.lines.iter().any(|line| line.floor.is_some()) {
        keys.push((Some((2, 6)), "predicted noise floor"));
    }
    for (dash, meaning) in keys {
        let y = row + 12;
        match dash {
            None => area.draw(&PathElement::new(vec![(8, y), (52, y)], FAINT.stroke_width(3)))?,
            Some((0, _)) => {
                let corners = [(8, y - 8), (52, y + 8)];
                area.draw(&Rectangle::new(corners, FAINT.mix(0.3).filled()))?;
            }
            Some((on, off)) => {
                let style = FAINT.stroke_width(3);
                let path = [(8, y), (52, y)];
                area.draw(&plotters::element::DashedPathElement::new(path, on, off, style))?;
            }
        }
        area.draw(&Text::new(meaning, (66, row), text(20, &FAINT)))?;
        row += 30;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_where_they_leave_the_picture() {
        let points = [(0.0, 1.0), (1.0, 100.0), (2.0, 1.0), (3.0, 2.0)];
        let parts = visible(&points, &(0.5..10.0), true);
        assert_eq!(parts.len(), 2);
        let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() + (a.1 - b.1).abs() < 1e-12;
        assert!(near(parts[0][1], (0.5, 10.0)) && near(parts[1][0], (1.5, 10.0)), "{parts:?}");
        assert_eq!(parts[1].len(), 3);
        assert!(visible(&[(0.0, 20.0), (1.0, 30.0)], &(0.5..10.0), false).is_empty());
    }
}
