#!/usr/bin/env python3
"""ng-roots as a user runs it, on small texts and facts written here: what is present where, all forms of corpora, an interrupted run,
and bad input.

usage: roots.py BIN_FOLDER
needs: Python 3.9's standard library
"""
import gzip
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import programs  # noqa: E402
from programs import check, failed, passed, refused  # noqa: E402

TOKENIZER = programs.TESTS / "golden/data/tokenizers/gpt2_digits"
NAMES = {"en": {"u0": ("New York", "Yorkshire"), "u1": ("Rome", "Italy"), "u2": ("Kyiv", "Ukraine"), "u3": ("Bern", "Schweiz")},
         "de": {"u0": ("New York", "Yorkshire"), "u1": ("Rom", "Italien"), "u3": ("Bern", "Schweiz")}}
TEXTS = {"en": ["New York, Yorkshire and Rome.\nIn Italy.", "Rome Italy", "Kyiv is in ukraine, Berne", "Schweiz"],
         "de": ["Rom liegt in Italien, Bern in der Schweiz.", "Yorkshire"]}


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_facts(folder, names):
    for language, facts in names.items():
        write_lines(folder / language / "templates.jsonl", [{"relation": "P1", "template": "[X] is in [Y] ."}])
        write_lines(folder / language / "P1.jsonl",
                    [{"uuid": uuid, "sub_uri": "S" + uuid, "obj_uri": "O" + uuid, "sub_label": subject, "obj_label": object_}
                     for uuid, (subject, object_) in facts.items()])


def write_hits(path, full):
    """full: language -> {uuid: whether it is predicted}"""
    write_lines(path, [{"provenance": {"model": {"folder": str(TOKENIZER)}}}] +
                [{"language": language, "relation": "P1", "uuid": uuid, "obj_uri": "O" + uuid, "object_tokens": 1, "full": hit,
                  "partial": True, "exact": False, "masks": 1, "prediction": ""}
                 for language, hits in full.items() for uuid, hit in hits.items()])


def corpora(folder):
    return [f"{language}={folder / language}.jsonl" for language in TEXTS]


class Setup:
    def __init__(self, folder):
        self.folder, self.out = folder, folder / "roots.json"
        write_facts(folder / "facts", NAMES)
        write_hits(folder / "hits.jsonl", {"en": {"u0": True, "u1": False, "u2": True}, "de": {u: True for u in NAMES["de"]}})
        for language, texts in TEXTS.items():
            write_lines(folder / f"{language}.jsonl", [{"title": "T", "text": text} for text in texts])

    def arguments(self, *more, corpus=None):
        return ["--facts", self.folder / "facts", "--hits", self.folder / "hits.jsonl", "--out", self.out, "--corpus",
                *(corpus or corpora(self.folder)), *more]

    def run(self, *more, corpus=None):
        code, table, errors = programs.run("ng-roots", *self.arguments(*more, corpus=corpus))
        if code != 0:
            check(f"ng-roots runs with {more}", False, errors)
            return None, {}, "", errors
        lines = [json.loads(line) for line in (self.folder / "roots.jsonl").read_text().splitlines()[1:]]
        return json.loads(self.out.read_text()), {(r["language"], r["uuid"]): r for r in lines}, table, errors


def presence(setup):
    roots, facts, table, _ = setup.run("--chunk", "article")
    present = {key for key, row in facts.items() if row["present"]}
    check("a fact is present where both names are in an article",
          present == {("en", "u0"), ("en", "u1"), ("de", "u1"), ("de", "u3")}, present)
    check("chunks are counted", facts["en", "u1"]["chunks"] == 2 and facts["en", "u1"]["object_articles"] == 2, facts["en", "u1"])
    en, de = roots["languages"][1], roots["languages"][0]
    check("facts that were not asked, and that the data set lacks, are counted", en["cells"]["absent"] == {
        "predicted": 1, "not_predicted": 0, "not_probed": 1} and de["cells"]["not_in_data_set"] == 1, en["cells"])
    check("the table has a row a language", [row.split("\t")[0] for row in table.splitlines()] == ["language", "de", "en"], table)
    check("a corpus is described by its size and hash", en["corpus"]["articles"] == 4 and en["corpus"]["hash"].startswith("xxh3"))
    _, facts, _, _ = setup.run("--chunk", "paragraph")
    check("by paragraphs both names must stand in one line", facts["en", "u1"]["chunks"] == 1 and facts["en", "u0"]["chunks"] == 1)
    _, facts, _, _ = setup.run("--chunk", "abstract", "--ignore-case")
    check("case may be ignored", facts["en", "u2"]["present"])
    _, facts, _, _ = setup.run("--chunk", "pieces:2")
    check("windows of two pieces hold no fact", not any(row["present"] for row in facts.values()))
    whole, windows, _, _ = setup.run()
    check("windows of 512 pieces hold what short articles hold", {k for k, r in windows.items() if r["present"]} == present and
          whole["chunk"] == "pieces:512")
    one, two = (setup.run("--threads", n)[0] for n in (1, 2))
    check("results do not depend on --threads", one == two)


def types(setup):
    roots, facts, _, _ = setup.run("--chunk", "article")
    check("absent yet predicted facts have a type, others none",
          {k for k, r in facts.items() if r["type"]} == {("en", "u2"), ("de", "u0")}, facts)
    check("the first rule gives the type: two names with a piece in common", facts["de", "u0"]["type"] == "shared_tokens")
    check("a fact of type others has a finer kind", facts["en", "u2"]["finer"] == "unexplained" and roots["finer"]["unexplained"] == 1)
    roots, facts, _, _ = setup.run("--chunk", "article", "--near-misses")
    check("names in other case are near misses", facts["en", "u2"]["finer"] == "near_miss", facts["en", "u2"])
    roots, facts, _, _ = setup.run("--chunk", "article", "--naming-relations", "P1")
    check("--naming-relations moves facts to naming cues", facts["en", "u2"]["type"] == "naming_cues" and
          facts["de", "u0"]["type"] == "shared_tokens" and roots["naming_relations"] == ["P1"])
    _, facts, _, _ = setup.run("--chunk", "article", "--match", "partial")
    check("--match says what counts as predicted", facts["en", "u1"]["predicted"] is True)
    (setup.folder / "plan.json").write_text(json.dumps({"facts": {"u1": {"group": "shared", "stated": ["en", "de"]},
                                                                  "u2": {"group": "none", "stated": ["en"]}}}))
    roots, _, _, _ = setup.run("--chunk", "article", "--plan", setup.folder / "plan.json")
    check("a plan is compared", roots["plan"]["all"] == {"stated_present": 2, "stated_absent": 1, "not_stated_present": 0,
                                                         "not_stated_absent": 0}, roots.get("plan"))
    roots, facts, _, errors = setup.run("--chunk", "article", corpus=corpora(setup.folder)[:1])
    check("a language without a corpus is counted and named, and has no lines", roots["languages"][0]["cells"]["no_corpus"] == {
        "predicted": 3, "not_predicted": 0, "not_probed": 0} and "de: no corpus" in errors and ("de", "u1") not in facts, errors)
    code, _, errors = programs.run("ng-roots", "--facts", setup.folder / "facts", "--chunk", "article", "--out", setup.out, "--corpus",
                                   *corpora(setup.folder))
    check("without hits presence alone is told", code == 0 and json.loads(setup.out.read_text())["types"]["others"] == 0, errors)


def forms(setup):
    expected = setup.run("--chunk", "article")[1]
    forms = setup.folder / "forms"
    for language, texts in TEXTS.items():
        (forms / language / "AA").mkdir(parents=True)
        write_lines(forms / language / "AA/wiki_00", [{"text": texts[0]}])
        with gzip.open(forms / language / "b.jsonl.gz", "wt", encoding="utf-8") as out:
            out.write("".join(json.dumps({"text": text}) + "\n" for text in texts[1:]))
        (forms / f"{language}.txt").write_text("\n\n".join(texts), encoding="utf-8")
        (forms / f"{language}-abstract.xml").write_text("<feed>\n" + "".join(
            f"<doc>\n<title>Wikipedia: T</title>\n<abstract>{text}</abstract>\n</doc>\n" for text in texts) + "</feed>\n")
    for what, corpus in [("a folder of wiki_00 and gzipped lines", [f"{x}={forms / x}" for x in TEXTS]),
                         ("texts", [f"{x}={forms / x}.txt" for x in TEXTS]),
                         ("abstracts", [f"{x}={forms / x}-abstract.xml" for x in TEXTS])]:
        check(f"{what} give the same facts", setup.run("--chunk", "article", corpus=corpus)[1] == expected)


def interruption(setup):
    dice = random.Random(1)
    folder = setup.folder / "long"
    folder.mkdir()
    names = [name for facts in NAMES.values() for pair in facts.values() for name in pair] + ["xyz"] * 40
    for language in TEXTS:
        with open(folder / f"{language}.jsonl", "w") as out:
            for _ in range(400 if language == "en" else 40_000):
                out.write(json.dumps({"text": " ".join(dice.choices(names, k=200))}) + "\n")
    corpus = [f"{language}={folder / language}.jsonl" for language in TEXTS]
    arguments = setup.arguments("--chunk", "article", "--threads", 1, corpus=corpus)
    expected = setup.run("--chunk", "article", "--threads", 1, corpus=corpus)[:3]
    setup.out.unlink()
    partial = pathlib.Path(str(setup.out) + ".partial")
    process = subprocess.Popen([programs.BIN / "ng-roots", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    searched = '"pass":"searching","language":"en"'
    while process.poll() is None and not (partial.exists() and searched in partial.read_text()):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = partial.exists() and searched in partial.read_text() and not setup.out.exists()
    check("a run that is killed leaves the languages it has searched in OUT.partial", left)
    if not left:
        return
    refused("--resume with other options is refused", 1, r"roots\.json\.partial: was left by a run of", "ng-roots",
            *setup.arguments("--chunk", "paragraph", "--resume", corpus=corpus))
    before = (folder / "en.jsonl").stat().st_size
    (folder / "en.jsonl").write_bytes(b"x" * before)  # would be refused if it were read again
    resumed = setup.run("--chunk", "article", "--threads", 1, "--resume", corpus=corpus)[:3]
    check("a resumed run reads the rest alone and ends with the same results", resumed == expected)
    check("OUT.partial is gone", not partial.exists())


def bad_input(setup):
    folder, bad = setup.folder, setup.folder / "bad"
    bad.mkdir()

    def case(claim, status, pattern, *more, corpus=None):
        refused(claim, status, pattern, "ng-roots", *setup.arguments("--chunk", "article", *more, corpus=corpus))

    check("--help shows examples", "examples:" in programs.run("ng-roots", "--help")[1])
    (bad / "en.jsonl").write_text('{"text": "a"}\n{"text": 3}\n')
    case("a line without a text is refused with file and line", 1, r"en\.jsonl:2: the object holds no string", corpus=[f"en={bad}/en.jsonl"])
    (bad / "en.xml").write_text("<feed>\n<doc>\n<title>a\n")
    case("an unfinished abstract.xml is refused with file and line", 1, r"en\.xml:3: the <title>", corpus=[f"en={bad}/en.xml"])
    (bad / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "abc"}\n' * 999)[:60])
    case("a gzip stream that ends early is refused", 1, r"cut\.jsonl\.gz: could not be read", corpus=[f"en={bad}/cut.jsonl.gz"])
    (bad / "none.txt").write_text("\n")
    case("a corpus without an article is refused", 1, r"none\.txt holds no article", corpus=[f"en={bad}/none.txt"])
    case("a corpus that is not there is refused", 1, r"there is no such file", corpus=[f"en={bad}/nowhere"])
    case("a corpus of another language is refused", 2, r"no facts in language fr", corpus=[f"fr={bad}/none.txt"])
    refused("an unknown chunk is refused", 2, r"--chunk page: is article", "ng-roots", *setup.arguments("--chunk", "page"))
    case("an unknown match is refused", 2, r"half", "--match", "half")
    case("a model without weights is refused", 1, r"holds no weights", "--model", TOKENIZER)
    write_facts(bad / "facts", {"en": {"u7": ("a", "b")}})
    refused("hits of other facts are refused", 1, r"speak of the fact \"u0\"|speaks of language", "ng-roots", "--facts", bad / "facts",
            "--hits", folder / "hits.jsonl", "--out", bad / "o.json", "--corpus", f"en={folder}/en.jsonl", "--chunk", "article")
    (bad / "hits.jsonl").write_text((folder / "hits.jsonl").read_text().replace('"u0"', '"u9"'))
    refused("a hit of an unknown fact is named", 1, r'"u9"', "ng-roots", "--facts", folder / "facts", "--hits", bad / "hits.jsonl",
            "--out", bad / "o.json", "--corpus", *corpora(folder), "--chunk", "article")
    (bad / "hits.jsonl").write_text((folder / "hits.jsonl").read_text().replace(str(TOKENIZER), "").replace('"folder"', '"x"'))
    refused("a tokenizer is asked for where the hits name none", 2, r"--tokenizer MODEL is needed", "ng-roots", "--facts",
            folder / "facts", "--hits", bad / "hits.jsonl", "--out", bad / "o.json", "--corpus", *corpora(folder))
    refused("--near-misses without hits is refused", 2, r"--near-misses needs --hits", "ng-roots", "--facts", folder / "facts",
            "--near-misses", "--out", bad / "o.json", "--corpus", *corpora(folder))
    refused("--facts is needed", 2, r"--facts is missing", "ng-roots", "--out", bad / "o.json")
    refused("--corpus is needed", 2, r"--corpus is missing", "ng-roots", "--facts", folder / "facts", "--out", bad / "o.json")
    refused("--out is needed", 2, r"--out is missing", "ng-roots", "--facts", folder / "facts")
    refused("a folder that can not be written to is refused before anything is read", 1, r"nowhere", "ng-roots", "--facts",
            folder / "facts", "--out", bad / "nowhere/o.json", "--corpus", *corpora(folder))
    check("bad input leaves no result", not (bad / "o.json").exists())


with tempfile.TemporaryDirectory() as name:
    for part in (presence, types, forms, interruption, bad_input):
        sub = pathlib.Path(name) / part.__name__
        sub.mkdir()
        part(Setup(sub))
print(f"{len(passed)} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
