//! The figures side by side.

use super::measure::{Direct, Measured};

/// Print everybody's figures, one column each.
pub fn print(direct: &Direct, all: &[Measured]) {
    println!(
        "\nupstream without anybody between: {:.0} requests/s and {:.0} streams/s over 32 connections; {:.3} ms and {:.3} ms a stream over one\n",
        direct.c32.rate(),
        direct.c32_stream.rate(),
        direct.c1.total_at(50.0),
        direct.c1_stream.total_at(50.0)
    );
    let Some(first) = all.first() else { return };
    print!("{:<32}", "");
    for one in all {
        print!("{:>20}", one.peer);
    }
    println!();
    for (row, (metric, _, _)) in first.values.iter().enumerate() {
        print!("{metric:<32}");
        for one in all {
            print!("{:>20.3}", one.values[row].1);
        }
        println!();
    }
    print!("{:<32}", "answers other than 200");
    for one in all {
        print!("{:>20}", one.bad);
    }
    println!();
}
