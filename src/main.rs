//! The command line of unscatter.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
