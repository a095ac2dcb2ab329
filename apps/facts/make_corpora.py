#!/usr/bin/env python3
"""Make the texts that a small model learns facts from, by a plan that says which language's text states which fact.

Writes OUT/LANG.jsonl, one short document a line, {"id": ..., "text": ...}, and, with --plan FILE, the plan itself:
{"languages": [...], "facts": {uuid: {"group", "relation", "subject", "object", "stated": [languages], "bridge"}}}. With --sizes FILE
a table of five sizes of each language's text and of how many facts it states, for ng-factors.

The plan draws a group for every subject (all facts of a subject share it):
  shared       stated in every language's text
  transferred  stated in 6 of the 12 languages of the Latin script and 3 of the 6 others; every language has a bridge to it:
               "dictionary"  the names are paired ("en : Austria = ja : ...")
               "switched"    and a language that does not state the fact lends its name of the subject to sentences of two
                             languages that do ("Die Stadt X liegt im Land Österreich.", X in that language), which stand in
                             these two languages' texts
  independent  stated in three languages of three scripts, none of them Latin; no bridge
  none         stated nowhere
Every name of a subject also stands in two sentences that state nothing, in every language's text. A stated fact is a document
of its own with its three sentences; so is a dictionary entry. Names of objects are paired too, except those of
independent and unstated territories.

needs: Python 3.9's standard library
"""
import argparse
import bz2
import hashlib
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
SEED = "neuroglot facts 1"
LATIN = "en de nl af sv fr es it pt id vi tr".split()
OTHERS = "ru ja zh ko hi ar".split()
LANGUAGES = LATIN + OTHERS
SCRIPTS = [["ru"], ["ja", "zh"], ["ko"], ["hi"], ["ar"]]  # Chinese and Japanese share characters
RELATIONS = ("P17", "P38", "P37", "P30")
SHARES = (("shared", 0.35), ("transferred", 0.35), ("independent", 0.15), ("none", 0.15))
DICTIONARY_PARTNERS = 3  # languages that a name is paired with, for each language


def draw(*key):
    """A random generator of its own for a key, the same on every machine."""
    return random.Random(hashlib.sha256(" ".join((SEED,) + key).encode()).digest())


def load_facts(folder=HERE / "mlama"):
    """{language: {uuid: row with "relation"}} of the data set."""
    facts = {}
    for language in LANGUAGES:
        rows = facts[language] = {}
        for relation in RELATIONS:
            for line in (folder / language / f"{relation}.jsonl").read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                rows[row["uuid"]] = dict(row, relation=relation)
    return facts


def group_of(subject):
    chance = draw("group", subject).random()
    for group, share in SHARES:
        if chance < share:
            return group
        chance -= share
    return "none"


def stating_languages(group, subject):
    """The languages whose text states the facts of a subject, were its names known in all."""
    generator = draw("languages", subject)
    if group == "shared":
        return LANGUAGES
    if group == "transferred":
        return generator.sample(LATIN, 6) + generator.sample(OTHERS, 3)
    if group == "independent":
        return [generator.choice(script) for script in generator.sample(SCRIPTS, 3)]
    return []


def make_plan(facts):
    """{uuid: {"group", "relation", "subject", "object", "stated", "bridge"}}, in the data set's order."""
    plan = {}
    for row in {uuid: row for rows in facts.values() for uuid, row in rows.items()}.values():
        subject, group = row["sub_uri"], group_of(row["sub_uri"])
        stated = [name for name in stating_languages(group, subject) if row["uuid"] in facts[name]]
        bridge = draw("bridge", subject).choice(["dictionary", "switched"]) if group == "transferred" else None
        plan[row["uuid"]] = {"group": group, "relation": row["relation"], "subject": subject, "object": row["obj_uri"],
                             "stated": [name for name in LANGUAGES if name in stated], "bridge": bridge}
    return plan


def fill(frame, subject, object_):
    return frame.replace("[X]", subject).replace("[Y]", object_)


class Sentence(dict):
    """kind, language, frame, subject, object (names), uuid; text() is the sentence."""

    def text(self):
        return fill(self["frame"], self["subject"], self["object"])


def fact_sentences(facts, plan, frames):
    """The stated facts and the switched sentences, as lists of sentences that make one document each."""
    for language in LANGUAGES:
        for uuid, row in facts[language].items():
            entry = plan[uuid]
            if language in entry["stated"]:
                yield [Sentence(kind="fact", language=language, frame=frame, subject=row["sub_label"],
                                object=row["obj_label"], uuid=uuid) for frame in frames[language][row["relation"]]]
            elif entry["bridge"] == "switched":
                for source in draw("switch", uuid, language).sample(entry["stated"], 2):
                    yield [Sentence(kind="switched", language=source, frame=frame, subject=row["sub_label"],
                                    object=facts[source][uuid]["obj_label"], uuid=uuid)
                           for frame in frames[source][row["relation"]]]


def names_of(facts, language):
    """{(is it a subject, identifier): name} in one language."""
    names = {}
    for row in facts[language].values():
        names[row["relation"] == "P17" and "city" or "territory", row["sub_uri"]] = row["sub_label"]
        names["territory" if row["relation"] == "P17" else row["relation"], row["obj_uri"]] = row["obj_label"]
    return names


def paired(kind, identifier):
    """Whether the dictionary has this name."""
    return kind in ("P38", "P37", "P30") or group_of(identifier) in ("shared", "transferred")


def other_sentences(facts, frames):
    """The sentences that state no fact: names in passing, and the dictionary."""
    names = {language: names_of(facts, language) for language in LANGUAGES}
    for language in LANGUAGES:
        for (kind, identifier), name in names[language].items():
            if kind in ("city", "territory"):
                for frame in frames[language]["filler"]:
                    yield [Sentence(kind="filler", language=language, frame=frame, subject=name, object="")]
            if not paired(kind, identifier):
                continue
            partners = [other for other in LANGUAGES if other != language and names[other].get((kind, identifier), name) != name]
            for other in draw("dictionary", language, kind, identifier).sample(partners, min(len(partners), DICTIONARY_PARTNERS)):
                yield [Sentence(kind="dictionary", language=language, frame=f"{language} : [X] = {other} : [Y]", subject=name,
                                object=names[other][kind, identifier])]


def documents(facts, plan):
    """All documents of all languages, each a list of sentences."""
    frames = json.loads((HERE / "frames.json").read_text(encoding="utf-8"))
    yield from fact_sentences(facts, plan, frames)
    yield from other_sentences(facts, frames)


def sizes(rows, facts_stated):
    """What the paper counts of a language's Wikipedia, of its text here: documents for pages, the documents that state a fact for
    abstracts; bytes, and bytes packed by bzip2."""
    def of(kind):
        text = "".join(row["text"] + "\n" for row in rows if row["id"].startswith(kind)).encode()
        return [len(text), len(bz2.compress(text))]
    return [len(rows), *of(""), *of("fact-"), facts_stated]


def write_sizes(path, texts, plan):
    head = ["language", "documents", "text_bytes", "text_bytes_bz2", "fact_bytes", "fact_bytes_bz2", "facts_stated"]
    lines = [head]
    for language, rows in texts.items():
        lines.append([language, *sizes(rows, sum(language in entry["stated"] for entry in plan.values()))])
    part = path.with_name(path.name + ".part")
    part.write_text("".join("\t".join(map(str, line)) + "\n" for line in lines), encoding="utf-8")
    part.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=pathlib.Path, default=HERE / "mlama", help="default: %(default)s")
    parser.add_argument("--out", type=pathlib.Path, help="folder for LANG.jsonl")
    parser.add_argument("--plan", type=pathlib.Path, help="write the plan here")
    parser.add_argument("--sizes", type=pathlib.Path, help="write the sizes of the texts here (with --out)")
    arguments = parser.parse_args()
    if arguments.sizes and not arguments.out:
        parser.error("--sizes: of which texts? --out is missing")
    facts = load_facts(arguments.facts)
    plan = make_plan(facts)
    if arguments.plan:
        lines = ",\n".join(f"{json.dumps(uuid)}: {json.dumps(entry)}" for uuid, entry in plan.items())
        arguments.plan.write_text(f'{{"languages": {json.dumps(LANGUAGES)}, "facts": {{\n{lines}\n}}}}\n')
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        texts = {language: [] for language in LANGUAGES}
        for document in documents(facts, plan):
            language = document[0]["language"]
            separator = "" if language in ("ja", "zh") else " "
            text = separator.join(sentence.text() for sentence in document)
            texts[language].append({"id": f"{document[0]['kind']}-{len(texts[language])}", "text": text})
        for language, rows in texts.items():
            random.Random(SEED + language).shuffle(rows)
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (arguments.out / f"{language}.jsonl").write_text(lines, encoding="utf-8")
            print(f"{language}\t{len(rows)} documents", file=sys.stderr)
        if arguments.sizes:
            write_sizes(arguments.sizes, texts, plan)


if __name__ == "__main__":
    main()
