//! `manual`: writes man pages and shell completions, made from the declarations that parse the command line.
//! Hidden, because packagers need it and few others do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Command};
use clap_complete::Shell;

use super::exit::Exit;

/// Completions, and where they lie below a data folder.
const COMPLETIONS: [(Shell, &str); 3] = [
    (Shell::Bash, "bash-completion/completions/unscatter"),
    (Shell::Zsh, "zsh/vendor-completions/_unscatter"),
    (Shell::Fish, "fish/vendor_completions.d/unscatter.fish"),
];

/// When the options last changed; pages must not depend on the day on which they are made.
const DATE: &str = "2026-11-28";

/// What the page of the program says beyond its options.
const FILES: &str = r#".SH FILES
.TP
\fI~/.config/unscatter/config.toml\fR
The configuration; where there is none,
.IR /etc/unscatter/config.toml .
.TP
\fI~/.local/state/unscatter/\fR
Journals of moves, from which
.B unscatter undo
puts mail back, and the lock of a run.
.SH ENVIRONMENT
.TP
.B UNSCATTER_CONFIG
The configuration to read.
.TP
.B UNSCATTER_MIN_SCORE
and the like: each key of the configuration, in capitals and with underscores. A flag wins over it; it wins
over the file. Lists are separated by commas.
"#;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Data folder below which man/man1, bash-completion, zsh and fish are written, as /usr/share or
    /// ~/.local/share
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let mut command = super::command();
        command.build();
        let name = command.get_name().to_owned();
        self.page(&command, &name, FILES)?;
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            self.page(sub, &format!("{name}-{}", sub.get_name()), "")?;
        }
        for (shell, below) in COMPLETIONS {
            let mut octets = Vec::new();
            clap_complete::generate(shell, &mut command, &name, &mut octets);
            write(&self.folder.join(below), &octets)?;
        }
        Ok(Exit::Done)
    }

    fn page(&self, command: &Command, name: &str, more: &str) -> anyhow::Result<()> {
        let page = clap_mangen::Man::new(command.clone().name(name.to_owned()))
            .title(name.to_uppercase())
            .section("1")
            .date(DATE)
            .source(format!("unscatter {}", env!("CARGO_PKG_VERSION")))
            .manual("User Commands");
        let mut octets = Vec::new();
        page.render(&mut octets)?;
        // An empty line between line breaks is vertical space, and linters want it called so (clap_mangen 0.3).
        let page = String::from_utf8_lossy(&octets).replace("\n.br\n\n.br\n", "\n.sp\n");
        let page = format!("{page}{more}");
        write(&self.folder.join(format!("man/man1/{name}.1")), page.as_bytes())
    }
}

fn write(path: &Path, octets: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", super::shown(path));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    fs::write(path, octets).with_context(failed)
}
