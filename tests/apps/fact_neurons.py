#!/usr/bin/env python3
"""ng-fact-neurons as a user runs it, on a small random BERT whose own answers are made the objects of the facts: what is written, that
no number depends on how the work is cut, runs that are killed and resumed, and bad input, which must give one clear line.

usage: fact_neurons.py BIN_FOLDER      (the folder of ng-fact-neurons and ng-activations)
needs: Python 3.9's standard library
"""
import json
import math
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import programs  # noqa: E402
from programs import BIN, check, failed, passed, run, write_safetensors  # noqa: E402

LANGUAGES = {"en": "[X] is near [Y] .", "de": "[X] liegt bei [Y] .", "fr": "[X] est von [Y] ."}
WORDS = [".", "is", "near", "liegt", "bei", "est", "von", "the"] + [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LAYERS, HIDDEN, WIDTH = 2, 16, 40


def refused(claim, status, pattern, *arguments):
    programs.refused(claim, status, pattern, "ng-fact-neurons", *arguments)


def read_safetensors(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header, tensors = json.loads(raw[8:8 + size]), {}
    for name, tensor in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in tensor["data_offsets"])
            tensors[name] = (tensor["shape"], struct.unpack(f"<{(end - begin) // 4}f", raw[begin:end]))
    return tensors


def make_model(folder):
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(SPECIAL + WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": False}))
    vocab = len(SPECIAL) + len(WORDS)
    (folder / "config.json").write_text(json.dumps(
        {"model_type": "bert", "vocab_size": vocab, "hidden_size": HIDDEN, "intermediate_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 2,
         "max_position_embeddings": 24, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12}))
    dice, tensors = random.Random(11), {}

    def add(name, *shape):
        tensors[name] = (list(shape), [dice.gauss(0, 0.4) for _ in range(math.prod(shape))])

    def add_norm(name):
        tensors[name + ".weight"], tensors[name + ".bias"] = ([HIDDEN], [1.0] * HIDDEN), ([HIDDEN], [0.0] * HIDDEN)
    for name, rows in (("word", vocab), ("position", 24), ("token_type", 2)):
        add(f"bert.embeddings.{name}_embeddings.weight", rows, HIDDEN)
    add_norm("bert.embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"bert.encoder.layer.{layer}."
        for name, out, width in (("attention.self.query", HIDDEN, HIDDEN), ("attention.self.key", HIDDEN, HIDDEN), ("attention.self.value", HIDDEN, HIDDEN),
                                 ("attention.output.dense", HIDDEN, HIDDEN), ("intermediate.dense", WIDTH, HIDDEN), ("output.dense", HIDDEN, WIDTH)):
            add(at + name + ".weight", out, width)
            add(at + name + ".bias", out)
        add_norm(at + "attention.output.LayerNorm")
        add_norm(at + "output.LayerNorm")
    add("cls.predictions.transform.dense.weight", HIDDEN, HIDDEN)
    add("cls.predictions.transform.dense.bias", HIDDEN)
    add_norm("cls.predictions.transform.LayerNorm")
    add("cls.predictions.bias", vocab)
    write_safetensors(folder / "model.safetensors", tensors)


def answer(model, sentence, out):
    """The model's word at the one mask."""
    words = ["[CLS]"] + sentence.split() + ["[SEP]"]
    vocab = SPECIAL + WORDS
    ids = ",".join(str(vocab.index(word)) for word in words)
    code, _, errors = run("ng-activations", model, "--ids", ids, "--sites", "logits", "--out", out, "-q")
    assert code == 0, errors
    (shape, values), = read_safetensors(out).values()
    row = values[words.index("[MASK]") * shape[1]:][:shape[1]]
    return vocab[max(range(len(row)), key=row.__getitem__)]


def make_facts(model, folder, hits):
    lines = [json.dumps({"provenance": {}})]
    for language, frame in LANGUAGES.items():
        (folder / language).mkdir(parents=True)
        (folder / language / "templates.jsonl").write_text("".join(json.dumps({"relation": r, "template": frame}) + "\n" for r in ("P1", "P2", "P3")))
        for relation, subjects in (("P1", WORDS[8:20]), ("P2", WORDS[20:28]), ("P3", WORDS[28:29])):
            with open(folder / language / f"{relation}.jsonl", "w") as file:
                for i, subject in enumerate(subjects):
                    word = answer(model, frame.replace("[X]", subject).replace("[Y]", "[MASK]"), folder.parent / "logits.safetensors")
                    uuid, is_hit = f"{relation}-{i}", not (language == "fr" and i == 3)
                    file.write(json.dumps({"uuid": uuid, "sub_uri": subject, "obj_uri": word, "sub_label": subject, "obj_label": word}) + "\n")
                    lines.append(json.dumps({"language": language, "relation": relation, "uuid": uuid, "obj_uri": word, "object_tokens": 1, "full": is_hit,
                                             "partial": is_hit, "exact": is_hit, "masks": int(is_hit), "prediction": word}))
    hits.write_text("\n".join(lines) + "\n")


def the_whole_job(base, out):
    code, table, errors = run("ng-fact-neurons", *base, "--out", out / "fact_neurons.json", "--top", 10, "--off", "all", "--sets", out / "sets.jsonl", "--scores",
                              out / "scores", "--seeds", 2)
    check("ng-fact-neurons prints a row a language", code == 0 and table.startswith("language\tp_at_1") and table.count("\n") == 4, errors)
    file = json.loads((out / "fact_neurons.json").read_text())
    check("languages come by P@1", [l["language"] for l in file["languages"]] == ["en", "de", "fr"], file["languages"])
    check("a fact alone in its relation is named", sum("only fact" in s["why"] for s in file["skipped"]) == 3, file["skipped"])
    sets = [json.loads(line) for line in (out / "sets.jsonl").read_text().splitlines()[1:]]
    check("each fact has its ten neurons", all(sum(map(len, f["neurons"].values())) == 10 for s in sets for f in s["facts"]))
    shape, values = read_safetensors(out / "scores/en.P1.safetensors")["scores"]
    check("scores are (facts, layers, neurons)", shape == [12, LAYERS, WIDTH], shape)
    best = sorted(range(LAYERS * WIDTH), key=lambda i: (-values[i], i))[:10]
    own = next(s for s in sets if (s["language"], s["relation"]) == ("en", "P1"))["facts"][0]["neurons"]
    check("they are those of the highest scores", sorted(best) == [int(l) * WIDTH + n for l, ns in own.items() for n in ns], own)
    sharing = file["sharing"]
    check("the matrix is symmetric", all(sharing["similarity"][i][j] == sharing["similarity"][j][i] for i in range(3) for j in range(3)))
    check("the mean with a zero diagonal is 6 / 9 of that without", abs(sharing["mean_with_zero_diagonal"] * 9 - sharing["mean"] * 6) < 1e-12, sharing)
    check("a fact is drawn in all languages, in 16 groups",
          len(file["activity"]["languages"]) == 3 and len(file["activity"]["languages"][0]["means"][0]) == 16, file["activity"])
    off = file["off"]
    check("facts are measured with neurons off in every language", off["facts"][0] == [20, 20, 18], off["facts"])
    check("with neurons off the answer changes for some", off["own_language"]["change"] != 0 and 0 <= off["own_language"]["p_at_1"] <= 1, off["own_language"])
    return file


def results_do_not_depend_on_how(base, out, file):
    def same(name, *more):
        run("ng-fact-neurons", *base, "--out", out / "other.json", "--top", 10, "--off", "all", "--seeds", 2, "-q", *more)
        check(name, json.loads((out / "other.json").read_text()) == file)
    same("the same bits with one prompt a pass", "--batch", 1, "--threads", 1)
    same("the same bits with two threads", "--batch", 50, "--threads", 2)
    lines = (out / "sets.jsonl").read_text().splitlines(keepends=True)
    (out / "other.json.partial").write_text("".join(lines[:3]) + lines[3][:50])
    same("an interrupted run goes on with --resume, a line cut off is measured again", "--resume")
    check("the leavings of a run are removed when it is whole", not (out / "other.json.partial").exists())
    (out / "other.json.partial").write_text(lines[0].replace("probeless", "original") + lines[1])
    refused("leavings of another run are not gone on with", 1, "left by a run of another", *base, "--out", out / "other.json", "--top", 10, "--resume")
    (out / "other.json.partial").unlink()
    run("ng-fact-neurons", *base, "--out", out / "other.json", "--top", 10, "--off", "all", "--seeds", 2, "-q", "--backend", "reference")
    exact = json.loads((out / "other.json").read_text())
    apart = max(abs(a - b) for r, s in zip(exact["off"]["change"], file["off"]["change"]) for a, b in zip(r, s))
    check("the reference backend gives the same changes", apart < 1e-4, apart)


def policies_and_kinds(base, out, file):
    def measured(*more):
        code, _, errors = run("ng-fact-neurons", *base, "--out", out / "other.json", "--top", 10, "-q", *more)
        assert code == 0, errors
        return json.loads((out / "other.json").read_text())
    check("neurox orders neurons as the paper's code does", measured("--policy", "neurox")["sharing"] == file["sharing"])
    original = measured("--policy", "original", "--sets", out / "original.jsonl")
    line = json.loads((out / "original.jsonl").read_text().splitlines()[1])
    check("by the original all facts of a relation have the same neurons", len({json.dumps(f["neurons"]) for f in line["facts"]}) == 1)
    check("so that different facts overlap as one does, and none is shared", original["kinds"]["counts"]["shared"] == 0, original["kinds"]["counts"])
    check("above 0 all that overlap are shared", measured("--shared-above", 0)["kinds"]["counts"]["independent"] <= 1)
    with open(out / "roots.jsonl", "w") as roots:
        for i in range(12):
            for language in LANGUAGES:
                roots.write(json.dumps({"language": language, "uuid": f"P1-{i}", "relation": "P1", "present": language != "de", "predicted": True, "type": None}) + "\n")
    (out / "plan.json").write_text(json.dumps({"facts": {f"P1-{i}": {"group": "transferred"} for i in range(12)}}))
    kinds = measured("--shared-above", 0, "--absent", out / "roots.jsonl", "--plan", out / "plan.json")
    row = next(r for r in kinds["confusion"] if r["planned"] == "transferred")
    check("a fact that a corpus lacks and that is shared with one that has it is transferred", row["transferred"] == 12, kinds["confusion"])
    check("facts that the plan lacks are counted apart", any(r["planned"] == "not planned" and r["transferred"] == 0 for r in kinds["confusion"]))
    check("languages are compared as they are chosen", measured("--languages", "fr", "en")["sharing"]["languages"] == ["en", "fr"] and
          measured("--top-languages", 1)["sharing"]["mean"] is None)
    check("a fact is chosen by its subject", measured("--fact", WORDS[9] + " / P1")["activity"]["uuid"] == "P1-1")
    check("other sites can be looked at", measured("--site", "hook_resid_post")["neurons_per_layer"] == HIDDEN)


def bad_input(base, model, facts, hits, out):
    base = [*base, "--out", out / "bad.json"]
    refused("a policy that there is not is refused", 2, "probeless, neurox, original, deviation", *base, "--policy", "lape")
    refused("a site that there is not is refused", 2, "mlp.hook_act", *base, "--site", "attn.hook_z")
    refused("no neurons are no choice", 2, "--top 0", *base, "--top", 0)
    refused("a language that the hits lack is refused", 2, "--languages ja", *base, "--languages", "ja")
    refused("a fact that nobody predicts is refused", 2, "has this uuid or subject", *base, "--fact", "Atlantis")
    refused("a language that is not compared can not be switched off", 2, "--off ja", *base, "--off", "ja")
    refused("neurons of another site can not be switched off", 2, "mlp.hook_act", *base, "--off", "en", "--site", "hook_resid_post")
    refused("a table that there is not is refused", 2, "languages, pairs, kinds, off", *base, "--table", "x")
    (out / "broken.jsonl").write_text(hits.read_text() + "{\n")
    refused("a broken line of hits is named", 1, r"broken\.jsonl:65: is not JSON", model, "--facts", facts, "--hits", out / "broken.jsonl", "--out", out / "bad.json")
    (out / "foreign.jsonl").write_text(json.dumps({"provenance": {"model": {"weights": "xxh3-128:0"}}}) + "\n" + "\n".join(hits.read_text().splitlines()[1:]) + "\n")
    refused("hits of another model are refused", 1, "hits of another model", model, "--facts", facts, "--hits", out / "foreign.jsonl", "--out", out / "bad.json")
    (out / "roots.jsonl").write_text('{"language": "en"}\n')
    refused("a line that is no root is named", 1, r"roots\.jsonl:1", *base, "--absent", out / "roots.jsonl")
    (out / "plan.json").write_text("[]")
    refused("a file that is no plan is refused", 1, r"plan\.json: is not a plan", *base, "--plan", out / "plan.json")
    none = "\n".join([hits.read_text().splitlines()[0]] + [json.dumps(dict(json.loads(l), full=False)) for l in hits.read_text().splitlines()[1:]])
    (out / "none.jsonl").write_text(none + "\n")
    refused("hits without a hit are refused", 1, "no fact of .* is a hit", model, "--facts", facts, "--hits", out / "none.jsonl", "--out", out / "bad.json")
    alien = json.dumps(dict(json.loads(hits.read_text().splitlines()[1]), uuid="nowhere"))
    (out / "alien.jsonl").write_text(hits.read_text() + alien + "\n")
    code, _, errors = run("ng-fact-neurons", model, "--facts", facts, "--hits", out / "alien.jsonl", "--out", out / "alien.json")
    skipped = json.loads((out / "alien.json").read_text())["skipped"]
    check("a hit that the data set lacks is named and counted", code == 0 and any("nowhere" in s["place"] for s in skipped), errors)
    check("no result is left of what was refused", not (out / "bad.json").exists())


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fact_neurons_"))
    model, facts, hits, out = folder / "model", folder / "facts", folder / "hits.jsonl", folder / "run"
    out.mkdir()
    make_model(model)
    make_facts(model, facts, hits)
    base = [model, "--facts", facts, "--hits", hits]
    file = the_whole_job(base, out)
    results_do_not_depend_on_how(base, out, file)
    if shutil.which("gnuplot"):
        (out / "page").mkdir()
        shutil.copy(out / "fact_neurons.json", out / "page")
        code, _, errors = run("ng-report", out / "page")
        page = (out / "page/report.html").read_text() if code == 0 else ""
        check("ng-report draws what was found, and says nothing of what is missing", page.count("<svg") == 3 and "is not in the run folder" not in page and
              "Neurons of facts" in page and "Tracing the Roots of Facts" in page, errors)
    policies_and_kinds(base, out, file)
    bad_input(base, model, facts, hits, out)
    shutil.rmtree(folder)
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
