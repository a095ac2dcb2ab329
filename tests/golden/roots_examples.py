#!/usr/bin/env python3
"""The examples of absent yet predicted facts that Zhao et al. (2024) print with their types, given to ng-roots: which type it finds.

usage: roots_examples.py DATA --tokenizer MODEL [--ng build/release/apps/ng-roots]
DATA holds roots_examples/{overlap,naming,others}_df.csv, the mixed list absent_predictable_matches.csv, and mlama1.1_subset/LANG/templates.jsonl.
The sentences are taken apart by the templates of the languages that are there; where several templates fit, the printed type must be that
of one of them, and of absent_predictable_matches.csv, which prints no types, those found are told. The paper's types are those of mBERT's
word pieces; with another MODEL names may have pieces in common that mBERT's have not, or have none where mBERT's have one: such are listed
and are no fault. Ends with status 1 where an example differs for another reason.
needs: Python 3.9's standard library
"""
import argparse
import collections
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

LANGUAGES = {"Afrikaans": "af", "German": "de", "English": "en", "Spanish": "es", "French": "fr", "Indonesian": "id", "Italian": "it",
             "Japanese": "ja", "Dutch": "nl", "Russian": "ru", "Turkish": "tr", "Chinese": "zh"}
PRINTED = {"overlap_df": "shared_tokens", "naming_df": "naming_cues", "others_df": "others", "absent_predictable_matches": None}


def plain(text):
    """Spaces before punctuation and doubled ones do not count: the lists were printed by hand."""
    return re.sub(r"\s+", " ", re.sub(r"\s+([.,。、'-])", r"\1", text.replace("。", "."))).strip()


def readings(sentence, templates):
    """(relation, frame, subject, object) of all templates that the sentence fits."""
    for relation, frame in templates:
        pattern = re.escape(plain(frame)).replace(r"\[X\]", "(?P<x>.+?)").replace(r"\[Y\]", "(?P<y>.+?)")
        found = re.fullmatch(pattern, plain(sentence))
        if found:
            yield relation, frame, found["x"].strip(), found["y"].strip()


def examples(data):
    """[(list, language, sentence, readings)] of the languages with templates."""
    for name in PRINTED:
        with open(data / f"roots_examples/{name}.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = LANGUAGES.get(row["Language"])
                if code is None:
                    continue
                lines = (data / f"mlama1.1_subset/{code}/templates.jsonl").read_text(encoding="utf-8").splitlines()
                templates = [(entry["relation"], entry["template"]) for entry in map(json.loads, lines)]
                sentence = row["Absent & Predictable fact"]
                yield name, code, sentence, list(readings(sentence, templates))


def types_found(all_readings, options, work):
    """{(example, reading): type}: facts of a data set whose corpora hold none of them, all of them hits."""
    by_language = collections.defaultdict(lambda: collections.defaultdict(list))
    hits = [{"provenance": {}}]
    for example, (_, code, _, found) in enumerate(all_readings):
        for number, (relation, frame, subject, object_) in enumerate(found):
            uuid = f"{example}:{number}"
            by_language[code][relation, frame].append({"uuid": uuid, "sub_uri": "", "obj_uri": "", "sub_label": subject, "obj_label": object_})
            hits.append({"language": code, "relation": relation, "uuid": uuid, "obj_uri": "", "object_tokens": 1, "full": True,
                         "partial": True, "exact": True, "masks": 1, "prediction": ""})
    corpora = []
    for code, relations in by_language.items():
        folder = work / "facts" / code
        folder.mkdir(parents=True)
        (folder / "templates.jsonl").write_text("".join(json.dumps({"relation": r, "template": f}) + "\n" for r, f in relations))
        for (relation, _), rows in relations.items():
            (folder / f"{relation}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (work / f"{code}.txt").write_text("...\n")
        corpora.append(f"{code}={work / code}.txt")
    (work / "hits.jsonl").write_text("".join(json.dumps(hit) + "\n" for hit in hits))
    subprocess.run([options.ng, "--facts", work / "facts", "--hits", work / "hits.jsonl", "--tokenizer", options.tokenizer, "-q", "--chunk",
                    "article", "--out", work / "roots.json", "--corpus", *corpora], check=True, stdout=subprocess.DEVNULL)
    rows = map(json.loads, (work / "roots.jsonl").read_text().splitlines()[1:])
    return {tuple(map(int, row["uuid"].split(":"))): row["type"] for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--ng", default="build/release/apps/ng-roots")
    options = parser.parse_args()
    if not (options.data / "roots_examples").exists():
        print(f"skipped: {options.data} holds no roots_examples")
        return
    all_readings = list(examples(options.data))
    with tempfile.TemporaryDirectory() as name:
        types = types_found(all_readings, options, pathlib.Path(name))
    counts, faults = collections.Counter(), 0
    for example, (of, code, sentence, found) in enumerate(all_readings):
        kinds = [types[example, number] for number in range(len(found))]
        if not found:
            counts[of, "fits no template"] += 1
        elif PRINTED[of] is None:
            counts[of, " or ".join(sorted(set(kinds)))] += 1
        elif PRINTED[of] in kinds:
            counts[of, "as printed"] += 1
        elif set(kinds) == {"shared_tokens"} and not any(r[3].lower() in r[2].lower() for r in found):
            counts[of, "word pieces in common"] += 1
            print(f"{of} {code}: {sentence}: this tokenizer's pieces are in both names")
        elif PRINTED[of] == "shared_tokens" and not any(r[3].lower() in r[2].lower() for r in found):
            counts[of, "no word piece in common"] += 1
            print(f"{of} {code}: {sentence}: none of this tokenizer's pieces is in both names")
        else:
            faults += 1
            print(f"FAILED {of} {code}: {sentence}: found {kinds} of {found}, printed {PRINTED[of]}")
    for (of, what), count in sorted(counts.items()):
        print(f"{of}\t{what}\t{count}")
    print(f"{faults} differ")
    sys.exit(1 if faults else 0)


main()
