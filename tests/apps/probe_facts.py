#!/usr/bin/env python3
"""ng-probe and ng-factors as a user runs them, on a small random BERT: every outcome against the protocol computed here from logits, a run
that is killed and resumed, every kind of bad data, which must be named with file and line, and the coefficients of ng-factors.

usage: probe_facts.py BIN_FOLDER      (the folder of ng-probe, ng-factors and ng-activations)
needs: Python 3.9's standard library; with ../shared/data beside the project also the paper's coefficients are checked
"""
import json
import math
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import programs  # noqa: E402
from fact_neurons import SPECIAL, WORDS, make_model, read_safetensors  # noqa: E402
from programs import BIN, check, failed, passed, run  # noqa: E402

FRAMES = {"en": "[X] is near [Y] .", "de": "bei [Y] liegt [X]"}
VOCAB = SPECIAL + WORDS
SHARED = programs.TESTS.parent.parent / "shared/data"


def refused(claim, status, pattern, *arguments):
    programs.refused(claim, status, pattern, "ng-probe", *arguments)


class Oracle:
    """Logits of prompts as ng-activations gives them, at the masks."""

    def __init__(self, model, out):
        self.model, self.out, self.known = model, out, {}

    def logits(self, frame, subject, masks):
        words = ["[CLS]"] + frame.replace("[X]", subject).replace("[Y]", " ".join(["[MASK]"] * masks)).split() + ["[SEP]"]
        key = tuple(words)
        if key not in self.known:
            code, _, errors = run("ng-activations", self.model, "--ids", ",".join(str(VOCAB.index(w)) for w in words), "--sites", "logits",
                                  "--out", self.out, "-q")
            assert code == 0, errors
            (shape, values), = read_safetensors(self.out).values()
            self.known[key] = [values[i * shape[1]:(i + 1) * shape[1]] for i, w in enumerate(words) if w == "[MASK]"]
        return self.known[key]

    def guess(self, frame, subject, masks):
        return [VOCAB[max(range(len(row)), key=row.__getitem__)] for row in self.logits(frame, subject, masks)]

    def score(self, frame, subject, candidate):
        """The mean log probability of the candidate's words over its masks."""
        words, total = candidate.split(), 0
        for word, row in zip(words, self.logits(frame, subject, len(words))):
            largest = max(row)
            total += row[VOCAB.index(word)] - largest - math.log(sum(math.exp(x - largest) for x in row))
        return total / len(words)


def write_facts(folder, language, relation, facts):
    """facts: [(uuid, subject, object)]"""
    (folder / language).mkdir(parents=True, exist_ok=True)
    with open(folder / language / "templates.jsonl", "a") as file:
        file.write(json.dumps({"relation": relation, "template": FRAMES[language]}) + "\n")
    (folder / language / f"{relation}.jsonl").write_text("".join(
        json.dumps({"uuid": u, "sub_uri": s, "obj_uri": "Q:" + o, "sub_label": s, "obj_label": o}) + "\n" for u, s, o in facts))


def make_facts(oracle, folder):
    """Some objects are what the model says, in order or not; {(language, relation): facts}."""
    all_facts = {}
    for language, frame in FRAMES.items():
        for relation, subjects in (("P1", WORDS[8:16]), ("P2", WORDS[20:24])):
            facts = []
            for i, subject in enumerate(subjects):
                two = oracle.guess(frame, subject, 2)
                kinds = [oracle.guess(frame, subject, 1)[0], " ".join(two), " ".join(reversed(two)), WORDS[30 + i], WORDS[31 + i] + " " + WORDS[40]]
                facts.append((f"{relation}-{i}", subject, kinds[(i + (language == "de")) % 5]))
            write_facts(folder, language, relation, facts)
            all_facts[(language, relation)] = facts
    return all_facts


def expected(oracle, language, relation, facts):
    """The lines of hits.jsonl by the protocol."""
    frame, lines = FRAMES[language], []
    longest = max(len(o.split()) for _, _, o in facts)
    candidates = list(dict.fromkeys(o for _, _, o in facts))
    for uuid, subject, label in facts:
        gold, said = label.split(), {n: oracle.guess(frame, subject, n) for n in range(1, longest + 1)}
        full = [n for n in said if said[n] == gold]
        partial = [n for n in said if set(gold) <= set(said[n])]
        masks = (full or partial or [0])[0]
        scores = {c: oracle.score(frame, subject, c) for c in candidates}
        lines.append({"language": language, "relation": relation, "uuid": uuid, "obj_uri": "Q:" + label, "object_tokens": len(gold),
                      "full": bool(full), "partial": bool(partial), "exact": bool(full), "masks": masks,
                      "prediction": " ".join(said[masks or len(gold)]), "rank": 1 + sum(s > scores[label] for s in scores.values())})
    return lines


def wilson(hits, n, z=1.959963984540054):
    share, spread = hits / n, z * math.sqrt(hits / n * (1 - hits / n) / n + z * z / (4 * n * n))
    return [(share + z * z / (2 * n) + sign * spread) / (1 + z * z / n) for sign in (-1, 1)]


def rows_of(table):
    head, *rows = [line.split("\t") for line in table.splitlines()]
    return [dict(zip(head, row)) for row in rows]


def the_protocols(oracle, model, folder, out):
    all_facts = make_facts(oracle, folder)
    code, table, errors = run("ng-probe", model, "--facts", folder, "--protocol", "ranked", "match", "--out", out / "hits.jsonl")
    check("ng-probe runs", code == 0 and "probing" in errors and "prompts" in errors, errors)
    found = [json.loads(line) for line in (out / "hits.jsonl").read_text().splitlines()[1:]]
    lines = [line for key in sorted(all_facts) for line in expected(oracle, *key, all_facts[key])]
    check("every fact has the outcome that its logits give, in every field", found == lines,
          [(a, b) for a, b in zip(found, lines) if a != b][:2])
    check("full, partial and no matches are among them", len({(line["full"], line["partial"]) for line in lines}) == 3)
    rows = rows_of(table)
    check("the table has a row a language, then the pooled and the macro mean", [r["language"] for r in rows] == ["de", "en", "pooled", "macro"], table)
    check("its columns say what they are", list(rows[0]) == ["language", "facts"] + [m + e for m in ("full", "partial", "exact", "ranked") for e in ("", "_low", "_high")]
          + ["ranked_relation_mean"], table)
    near = lambda text, value: abs(float(text) - value) < 1e-12
    for row in rows[:3]:
        own = [line for line in lines if row["language"] in (line["language"], "pooled")]
        for measure, hit in [("full", lambda l: l["full"]), ("partial", lambda l: l["partial"]), ("ranked", lambda l: l["rank"] == 1)]:
            hits = sum(map(hit, own))
            low, high = wilson(hits, len(own))
            check(f"{row['language']}: {measure} is hits / facts with Wilson's interval", row["facts"] == str(len(own)) and near(row[measure], hits / len(own))
                  and near(row[measure + "_low"], max(0, low)) and near(row[measure + "_high"], min(1, high)), row)
    check("macro is the mean over languages", near(rows[3]["partial"], (float(rows[0]["partial"]) + float(rows[1]["partial"])) / 2), table)
    relation = {r: sum(l["rank"] == 1 for l in lines if l["language"] == "en" and l["relation"] == r) / n for r, n in (("P1", 8), ("P2", 4))}
    check("Kassner's mean is over relations", near(rows[1]["ranked_relation_mean"], sum(relation.values()) / 2), table)
    summary = json.loads((out / "probe.json").read_text())
    check("prompts are facts times mask counts, and those of the ranking", [l["prompts"] for l in summary["languages"]] == [48, 48], summary["languages"])
    code, table, _ = run("ng-probe", model, "--facts", folder, "--out", out / "more.jsonl", "--summary", out / "more.json", "--by-relation", "--json", "-q")
    rows = json.loads(table)
    check("--by-relation and --json are followed", code == 0 and "P2" in str(rows) and "relation" in str(rows), table)
    check("an encoder is asked by match alone unless told otherwise", "rank" not in (out / "more.jsonl").read_text().splitlines()[1])
    return (out / "hits.jsonl").read_bytes(), (out / "probe.json").read_bytes()


def results_do_not_depend_on_how(model, folder, out, whole):
    for batch, threads in ((1, 1), (37, 2), (100000, 2)):
        run("ng-probe", model, "--facts", folder, "--protocol", "match", "ranked", "--out", out / "hits.jsonl", "--batch", batch, "--threads", threads, "-q")
        check(f"the same bytes with {batch} tokens a pass and {threads} threads", ((out / "hits.jsonl").read_bytes(), (out / "probe.json").read_bytes()) == whole)


def killed_runs_are_resumed(model, folder, out):
    dice = random.Random(5)
    for language in FRAMES:
        for r in range(12):
            write_facts(folder, language, f"P{r}", [(f"{r}-{i}", dice.choice(WORDS), " ".join(dice.choices(WORDS, k=1 + i % 3))) for i in range(150)])
    arguments = [model, "--facts", folder, "--protocol", "match", "--batch", 1, "--threads", 1, "-q", "--out"]
    run("ng-probe", *arguments, out / "whole.jsonl", "--summary", out / "whole.json")
    partial, killed = out / "killed.jsonl.partial", False
    for _ in range(5):
        partial.unlink(missing_ok=True)
        process = subprocess.Popen([BIN / "ng-probe", *map(str, arguments), out / "killed.jsonl", "--summary", out / "killed.json"], stdout=subprocess.DEVNULL)
        while process.poll() is None and not (partial.exists() and partial.read_bytes().count(b"\n") > 2):
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed = partial.exists()
        if killed:
            break
        (out / "killed.jsonl").unlink()
    check("a run is caught while it works", killed and not (out / "killed.jsonl").exists())
    if not killed:
        return
    left = partial.read_bytes()
    partial.write_bytes(left[:-1 - len(left.splitlines()[-1]) // 2])
    refused("what a run of other options left is not gone on with", 1, r"killed\.jsonl\.partial: was left by a run of another", *arguments, out / "killed.jsonl",
            "--summary", out / "killed.json", "--max-masks", 2, "--resume")
    check("and stays", partial.exists())
    code, table, errors = run("ng-probe", *arguments, out / "killed.jsonl", "--summary", out / "killed.json", "--resume")
    check("a killed run goes on with --resume; hits and summary have the same bytes", code == 0 and
          (out / "killed.jsonl").read_bytes() == (out / "whole.jsonl").read_bytes() and (out / "killed.json").read_bytes() == (out / "whole.json").read_bytes(), errors)
    check("the leavings are removed", not partial.exists())


def what_can_not_be_used_is_named_and_counted(model, out):
    folder = out / "odd"
    write_facts(folder, "en", "P1", [("a", "ba", "be"), ("a", "ba", "bi"), ("b", " ", "be"), ("c", "ba", ""), ("d", "ba", " ".join(["be"] * 30)),
                                     ("e", " ".join(["ba"] * 30), "be"), ("f", "[MASK]", "be"), ("g", "di", "do")])
    with open(folder / "en/templates.jsonl", "a") as file:
        for relation, frame in [("P2", "[X] is near"), ("P3", "is near [Y]"), ("P4", "[X] [Y] [Y]"), ("P5", "[X] is [Y]"), ("P6", "[X] is [Y]")]:
            file.write(json.dumps({"relation": relation, "template": frame}) + "\n")
    (folder / "en/P5.jsonl").write_text("\n")
    (folder / "en/P9.jsonl").write_text("")
    code, table, errors = run("ng-probe", model, "--facts", folder, "--protocol", "match", "--out", out / "odd.jsonl", "--summary", out / "odd.json")
    check("what can not be used stops nothing", code == 0, errors)
    reasons = {s["place"].split("/")[-1]: s["why"] for s in json.loads((out / "odd.json").read_text())["skipped"]}
    for place, why in [("P1.jsonl:2", "was there before"), ("P1.jsonl:3", "a label is empty"), ("P1.jsonl:4", "a label is empty"),
                       ("P1.jsonl:5", "30 masks has"), ("P1.jsonl:6", "the model was made for 24"), ("P1.jsonl:7", "holds the mask token"),
                       ("templates.jsonl:2", "[X] and [Y] once"), ("templates.jsonl:3", "[X] and [Y] once"), ("templates.jsonl:4", "[X] and [Y] once"),
                       ("P5.jsonl", "no facts"), ("P6.jsonl", "no facts"), ("P9.jsonl", "no template")]:
        check(f"{place}: {why}", why in reasons.pop(place, "") and f"{place}: left out: " in errors, errors)
    check("nothing else is left out", not reasons, reasons)
    facts = [json.loads(line)["uuid"] for line in (out / "odd.jsonl").read_text().splitlines()[1:]]
    check("the others are asked", facts == ["a", "g"] and rows_of(table)[0]["facts"] == "2", facts)
    of = json.loads((out / "odd.json").read_text())["languages"][0]
    check("an object that is left out makes nobody's prompts longer", (of["prompts"], of["skipped"]) == (2, 3), of)
    code, _, _ = run("ng-probe", model, "--facts", folder, "--protocol", "match", "--max-masks", 1, "--out", out / "odd.jsonl", "--summary", out / "odd.json", "-q")
    of = json.loads((out / "odd.json").read_text())["languages"][0]
    check("objects beyond --max-masks are asked, and counted", of["facts"] == 3 and of["objects_beyond_masks"] == 1, of)


def bad_data_is_refused(model, facts, out):
    def copy_with(name, change):
        folder = out / name
        shutil.copytree(facts, folder)
        change(folder)
        return [model, "--facts", folder, "--out", out / "bad.jsonl"]

    def appended(file, text):
        def change(folder):
            with open(folder / "en" / file, "ab") as end:
                end.write(text)
        return change
    good = b'{"uuid": "x", "sub_uri": "", "obj_uri": "", "sub_label": "ba", "obj_label": "be"}'
    refused("broken JSON is refused with its line", 1, r"en/P1\.jsonl:9: is not JSON", *copy_with("json", appended("P1.jsonl", good[:-1] + b"\n")))
    refused("bad UTF-8 is refused with its line", 1, r"en/P2\.jsonl:5: not valid UTF-8", *copy_with("utf8", appended("P2.jsonl", good.replace(b"ba", b"b\xff"))))
    refused("a fact without a member is refused with its line", 1, r'en/P1\.jsonl:9: an object with a string "uuid"',
            *copy_with("member", appended("P1.jsonl", good.replace(b"uuid", b"uid"))))
    refused("broken templates are refused with their line", 1, r"en/templates\.jsonl:3: is not JSON", *copy_with("frames", appended("templates.jsonl", b"[X]")))
    refused("a second template is refused with its line", 1, r"en/templates\.jsonl:3: a second template for P1",
            *copy_with("second", appended("templates.jsonl", b'{"relation": "P1", "template": "[X] [Y]"}')))
    refused("a relation can not be a path", 1, r"templates\.jsonl:3: .*can not be the name", *copy_with("path", appended("templates.jsonl", b'{"relation": "../P1", "template": "[X] [Y]"}')))
    missing = copy_with("missing", lambda folder: (folder / "en/templates.jsonl").unlink())
    refused("a language without templates.jsonl is refused", 1, r"en/templates\.jsonl: is missing", *missing, "--languages", "en")
    refused("a folder without any is refused", 1, r"no LANG/templates\.jsonl", model, "--facts", model, "--out", out / "bad.jsonl")
    nothing = copy_with("nothing", lambda folder: [path.write_text("") for path in folder.glob("*/P*.jsonl")])
    refused("facts of which none can be used are refused", 1, "holds no fact that can be used", *nothing)
    base = [model, "--facts", facts, "--out", out / "bad.jsonl"]
    refused("a folder of candidates that is not there is refused", 2, "--candidates .*LANG.json", *base, "--protocol", "ranked", "--candidates", out / "none")
    (out / "typed").mkdir()
    (out / "typed/en.json").write_text('{"P1": {"subjects": []}}')
    refused("candidates of another form are refused by name", 1, r'typed/en\.json: .*"objects"', *base, "--protocol", "ranked", "--candidates", out / "typed")
    (out / "typed/en.json").write_text('{"P1": {"objects": ["zu", "zu", "unheard of"]}}')
    code, _, errors = run("ng-probe", *base[:3], "--out", out / "typed.jsonl", "--summary", out / "typed.json", "--protocol", "ranked", "--candidates", out / "typed", "-q")
    summary = json.loads((out / "typed.json").read_text()) if code == 0 else {}
    labels = {json.loads(line)["obj_label"] for line in (facts / "en/P1.jsonl").read_text().splitlines()}
    check("objects that typed candidates lack are added and counted", summary.get("candidates_added") == len(labels - {"zu"}), errors)
    for claim, pattern, arguments in [
            ("a language that is not there", "no folder for language xx", ["--languages", "xx"]), ("a language twice", "twice", ["--languages", "en", "en"]),
            ("a relation that is not there", "--relations P77", ["--relations", "P77"]), ("an unknown protocol", "match, ranked or sentence", ["--protocol", "guess"]),
            ("two rankings", "at most match and one ranking", ["--protocol", "ranked", "sentence"]), ("sentence with an encoder", "for decoders", ["--protocol", "sentence"]),
            ("an unknown score", "mean or sum", ["--score", "max"]), ("consistency without a ranking", "--consistency", ["--consistency"]),
            ("no tokens in a pass", "--batch 0", ["--batch", 0]), ("a negative number of masks", "--max-masks -1", ["--max-masks=-1"]),
            ("two kinds of data", "one of --facts and --bmlama", ["--bmlama", facts])]:
        refused(f"{claim} is refused", 2, pattern, *base, *arguments)
    refused("no data are refused", 2, "one of --facts and --bmlama", model, "--out", out / "bad.jsonl")
    refused("--out is needed", 2, "--out is missing", model, "--facts", facts)
    refused("a folder that is not there is refused", 2, "is not a folder of facts", model, "--facts", out / "none", "--out", out / "bad.jsonl")
    check("no result is left of what was refused", not (out / "bad.jsonl").exists() and not (out / "bad.jsonl.partial").exists())


def bmlama(model, out):
    folder, head = out / "bmlama", "Prompt\tAns\tCandidate Ans\tSubject\n"
    folder.mkdir()
    (folder / "en.tsv").write_text(head + "ba is near <mask> .\tbe\tbo, be, bi\tba\nno mask\tbe\tbe, bi\tba\nda is near <mask> .\tbo\tbi, be\tda\n")
    (folder / "de.tsv").write_text(head + "bei <mask> liegt ba\tde\tdo, de, di\tba\nbei <mask> liegt fa\tde\tde, di\tfa\nbei <mask> liegt da\tdo\tdi, de\tda\n")
    base = [model, "--bmlama", folder, "--protocol", "ranked", "--out", out / "bmlama.jsonl", "--summary", out / "bmlama.json"]
    code, table, errors = run("ng-probe", *base, "--consistency")
    check("BMLAMA's queries are ranked; a row without its mask is named", code == 0 and "en.tsv:3: left out: " in errors and
          [r["facts"] for r in rows_of(table)] == ["3", "2", "5", "5"], errors)
    summary = json.loads((out / "bmlama.json").read_text())
    check("answers that the candidates lack are added and counted", summary["candidates_added"] == 2, summary["candidates_added"])
    told = summary["consistency"]
    check("RankC is of the rows that both have", told["queries"] == [[3, 2], [2, 2]] and all(abs(told["rankc"][i][i] - 1) < 1e-12 for i in (0, 1)) and
          told["rankc"][0][1] == told["rankc"][1][0] and 0 < told["rankc"][0][1] <= 1, told)
    (folder / "xx.tsv").write_text(head + "one\ttwo\n")
    refused("a row with too few columns is refused with its line", 1, r"xx\.tsv:2: 2 columns, 4 expected", *base)
    (folder / "xx.tsv").write_text("Prompt\n")
    refused("another header is refused", 1, r"xx\.tsv:1: the header", *base)
    refused("BMLAMA has no relations", 2, "--relations", *base, "--relations", "P1")
    refused("a language that BMLAMA lacks is refused", 2, r"has no fr\.tsv", *base, "--languages", "fr")


def pearson(x, y):
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / math.sqrt(sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y))


def factors(out):
    shares, sizes = {"en": 4, "de": 3, "fr": 1, "ja": 2, "xx": 0}, {"en": 900, "de": 500, "fr": 420, "ja": 100, "yy": 5}
    lines = ['{"provenance":{}}'] + [json.dumps({"language": l, "relation": "P1", "uuid": f"u{i}", "obj_uri": f"Q{i // 2}", "object_tokens": 1 + (i == 4), "full": i < n,
                                                 "partial": i <= n, "exact": False, "masks": 0, "prediction": ""}) for l, n in shares.items() for i in range(5)]
    (out / "hits.jsonl").write_text("\n".join(lines) + "\n")
    (out / "sizes.txt").write_text("".join(f"{l} {n}\n" if n % 3 else f"{n}\t{l}\n" for l, n in sizes.items()))
    (out / "sizes.json").write_text(json.dumps(sizes))
    base = ["ng-factors", out / "hits.jsonl", "--out", out / "factors.json"]
    code, table, errors = run(*base, "--match", "full", "partial", "--sizes", f"pages={out}/sizes.txt", f"words={out}/sizes.json")
    rows = rows_of(table)
    both = ["en", "de", "fr", "ja"]
    r = pearson([sizes[l] for l in both], [20 * shares[l] for l in both])
    half = 1.959963984540054 / math.sqrt(len(both) - 3)
    check("r is Pearson's, with the interval of Fisher's z", code == 0 and abs(float(rows[0]["pearson"]) - r) < 1e-12 and
          abs(float(rows[0]["low"]) - math.tanh(math.atanh(r) - half)) < 1e-9 and abs(float(rows[0]["high"]) - math.tanh(math.atanh(r) + half)) < 1e-9, errors + table)
    check("a row a P@1 and size, which is the same from either file", [(x["p1"], x["size"]) for x in rows] ==
          [("full", "pages"), ("full", "words"), ("partial", "pages"), ("partial", "words")] and rows[0]["pearson"] == rows[1]["pearson"], table)
    check("languages without a size or P@1 are named", "without a size: xx" in errors and "without P@1: yy" in errors and rows[0]["without_size"] == "xx", errors)
    code, table, errors = run(*base)
    en = rows_of(table)[0]
    check("P@1 of one-token objects is their mean", code == 0 and (en["one_token_entities"], en["one_token_facts"], en["one_token_p1"]) == ("2", "4", "100"), table)
    for claim, status, pattern, more in [
            ("an unknown match", 2, "full, partial, exact", ["--match", "half"]), ("a match twice", 2, "twice", ["--match", "full", "full"]),
            ("a column of hits", 2, "--column: is of a table", ["--column", "full"]), ("an unknown table", 2, "correlations and one-token", ["--table", "x"]),
            ("a size twice", 2, "there is a size called", ["--sizes", f"a={out}/sizes.txt", f"a={out}/sizes.json"]), ("a missing file", 1, "none.txt", ["--sizes", out / "none.txt"])]:
        programs.refused(f"ng-factors: {claim} is refused", status, pattern, *base[:2], "--out", out / "none.json", *more)
    for name, text, pattern in [("negative.txt", "en 5\nde -1\n", r"negative\.txt:2: -1 for de is below 0"), ("words.txt", "en 5\nde many\n", r"words\.txt:2: a language and a number"),
                                ("twice.txt", "en 5\nen 6\n", r"twice\.txt:2: the language \"en\" was there"), ("empty.txt", "\n", "holds no number"),
                                ("object.json", '{"en": "5"}', r'object\.json: "en": is string'), ("table.tsv", "language\tsize\nen\t5\nde\n", r"table\.tsv:3")]:
        (out / name).write_text(text)
        programs.refused(f"ng-factors: {name} is refused by name", 1, pattern, *base[:2], "--out", out / "none.json", "--sizes", out / name)
    programs.refused("ng-factors: --out is needed", 2, "--out is missing", *base[:2])
    (out / "p1.csv").write_text("lang,a,b\nen,1,2\nde,2,4\n")
    programs.refused("ng-factors: of several columns one must be named", 2, "--column takes of a, b", "ng-factors", out / "p1.csv", "--out", out / "none.json")
    programs.refused("ng-factors: a table does not know its objects", 2, "--table one-token", "ng-factors", out / "p1.csv", "--column", "a", "--out", out / "none.json")
    (out / "broken.jsonl").write_text("\n".join(lines[:3]) + "\n{\n")
    programs.refused("ng-factors: a broken line of hits is named", 1, r"broken\.jsonl:4: is not JSON", "ng-factors", out / "broken.jsonl", "--out", out / "none.json")
    check("ng-factors leaves no result of what was refused", not (out / "none.json").exists())


def the_papers_coefficients(out):
    if not (SHARED / "zhao2024_p1_table.csv").exists():
        print("skipped: ../shared/data is not there, so the paper's five coefficients are not computed anew")
        return
    files = [f"{SHARED}/wiki2018_sizes/{name}.txt" for name in ("title_cnts", "wiki_article_sizes", "wiki_article_gz_sizes", "wiki_abstract_sizes", "wiki_abstract_gz_sizes")]
    code, table, errors = run("ng-factors", SHARED / "zhao2024_p1_table.csv", "--column", "mbert_full", "--sizes", *files, "--out", out / "paper.json")
    rows = rows_of(table)
    check("the paper's five coefficients come out of its table", [f"{float(r['pearson']):.4f}" for r in rows] == ["0.4319", "0.4352", "0.4518", "0.5148", "0.4817"] and
          {r["n"] for r in rows} == {"53"}, table + errors)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="probe_facts_"))
    model, out = folder / "model", folder / "run"
    out.mkdir()
    make_model(model)
    for program in ("ng-probe", "ng-factors"):
        code, text, _ = run(program, "--help")
        check(f"{program} --help shows examples and --version tells it", code == 0 and "examples" in text.lower() and run(program, "--version")[0] == 0)
    oracle = Oracle(model, out / "logits.safetensors")
    whole = the_protocols(oracle, model, folder / "facts", out)
    results_do_not_depend_on_how(model, folder / "facts", out, whole)
    killed_runs_are_resumed(model, folder / "many", out)
    what_can_not_be_used_is_named_and_counted(model, out)
    bad_data_is_refused(model, folder / "facts", out)
    bmlama(model, out)
    factors(out)
    the_papers_coefficients(out)
    shutil.rmtree(folder)
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
