//! Builds again when the files that the program carries inside change: the UI and the
//! library. Missing ones are fine; the program then says how to make them.

fn main() {
    for folder in ["../../ui/dist", "../../library"] {
        let is_there = std::path::Path::new(folder).exists();
        // A path that is not there would make every build a new one; its parent tells when it comes.
        let watched = if is_there { folder } else { "../../ui/package.json" };
        println!("cargo:rerun-if-changed={watched}");
    }
}
