#!/usr/bin/env python3
"""ng-sharing as a user runs it, on small hits drawn here: its numbers against a computation of their own, and bad input.

usage: sharing.py BIN_FOLDER
needs: Python 3.9's standard library
"""
import itertools
import json
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import programs  # noqa: E402
from programs import check, failed, passed  # noqa: E402


def run(*arguments):
    return programs.run("ng-sharing", *arguments)


def write(path, languages):
    """languages: name -> {uuid: (full, partial)}"""
    lines = ['{"provenance":{}}']
    for language, facts in languages.items():
        for uuid, (full, partial) in facts.items():
            lines.append(json.dumps({"language": language, "relation": "P1", "uuid": uuid, "obj_uri": "Q1", "object_tokens": 1,
                                     "full": full, "partial": partial, "exact": full, "masks": 0, "prediction": ""}))
    path.write_text("\n".join(lines) + "\n")


def mersenne(seed):
    """Nishimura and Matsumoto's 64-bit Mersenne twister, 2004."""
    mask, state = (1 << 64) - 1, [seed]
    for i in range(1, 312):
        state.append((6364136223846793005 * (state[-1] ^ (state[-1] >> 62)) + i) & mask)
    while True:
        for i in range(312):
            x = (state[i] & 0xFFFFFFFF80000000) | (state[(i + 1) % 312] & 0x7FFFFFFF)
            state[i] = state[(i + 156) % 312] ^ (x >> 1) ^ (0xB5026F5AA96619E9 if x & 1 else 0)
        for x in state:
            x ^= (x >> 29) & 0x5555555555555555
            x ^= (x << 17) & 0x71D67FFFEDA60000 & mask
            x ^= (x << 37) & 0xFFF7EEE000000000 & mask
            yield x ^ (x >> 43)


def quantile(values, q):
    values = sorted(values)
    at = q * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def jaccard(languages, a, b, facts, field):
    common = [u for u in facts if u in languages[a] and u in languages[b]]
    both = sum(languages[a][u][field] and languages[b][u][field] for u in common)
    either = sum(languages[a][u][field] or languages[b][u][field] for u in common)
    return both / either if either else 0.0


def numbers_are_those_of_the_definition(folder):
    dice = random.Random(3)
    languages = {}
    for name in ["en", "de", "fr", "ur", "xx"]:
        drawn = dice.sample(range(60), dice.randrange(25, 55))
        languages[name] = {f"u{i}": (dice.random() < 0.4, dice.random() < 0.7) for i in drawn}
    hits = folder / "hits.jsonl"
    write(hits, languages)
    uuids = list(dict.fromkeys(u for facts in languages.values() for u in facts))
    random_numbers = mersenne(7)
    samples = [[uuids[next(random_numbers) % len(uuids)] for _ in uuids] for _ in range(50)]
    for match, field in [("full", 0), ("partial", 1)]:
        code, _, errors = run(hits, "--match", match, "--samples", 50, "--seed", 7, "--out", folder / "s.json")
        check(f"ng-sharing runs with --match {match}", code == 0, errors)
        found = json.loads((folder / "s.json").read_text())
        pairs = list(itertools.combinations(languages, 2))
        expected = [jaccard(languages, a, b, uuids, field) for a, b in pairs]
        check(f"each pair's Jaccard is that of its sets ({match})", [p["similarity"] for p in found["pairs"]] == expected)
        check("the mean is over the pairs", abs(found["mean"]["similarity"] - sum(expected) / len(expected)) < 1e-14)
        drawn = [[jaccard(languages, a, b, facts, field) for facts in samples] for a, b in pairs]
        ends = [[quantile(values, 0.025), quantile(values, 0.975)] for values in drawn]
        far = max(abs(x - y) for p, e in zip(found["pairs"], ends) for x, y in zip(p["interval"], e))
        check(f"intervals are those of facts drawn one by one ({match})", far < 1e-14, far)
        means = [sum(column) / len(pairs) for column in zip(*drawn)]
        far = abs(found["mean"]["interval"][0] - quantile(means, 0.025))
        check("the interval of the mean keeps the pairs' samples together", far < 1e-14, far)
    check("the paper's order takes the languages that are there", found["order"] == ["en", "de", "ur"], found["order"])
    check("languages are sorted by similarity to English", found["by_similarity"][0] == "en" and found["like"] == "en")
    one = run(hits, "--threads", 1, "--out", folder / "1.json")
    two = run(hits, "--threads", 2, "--out", folder / "2.json")
    check("results do not depend on --threads", one == two and (folder / "1.json").read_bytes() == (folder / "2.json").read_bytes())


def edges(folder):
    hits, out = folder / "edge.jsonl", folder / "edge.json"
    some = {f"u{i}": (i % 2 == 0, True) for i in range(9)}
    write(hits, {"en": some})
    code, _, errors = run(hits, "--out", out)
    found = json.loads(out.read_text())
    check("one language has no pair, no mean, no clusters", code == 0 and found["pairs"] == [] and found["mean"]["similarity"] is None
          and found["clusters"] is None and "no pair" in errors, errors)
    write(hits, {"en": {"a": (True, True)}, "de": {"b": (True, True)}, "fr": {"c": (True, True)}})
    run(hits, "--out", out)
    found = json.loads(out.read_text())
    check("disjoint data sets share 0, are counted, and have no interval", found["mean"]["pairs_without_common_facts"] == 3 and
          all(p["similarity"] == 0 and p["interval"] is None for p in found["pairs"]))
    write(hits, {"en": some, "de": {u: (False, False) for u in some}})
    code, _, errors = run(hits, "--out", out)
    check("a language without a hit is named", code == 0 and "de: none of its 9 facts" in errors, errors)


def bad_input(folder):
    hits, out = folder / "bad.jsonl", folder / "bad.json"
    some = {"a": (True, True)}
    write(hits, {"en": some, "de": some})
    for claim, status, said, arguments in [
            ("an unknown match", 2, "full, partial, exact", ["--match", "half"]),
            ("an unknown similarity", 2, "jaccard, dice, overlap", ["--similarity", "cosine"]),
            ("a language that is not there", 2, "--order xx", ["--order", "en", "xx"]),
            ("more clusters than languages", 2, "--clusters 3", ["--clusters", 3]),
            ("a negative number of samples", 2, "--samples -1", ["--samples=-1"])]:
        code, _, errors = run(hits, "--out", out, *arguments)
        check(f"{claim} is refused", code == status and said in errors and not out.exists(), (code, errors))
    hits.write_text(hits.read_text() + hits.read_text().splitlines()[1] + "\n")
    code, _, errors = run(hits, "--out", out)
    check("a fact with two lines in one language is refused by name", code == 1 and '"a"' in errors and "en" in errors, errors)
    code, _, errors = run(hits)
    check("--out is needed", code == 2 and "--out is missing" in errors, errors)


with tempfile.TemporaryDirectory() as name:
    for part in (numbers_are_those_of_the_definition, edges, bad_input):
        part(pathlib.Path(name))
print(f"{len(passed)} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
