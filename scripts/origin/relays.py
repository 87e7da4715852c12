"""Real bounces in four dresses: the answered mail went through the owner's relay; it shows no Received lines;
it was forged; it was forged and the relay's name was written into a Received line. Each gets a small mailbox of
its own with a Sent folder. Right or unknown, never wrong."""

import csv
import email
import email.policy
import email.utils
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from origin import measure

RELAY, RELAY_IP = "out.relay.example", "192.0.2.25"
HOME = "dsl-77.access.example.net"
VARIANTS = ("through-the-relay", "no-received", "forged", "forged-with-relay-name")
TRACE = re.compile(rb"(?im)^(received|return-path|delivered-to|x-original-to|x-envelope-from):.*\n(?:[ \t].*\n)*")


def block(raw):
    """The parts of a bounce around the header block that it returns: before, block, after. None where that is
    encoded, indented or incomplete."""
    raw = raw.replace(b"\r\n", b"\n")
    at = raw.find(b"\n\n")
    for found in re.finditer(rb"(?im)^message-id:[ \t]*(?:\n[ \t]+)?<[^>\n]+@[^>\n]+>", raw[at:]):
        middle = at + found.start()
        first = raw.rfind(b"\n\n", 0, middle) + 2
        last = raw.find(b"\n\n", middle)
        if last < 0:
            continue
        text = raw[first : last + 1]
        names = {n.lower() for n in re.findall(rb"(?m)^([A-Za-z-]+):", text)}
        if {b"from", b"to", b"date", b"subject"} <= names and not text.startswith(b"--"):
            return raw[:first], text, raw[last + 1 :]
    return None


def hop(helo, name, ip, by, when, account=None):
    login = f"\n\t(Authenticated sender: {account})" if account else ""
    kind = "ESMTPSA" if account else "ESMTPS"
    return (
        f"Received: from {helo} ({name} [{ip}]){login}\n\tby {by} (Postfix) with {kind} id 4C{abs(hash((by, ip))) % 10**8:08d}\n"
        f"\t; {email.utils.format_datetime(when)}\n"
    ).encode()


def mailbox(name, address):
    return email.utils.formataddr((name, address))


class Case:
    """One bounce with what is needed to dress it."""

    def __init__(self, path, raw):
        self.path, self.parts = path, block(raw)
        if self.parts is None:
            raise ValueError("nothing plain is returned")
        head = email.message_from_bytes(self.parts[1], policy=email.policy.compat32)
        outer = email.message_from_bytes(raw, policy=email.policy.compat32)
        self.name, self.owner = email.utils.parseaddr(str(head["from"]))
        to = email.utils.parseaddr(str(outer["to"]))[1]
        if "@" not in self.owner or self.owner.lower() != to.lower():
            raise ValueError("addressed to another")
        self.when = email.utils.parsedate_to_datetime(str(head["date"]))
        if self.when.tzinfo is None:
            raise ValueError("no zone")
        self.head = TRACE.sub(b"", self.parts[1])

    def write(self, variant, folder):
        when, owner = self.when, self.owner
        own = hop("laptop", HOME, "198.51.100.77", RELAY, when + timedelta(seconds=1), owner)
        through = hop(RELAY, RELAY, RELAY_IP, "mx.remote.example", when + timedelta(seconds=3))
        foreign = hop("vps7.rackspool.example", "vps7.rackspool.example", "203.0.113.77", "mx.remote.example",
                      when + timedelta(seconds=3))
        hops = {
            "through-the-relay": through + own,
            "no-received": b"",
            "forged": foreign,
            "forged-with-relay-name": foreign + own,
        }[variant]
        for name in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (folder / name).mkdir(parents=True)
        before, _, after = self.parts
        (folder / "cur/1.answer:2,S").write_bytes(before + hops + self.head + after)
        if "forged" not in variant:
            (folder / ".Sent/cur/1.copy:2,S").write_bytes(self.head + after)
        for i in range(40):
            self.background(folder, i)

    def background(self, folder, i):
        """Other mail of the same owner: a copy in Sent; some fail at other hosts, most are answered by people."""
        when = self.when + timedelta(hours=9 * (i - 20), minutes=7)
        date = email.utils.format_datetime(when)
        domain = self.owner.split("@")[1]
        id = f"<{i:08x}-4a1b-4c2d-9e3f-{i * 7919:012x}@{domain}>"
        to = f"person{i}@site{i % 5}.example"
        head = (
            f"Message-ID: {id}\nDate: {date}\nMIME-Version: 1.0\nFrom: {mailbox(self.name, self.owner)}\nTo: {to}\n"
            f"Subject: Plan {i} for the garden\nContent-Type: text/plain; charset=utf-8\n"
        )
        body = f"\nHello,\n\nhere is plan {i}.\n"
        (folder / f".Sent/cur/b{i}.copy:2,S").write_text(head + body, encoding="utf-8", errors="replace")
        top = (
            f"Received: from mx.site{i % 5}.example (mx.site{i % 5}.example [198.51.100.{i % 5 + 1}])\n"
            f"\tby in.{domain} (Postfix) with ESMTPS id 4D{i:06d}\n\tfor <{self.owner}>; {date}\n"
        )
        if i % 3:
            mail = (
                f"Return-Path: <{to}>\n{top}From: <{to}>\nTo: <{self.owner}>\nSubject: Re: Plan {i} for the garden\n"
                f"Date: {date}\nMessage-ID: <r{i}.{i * 31}@site{i % 5}.example>\nIn-Reply-To: {id}\nReferences: {id}\n\n"
                f"Thank you, I have read it.\n"
            )
        else:
            below = hop(RELAY, RELAY, RELAY_IP, f"mx.site{i % 5}.example", when).decode()
            below += hop("laptop", HOME, "198.51.100.77", RELAY, when, self.owner).decode()
            mail = (
                f"Return-Path: <>\n{top}From: MAILER-DAEMON@mx.site{i % 5}.example (Mail Delivery System)\n"
                f"To: <{self.owner}>\nSubject: Undelivered Mail Returned to Sender\nDate: {date}\n"
                f"Message-ID: <d{i}@mx.site{i % 5}.example>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
                f'Content-Type: multipart/report; report-type=delivery-status; boundary="b{i}"\n\n'
                f"--b{i}\nContent-Type: text/plain\n\nThe mail could not be delivered to {to}.\n\n"
                f"--b{i}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.site{i % 5}.example\n\n"
                f"Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\n"
                f"--b{i}\nContent-Type: message/rfc822\n\n{below}{head}{body}\n--b{i}--\n"
            )
        (folder / f"cur/b{i}.mail:2,S").write_text(mail, encoding="utf-8", errors="replace")


def verdict(program, case, variant, folder):
    case.write(variant, folder)
    # The identity is told, because an mbox of one bounce has none of its own to learn from.
    found = measure.scan(
        program, ["--threads", "1", folder], folder.parent / f"{folder.name}.csv"
    )
    row = next((r for r in found.values() if r["locator"].startswith("cur/1.answer")), None)
    return (row or {}).get("origin") or "none", (row or {}).get("p_forged", ""), (row or {}).get("signals", "")


def check(dev, work, program, goals, listed, most, jobs):
    """Measures the four dresses of up to `most` bounces."""
    with open(dev / "manifest.csv", encoding="utf-8", newline="") as rows:
        paths = [r["path"] for r in csv.DictReader(rows) if r["kind"] == "bounce"]
    cases, seen = [], set()
    for path in paths:
        try:
            case = Case(path, (dev / path).read_bytes())
        except (ValueError, TypeError, LookupError, AttributeError):
            continue
        # Many of these are variations of one mail.
        if case.head not in seen:
            seen.add(case.head)
            cases.append(case)
    step = max(1, len(cases) // most)
    cases = cases[::step][:most]
    print(f"== {len(cases)} real bounces in four dresses (right or unknown, never wrong)")
    wrong_all = []
    for variant in VARIANTS:
        with ThreadPoolExecutor(jobs) as pool:
            verdicts = list(
                pool.map(
                    lambda item: verdict(program, item[1], variant, Path(work) / f"{variant}{item[0]}"),
                    enumerate(cases),
                )
            )
        count = Counter(v[0] for v in verdicts)
        bad = "genuine" if "forged" in variant else "forged"
        good = "forged" if "forged" in variant else "genuine"
        wrong = [(c.path, v) for c, v in zip(cases, verdicts) if v[0] == bad]
        wrong_all += wrong
        print(
            f"  {variant:24} {good} {count[good]:4}  unknown {count['unknown']:4}  {bad} (wrong) {count[bad]:4}  "
            f"not seen as an answer {count['none']:4}"
        )
        for path, v in wrong[: listed or 3]:
            print(f"    {path} {v[1]}\n      {v[2]}")
    print("\n== goals")
    goals.want("relay test: never wrong", not wrong_all and cases, f"{len(wrong_all)} of {4 * len(cases)}", never=True)
