//! The section on worst cases: the ladder of every inequality, the methods, and the curves.

use super::escape;
use crate::report::ladder::{beyond, blanks, cell, kernel, known, method_known, rungs};
use crate::scalar::Rational;
use crate::worst_case::curves::Beyond;
use crate::worst_case::overview::Overview;
use std::fmt::Write;

/// The section.
pub(super) fn section(found: &Overview) -> String {
    let mut text = String::from(
        "<section id=\"worst-cases\"><h2>Worst cases</h2>\n\
         <p>How near an inequality can come to equality, as the quotient of its smaller side by its \
         larger: on random instances, on an explicit problem that meets the hypotheses for every x, \
         and, by a certificate of exact rationals, on any problem of the class with the same step \
         size, weight and constants. The statement says 1. The witness meets the conditions at the \
         points visited only, which are necessary and not sufficient for a problem; where a problem \
         attains the certificate the worst case is known. Every bound is exact, or rounded outward.</p>\n",
    );
    text += &ladder(found);
    text += &methods(found);
    text += &curves(found);
    text + "</section>\n"
}

fn head(columns: &[&str]) -> String {
    let cells: String =
        columns.iter().map(|column| format!("<th scope=\"col\">{column}</th>")).collect();
    format!("<div class=\"wide\"><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n")
}

const FOOT: &str = "</tbody></table></div>\n";

fn badge(class: &str, word: &str) -> String {
    format!("<span class=\"badge {class}\">{}</span>", escape(word))
}

fn bounds(values: [(Option<&Rational>, bool); 3]) -> String {
    let cells = values.map(|(value, up)| format!("<td class=\"n\">{}</td>", cell(value, up)));
    cells.concat()
}

fn ladder(found: &Overview) -> String {
    let columns =
        ["inequality", "sampled", "explicit problem", "witness", "certificate", "stated", "known"];
    let mut text = head(&columns);
    let mut numbers = String::new();
    for rung in rungs(&found.statements) {
        let class = if rung.is_exact() { "good" } else { "open" };
        let _ = writeln!(
            text,
            "<tr><th scope=\"row\"><a href=\"#{}\">{}</a></th><td class=\"n\">{}</td>{}\
             <td class=\"n\">1</td><td>{}</td></tr>",
            escape(&rung.statement.replace('/', "--")),
            escape(&rung.statement),
            cell(rung.sampled.as_ref(), false),
            bounds([
                (rung.attained.as_ref(), false),
                (rung.witness.as_ref(), false),
                (rung.certified.as_ref(), true)
            ]),
            badge(class, &known(rung)),
        );
        let pairs: Vec<String> =
            rung.numbers.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let _ = writeln!(
            numbers,
            "<dt>{}</dt><dd>{}<br>Only necessary at the points visited: {}</dd>",
            escape(&rung.statement),
            escape(&pairs.join(", ")),
            escape(&rung.necessary.join(", ")),
        );
    }
    text += FOOT;
    let _ = write!(
        text,
        "<details><summary>The numbers of each row, and its conditions</summary><dl>\n{numbers}</dl></details>\n\
         <details><summary>Inequalities without a ladder, and why</summary><ul>\n"
    );
    for (reason, statements) in blanks(&found.statements) {
        let _ = writeln!(text, "<li>{} ({})</li>", escape(reason), escape(&statements.join(", ")));
    }
    text + "</ul></details>\n"
}

fn methods(found: &Overview) -> String {
    let mut text = String::from(
        "<h3>Methods</h3>\n<p>One step on sums of smooth and strongly convex functions, where the \
         conditions are sufficient as well: witness and certificate enclose the worst case.</p>\n",
    );
    text += &head(&["method", "n", "two quadratics", "witness", "certificate", "known"]);
    for row in &found.methods {
        let known = method_known(row);
        let class = if known == "exact" { "good" } else { "open" };
        let _ = writeln!(
            text,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td>{}<td>{}</td></tr>",
            escape(row.method),
            row.samples,
            bounds([
                (row.attained.as_ref(), false),
                (row.witness.as_ref(), false),
                (row.certified.as_ref(), true)
            ]),
            badge(class, &known),
        );
    }
    text + FOOT
}

fn curves(found: &Overview) -> String {
    let mut text = String::from(
        "<h3>Sharp step sizes</h3>\n<p>At points of the two curves, the statement with its hypothesis \
         on the step left out: certified at the limit, and looked at a thousandth beyond.</p>\n",
    );
    text += &head(&["statement", "γμ", "γ𝓛 at the limit", "kernel", "beyond", "multipliers"]);
    for point in &found.curves {
        let class = |good: bool| if good { "good" } else { "open" };
        let multipliers: Vec<String> = point
            .certificate
            .iter()
            .filter(|(_, value)| !value.is_zero())
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let _ = writeln!(
            text,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>\
             <td>{}</td><td>{}</td></tr>",
            escape(&point.statement),
            point.step,
            point.limit,
            badge(class(point.proved), kernel(point)),
            badge(class(point.there == Beyond::Refuted), beyond(point.there)),
            escape(&multipliers.join(", ")),
        );
    }
    text + FOOT
}
