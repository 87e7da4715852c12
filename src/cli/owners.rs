//! Other people's mail as root: the program runs again with the rights of each owner, so that nothing it
//! makes belongs to anybody else and nothing is read that the owner could not read. Knows users as `getent`
//! tells them; never changes mail itself.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use unscatter::store::{Layout, Store};

use super::exit::{Exit, TOLD_APART};

/// Variables that a program needs to speak; whatever else root has in its environment is nobody's business.
const KEPT: [&str; 6] = ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "NO_COLOR"];

/// A user of this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) home: PathBuf,
}

impl User {
    /// A line of the form of passwd(5).
    fn of(line: &[u8]) -> Option<User> {
        let fields: Vec<&[u8]> = line.split(|b| *b == b':').collect();
        let text = |i: usize| std::str::from_utf8(fields.get(i)?).ok();
        Some(User {
            name: text(0)?.to_owned(),
            uid: text(2)?.parse().ok()?,
            home: PathBuf::from(OsString::from_vec(fields.get(5)?.to_vec())),
        })
    }

    /// All users that the system lists.
    pub(super) fn all() -> Vec<User> {
        passwd(&[]).split(|b| *b == b'\n').filter_map(User::of).collect()
    }

    pub(super) fn by_uid(uid: u32) -> Option<User> {
        User::of(passwd(&[uid.to_string()]).split(|b| *b == b'\n').next()?)
    }

    /// Whether the home is a folder of theirs, in which a state folder can lie.
    fn has_home(&self) -> bool {
        std::fs::symlink_metadata(&self.home).is_ok_and(|m| m.is_dir() && m.uid() == self.uid)
    }
}

/// `getent` also knows the users of directory services.
fn passwd(keys: &[String]) -> Vec<u8> {
    let output = Command::new("getent").arg("passwd").args(keys).stderr(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() || !output.stdout.is_empty() => output.stdout,
        Ok(_) => Vec::new(),
        Err(_) => {
            let all = std::fs::read("/etc/passwd").unwrap_or_default();
            let wanted = |line: &&[u8]| {
                keys.is_empty() || User::of(line).is_some_and(|u| keys.contains(&u.uid.to_string()))
            };
            all.split(|b| *b == b'\n').filter(wanted).collect::<Vec<_>>().join(&b'\n')
        }
    }
}

/// Whose mail something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Owner {
    pub(super) fn of(metadata: &std::fs::Metadata) -> Owner {
        Owner { uid: metadata.uid(), gid: metadata.gid() }
    }

    /// Whether this process has these rights already.
    pub(super) fn is_us(self) -> bool {
        rustix::process::geteuid().as_raw() == self.uid
    }

    pub(super) fn shown(self) -> String {
        match User::by_uid(self.uid) {
            Some(user) => user.name,
            None => format!("user {}", self.uid),
        }
    }
}

/// This program again, with the rights of an owner where they are not ours. `state` is the folder for
/// XDG_STATE_HOME; without it the owner's home has the state. Supplementary groups are lost.
pub(super) fn again(owner: Owner, state: Option<&Path>) -> anyhow::Result<Command> {
    let program = std::env::current_exe().context("cannot tell which program this is")?;
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    if owner.is_us() {
        if let Some(state) = state {
            command.env("XDG_STATE_HOME", state);
        }
        command.env(TOLD_APART, "1");
        return Ok(command);
    }
    if !rustix::process::geteuid().is_root() {
        bail!("belongs to {}, and only root can work with the rights of others", owner.shown());
    }
    let user = User::by_uid(owner.uid);
    command.env_clear();
    for name in KEPT {
        if let Some(value) = super::surroundings::variable(name) {
            command.env(name, value);
        }
    }
    if let Some(user) = &user {
        command.env("HOME", &user.home).env("USER", &user.name).env("LOGNAME", &user.name);
    }
    match (state, user.filter(User::has_home)) {
        (Some(state), _) => {
            command.env("XDG_STATE_HOME", state);
        }
        (None, Some(_)) => {}
        (None, None) => bail!(
            "{} has no home folder of its own for the journal; run this as that user, with XDG_STATE_HOME set",
            owner.shown()
        ),
    }
    command.env(TOLD_APART, "1");
    command.uid(owner.uid).gid(owner.gid);
    Ok(command)
}

/// Where several mailboxes of one user keep their state, each by itself.
pub(super) fn state_of(owner: Owner, label: &str) -> anyhow::Result<PathBuf> {
    let base = if owner.is_us() {
        super::surroundings::state()?
    } else {
        let user = User::by_uid(owner.uid).filter(User::has_home);
        let user = user.with_context(|| {
            format!("{} has no home folder of its own for the journal", owner.shown())
        })?;
        user.home.join(".local/state/unscatter")
    };
    let name: String = label
        .chars()
        .map(|c| if c.is_alphanumeric() || "@.-_+".contains(c) { c } else { '_' })
        .collect();
    Ok(base.join("mailboxes").join(name))
}

/// Whose mail a store holds, for root. A folder of root's may hold mailboxes of others: then it is theirs, if all
/// of them have one owner.
pub(super) fn whose(store: &Path) -> anyhow::Result<Owner> {
    let us = Owner { uid: 0, gid: 0 };
    // What cannot be looked at is told by whoever tries to read it.
    let Ok(metadata) = std::fs::metadata(store) else { return Ok(us) };
    let named = Owner::of(&metadata);
    if !named.is_us() || !metadata.is_dir() {
        return Ok(named);
    }
    let Ok(found) = Store::discover(store) else { return Ok(named) };
    let mut owners: BTreeMap<u32, Owner> = BTreeMap::new();
    for folder in &found.folders {
        let subs: &[&str] = if folder.layout == Layout::Maildir { &["cur", "new"] } else { &[] };
        for path in subs.iter().map(|s| folder.path.join(s)).chain([folder.path.clone()]) {
            if let Ok(metadata) = std::fs::symlink_metadata(path) {
                owners.entry(metadata.uid()).or_insert(Owner::of(&metadata));
            }
        }
    }
    if owners.len() > 1 {
        let names: Vec<String> = owners.values().map(|o| o.shown()).collect();
        let shown = super::shown(store);
        bail!(
            "{shown}: holds mail of several owners ({}), and nothing is changed with root's rights over others; \
             name the mail of one owner, or sweep it for each with --all-users, for example {}",
            names.join(", "),
            unscatter::report::text::shell_word(&format!("{shown}/%u"))
        );
    }
    Ok(owners.into_values().next().unwrap_or(named))
}

/// As root, stores of others are worked on with their rights: runs this program again for each owner.
/// None where this process has the right ones itself.
pub(super) fn hand_over(stores: &[PathBuf], typed: &[OsString]) -> anyhow::Result<Option<Exit>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let mut owners: BTreeMap<Owner, Vec<&PathBuf>> = BTreeMap::new();
    for store in stores {
        owners.entry(whose(store)?).or_default().push(store);
    }
    if owners.keys().all(|o| o.is_us()) {
        return Ok(None);
    }
    let mut exits = Vec::new();
    for (owner, stores) in &owners {
        super::complain(&format!(
            "working as {}, whose mail it is, without supplementary groups",
            owner.shown()
        ));
        let mut child = again(*owner, None)?;
        let number = OsString::from(format!("{}:{}", owner.uid, owner.gid));
        // Behind `--` there are no options.
        let end = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
        let (options, rest) = typed.split_at(end);
        child.args(options.iter().skip(1)).arg("--owned-by").arg(number);
        for store in stores {
            let mut word = OsString::from("--owned-store=");
            word.push(store);
            child.arg(word);
        }
        child.args(rest);
        let status = child.status().context("cannot run this program again as the owner")?;
        exits.push(Exit::of(status));
    }
    Ok(Some(Exit::together(&exits)))
}

/// Reads `--owned-by`: user and group that the stores of this process belong to.
pub(super) fn owner(written: &str) -> Result<Owner, String> {
    let numbers =
        written.split_once(':').and_then(|(u, g)| Some((u.parse().ok()?, g.parse().ok()?)));
    let (uid, gid) = numbers.ok_or("write the numbers of user and group: 1000:1000")?;
    Ok(Owner { uid, gid })
}

/// How the owner takes a run back.
pub(super) fn undo_command(owner: Option<Owner>, state: Option<&Path>, run: u64) -> String {
    let mut words = Vec::new();
    if let Some(owner) = owner {
        words.push(format!("sudo -H -u '#{}'", owner.uid));
    }
    if let Some(state) = state {
        let shown = super::shown(state);
        let word = unscatter::report::text::shell_word(&shown);
        words.push(format!("env XDG_STATE_HOME={word}"));
    }
    words.push(format!("unscatter undo {run}"));
    words.join(" ")
}

/// The words of a command line without some options that take a value.
pub(super) fn without(typed: &[OsString], options: &[&str]) -> Vec<OsString> {
    let mut out = Vec::new();
    let mut words = typed.iter().skip(1);
    while let Some(word) = words.next() {
        let bytes = word.as_bytes();
        let names =
            |o: &&&str| bytes.strip_prefix(o.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
        if options.iter().any(|o| word == OsStr::new(o)) {
            words.next();
        } else if !options.iter().any(|o| names(&o)) {
            out.push(word.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_passwd_is_a_user() {
        let user = User::of(b"anna:x:1000:1000:Anna,,,:/home/anna:/bin/bash").unwrap();
        assert_eq!((user.name.as_str(), user.uid), ("anna", 1000));
        assert_eq!(user.home, Path::new("/home/anna"));
        assert_eq!(User::of(b"broken:x:1000"), None);
        assert_eq!(User::of(b""), None);
    }

    #[test]
    fn options_with_their_values_are_taken_from_a_command_line() {
        let typed: Vec<OsString> =
            ["unscatter", "sweep", "--to", "x", "--all-users=/a/%u", "--apply", "--totally"]
                .map(OsString::from)
                .to_vec();
        let left = without(&typed, &["--to", "--all-users"]);
        assert_eq!(left, ["sweep", "--apply", "--totally"].map(OsString::from));
    }

    #[test]
    fn the_way_back_names_user_and_state() {
        let owner = Owner { uid: 1000, gid: 8 };
        assert_eq!(undo_command(None, None, 3), "unscatter undo 3");
        let whole = undo_command(Some(owner), Some(Path::new("/var/a b")), 3);
        assert_eq!(whole, "sudo -H -u '#1000' env XDG_STATE_HOME='/var/a b' unscatter undo 3");
    }
}
