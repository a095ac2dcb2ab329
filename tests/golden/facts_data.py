#!/usr/bin/env python3
"""The facts of apps/facts/mlama are well-formed, join across languages, and the plan is the one of make_corpora.py.

usage: facts_data.py [FACTS]    (default: apps/facts/mlama beside this file); exit status 1 and a line for each fault
needs: Python 3.9's standard library
"""
import json
import pathlib
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "apps" / "facts"))
import make_corpora  # noqa: E402

KEYS = {"sub_uri", "obj_uri", "obj_label", "sub_label", "lineid", "uuid"}
faults = []


def check(right, fault):
    if not right:
        faults.append(fault)


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def check_templates(folder):
    found = lines(folder / "templates.jsonl")
    check({row["relation"] for row in found} == set(make_corpora.RELATIONS), f"{folder}: relations of templates")
    for row in found:
        for slot in ("[X]", "[Y]"):
            check(row["template"].count(slot) == 1, f"{folder.name} {row['relation']}: template has not one {slot}")


def check_language(folder, joined, candidates):
    """joined: {uuid: (relation, sub_uri, obj_uri)} of the languages so far."""
    check_templates(folder)
    seen = set()
    for relation in make_corpora.RELATIONS:
        rows = lines(folder / f"{relation}.jsonl")
        check(len(rows) > 100, f"{folder.name} {relation}: {len(rows)} facts")
        for row in rows:
            where = f"{folder.name} {relation} line {row.get('lineid')}"
            check(set(row) == KEYS, f"{where}: keys {sorted(row)}")
            check(str(uuid.UUID(row["uuid"])) == row["uuid"] and row["uuid"] not in seen, f"{where}: uuid twice or odd")
            check(all(row[k].strip() == row[k] != "" for k in ("sub_label", "obj_label")), f"{where}: empty or padded name")
            fact = relation, row["sub_uri"], row["obj_uri"]
            check(joined.setdefault(row["uuid"], fact) == fact, f"{where}: another language has another fact of this uuid")
            seen.add(row["uuid"])
        for kind, key in (("subjects", "sub_label"), ("objects", "obj_label")):
            check(candidates[relation][kind] == sorted({row[key] for row in rows}), f"{folder.name} {relation}: {kind} of candidates")
    check(len(seen) > 850, f"{folder.name}: {len(seen)} facts")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "apps" / "facts" / "mlama"
    joined = {}
    for language in make_corpora.LANGUAGES:
        candidates = json.loads((folder / "candidates" / f"{language}.json").read_text(encoding="utf-8"))
        check_language(folder / language, joined, candidates)
    check(len(set(joined.values())) == len(joined), "two uuids for one fact")
    stored = json.loads((ROOT / "apps" / "facts" / "plan.json").read_text())["facts"]
    check(stored == make_corpora.make_plan(make_corpora.load_facts(folder)), "plan.json is not what make_corpora.py plans")
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(f"{len(joined)} facts in {len(make_corpora.LANGUAGES)} languages, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
