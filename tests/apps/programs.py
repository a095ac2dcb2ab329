#!/usr/bin/env python3
"""The programs as a user runs them, on a small random model: results that must be equal, runs that are killed and resumed, and bad
input, which must give one clear line, exit status 1 or 2, and leave earlier results whole.

usage: programs.py BIN_FOLDER      (the folder of ng-record and its kin)
needs: Python 3.9's standard library
"""
import fcntl
import gzip
import json
import math
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
TOKENIZER = TESTS / "golden/data/tokenizers/gpt2_digits/tokenizer.json"
FAMILIES = TESTS / "golden/data/families"
BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/apps").resolve()
passed, failed = [], []


def check(claim, holds, detail=""):
    (passed if holds else failed).append(claim)
    print(("ok      " if holds else "FAILED  ") + claim + ("" if holds else f": {detail}"))


def run(program, *arguments, stdin=""):
    done = subprocess.run([BIN / program, *map(str, arguments)], input=stdin, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def refused(claim, status, pattern, program, *arguments, stdin=""):
    """The program ends with `status` and the last line on stderr is the program's and fits `pattern`."""
    code, _, errors = run(program, *arguments, stdin=stdin)
    line = errors.strip().splitlines()[-1] if errors.strip() else ""
    fits = code == status and line.startswith(program + ": ") and re.search(pattern, line)
    check(claim, fits, f"status {code}, said {errors.strip()!r}")


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        raw = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def make_model(folder):
    """A LLaMA of two layers with the vocabulary of a small committed tokenizer; weights from a fixed seed."""
    folder.mkdir()
    shutil.copy(TOKENIZER, folder / "tokenizer.json")
    tokenizer = json.loads(TOKENIZER.read_text())
    ids = list(tokenizer["model"]["vocab"].values()) + [t["id"] for t in tokenizer["added_tokens"]]
    vocab, hidden, width, ff = max(ids) + 1, 16, 8, 24
    config = {"model_type": "llama", "vocab_size": vocab, "hidden_size": hidden, "intermediate_size": ff, "num_hidden_layers": 2,
              "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64, "tie_word_embeddings": True}
    (folder / "config.json").write_text(json.dumps(config))
    dice = random.Random(7)
    tensor = lambda *shape: (list(shape), [dice.gauss(0, 0.3) for _ in range(math.prod(shape))])
    tensors = {"model.embed_tokens.weight": tensor(vocab, hidden), "model.norm.weight": tensor(hidden)}
    for layer in range(2):
        shapes = {"input_layernorm": (hidden,), "post_attention_layernorm": (hidden,), "self_attn.q_proj": (2 * width, hidden),
                  "self_attn.k_proj": (width, hidden), "self_attn.v_proj": (width, hidden), "self_attn.o_proj": (hidden, 2 * width),
                  "mlp.gate_proj": (ff, hidden), "mlp.up_proj": (ff, hidden), "mlp.down_proj": (hidden, ff)}
        for name, shape in shapes.items():
            tensors[f"model.layers.{layer}.{name}.weight"] = tensor(*shape)
    write_safetensors(folder / "model.safetensors", tensors)
    return tensors


def make_corpora(folder):
    folder.mkdir()
    words = {"en": "the house of a friend is near the old river and we walk there", "fr": "la maison d'un ami est près de la rivière"}
    for language, text in words.items():
        dice = random.Random(language)
        pages = [" ".join(dice.choices(text.split(), k=60)) for _ in range(60)]
        (folder / f"{language}.txt").write_text("\n\n".join(pages))
        (folder / f"{language}.jsonl").write_text("".join(json.dumps({"text": page}) + "\n" for page in pages))
        (folder / f"{language}.jsonl.gz").write_bytes(gzip.compress((folder / f"{language}.jsonl").read_bytes()))


def results_do_not_depend_on_how(model, texts, out):
    record = lambda name, *more: run("ng-record", model, "--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 32,
                                     "--tokens", 1920, "--out", out / name, "-q", *more)
    first = record("stats.safetensors", "--batch", 1, "--threads", 1)
    check("ng-record writes statistics", first[0] == 0 and (out / "stats.safetensors").exists(), first)
    for batch, threads in [(3, 2), (16, 1), (16, 2)]:
        record("other.safetensors", "--batch", batch, "--threads", threads)
        check(f"statistics have the same bits with {batch} blocks a pass and {threads} threads",
              (out / "stats.safetensors").read_bytes() == (out / "other.safetensors").read_bytes())
    for stream, batch in [(1, 2), (256, 2), (100000, 3)]:
        streamed = record("other.safetensors", "--stream", stream, "--batch", batch, "--threads", 2)
        check(f"statistics have the same bits with --stream {stream}", streamed[0] == 0 and
              (out / "stats.safetensors").read_bytes() == (out / "other.safetensors").read_bytes(), streamed)
    for ending in ("jsonl", "jsonl.gz"):
        run("ng-record", model, "--corpus", f"en={texts}/en.{ending}", f"fr={texts}/fr.{ending}", "--block", 32, "--tokens", 1920,
            "--out", out / "other.safetensors", "-q")
        size = 2 * 2 * 24 * 8 * 3  # the arrays at the end; the header names the paths
        check(f"statistics are the same from .{ending}",
              (out / "stats.safetensors").read_bytes()[-size:] == (out / "other.safetensors").read_bytes()[-size:])


def killed_runs_are_resumed(model, texts, out):
    arguments = ["--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 32, "--out", out / "whole.safetensors", "-q"]
    run("ng-record", model, *arguments)
    arguments[-2] = out / "killed.safetensors"
    partial = out / "killed.safetensors.partial"
    process = subprocess.Popen([BIN / "ng-record", str(model), *map(str, arguments), "--batch", "1"])
    while process.poll() is None and not partial.exists():
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if (out / "killed.safetensors").exists():
        print("skipped: the run was too fast to be killed")
        return
    left = run("ng-record", model, *arguments, "--resume")
    check("a killed recording goes on with --resume and gives the same bits",
          left[0] == 0 and (out / "killed.safetensors").read_bytes() == (out / "whole.safetensors").read_bytes(), left)
    check("the leavings of a run are removed when it is whole", not partial.exists())
    partial.write_bytes((out / "whole.safetensors").read_bytes())
    refused("leavings of another run are not gone on with", 1, "another model, corpus or option", "ng-record", model, *arguments,
            "--tokens", 64, "--resume")
    partial.unlink()


def one_run_writes_at_a_time(model, texts, out):
    """Every program that leaves OUT.partial, while another process holds OUT.lock."""
    busy = out / "busy"
    corpus = ["--corpus", f"en={texts}/en.txt"]
    runs = {"ng-record": [model, *corpus], "ng-perplexity": [model, *corpus], "ng-generate": [model, "--prompts", texts / "en.txt"],
            "ng-steer": [model, "--questions", f"en={texts}/en.txt", "--conditions", "normal"],
            "ng-probe": [model, "--facts", texts], "ng-roots": ["--facts", texts, *corpus],
            "ng-fact-neurons": [model, "--facts", texts, "--hits", texts / "en.txt"]}
    with open(f"{busy}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        for program, arguments in runs.items():
            refused(f"{program} does not write what another run is writing", 1, r"busy: another run is writing it \(process 4711",
                    program, *arguments, "--out", busy)
        check("what another run is writing is left alone", sorted(path.name for path in out.glob("busy*")) == ["busy.lock"])
    left = run("ng-record", model, *corpus, "--block", 32, "--tokens", 64, "--out", busy, "-q")
    check("a lock that nobody holds keeps nobody out, and goes away",
          left[0] == 0 and busy.exists() and not pathlib.Path(f"{busy}.lock").exists(), left)


def the_whole_job(model, texts, out):
    code, counts, errors = run("ng-select", out / "stats.safetensors", "--rate", 0.1, "--bar-quantile", 0.6, "--out", out / "neurons.json")
    check("ng-select writes neurons and counts per language and layer",
          code == 0 and counts.startswith("language\tlayer\tneurons\n") and counts.count("\n") == 5, errors)
    arguments = [model, "--neurons", out / "neurons.json", "--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 32,
                 "--tokens", 320, "--out", out / "perplexity.json"]
    code, _, errors = run("ng-perplexity", *arguments)
    check("ng-perplexity fills its matrix", code == 0, errors)
    matrix = json.loads((out / "perplexity.json").read_text())
    check("rows are none, the languages and random", matrix["rows"] == ["none", "en", "fr", "random"], matrix["rows"])
    check("switching neurons off changes the loss", matrix["nll"][0] != matrix["nll"][1])
    run("ng-perplexity", *arguments[:-1], out / "reference.json", "--backend", "reference", "-q")
    exact = json.loads((out / "reference.json").read_text())
    apart = max(abs(a - b) for r, s in zip(matrix["nll"], exact["nll"]) for a, b in zip(r, s))
    check("the reference backend gives the same matrix", apart < 1e-5, apart)
    if shutil.which("gnuplot"):
        code, _, errors = run("ng-report", out)
        check("ng-report writes a page", code == 0 and "<svg" in (out / "report.html").read_text(), errors)


def sentences_are_compared(model, folder, out):
    lines = {"en": ["the house is old", "a river", "we walk there with a friend"], "fr": ["la maison est vieille", "une rivière", "nous y allons"],
             "es": ["la casa es vieja", "un río", "vamos con un amigo"]}
    files = []
    for language, sentences in lines.items():
        (folder / f"{language}.lines").write_text("\n".join(sentences) + "\n")
        files.append(f"{language}={folder}/{language}.lines")
    compare = ["ng-similarity", model, "--neurons", out / "neurons.json", "--out"]
    code, table, errors = run(*compare, out / "similarity.json", "--parallel", *files)
    check("ng-similarity prints a row a layer", code == 0 and table.count("\n") == 4 and table.startswith("layer\tses\tneurons\tdominance:en"), errors)
    numbers = json.loads((out / "similarity.json").read_text())
    for batch, threads in [(1, 1), (7, 2), (4096, 2)]:
        run(*compare, out / "other.json", "--parallel", *files, "--batch", batch, "--threads", threads, "-q")
        check(f"similarities have the same bits with {batch} tokens a pass and {threads} threads",
              json.loads((out / "other.json").read_text()) == numbers)
    run(*compare, out / "other.json", "--parallel", *files, "--backend", "reference", "-q")
    exact = json.loads((out / "other.json").read_text())["layers"]
    apart = max(abs(a - b) for r, s in zip(numbers["layers"], exact) for a, b in zip(r["dominance"] + [r["mean_ses"]], s["dominance"] + [s["mean_ses"]]))
    check("the reference backend gives the same similarities", apart < 1e-5, apart)
    (folder / "short.lines").write_text("un\ndeux\n")
    (folder / "hole.lines").write_text("un\n\ntrois\n")
    (folder / "bad.lines").write_bytes(b"un\nd\xff\ntrois\n")
    (folder / "long.lines").write_text("un\ndeux\n" + "trois " * 80 + "\n")
    compare = [*compare, out / "similarity.json", "--parallel", files[0]]
    refused("files of different lengths are refused", 1, r"short\.lines: ends with line 2.*en\.lines with line 3", *compare, f"fr={folder}/short.lines")
    refused("an empty line is refused with its number", 1, r"hole\.lines:2: is empty", *compare, f"fr={folder}/hole.lines")
    refused("invalid UTF-8 in a sentence is refused with its line", 1, r"bad\.lines:2: not valid UTF-8", *compare, f"fr={folder}/bad.lines")
    refused("a sentence that is too long is refused with its line", 1, r"long\.lines:3: the sentence has \d+ tokens", *compare, f"fr={folder}/long.lines")
    refused("a language can not be compared with itself", 2, "twice", *compare, files[0])
    refused("one language alone is refused", 2, "at least two", *compare)
    refused("a pooling that there is not is refused", 2, "mean, cls and last", *compare, files[1], "--pooling", "max")
    refused("a site where no sentence is taken is refused", 2, "hook_resid_post", *compare, files[1], "--site", "mlp.hook_act")
    check("an earlier similarity.json stays whole", json.loads((out / "similarity.json").read_text()) == numbers)


def many_sets_are_measured_at_once(model, texts, out):
    measure = lambda name, *more: run("ng-perplexity", model, "--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 32,
                                      "--tokens", 320, "--out", out / name, "-q", *more)
    run("ng-select", out / "stats.safetensors", "--method", "diffmean", "--rate", 0.1, "--out", out / "diffmean.json")
    both = measure("both.json", "--neurons", out / "neurons.json", out / "diffmean.json", "--batch", 6, "--seeds", 2)
    check("ng-perplexity measures two sets in one run", both[0] == 0 and both[1].startswith("off\tlanguage\tnll\tppl\t"), both)
    one = measure("one.json", "--neurons", out / "diffmean.json", "--batch", 1, "--seeds", 2)
    together, alone = (json.loads((out / name).read_text()) for name in ("both.json", "one.json"))
    check("a set has the bits of a run of its own", one[0] == 0 and together["block_nll"][5:] == alone["block_nll"][1:], one)
    for stream, batch in [(1, 6), (256, 2), (100000, 4)]:
        streamed = measure("streamed.json", "--neurons", out / "neurons.json", out / "diffmean.json", "--seeds", 2, "--batch", batch,
                           "--stream", stream, "--threads", 2)
        check(f"perplexities have the same bytes with --stream {stream}", streamed[0] == 0 and
              (out / "streamed.json").read_bytes() == (out / "both.json").read_bytes(), streamed)
    around = lambda ends, change: ends[0] - 1e-12 <= change <= ends[1] + 1e-12
    check("every change has an interval around it", all(
        around(ends, nll - before) for nlls, cells in zip(alone["nll"], alone["nll_change_interval"])
        for nll, before, ends in zip(nlls, alone["nll"][0], cells)))
    whole = (out / "one.json").read_bytes()
    alone["block_nll"][2][1] = alone["block_nll"][3][0] = []
    (out / "one.json.partial").write_text(json.dumps(alone))
    resumed = measure("one.json", "--neurons", out / "diffmean.json", "--batch", 4, "--seeds", 2, "--resume")
    check("an interrupted matrix goes on with --resume and gives the same bytes",
          resumed[0] == 0 and (out / "one.json").read_bytes() == whole, resumed)
    rates = ("--stats", out / "stats.safetensors", "--bar-quantile", 0.6, "--off", "fr", "--rates")
    code, _, errors = measure("perplexity_rates.json", *rates, "0.05,0.1,0.2")
    file = json.loads((out / "perplexity_rates.json").read_text()) if code == 0 else {"rows": []}
    check("one language is off at each of the rates",
          file["rows"][1:3] == ["lape 5%: fr", "lape 5%: random"] and len(file["rows"]) == 7, errors)
    perplexity = ["ng-perplexity", model, "--corpus", f"en={texts}/en.txt", "--block", 32, "--out", out / "never.json"]
    refused("rates that are no numbers are refused", 2, "--rates 0.05,x", *perplexity, *rates, "0.05,x")
    refused("neurons from files and from statistics are not mixed", 2, "either", *perplexity, *rates, "0.05", "--neurons",
            out / "neurons.json")
    refused("a language without neurons can not be off", 1, '"xx"', *perplexity, "--neurons", out / "neurons.json", "--off", "xx")
    if shutil.which("gnuplot"):
        shutil.copy(out / "both.json", out / "perplexity.json")
        code, _, errors = run("ng-report", out)
        check("ng-report shows methods side by side and rates", code == 0 and
              (out / "figures/perplexity_rates.svg").exists() and (out / "figures/neurons_per_layer_by_set.svg").exists(), errors)


def texts_are_gone_on_with(model, out):
    prompts = out / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": text, "language": "en"}) + "\n" for text in
                               ["the house", "a", "we walk there and back again", "old river", "friend of a"]))
    steered = ["--neurons", out / "neurons.json", "--stats", out / "stats.safetensors", "--off", "en", "--on", "fr"]
    arguments = [model, "--prompts", prompts, *steered, "--max-new-tokens", 20, "--temperature", 0.9, "--top-k", 50, "-q", "--out"]
    code, _, errors = run("ng-generate", *arguments, out / "texts.jsonl", "--batch", 1)
    whole = (out / "texts.jsonl").read_text() if code == 0 else ""
    lines = [json.loads(line) for line in whole.splitlines()]
    check("ng-generate writes its provenance and a line a prompt", code == 0 and "provenance" in lines[0] and len(lines) == 6, errors)
    check("a prompt's other members go along", all(line["language"] == "en" and len(line["ids"]) <= 20 for line in lines[1:]))
    run("ng-generate", *arguments, out / "other.jsonl", "--batch", 3, "--threads", 2)
    check("texts do not depend on batches and threads", (out / "other.jsonl").read_text() == whole)
    partial = out / "resumed.jsonl.partial"
    partial.write_text("".join(whole.splitlines(keepends=True)[:3]))
    left = run("ng-generate", *arguments, out / "resumed.jsonl", "--resume")
    check("ng-generate goes on with what an interrupted run left",
          left[0] == 0 and (out / "resumed.jsonl").read_text() == whole and not partial.exists(), left)
    partial.write_text(whole)
    refused("another run's texts are not gone on with", 1, "another model, other inputs or options", "ng-generate", *arguments,
            out / "resumed.jsonl", "--resume", "--seed", 2)
    partial.unlink()
    code, text, errors = run("ng-generate", model, "--prompt", "the house", "--max-new-tokens", 5)
    check("a single prompt's text goes to stdout, remarks to stderr", code == 0 and text.endswith("\n") and "tokens/s" in errors, errors)
    exact = run("ng-generate", model, "--prompt", "the house", "--max-new-tokens", 5, "--backend", "reference", "-q")
    check("the reference backend gives the same text", exact[0] == 0 and exact[1] == text, exact)
    single = ["ng-generate", model, "--prompt", "the house"]
    refused("more tokens than positions are refused", 2, "64 positions", *single, "--max-new-tokens", 64)
    refused("--on without --neurons is refused", 2, "--neurons", *single, "--on", "fr")
    refused("a language that has no neurons is refused with those there are", 1, "\"de\".*en, fr", *single, *steered[:2], "--off", "de")
    refused("means without statistics are refused", 2, "--stats", *single, *steered[:2], "--on", "fr")
    refused("filters without a temperature are refused", 2, "--temperature", *single, "--top-k", 5)
    refused("--chat of a model without a template is refused", 1, "base model", *single, "--chat")


def tokens_come_and_go(model, folder):
    text = "Ünïcode 123, und mehr\nzweite Zeile \u200d 👩‍👩‍👧\n"
    code, ids, errors = run("ng-tokenize", model, stdin=text)
    check("ng-tokenize gives a line of ids for a line of text", code == 0 and ids.count("\n") == 2, errors)
    check("ng-tokenize --decode gives the text back", run("ng-tokenize", model, "--decode", stdin=ids)[1] == text)
    bad = folder / "bad.txt"
    bad.write_bytes(b"fine\n\nnot \xff fine\n")
    refused("invalid UTF-8 in a corpus is reported with its place", 1, r"bad\.txt.*byte", "ng-record", model, "--corpus", f"en={bad}",
            "--block", 2, "--out", folder / "x.safetensors")


def other_models_and_types(model, texts, folder):
    bert = FAMILIES / "bert"
    code, _, error = run("ng-activations", bert, "--ids", "4,5,6", "--sites", "blocks.*.mlp.hook_act,logits", "--out", folder / "bert.safetensors")
    check("an encoder's sites are had like a decoder's", code == 0, error)
    code, _, error = run("ng-activations", FAMILIES / "bert_bare", "--ids", "4,5,6", "--sites", "blocks.1.ln2.hook_output", "--pool", "mean",
                         "--out", folder / "pooled.safetensors")
    check("a bare encoder gives one pooled vector", code == 0, error)
    check("a mixture of experts is inspected with its neurons", "192 (2 layers x 96)" in run("ng-inspect", FAMILIES / "mixtral")[1])
    code, _, error = run("ng-record", model, "--block", 32, "--out", folder / "half.safetensors", "--corpus", f"en={texts}/en.txt", "--dtype", "bf16")
    check("weights are kept in bf16 on request", code == 0, error)


def bad_weights_are_refused(tensors, model, folder):
    good = (model / "model.safetensors").read_bytes()
    length = struct.unpack("<Q", good[:8])[0]
    header = json.loads(good[8:8 + length])

    def with_weights(name, raw):
        broken = folder / name
        shutil.copytree(model, broken)
        (broken / "model.safetensors").write_bytes(raw)
        return broken

    def with_header(name, changed):
        text = json.dumps(changed).encode()
        return with_weights(name, struct.pack("<Q", len(text)) + text + good[8 + length:])

    overlapping = json.loads(json.dumps(header))
    names = list(overlapping)
    overlapping[names[1]]["data_offsets"] = [0, 64]
    cases = [
        ("a truncated safetensors file", with_weights("truncated", good[:len(good) // 2]), "truncated"),
        ("a header longer than the file", with_weights("long", struct.pack("<Q", 10**15) + good[8:]), "header"),
        ("an empty weight file", with_weights("empty", b""), "model.safetensors"),
        ("overlapping tensors", with_header("overlap", overlapping), "overlap"),
    ]
    shaped = dict(tensors)
    shaped["model.norm.weight"] = ([15], [1.0] * 15)
    wrong = folder / "shape"
    shutil.copytree(model, wrong)
    write_safetensors(wrong / "model.safetensors", shaped)
    cases.append(("a wrongly shaped tensor", wrong, r"model\.norm\.weight.*\[15\].*\[16\]"))
    del shaped["model.norm.weight"]
    lacking = folder / "lacking"
    shutil.copytree(model, lacking)
    write_safetensors(lacking / "model.safetensors", shaped)
    cases.append(("a missing tensor", lacking, r"model\.norm\.weight"))
    for claim, broken, pattern in cases:
        refused(f"{claim} is refused", 1, pattern, "ng-activations", broken, "--ids", "1,2", "--out", folder / "never.safetensors")


def bad_requests_are_refused(model, texts, folder, out):
    record = ["ng-record", model, "--block", 32, "--out", out / "stats.safetensors", "--corpus"]
    before = (out / "stats.safetensors").read_bytes()
    unknown = folder / "unknown"
    shutil.copytree(model, unknown)
    config = json.loads((unknown / "config.json").read_text())
    (unknown / "config.json").write_text(json.dumps({**config, "model_type": "mamba"}))
    strange = folder / "strange"
    shutil.copytree(model, strange)
    (strange / "config.json").write_text(json.dumps({**config, "attention_softcap": 30.0}))
    mute = folder / "mute"
    shutil.copytree(model, mute)
    (mute / "tokenizer.json").unlink()
    (folder / "nothing.txt").write_text("\n \n")
    (folder / "file").write_text("")
    en, fr = f"en={texts}/en.txt", f"fr={texts}/fr.txt"
    refused("an unknown model_type is refused by name", 1, "mamba.*supported: albert.*llama", record[0], unknown, *record[2:], en)
    refused("a config field that is not supported is refused by name", 1, "attention_softcap", record[0], strange, *record[2:], en)
    refused("a missing tokenizer is told with the files looked for", 1, r"tokenizer\.json", record[0], mute, *record[2:], en)
    refused("an empty corpus is refused", 1, "en=.*nothing.txt", *record, f"en={folder}/nothing.txt", fr)
    refused("a language given twice is refused", 2, "twice", *record, en, en)
    refused("a corpus that does not exist is refused", 1, "no such file", *record, f"en={folder}/absent.txt")
    refused("an unwritable output is refused", 1, "file", record[0], model, "--block", 32, "--tokens", 64, "--corpus", en, fr, "--out",
            folder / "file" / "stats.safetensors")
    refused("an unknown option is refused", 2, "--colour", *record, en, "--colour", "blue")
    refused("a stream of no number of tokens is refused", 2, "--stream -1", *record, en, "--stream", -1)
    refused("a missing MODEL is refused", 2, "MODEL", "ng-record", "--corpus", en, "--out", "x")
    refused("blocks longer than the model's positions are refused", 2, "64 positions", "ng-record", model, "--block", 65, "--corpus", en,
            "--out", folder / "x")
    run(*record[:4], "--out", folder / "one.safetensors", "--tokens", 64, "--corpus", en)
    refused("one language can not be selected from", 1, "at least two", "ng-select", folder / "one.safetensors", "--out", folder / "n.json")
    refused("what is not a statistics file is refused", 1, "file", "ng-select", folder / "file", "--out", folder / "n.json")
    refused("a site that does not exist is refused", 2, "fits no site", "ng-activations", model, "--ids", "1", "--sites", "blocks.*.foo",
            "--out", folder / "x")
    refused("a token id outside the vocabulary is refused", 1, "vocabulary", "ng-activations", model, "--ids", "99999", "--out", folder / "x")
    bert = FAMILIES / "bert"
    refused("a site that the family lacks is refused with those it has", 2, r"hook_rot_q.*its sites are.*hook_pattern", "ng-activations", bert,
            "--ids", "4,5", "--sites", "blocks.*.attn.hook_rot_q", "--out", folder / "x")
    refused("a hub id that is not in the cache is refused with what fetches it", 1, "hf download lab/none --revision v2", "ng-inspect",
            "lab/none@v2")
    refused("a dtype that there is not is refused", 2, "fp32 or bf16", *record, en, "--dtype", "fp8")
    check("earlier results stay whole", (out / "stats.safetensors").read_bytes() == before)
    for program in ("ng-inspect", "ng-tokenize", "ng-activations", "ng-record", "ng-select", "ng-perplexity", "ng-similarity", "ng-generate", "ng-report"):
        code, text, _ = run(program, "--help")
        check(f"{program} --help shows examples", code == 0 and "examples" in text.lower())
        check(f"{program} --version tells it", run(program, "--version")[0] == 0)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        out = folder / "run"
        out.mkdir()
        tensors = make_model(folder / "model")
        make_corpora(folder / "texts")
        results_do_not_depend_on_how(folder / "model", folder / "texts", out)
        killed_runs_are_resumed(folder / "model", folder / "texts", out)
        one_run_writes_at_a_time(folder / "model", folder / "texts", out)
        the_whole_job(folder / "model", folder / "texts", out)
        sentences_are_compared(folder / "model", folder, out)
        many_sets_are_measured_at_once(folder / "model", folder / "texts", out)
        texts_are_gone_on_with(folder / "model", out)
        tokens_come_and_go(folder / "model", folder)
        other_models_and_types(folder / "model", folder / "texts", folder)
        bad_weights_are_refused(tensors, folder / "model", folder)
        bad_requests_are_refused(folder / "model", folder / "texts", folder, out)
    print(f"{len(passed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
