//! What people see: tables that are aligned whatever the script, figures, a live line.

mod figures;
mod live;
mod output;
mod progress;
mod table;

pub use figures::{clock, cost, seconds, tokens};
pub use live::Live;
pub use output::{
    Output, all_printed, print_json, print_json_line, print_line, print_remark, print_text,
};
pub use progress::Bar;
pub use table::{Align, Table, printable, shorten};
