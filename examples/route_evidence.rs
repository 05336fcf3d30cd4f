//! Prints what the router knows of each country of each article, for `scripts/train_route.py`: JSON lines in, tab-separated numbers out.

use std::io::{self, BufRead, BufWriter, Write};

use feedatlas::route::evidence::names;
use feedatlas::route::{Gazetteer, Words};

fn main() -> io::Result<()> {
    let gazetteer = Gazetteer::new(&[]);
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "id\tcode\tmanner\t{}", names().collect::<Vec<_>>().join("\t"))?;
    for line in io::stdin().lock().lines() {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&line?) else { continue };
        let field = |name: &str| value.get(name).and_then(|field| field.as_str()).unwrap_or_default();
        let words =
            Words { title: field("title"), text: field("text"), language: Some(field("lang")), ..Words::default() };
        for evidence in gazetteer.evidence(&words) {
            write!(out, "{}\t{}\t{}", field("id"), evidence.country.code(), evidence.manner.name())?;
            evidence.numbers.iter().try_for_each(|number| write!(out, "\t{number}"))?;
            writeln!(out)?;
        }
    }
    out.flush()
}
