//! The `harden` program.

fn main() -> std::process::ExitCode {
    harden::cli::main()
}
