//! The program that the first pages show is one that is run here.

#[test]
fn the_readme_and_getting_started_show_the_minimal_example_to_the_letter() {
    let source = include_str!("../../src/bin/minimal.rs");
    let program: String = source.split_inclusive('\n').skip_while(|line| line.starts_with("//!")).collect();
    let program = program.trim_start();
    for page in [include_str!("../../../README.md"), include_str!("../../../docs/getting-started.md")] {
        assert!(page.contains(&format!("\n{program}```\n")), "{program}");
    }
}
