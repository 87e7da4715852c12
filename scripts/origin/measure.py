"""Joins findings with a truth and counts. Knows nothing of where the mail comes from."""

import csv
import math
import subprocess
from collections import Counter, namedtuple

# One message with its truth and its verdict. `returned` is A (headers or body), B (an id or a subject) or
# C (nothing); `found` is the campaign that was found, `campaign` the true one.
Row = namedtuple(
    "Row", "path kind truth returned adversarial campaign origin p found signals verdict_kind never_sent"
)

# Forged mail that went through the owner's own hosts: it stands apart from the rest.
APART = ("own-relay", "account-used")
SURE = 0.99


def scan(program, arguments, out, *options):
    """Runs a scan; its findings by hash and by locator."""
    done = subprocess.run(
        [program, "scan", "--quiet", "--no-progress", "--all", *options, *map(str, arguments), "-o", str(out)],
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"scan ended with {done.returncode}: {arguments}")
    by_hash = {}
    with open(out, encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["origin"] or row["class"]:
                by_hash.setdefault(row["sha256"], row)
    return by_hash


def row(path, truth, found, returned, never_sent=False):
    """Puts a row of the truth and what was found together."""
    p = found["p_forged"] if found else ""
    kind = (found or {}).get("class", "ordinary")
    return Row(
        path=path,
        kind=truth["kind"],
        truth=truth.get("origin") or truth.get("provenance"),
        returned=returned,
        adversarial=truth.get("adversarial", ""),
        campaign=truth.get("campaign", ""),
        origin=(found or {}).get("origin") or "none",
        p=float(p) if p else None,
        found=(found or {}).get("campaign", ""),
        signals=(found or {}).get("signals", ""),
        verdict_kind=kind,
        never_sent=never_sent,
    )


def apart(r):
    return next((a for a in APART if a in r.adversarial.split(";")), None)


def share(part, whole):
    return f"{part:5}/{whole:<5}{100 * part / whole:6.1f} %" if whole else "    -             "


class Figures:
    """What one set of rows comes to."""

    def __init__(self, rows):
        self.rows = [r for r in rows if r.truth in ("genuine", "forged", "unknown")]
        self.answers = [r for r in self.rows if r.truth != "unknown"]
        plain = [r for r in self.answers if not apart(r)]
        self.by = {}
        for letter in "ABC":
            mine = [r for r in plain if r.returned == letter]
            self.by[letter] = self.count(mine)
        self.all = self.count(plain)
        self.apart = {a: [r for r in self.answers if apart(r) == a] for a in APART}
        self.ordinary_wrong = [r for r in rows if r.truth == "n/a" and r.origin == "forged"]

    @staticmethod
    def count(rows):
        genuine = [r for r in rows if r.truth == "genuine"]
        forged = [r for r in rows if r.truth == "forged"]
        return {
            "genuine": len(genuine),
            "genuine found": sum(r.origin == "genuine" for r in genuine),
            "genuine forged": sum(r.origin == "forged" for r in genuine),
            "genuine sure": sum((r.p or 0) >= SURE for r in genuine),
            "forged": len(forged),
            "forged sure": sum((r.p or 0) >= SURE for r in forged),
            "forged found": sum(r.origin == "forged" for r in forged),
            "forged genuine": sum(r.origin == "genuine" for r in forged),
        }

    def rated(self, letters="ABC"):
        return [r for r in self.answers if r.p is not None and not apart(r) and r.returned in letters]

    def brier(self):
        rows = self.rated()
        return sum((r.p - (r.truth == "forged")) ** 2 for r in rows) / max(1, len(rows))

    def bins(self, letters, low=0.0, high=1.0, count=10):
        """(n, mean p, share forged) of equal bins of p."""
        bins = [[] for _ in range(count)]
        for r in self.rated(letters):
            if low <= r.p <= high:
                bins[min(count - 1, int((r.p - low) / (high - low) * count))].append(r)
        out = []
        for rows in bins:
            n = len(rows)
            if n:
                out.append((n, sum(r.p for r in rows) / n, sum(r.truth == "forged" for r in rows) / n))
            else:
                out.append((0, 0.0, 0.0))
        return out

    def ece(self, letters):
        bins = self.bins(letters)
        total = sum(b[0] for b in bins)
        return sum(n * abs(mean - share) for n, mean, share in bins) / max(1, total)

    def middle_error(self):
        """Between 0.02 and 0.98: the most that mean p and the share differ in a bin of 30 or more."""
        worst = 0.0
        for n, mean, part in self.bins("ABC", 0.02, 0.98, 6):
            if n >= 30:
                # What chance alone explains at two standard errors is no fault.
                spare = 2 * math.sqrt(max(part * (1 - part), 0.01) / n)
                worst = max(worst, abs(mean - part) - spare)
        return worst

    def sure_wrong(self):
        """Of those at 0.99 and above: how many are genuine, and how many there are."""
        sure = [r for r in self.rated() if r.p >= SURE]
        return sum(r.truth == "genuine" for r in sure), len(sure)

    def line(self, name):
        a, b, c = (self.by[x] for x in "ABC")
        cells = [f"{name:26}"]
        for f in (a, b, c):
            cells.append(
                f"{f['genuine found']:4}/{f['genuine']:<4} {f['genuine sure']:2}  "
                f"{f['forged sure']:4}/{f['forged']:<4} {f['forged genuine']:2}"
            )
        return " | ".join(cells) + f" | {self.ece('BC'):.3f} {self.brier():.4f}"

    @staticmethod
    def head():
        cell = "gen found ge99  for>=.99 f>g"
        return f"{'':26} | A{cell[1:]} | B{cell[1:]} | C{cell[1:]} | ECE BC Brier"

    def tell(self):
        """The long form."""
        print("        genuine called genuine   genuine>=.99   forged >=.99           forged called genuine")
        for name in ("A", "B", "C", "all"):
            f = self.all if name == "all" else self.by[name]
            print(
                f"  {name:4}  {share(f['genuine found'], f['genuine'])}   {f['genuine sure']:5}       "
                f"{share(f['forged sure'], f['forged'])}    {share(f['forged genuine'], f['forged'])}"
            )
        for name, rows in self.apart.items():
            if rows:
                origins = Counter(r.origin for r in rows)
                sure = sum((r.p or 0) >= SURE for r in rows)
                print(f"  {name}: {dict(sorted(origins.items()))}, p >= 0.99: {sure}")
        undecidable = [r for r in self.rows if r.truth == "unknown"]
        if undecidable:
            print(f"  nobody can tell: {dict(Counter(r.origin for r in undecidable))}")
        wrong, sure = self.sure_wrong()
        print(
            f"  ECE on B + C {self.ece('BC'):.3f}, on all {self.ece('ABC'):.3f}; Brier {self.brier():.4f}; "
            f"genuine among those >= 0.99: {wrong} of {sure}; ordinary called forged: {len(self.ordinary_wrong)}"
        )
        missed = [r for r in self.answers if r.p is None]
        if missed:
            print(f"  answers taken for ordinary mail: {len(missed)} {dict(Counter(r.kind for r in missed))}")
        print("  p in bins (n: mean p / share forged):")
        for letters in ("A", "BC"):
            cells = [f"{n}: {mean:.2f}/{part:.2f}" for n, mean, part in self.bins(letters) if n]
            print(f"    {letters:3} " + "  ".join(cells))

    def worst(self, count, forged=True):
        """Those that are wrong in the worse direction first, then forged mail called genuine."""
        bad = [r for r in self.answers if r.truth == "genuine" and (r.p or 0) >= 0.95]
        bad.sort(key=lambda r: -r.p)
        for r in bad[:count]:
            print(f"    genuine at {r.p:.4f} {r.returned} {r.kind} [{r.adversarial}] {r.path}\n      {r.signals}")
        if not forged:
            return
        lost = [r for r in self.answers if r.truth == "forged" and r.origin == "genuine" and not apart(r)]
        lost.sort(key=lambda r: r.p)
        for r in lost[:count]:
            print(f"    forged at {r.p:.4f} {r.returned} {r.kind} [{r.adversarial}] {r.path}\n      {r.signals}")


def save(rows, path):
    """Writes rows for looking at them."""
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(rows)


def adjusted_rand(pairs):
    """Of (true, found) labels: 1 where both groupings agree, about 0 where they agree by chance."""
    def two(n):
        return n * (n - 1) / 2

    cells = Counter(pairs)
    rows, columns = Counter(t for t, _ in pairs), Counter(f for _, f in pairs)
    both = sum(two(n) for n in cells.values())
    a, b = sum(two(n) for n in rows.values()), sum(two(n) for n in columns.values())
    chance = a * b / max(1, two(len(pairs)))
    most = (a + b) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


class Goals:
    """What was wanted, and whether it was reached. A goal that must never fail ends the run with 1."""

    def __init__(self, strict):
        self.strict = strict
        self.failed = []

    def want(self, name, reached, value, never=False):
        print(f"  {'met    ' if reached else 'NOT met'}  {name}: {value}")
        if not reached and (never or self.strict):
            self.failed.append(name)

    def end(self):
        for name in self.failed:
            print(f"check-origin: failed: {name}")
        return 1 if self.failed else 0
