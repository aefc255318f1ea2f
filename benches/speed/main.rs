//! What each part of a run costs, by itself: `cargo bench`, or one part with
//! `cargo bench -- scanner`. Sizes are spelled out; throughput is in bytes and in
//! items (cells or records). Compares nothing with other programs, which is what
//! `benches/peers/` does, and checks no result, which is what the tests do.

mod consent;
mod dates;
mod generator;
mod kernels;
mod material;
mod pipeline;
mod scanner;
mod subjects;

fn main() {
    divan::main();
    material::clear_away();
}
