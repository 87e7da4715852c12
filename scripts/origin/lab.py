"""The mailbox that real mail programs wrote: whole, with parts of Sent taken away, and with other shares
of forged mail. Reads the lab, works on copies."""

import base64
import csv
import email.header
import email.utils
import os
import quopri
import random
import re
from collections import defaultdict
from pathlib import Path

from origin import measure

FIELD = re.compile(rb"(?im)^[ \t>]*(received|from|to|date|subject|message-id|return-path):[ \t]*\S")
# What a part of the header block can be told by: several different fields near each other.
NAMED = re.compile(
    rb"(?im)^(in-reply-to|references|original-message-id|x-original-message-id):[ \t]*(\r?\n[ \t]+)?<\S+@"
)
IN_TEXT = re.compile(rb"(?im)^[ \t>]*(message-id|subject):[ \t]*\S")
PREFIX = re.compile(
    r"(?i)^(re|auto|aw|automatic reply|automatische antwort|r.ponse automatique ?|out of office|accepted|read|"
    r"displayed|return receipt[^-:]*|undeliverable|warning|\[[^\]]*\] autoreply)\s*[:\-]\s*\S"
)


def decoded(body):
    """The body with its encoded parts opened, as far as that is needed to see fields."""
    out = [body]
    for found in re.finditer(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n){2,}[A-Za-z0-9+/=]*", body):
        try:
            out.append(base64.b64decode(found.group(), validate=False))
        except ValueError:
            pass
    if b"quoted-printable" in body.lower():
        out.append(quopri.decodestring(body))
    return b"\n".join(out)


def returned(raw):
    """A, B or C of an answer."""
    raw = raw.replace(b"\r\n", b"\n")
    head, _, body = raw.partition(b"\n\n")
    body = decoded(body)
    fields = {m.group(1).lower() for m in FIELD.finditer(body)}
    if len(fields) >= 3:
        return "A"
    if NAMED.search(head) or NAMED.search(body) or IN_TEXT.search(body):
        return "B"
    subject = re.search(rb"(?im)^subject:[ \t]*(.*(?:\n[ \t].*)*)", head)
    if subject:
        parts = email.header.decode_header(subject.group(1).decode("latin-1"))
        text = "".join(t if isinstance(t, str) else t.decode(c or "latin-1", "replace") for t, c in parts)
        if PREFIX.match(text.strip()):
            return "B"
    return "C"


def header(raw, name):
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("latin-1")
    found = re.search(rf"(?im)^{name}:[ \t]*(.*(?:\n[ \t].*)*)", head)
    return found.group(1).strip() if found else ""


def mailer(raw):
    """The program that wrote a copy in Sent; the shape of its id where it gives no name."""
    text = header(raw, "User-Agent") or header(raw, "X-Mailer")
    for name in ("Thunderbird", "Mutt", "Apple", "Outlook", "PHPMailer", "K-9"):
        if name in text:
            return name
    if text:
        return text.split("/")[0].split(" ")[0]
    left = header(raw, "Message-ID").strip("<>").split("@")[0]
    uuid = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    if re.fullmatch(uuid, left):
        return "unnamed, UUID" if left.upper() == left else "unnamed, uuid"
    return "unnamed, other id" if left else "unnamed, no id"


class Lab:
    def __init__(self, path, work, program):
        self.program, self.work = program, Path(work)
        with open(path / "truth.csv", encoding="utf-8", newline="") as rows:
            self.truth = list(csv.DictReader(rows))
        files = {f.name.split(":2,")[0]: f for f in sorted((path / "Maildir/cur").iterdir())}
        self.inbox = {r["sha256"]: (files[r["file"]].name, files[r["file"]].read_bytes()) for r in self.truth}
        self.sent = {f.name: f.read_bytes() for f in sorted((path / "Maildir/.Sent/cur").iterdir())}
        self.letters = {h: returned(raw) for h, (_, raw) in self.inbox.items()}
        self.date = {n: email.utils.parsedate_to_datetime(header(raw, "Date")) for n, raw in self.sent.items()}
        self.identities = {
            email.utils.parseaddr(header(raw, "From"))[1].lower() for raw in self.sent.values()
        }
        self.count = 0

    def figures(self, sent=None, received=None, options=()):
        """Scans the mailbox with these copies in Sent and these rows received (default: all)."""
        sent = self.sent if sent is None else sent
        received = self.truth if received is None else received
        self.count += 1
        store = self.work / f"copy{self.count}"
        for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (store / folder).mkdir(parents=True)
        (store / ".Sent/maildirfolder").touch()
        for row in received:
            name, raw = self.inbox[row["sha256"]]
            # One copy for all, because a mailbox is read much faster than it is written.
            one = self.work / "pool" / row["sha256"]
            if not one.exists():
                one.parent.mkdir(exist_ok=True)
                one.write_bytes(raw)
            os.link(one, store / "cur" / name)
        for name in sent:
            (store / ".Sent/cur" / name).write_bytes(self.sent[name])
        found = measure.scan(self.program, [store], self.work / "findings.csv", *options)
        rows = []
        for row in received:
            _, raw = self.inbox[row["sha256"]]
            to = email.utils.parseaddr(header(raw, "X-Original-To") or header(raw, "To"))[1].lower()
            rows.append(
                measure.row(
                    row["file"], row, found.get(row["sha256"]), self.letters[row["sha256"]],
                    never_sent=to not in self.identities,
                )
            )
        for folder, _, names in os.walk(store, topdown=False):
            for name in names:
                os.unlink(os.path.join(folder, name))
            os.rmdir(folder)
        return measure.Figures(rows)

    def dropouts(self):
        """Names and what is left in Sent."""
        names = list(self.sent)
        for percent in (10, 30, 50, 70):
            for seed in (1, 2):
                lot = random.Random(percent * 100 + seed)
                kept = [n for n in names if lot.random() * 100 >= percent]
                yield f"{percent} % lost, seed {seed}", kept
        by = defaultdict(list)
        for name in names:
            by[mailer(self.sent[name])].append(name)
        for program, mine in sorted(by.items()):
            yield f"no {program} ({len(mine)})", [n for n in names if n not in set(mine)]
        dates = sorted(self.date.values())
        first, last = dates[0], dates[-1]
        for third in range(3):
            low, high = first + (last - first) * third / 3, first + (last - first) * (third + 1) / 3
            kept = [n for n in names if not low <= self.date[n] <= high]
            yield f"third {third + 1} of time lost ({len(names) - len(kept)})", kept
        order = sorted(names, key=lambda n: self.date[n])
        for third in range(3):
            low, high = len(order) * third // 3, len(order) * (third + 1) // 3
            yield f"third {third + 1} of mails lost ({high - low})", order[:low] + order[high:]
        yield "no Sent at all", []

    def shares(self):
        """Names and the rows that are received, at other shares of forged mail."""
        def of(origin):
            return [r for r in self.truth if r["provenance"] == origin]

        genuine, forged, rest = of("genuine"), of("forged"), of("n/a")
        for percent, draws in ((5, 3), (50, 2), (99, 8)):
            for draw in range(draws):
                lot = random.Random(percent * 1000 + draw)
                g = min(len(genuine), round(len(forged) * (100 - percent) / percent))
                f = min(len(forged), round(g * percent / (100 - percent)))
                yield f"{percent} % forged, draw {draw + 1}", lot.sample(genuine, g) + lot.sample(forged, f) + rest


GROUPS = ("recipient", "absence", "contradiction", "path", "habit", "answered", "campaign", "time")


def ablation(path, work, program):
    """What each group of evidence is worth: the same mailbox with it left out."""
    lab = Lab(path, work, program)
    print("== the lab without one group of evidence")
    print(measure.Figures.head())
    print(lab.figures().line("all groups"))
    for group in GROUPS:
        print(lab.figures(options=("--without", group)).line(f"without {group}"))


def check(path, work, program, goals, listed, saved):
    """Measures everything about the lab."""
    lab = Lab(path, work, program)
    print("== the lab, whole")
    whole = lab.figures()
    if saved:
        measure.save(whole.rows, saved)
    whole.tell()
    whole.worst(listed)
    print("\n== with parts of Sent lost, and at other shares of forged mail")
    print(measure.Figures.head())
    sure, all_figures = [], []
    cases = [(n, {"sent": s}) for n, s in lab.dropouts()] + [(n, {"received": r}) for n, r in lab.shares()]
    for name, case in cases:
        figures = lab.figures(**case)
        print(figures.line(name))
        figures.worst(min(listed, 3), forged=False)
        all_figures.append((name, figures))
        if figures.all["genuine sure"]:
            sure.append(f"{name}: {figures.all['genuine sure']}")

    a, b, c = (whole.by[x] for x in "ABC")
    print("\n== goals")
    goals.want("no genuine answer at 0.99", whole.all["genuine sure"] == 0, whole.all["genuine sure"], never=True)
    goals.want("none in any copy", not sure, "; ".join(sure) or "none", never=True)

    def at_least(name, part, all, percent):
        goals.want(f"{name}, at least {percent} %", part >= all * percent / 100, measure.share(part, all).strip())

    at_least("A genuine called genuine", a["genuine found"], a["genuine"], 92)
    at_least("A forged at 0.99", a["forged sure"], a["forged"], 93)
    at_least("B genuine called genuine", b["genuine found"], b["genuine"], 45)
    at_least("B forged at 0.99", b["forged sure"], b["forged"], 30)
    known = [r for r in whole.rated("C") if r.p >= measure.SURE and not r.never_sent]
    goals.want("C: none at 0.99 unless the address never was the owner's", not known, len(known))
    goals.want(
        "forged called genuine, at most 0.5 %",
        whole.all["forged genuine"] <= 0.005 * whole.all["forged"],
        measure.share(whole.all["forged genuine"], whole.all["forged"]).strip(),
    )
    through = [r for rows in whole.apart.values() for r in rows]
    taken = sum(r.origin == "genuine" for r in through)
    goals.want("own-relay and account-used called genuine, at most 5", taken <= 5, f"{taken} of {len(through)}")
    goals.want(
        "own-relay and account-used at 0.99: none",
        not any((r.p or 0) >= measure.SURE for r in through),
        sum((r.p or 0) >= measure.SURE for r in through),
    )
    common(whole, goals)


def common(figures, goals):
    """The goals on calibration."""
    wrong, sure = figures.sure_wrong()
    goals.want("ECE on B + C, at most 0.05", figures.ece("BC") <= 0.05, f"{figures.ece('BC'):.3f}")
    goals.want("Brier, at most 0.03", figures.brier() <= 0.03, f"{figures.brier():.4f}")
    goals.want("genuine among those at 0.99, at most 0.1 %", wrong <= 0.001 * sure, f"{wrong} of {sure}")
    goals.want(
        "between 0.02 and 0.98 mean p within 0.10 of the share",
        figures.middle_error() <= 0.10,
        f"{max(0.0, figures.middle_error()):.2f} off",
    )
