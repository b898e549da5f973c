"""The judge's arithmetic a second time, from its description and not from the TypeScript: decimals of 60 digits instead of
floating point, plain products and sums over all minutes instead of running ones. Standard library only.

    python3 test/judge/golden.py            writes test/judge/golden.json
    python3 test/judge/golden.py --check    exits 1 when that file is stale
"""
import json
import os
import sys
from decimal import Decimal as D, getcontext

getcontext().prec = 60
BETS = [D(x) for x in ".02 .05 .1 .2 .35 .5 .7 .9".split()]
PARTS = [D(x) for x in "0 .1 .25 .5 .75".split()]
RATIOS = [D(x) for x in ".5 .75 1 1.25".split()]
PHIS = [D("1.25") * (D(30) / D("1.25")) ** (D(j) / 23) for j in range(24)]


def frac(n, k):
    return D(0) if n == 0 else D(k) / D(n)


def power(base, exponent):
    return D(1) if exponent == 0 else D(0) if base == 0 else base ** exponent


def mean(xs):
    return sum(xs, D(0)) / len(xs)


def betting(phi0, minutes):
    wealth = []
    for b in BETS:
        w = D(1)
        for nc, kc, ns, ks in minutes:
            if nc > 0 and kc + ks > 0:
                rho = phi0 * nc / (phi0 * nc + ns)
                w *= 1 + b / rho * (D(kc) / (kc + ks) - rho)
        wealth.append(w)
    return mean(wealth)


def q(phi, nc, ns):
    return phi * nc / (phi * nc + ns)


def tempered(phi0, minutes, disp):
    terms = []
    for phi in PHIS:
        ell = D(0)
        for nc, kc, ns, ks in minutes:
            if nc > 0 and ns > 0 and kc + ks > 0:
                new, old = q(phi0 * phi, nc, ns), q(phi0, nc, ns)
                ell += kc * (new / old).ln() + ks * ((1 - new) / (1 - old)).ln()
        terms.append((ell / disp).exp())
    return mean(terms)


def pair(a, b):
    (n0, k0), (n1, k1) = a, b
    if n0 == 0 or n1 == 0:
        return D(0), D(0)
    p = D(k0 + k1) / (n0 + n1)
    return (frac(n1, k1) - frac(n0, k0)) ** 2, p * (1 - p) * (D(1) / n0 + D(1) / n1)


def ratio_of(pairs, otherwise):
    e = sum((x[1] for x in pairs), D(0))
    return otherwise if e == 0 else sum((x[0] for x in pairs), D(0)) / e


def pooled_dispersion(history, stable):
    if not stable:
        return D(1)
    pairs = [pair(a, b) for a, b in zip(history + stable, (history + stable)[1:])]
    of_release = pairs[max(0, len(history) - 1):]
    p = len(of_release)
    of_history = ratio_of(pairs[: max(0, len(history) - 1)], D(1))
    whole = (D("1.2") + D(5) / p) * ratio_of(of_release, D(0)) if p else D(0)
    return max(D(1), D("1.5") * of_history, D("1.5") * ratio_of(pairs[-5:], D(0)), whole)


def dispersion(history, stable, method="mixed"):
    if method == "pooled":
        return pooled_dispersion(history, stable)
    d_hist = ratio_of([pair(a, b) for a, b in zip(history, history[1:])], D(1))
    series = history + stable
    value = D(1)
    for t in range(1, len(stable) + 1):
        upto = series[: len(history) + t]
        pairs = [pair(a, b) for a, b in zip(upto, upto[1:])]
        value = max(D(1), value, D("1.5") * d_hist, D("1.5") * ratio_of(pairs[-5:], D(0)))
    return value


def harm(s, history, minutes):
    bet = betting(D(str(s["tolerance"])), minutes)
    if s["method"] == "betting" or len(minutes) < 5 or sum(k for _, k in history) < 50:
        return bet
    disp = dispersion(history, [(ns, ks) for _, _, ns, ks in minutes], s["method"])
    return (bet + tempered(D(str(s["tolerance"])), minutes, disp)) / 2


def over(level, minute):
    nc, kc, ns, ks = minute
    canary, stable = frac(nc, kc), frac(ns, ks)
    return nc >= 20 and canary >= level and (ns == 0 or stable * 2 < canary)


def judge(s, history, minutes):
    val = {k: D(str(v)) for k, v in s.items() if k != "method"}
    failed_at = None
    for t in range(1, len(minutes) + 1):
        upto = minutes[:t]
        nc, kc, ns, ks = (sum(m[i] for m in upto) for i in range(4))
        excess = frac(nc, kc) - val["tolerance"] * frac(ns, ks)
        by_evidence = excess >= val["floor"] and harm(s, history, upto) >= 1 / val["alpha"]
        plainly = over(D("0.5"), upto[-1]) or (t > 1 and over(val["ceiling"], upto[-1]) and over(val["ceiling"], upto[-2]))
        if by_evidence or plainly:
            failed_at = t
            break
    n, k = sum(m[0] for m in minutes), sum(m[1] for m in minutes)
    budget = val["budget"]
    within = mean([power(f, k) * ((1 - f * budget) / (1 - budget)) ** (n - k) for f in PARTS])
    products = []
    for phi in RATIOS:
        w = D(1)
        for nc, kc, ns, ks in minutes:
            if nc > 0 and ns > 0 and kc + ks > 0:
                a, b = q(phi, nc, ns), q(val["ratio"], nc, ns)
                w *= power(a / b, kc) * power((1 - a) / (1 - b), ks)
        products.append(w)
    no_worse = mean(products)
    fit = max(within, no_worse) >= 1 / val["beta"] and sum(1 for m in minutes if m[0] > 0) >= s["minMinutes"]
    return {
        "verdict": "fail" if failed_at else "pass" if fit else "need-data",
        "failedAt": failed_at,
        "logHarm": float(harm(s, history, minutes).ln()),
        "logWithinBudget": float(within.ln()),
        "logNoWorse": float(no_worse.ln()),
        "dispersion": float(dispersion(history, [(m[2], m[3]) for m in minutes], s["method"])),
    }


class Stream:
    """A small generator of our own (Lehmer, 48271 mod 2^31-1), so that no Python version changes the cases."""

    def __init__(self, seed):
        self.x = seed

    def uniform(self):
        self.x = self.x * 48271 % 2147483647
        return self.x / 2147483647

    def count(self, n, p, burst=1):
        """Requests around n and, among them, bad ones, `burst` at a time."""
        n = int(n * (0.9 + 0.2 * self.uniform()))
        k = burst * sum(1 for _ in range(round(n / burst)) if self.uniform() < p)
        return n, min(n, k)


def minutes_of(seed, length, nc, pc, ns, ps, burst=1):
    r = Stream(seed)
    return [r.count(nc, pc, burst) + r.count(ns, ps, burst) for _ in range(length)]


def history_of(seed, length, n, p, burst=1):
    r = Stream(seed)
    return [r.count(n, p, burst) for _ in range(length)]


DEFAULTS = {"method": "mixed", "budget": 0.005, "tolerance": 1.25, "ratio": 2.5, "floor": 0.001, "ceiling": 0.2,
            "alpha": 0.005, "beta": 0.05, "minMinutes": 3}


def cases():
    quiet = history_of(7, 60, 2000, 0.002)
    bursty = history_of(11, 60, 2000, 0.004, burst=10)
    few = [(1000, 1)] * 40 + [(1000, 0)] * 20
    yield "no minutes at all", {}, [], []
    yield "no minutes, with history", {}, quiet, []
    yield "no history, healthy", {}, [], minutes_of(1, 8, 300, 0.002, 3000, 0.002)
    yield "no history, the joining pair doesn't exist", {}, [], minutes_of(2, 2, 300, 0.01, 3000, 0.01)
    yield "healthy passes", {}, quiet, minutes_of(3, 10, 400, 0.002, 3000, 0.002)
    yield "no bad request anywhere", {}, [(2000, 0)] * 60, [(300, 0, 5700, 0)] * 6
    yield "no bad request anywhere, too few minutes for a pass", {}, [(2000, 0)] * 60, [(900, 0, 5700, 0)] * 2
    yield "many minutes asked for", {"minMinutes": 12}, quiet, minutes_of(3, 10, 400, 0.002, 3000, 0.002)
    yield "minutes without canary traffic don't count toward minMinutes", {"minMinutes": 4}, quiet, [(0, 0, 2000, 4)] * 5 + [(900, 0, 2000, 4)] * 3
    yield "five times worse", {}, quiet, minutes_of(4, 12, 400, 0.012, 3000, 0.002)
    yield "five times worse, by betting", {"method": "betting"}, quiet, minutes_of(4, 12, 400, 0.012, 3000, 0.002)
    yield "twice as bad at four percent", {}, history_of(12, 60, 3000, 0.02), minutes_of(5, 10, 1500, 0.04, 3000, 0.02)
    yield "twice as bad at four percent, by betting", {"method": "betting"}, history_of(12, 60, 3000, 0.02), minutes_of(5, 10, 1500, 0.04, 3000, 0.02)
    yield "history with 49 bad requests doesn't mix", {}, [(1000, 1)] * 49 + [(1000, 0)] * 11, minutes_of(6, 9, 1500, 0.04, 3000, 0.02)
    yield "history with 50 bad requests mixes", {}, [(1000, 1)] * 50 + [(1000, 0)] * 10, minutes_of(6, 9, 1500, 0.04, 3000, 0.02)
    yield "four minutes don't mix", {}, quiet, minutes_of(6, 4, 1500, 0.015, 3000, 0.012)
    yield "five minutes mix", {}, quiet, minutes_of(6, 5, 1500, 0.015, 3000, 0.012)
    yield "five positions mix, the empty ones counted", {}, quiet, [(0, 0, 0, 0)] * 2 + minutes_of(6, 3, 1500, 0.015, 3000, 0.012)
    yield "bursts in history", {}, bursty, minutes_of(8, 12, 300, 0.004, 3000, 0.004, burst=10)
    yield "bursts begin with the release", {}, quiet, minutes_of(9, 12, 300, 0.004, 3000, 0.004, burst=20)
    yield "bursts on a canary that is worse", {}, bursty, minutes_of(10, 15, 1500, 0.03, 3000, 0.004, burst=5)
    yield "the pair that joins history and release", {}, [(1000, 2)] * 30 + [(1000, 0)] * 30, [(300, 0, 1000, 100)] + [(300, 1, 1000, 2)] * 3
    yield "the window forgets, the dispersion doesn't", {}, few + [(1000, 30)], [(300, 1, 1000, 1)] * 9
    yield "pairs without requests keep their place in the window", {}, [(1000, 1), (1000, 20)], [(100, 0, 0, 0)] * 4 + [(100, 1, 1000, 2)] * 2
    yield "gaps in history", {}, [(1000, 2), (0, 0), (1000, 9), (1000, 1), (0, 0), (0, 0), (1000, 4), (1000, 0)], minutes_of(13, 6, 300, 0.002, 3000, 0.002)
    yield "one minute of history", {}, [(1000, 3)], minutes_of(14, 6, 300, 0.002, 3000, 0.002)
    yield "everything bad in history", {}, [(100, 100)] * 10, [(100, 100, 100, 100)] * 6
    yield "no stable traffic", {}, quiet, [(100, 1, 0, 0)] * 8
    yield "no canary traffic", {}, quiet, [(0, 0, 1000, 3)] * 8
    yield "no traffic at all", {}, quiet, [(0, 0, 0, 0)] * 8
    yield "an incident on both", {}, quiet, minutes_of(15, 12, 300, 0.05, 5700, 0.05)
    yield "one bad minute below the floor", {"floor": 0.05}, quiet, minutes_of(4, 12, 400, 0.03, 3000, 0.002)
    yield "dead at once", {}, quiet, [(20, 10, 1000, 2)]
    yield "19 requests aren't enough to be dead", {}, quiet, [(19, 19, 1000, 2)]
    yield "dead while stable is half as bad isn't dead", {"method": "betting", "floor": 0.9}, quiet, [(100, 60, 1000, 300)] * 3
    yield "dead while stable is just under half as bad", {"floor": 0.9}, quiet, [(100, 60, 1000, 299)]
    yield "dead without stable requests", {}, quiet, [(100, 50, 0, 0)]
    yield "over the ceiling once", {"alpha": 1e-9}, quiet, [(20, 4, 1000, 2), (20, 3, 1000, 2), (20, 4, 1000, 2)]
    yield "over the ceiling twice running", {"alpha": 1e-9}, quiet, [(20, 3, 1000, 2), (20, 4, 1000, 2), (20, 4, 1000, 2)]
    yield "over the ceiling around an empty minute", {"alpha": 1e-9}, quiet, [(20, 4, 1000, 2), (0, 0, 1000, 2), (20, 4, 1000, 2)]
    yield "a fail latches, evidence goes on", {}, quiet, [(300, 200, 3000, 6)] + [(300, 0, 3000, 6)] * 20
    yield "strict tolerance and ratio", {"tolerance": 1, "ratio": 1.5}, quiet, minutes_of(16, 20, 2000, 0.002, 2000, 0.002)
    yield "loose everything", {"tolerance": 3, "ratio": 5, "budget": 0.05, "alpha": 0.1, "beta": 0.5}, quiet, minutes_of(17, 10, 300, 0.01, 3000, 0.003)
    yield "ten million requests a minute", {}, [(10**7, 10**4 + 37 * (i % 5)) for i in range(60)], [(10**7, 10**4 + 55 * i, 9 * 10**7, 9 * 10**4 + 71 * i) for i in range(8)]
    yield "ten million requests a minute, worse", {}, [(10**7, 10**4 + 37 * (i % 5)) for i in range(60)], [(10**7, 2 * 10**4 + i, 9 * 10**7, 9 * 10**4 + i) for i in range(8)]
    yield "a sliver of canary traffic", {}, quiet, [(1, 1, 10**7, 10**4), (1, 0, 10**7, 10**4)] * 4
    yield "more canary than stable", {}, quiet, minutes_of(18, 12, 3000, 0.003, 300, 0.002)
    for name, history, minutes in [
        ("bursts", bursty, minutes_of(8, 12, 300, 0.004, 3000, 0.004, burst=10)),
        ("five times worse", quiet, minutes_of(4, 12, 400, 0.012, 3000, 0.002)),
        ("a jump that is over", quiet, [(300, 1, 3000, 90)] + minutes_of(20, 12, 300, 0.002, 3000, 0.002)),
        ("no history", [], minutes_of(1, 8, 300, 0.002, 3000, 0.002)),
        ("no history, one minute", [], minutes_of(1, 1, 300, 0.002, 3000, 0.002)),
        ("one minute of history", [(1000, 3)], minutes_of(14, 6, 300, 0.002, 3000, 0.002)),
    ]:
        yield "pooled: " + name, {"method": "pooled"}, history, minutes
    yield "short history", {}, quiet[:20], minutes_of(19, 9, 300, 0.002, 3000, 0.002)


def main():
    out = []
    for name, changed, history, minutes in cases():
        s = {**DEFAULTS, **changed}
        out.append({"name": name, "settings": s, "history": [list(x) for x in history], "minutes": [list(x) for x in minutes],
                    "expected": judge(s, history, minutes)})
    text = "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in out) + "\n]\n"
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
    if "--check" in sys.argv:
        with open(path) as file:
            sys.exit(0 if file.read() == text else "test/judge/golden.json is stale: run python3 test/judge/golden.py")
    with open(path, "w") as file:
        file.write(text)


main()
