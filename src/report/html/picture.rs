//! Pictures of the page as SVG that follows the page's colours.

use super::escape;
use crate::audit::figure::{Figure, Mark, Series};
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use std::ops::Range;

/// Twice the size on a desk: coordinates are whole numbers.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;

/// Colours that stand for variables of the style sheet, so that one picture serves light and dark.
const INK: RGBColor = RGBColor(1, 0, 0);
const FAINT: RGBColor = RGBColor(2, 0, 0);
const PAPER: RGBColor = RGBColor(3, 0, 0);
const CURVES: [RGBColor; 4] =
    [RGBColor(11, 0, 0), RGBColor(12, 0, 0), RGBColor(13, 0, 0), RGBColor(14, 0, 0)];
const VARIABLES: [(RGBColor, &str); 7] = [
    (INK, "--ink"),
    (FAINT, "--faint"),
    (PAPER, "--paper"),
    (CURVES[0], "--curve-1"),
    (CURVES[1], "--curve-2"),
    (CURVES[2], "--curve-3"),
    (CURVES[3], "--curve-4"),
];

/// The picture with its title and caption.
pub(super) fn figure(figure: &Figure) -> Result<String, String> {
    let mut svg = String::new();
    draw(figure, &mut svg).map_err(|error| format!("{}: {error}", figure.id))?;
    for (RGBColor(r, g, b), variable) in VARIABLES {
        svg = svg.replace(&format!("#{r:02X}{g:02X}{b:02X}"), &format!("var({variable})"));
    }
    // The page decides the size.
    let head = format!("<svg width=\"{WIDTH}\" height=\"{HEIGHT}\"");
    let label = format!("<svg role=\"img\" aria-label=\"{}\"", escape(figure.title));
    let svg = svg.replacen(&head, &label, 1);
    Ok(format!(
        "<figure id=\"picture-{}\"><h3>{}</h3>\n{svg}\n<figcaption>{}</figcaption></figure>\n",
        figure.id,
        escape(figure.title),
        escape(&figure.caption)
    ))
}

/// The picture alone, in the colours of the light page.
///
/// # Errors
/// If there is nothing to draw.
pub fn svg(figure: &Figure) -> Result<String, String> {
    let mut svg = String::new();
    draw(figure, &mut svg).map_err(|error| format!("{}: {error}", figure.id))?;
    let colors = ["#1c1e21", "#8a9099", "#ffffff", "#1a62b3", "#c2571a", "#1f7a4d", "#8a3ea0"];
    for ((RGBColor(r, g, b), _), color) in VARIABLES.into_iter().zip(colors) {
        svg = svg.replace(&format!("#{r:02X}{g:02X}{b:02X}"), color);
    }
    Ok(svg)
}

type Fault = Box<dyn std::error::Error>;

fn draw(figure: &Figure, svg: &mut String) -> Result<(), Fault> {
    let root = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
    let span = |of: fn(&(f64, f64)) -> f64| {
        let values = || figure.series.iter().flat_map(|s| &s.points).map(of);
        let (low, high) = (values().min_by(f64::total_cmp)?, values().max_by(f64::total_cmp)?);
        (low < high).then_some((low, high))
    };
    let (x_low, x_high) = span(|p| p.0).ok_or("nothing to draw over")?;
    let (y_low, y_high) = span(|p| p.1).ok_or("nothing to draw")?;
    let mut builder = ChartBuilder::on(&root);
    builder.margin(16).margin_right(48).x_label_area_size(100).y_label_area_size(150);
    if figure.log_y {
        let range = (0.8 * y_low..1.25 * y_high).log_scale();
        plot(&mut builder, figure, x_low..x_high, range)?;
    } else {
        plot(&mut builder, figure, x_low..x_high, 0f64.min(y_low)..1.05 * y_high)?;
    }
    root.present()?;
    Ok(())
}

fn plot<Y>(
    builder: &mut ChartBuilder<'_, '_, SVGBackend<'_>>,
    figure: &Figure,
    x: Range<f64>,
    y: Y,
) -> Result<(), Fault>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut chart = builder.build_cartesian_2d(x, y)?;
    let text = ("sans-serif", 30).into_font().color(&INK);
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(FAINT)
        .label_style(text.clone())
        .x_labels(8)
        .y_labels(6)
        .axis_desc_style(("sans-serif", 32).into_font().color(&INK))
        .x_desc(figure.x_label)
        .y_desc(figure.y_label)
        .y_label_formatter(&|value| tick(*value))
        .x_label_formatter(&|value| tick(*value))
        .draw()?;
    for (k, Series { name, mark, points }) in figure.series.iter().enumerate() {
        let bars = *mark == Mark::Intervals;
        let color = if bars { INK } else { CURVES[k % CURVES.len()] };
        let full = color.stroke_width(4);
        let drawn = match mark {
            Mark::Fact => chart.draw_series(LineSeries::new(points.iter().copied(), full))?,
            Mark::Bound => {
                chart.draw_series(DashedLineSeries::new(points.iter().copied(), 14, 9, full))?
            }
            Mark::Points => chart
                .draw_series(points.iter().map(|point| Circle::new(*point, 10, color.filled())))?,
            Mark::Intervals => chart.draw_series(
                points.chunks(2).map(|ends| PathElement::new(ends.to_vec(), color.stroke_width(8))),
            )?,
        };
        let sample = *mark;
        drawn.label(name.as_str()).legend(move |(x, y)| match sample {
            Mark::Fact => PathElement::new(vec![(x, y), (x + 44, y)], full).into_dyn(),
            Mark::Bound => {
                plotters::element::DashedPathElement::new([(x, y), (x + 44, y)], 6, 4, full)
                    .into_dyn()
            }
            Mark::Points => Circle::new((x + 22, y), 10, color.filled()).into_dyn(),
            Mark::Intervals => {
                let bar = vec![(x + 22, y - 10), (x + 22, y + 10)];
                PathElement::new(bar, color.stroke_width(8)).into_dyn()
            }
        });
    }
    chart
        .configure_series_labels()
        .position(emptiest_corner(figure))
        .margin(20)
        .background_style(PAPER.filled())
        .border_style(FAINT)
        .label_font(text)
        .legend_area_size(56)
        .draw()?;
    Ok(())
}

/// The corner that holds the fewest points: where the legend hides least.
fn emptiest_corner(figure: &Figure) -> SeriesLabelPosition {
    let scale = |y: f64| if figure.log_y { y.ln() } else { y };
    let points = || figure.series.iter().flat_map(|s| &s.points).map(|(x, y)| (*x, scale(*y)));
    let span = |of: fn((f64, f64)) -> f64| {
        points().map(of).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)))
    };
    let (x, y) = (span(|p| p.0), span(|p| p.1));
    let share = |v: f64, (low, high): (f64, f64)| (v - low) / (high - low);
    let crowd = |right: bool, top: bool| {
        let inside = |(px, py): &(f64, f64)| {
            let (px, py) = (share(*px, x), share(*py, y));
            (if right { 1.0 - px } else { px }) < 0.5 && (if top { 1.0 - py } else { py }) < 0.4
        };
        points().filter(inside).count()
    };
    use SeriesLabelPosition::{LowerLeft, LowerRight, UpperLeft, UpperRight};
    let corners = [
        (UpperRight, crowd(true, true)),
        (UpperLeft, crowd(false, true)),
        (LowerRight, crowd(true, false)),
        (LowerLeft, crowd(false, false)),
    ];
    corners.into_iter().min_by_key(|(_, crowd)| *crowd).map_or(UpperRight, |(corner, _)| corner)
}

/// A tick in few characters.
pub fn tick(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-2..1e4).contains(&magnitude) {
        return format!("{value:.0e}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
