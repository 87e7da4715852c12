"""Whether simulated mail can be judged by marks that need no Sent folder: a small decision tree on zone,
header order, host suffix, network, HELO, link and hour, tested on other seeds than it learnt from."""

import email.utils
import re
from collections import Counter

RECEIVED = re.compile(r"(?im)^[ \t>]*received:[ \t]*(.*(?:\n[ \t].*)*)")
IP = re.compile(r"(?<![\d.])(\d+\.\d+\.\d+\.\d+)(?![\d.])|([0-9a-f]{1,4}:[0-9a-f:]+:[0-9a-f]+)", re.I)
FIELDS = "from to subject date message-id references in-reply-to mime-version content-type " \
    "content-transfer-encoding user-agent x-mailer x-priority".split()


def original(raw):
    """The returned header block and what follows it."""
    text = raw.decode("latin-1").replace("\r\n", "\n").partition("\n\n")[2]
    # The last place where a Received or From field starts a run of fields with Date and Subject in it.
    for block in reversed(re.split(r"\n[ \t]*\n|(?=^Received:)", text, flags=re.M)):
        if re.search(r"(?im)^[ \t>]*date:", block) and re.search(r"(?im)^[ \t>]*subject:", block):
            at = text.find(block)
            first = text.rfind("\n\n", 0, at)
            return text[first + 2 : at] + block, text[at + len(block) :]
    return "", ""


def suffix(host):
    labels = host.strip("[].").lower().split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 and not labels[-1].isdigit() else "none"


def style(host):
    host = host.lower()
    if host.startswith("["):
        return "literal"
    return "digits" if re.search(r"\d+-\d+", host) else "plain" if "." in host else "bare"


def marks(raw, truth):
    """The marks of one answer; none where it does not show the fields."""
    if truth["origin"] not in ("genuine", "forged"):
        return None
    if any(a in truth["adversarial"] for a in ("own-relay", "account-used")):
        return None
    head, body = original(raw)
    date = re.search(r"(?im)^[ \t>]*date:[ \t]*(.*)", head)
    if not date:
        return None
    when = email.utils.parsedate_tz(date.group(1))
    names = [n.lower() for n in re.findall(r"(?m)^[ \t>]*([A-Za-z-]+):", head)]
    order = [n for n in names if n in FIELDS and n not in ("references", "in-reply-to")]
    hops = RECEIVED.findall(head)
    top = hops[0] if hops else ""
    last = hops[-1] if hops else ""
    helo = re.search(r"from (\S+)", top)
    ip = IP.search(top)
    network = ip.group(0) if ip else ""
    link = re.search(r"https?://([^/\s]+)", body)
    out = {
        "forged": truth["origin"] == "forged",
        "zone": str(when[9]) if when and when[9] is not None else "none",
        "hour": str(when[3] // 4) if when else "none",
        "order": " ".join(order[:7]),
        "first field": order[0] if order else "none",
        "helo": style(helo.group(1)) if helo else "none",
        "suffix": suffix(helo.group(1)) if helo else "none",
        "network": ".".join(network.split(".")[:2]) if "." in network else network.split(":")[0],
        "last network": ".".join((IP.search(last).group(0) if IP.search(last) else "").split(".")[:2]),
        "hops": str(min(len(hops), 4)),
        "link": suffix(link.group(1)) if link else "none",
        "authenticated": str(bool(re.search(r"(?i)esmtps?a\b", head))),
        "signed": str("dkim-signature" in names),
        "spf": (re.findall(r"(?i)spf[:=] ?(\w+)", head) or ["none"])[0].lower(),
        "mailer": (re.findall(r"(?im)^(?:user-agent|x-mailer):[ \t]*(\w+)", head) or ["none"])[0],
    }
    return out


def gini(yes, n):
    return 2 * yes * (n - yes) / n if n else 0.0


def grow(rows, depth, at_least):
    """A tree of questions `mark == value`."""
    yes = sum(r["forged"] for r in rows)
    if depth == 0 or len(rows) < 2 * at_least or yes in (0, len(rows)):
        return yes * 2 >= len(rows)
    best = (gini(yes, len(rows)) - 1e-9, None, None)
    for mark in rows[0]:
        if mark == "forged":
            continue
        count, forged = Counter(), Counter()
        for r in rows:
            count[r[mark]] += 1
            forged[r[mark]] += r["forged"]
        for value, n in count.items():
            if n < at_least or len(rows) - n < at_least:
                continue
            score = gini(forged[value], n) + gini(yes - forged[value], len(rows) - n)
            if score < best[0]:
                best = (score, mark, value)
    if best[1] is None:
        return yes * 2 >= len(rows)
    _, mark, value = best
    is_so = [r for r in rows if r[mark] == value]
    is_not = [r for r in rows if r[mark] != value]
    return mark, value, grow(is_so, depth - 1, at_least), grow(is_not, depth - 1, at_least)


def says(tree, row):
    while isinstance(tree, tuple):
        mark, value, is_so, is_not = tree
        tree = is_so if row[mark] == value else is_not
    return tree


def check(stores):
    """Accuracy on seeds that the tree did not learn from, base rate, answers, and the first questions. With one
    seed only, halves of it."""
    if len(stores) < 2:
        rows = stores[0][1]
        stores = [(0, rows[::2]), (1, rows[1::2])]
    right = total = 0
    tree = None
    for fold in range(2):
        learnt = [m for i, (_, mine) in enumerate(stores) if i % 2 != fold for m in mine]
        asked = [m for i, (_, mine) in enumerate(stores) if i % 2 == fold for m in mine]
        tree = grow(learnt, 6, max(10, len(learnt) // 200))
        right += sum(says(tree, m) == m["forged"] for m in asked)
        total += len(asked)
    every = [m for _, mine in stores for m in mine]
    forged = sum(m["forged"] for m in every)
    first = []
    while isinstance(tree, tuple) and len(first) < 4:
        first.append(f"{tree[0]} = {tree[1]}")
        tree = tree[3]
    return right / max(1, total), max(forged, len(every) - forged) / max(1, len(every)), len(every), "; ".join(first)
