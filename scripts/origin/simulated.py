"""Simulated mailboxes: makes them with seeds that were never looked at, measures, and checks that they cannot
be judged without their Sent folder."""

import csv
import shutil
import subprocess
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from origin import lab, leak, measure

TABLE = (100, 90, 70, 50, 0)

# Weights are fitted on mailboxes without these programs, and every other mailbox that measures has only these.
HELD_OUT = (
    "sendmail,courier,opensmtpd,domino,yahoo,groupwise,dma,imail,sieve-reject,vacation,mailbot,gate,procmail,"
    "boxtrapper,outlook-mdn"
)


class Maker:
    """Runs `make-store simulate` and a scan of what it made."""

    def __init__(self, make_store, program, work, messages, extra, jobs):
        self.make_store, self.program = make_store, program
        self.work, self.messages, self.extra = Path(work), messages, extra
        self.jobs = jobs
        self.table = True

    def store(self, seed, *options):
        """Makes one mailbox; the rows of its truth with paths."""
        out = Path(tempfile.mkdtemp(dir=self.work)) / "store"
        if seed % 2 and not self.extra:
            options += ("--only-programs", HELD_OUT)
        subprocess.run(
            [self.make_store, "simulate", "--seed", str(seed), "--messages", str(self.messages),
             *self.extra, *map(str, options), "--out", str(out)],
            check=True, stderr=subprocess.DEVNULL,
        )
        with open(out / "truth.csv", encoding="utf-8", newline="") as rows:
            return out, list(csv.DictReader(rows))

    def rows(self, seed, *options, leaks=False):
        """The rows of one mailbox with their verdicts; and its marks where wanted."""
        out, truth = self.store(seed, *options)
        found = measure.scan(self.program, ["--threads", "1", out], out.parent / "findings.csv")
        rows = [
            measure.row(f"seed {seed}: {t['path']}", t, found.get(t["sha256"]), t["returned"]) for t in truth
        ]
        if leaks:
            marks = [leak.marks((out / t["path"]).read_bytes(), t) for t in truth if t["returned"] == "A"]
        else:
            marks = []
        # Findings are kept per mailbox: campaigns are numbered in each anew.
        shutil.rmtree(out.parent)
        return seed, rows, [m for m in marks if m]

    def many(self, seeds, *options, leaks=False):
        with ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(lambda seed: self.rows(seed, *options, leaks=leaks), seeds))


def reached(stores):
    """Forged answers at 0.99: of A or in a campaign of five and more that can be seen, and of the rest of B."""
    main, rest = [0, 0], [0, 0]
    for _, rows, _ in stores:
        for r in rows:
            if r.truth != "forged" or measure.apart(r):
                continue
            # A member of a campaign can be told by what came back: a subject is enough, an id alone is not.
            into = main if r.returned == "A" or r.found else rest if r.returned == "B" else None
            if into is not None:
                into[1] += 1
                into[0] += (r.p or 0) >= measure.SURE
    return main, rest


def campaigns(stores):
    """Adjusted Rand index per mailbox, over forged answers that gave back headers: of all (one that is in no
    campaign stands alone), and of those that were put into one."""
    whole, placed = [], []
    for _, rows, _ in stores:
        mine = [r for r in rows if r.truth == "forged" and r.returned == "A"]
        alone = ((r.campaign, r.found or f"alone {i}") for i, r in enumerate(mine))
        whole.append(measure.adjusted_rand(list(alone)))
        placed.append(measure.adjusted_rand([(r.campaign, r.found) for r in mine if r.found]))
    return sum(whole) / len(whole), sum(placed) / len(placed), min(placed)


def gaps(maker, seeds, listed, quick):
    """The table over other gaps in Sent and shares of forged mail; where a genuine answer came out at 0.99."""
    print("\n== over the share of Sent that is there, and with a device or a month missing")
    print(measure.Figures.head())
    some = seeds[: max(1, len(seeds) // (2 if quick else 4))]
    cases = [(f"{c} % in Sent", ("--missing", 100 - c)) for c in TABLE]
    cases += [
        ("phones keep no copies", ("--missing", 10, "--device-gaps", "yes")),
        ("first device missing", ("--missing", 0, "--missing-device", 1)),
        ("second device missing", ("--missing", 0, "--missing-device", 2)),
        ("days 100 to 160 missing", ("--missing", 0, "--missing-period", "100..160")),
        ("5 % forged", ("--forged", 5)),
        ("99 % forged", ("--forged", 99)),
    ]
    sure = []
    for name, options in cases:
        figures = measure.Figures([r for _, mine, _ in maker.many(some, *options) for r in mine])
        print(figures.line(name))
        figures.worst(min(listed, 3), forged=False)
        if figures.all["genuine sure"]:
            sure.append(f"{name}: {figures.all['genuine sure']} of {figures.all['genuine']}")
    return sure


def check(maker, seeds, goals, listed, quick, saved):
    """Measures everything about the simulated mailboxes."""
    stores = maker.many(seeds, "--missing", 10, leaks=True)
    rows = [r for _, mine, _ in stores for r in mine]
    if saved:
        measure.save(rows, saved)
    whole = measure.Figures(rows)
    print(f"== {len(stores)} simulated mailboxes of {maker.messages} messages, 10 % of the owner's mail not in Sent")
    whole.tell()
    whole.worst(listed)
    print("  by what makes it hard (genuine: found, at 0.99; forged: at 0.99, called genuine)")
    hard = defaultdict(list)
    for r in whole.answers:
        hard[r.adversarial].append(r)
    for name, mine in sorted(hard.items()):
        f = measure.Figures.count(mine)
        print(
            f"    {name or '-':32} {f['genuine found']:5}/{f['genuine']:<5} {f['genuine sure']:3}    "
            f"{f['forged sure']:5}/{f['forged']:<5} {f['forged genuine']:3}"
        )
    main, rest = reached(stores)
    ari, placed, least = campaigns(stores)
    print(f"  campaigns: adjusted Rand index {ari:.3f}; of those put into one {placed:.3f} (least {least:.3f})")

    sure = gaps(maker, seeds, listed, quick) if maker.table else []
    score, base, count, tree = leak.check([(seed, marks) for seed, _, marks in stores])
    print("\n== goals")
    f = whole.all
    goals.want("no genuine answer at 0.99", f["genuine sure"] == 0, f"{f['genuine sure']} of {f['genuine']}", never=True)
    if maker.table:
        goals.want("none with other gaps in Sent", not sure, "; ".join(sure) or "none", never=True)
    goals.want("ordinary mail is never forged", not whole.ordinary_wrong, len(whole.ordinary_wrong), never=True)
    goals.want("forged in A or in a campaign at 0.99, at least 95 %", main[0] >= 0.95 * main[1], measure.share(*main).strip())
    goals.want("forged in the rest of B at 0.99, at least half", rest[0] >= 0.5 * rest[1], measure.share(*rest).strip())
    goals.want("adjusted Rand index of campaigns, at least 0.95", placed >= 0.95, f"{placed:.3f}")
    lab.common(whole, goals)
    goals.want(
        "a tree on marks that need no Sent stays below 85 %", score < 0.85,
        f"{score:.1%} (base {base:.1%}, {count} answers)", never=True,
    )
    print(f"    its first questions: {tree}")
