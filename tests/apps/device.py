#!/usr/bin/env python3
"""--device cuda of every program that runs a model, with the device emulated on the CPU, against --device cpu: small random models of
several families. The arithmetic of both is fp32; sums run in another order, so values differ by rounding: 1e-4 is allowed at sites, 1e-5
in losses. A count differs where an activation is within that rounding of 0. What a device gives must have the same bits however sequences
are batched and however many threads load the model.

usage: device.py BIN_FOLDER      (with BIN_FOLDER/emulated: the target emulated_programs)
needs: Python 3.9's standard library
"""
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

sys.argv = sys.argv[:1] + [sys.argv[1] if len(sys.argv) > 1 else "build/release/apps"]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fact_neurons  # noqa: E402
import programs  # noqa: E402
from programs import FAMILIES, check, failed, passed, refused, run  # noqa: E402

BUILT = programs.BIN
programs.BIN = BUILT / "emulated"
PROGRAMS = ["ng-activations", "ng-record", "ng-perplexity", "ng-generate", "ng-similarity", "ng-steer", "ng-probe", "ng-fact-neurons"]
CODES = {"F32": "f", "F64": "d", "I64": "q", "I32": "i"}


def tensors_of(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, tensor in json.loads(raw[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in tensor["data_offsets"])
            code = CODES[tensor["dtype"]]
            tensors[name] = struct.unpack(f"<{(end - begin) // struct.calcsize(code)}{code}", raw[begin:end])
    return tensors


def apart(some, others):
    """The largest difference of two lists, in units of what is allowed at sites: 1e-4, or 1e-5 of the largest magnitude. NaN agrees with NaN."""
    pairs = [(a, b) for a, b in zip(some, others) if not (a != a and b != b) and a != b]
    largest = max((abs(a - b) if abs(a - b) < float("inf") else float("inf") for a, b in pairs), default=0)
    return largest / max(1e-4, 1e-5 * max((abs(a) for a in some if abs(a) < float("inf")), default=0)) if len(some) == len(others) else float("inf")


def on_both(out, ending, program, *arguments, cuda=()):
    """Runs a program on the CPU and on the device; (path of the CPU's result, of the device's)."""
    paths = [out / f"{device}{ending}" for device in ("cpu", "cuda")]
    for device, path in zip(("cpu", "cuda"), paths):
        path.unlink(missing_ok=True)
        code, _, errors = run(program, *arguments, "--device", device, "--out", path, "-q", *(cuda if device == "cuda" else ()))
        if code != 0:
            check(f"{program} --device {device} ends well", False, errors)
    return paths


def sites_of_families(out):
    families = sorted(folder for folder in FAMILIES.iterdir() if (folder / "config.json").exists())
    for family in families:
        cpu, cuda = on_both(out, ".safetensors", "ng-activations", family, "--ids", "4,17,9,30,8,21,5", "--sites", "*")
        here, there = tensors_of(cpu), tensors_of(cuda)
        worst = max((apart(here[name], there.get(name, ())), name) for name in here)
        check(f"every site of {family.name} is the CPU's within rounding", here.keys() == there.keys() and worst[0] <= 1, worst)
    check("these are all families", len(families) >= 24, len(families))


def changed(model, folder, changes):
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    return folder


def with_windows(model, folder):
    """The same weights as a Mistral whose tokens see the last eight."""
    return changed(model, folder, {"model_type": "mistral", "sliding_window": 8})


def with_experts(model, tensors, folder):
    """A Mixtral: four random experts in place of each MLP, of which a token takes two."""
    dice = random.Random(5)
    tensors = {name: tensor for name, tensor in tensors.items() if ".mlp." not in name}
    for layer in range(2):
        at = f"model.layers.{layer}.block_sparse_moe."
        shapes = {"gate": (4, 16), **{f"experts.{e}.{w}": (16, 24) if w == "w2" else (24, 16) for e in range(4) for w in ("w1", "w2", "w3")}}
        for name, shape in shapes.items():
            tensors[f"{at}{name}.weight"] = (list(shape), [dice.gauss(0, 0.3) for _ in range(shape[0] * shape[1])])
    changed(model, folder, {"model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 2})
    programs.write_safetensors(folder / "model.safetensors", tensors)
    return folder


def statistics(name, model, texts, out):
    arguments = ["ng-record", model, "--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 16]
    cpu, cuda = on_both(out, ".stats", *arguments, "--tokens", 96, "--batch", 2)
    here, there = tensors_of(cpu), tensors_of(cuda)
    check(f"{name}: as many tokens are recorded", here["tokens"] == there["tokens"], (here["tokens"], there["tokens"]))
    other = sum(a != b for a, b in zip(here["count"], there["count"]))
    check(f"{name}: counts are the CPU's, but for 1 in 100 that rounding tips over 0", other <= len(here["count"]) // 100 and sum(there["count"]) > 0,
          f"{other} of {len(here['count'])}")
    check(f"{name}: sums and sums of squares are the CPU's within rounding", apart(here["sum"], there["sum"]) <= 10 and
          apart(here["sum_of_squares"], there["sum_of_squares"]) <= 10)
    for batch, threads in [(1, 1), (3, 2), (6, 2)]:
        done = run(*arguments, "--tokens", 96, "--device", "cuda", "--batch", batch, "--threads", threads, "--out", out / "other.stats", "-q")
        check(f"{name}: statistics have the same bits with {batch} blocks a pass and {threads} threads",
              done[0] == 0 and (out / "other.stats").read_bytes() == cuda.read_bytes(), done)


def kinds_of_products(narrow, arguments, numbers, out):
    """`narrow`: losses of the CPU with weights in bf16; `arguments` end before the --dtype."""
    found = {}
    for dtype in ("fp32", "tf32", "bf16", "bf16-weights"):
        code, _, errors = run(*arguments, dtype, "--device", "cuda", "--out", out / "products.json", "-q")
        check(f"--dtype {dtype} runs on a device", code == 0, errors)
        found[dtype] = numbers(json.loads((out / "products.json").read_text()))
    worst = max(abs(a - b) for a, b in zip(narrow, found["bf16-weights"]))
    check("activations that are not rounded give the CPU's losses within 1e-5", worst <= 1e-5, worst)
    check("other kinds of products give other losses", len({tuple(losses) for losses in found.values()}) == 4)
    worst = max(abs(a - b) for a, b in zip(found["fp32"], found["tf32"]))
    check("losses of TF32 are those of fp32 within 1e-2", worst <= 1e-2, worst)
    refused("TF32 is refused on the CPU", 2, "only a GPU has it", *arguments, "tf32", "--out", out / "products.json", "-q")


def texts_with_neurons_off(model, texts, out):
    corpora = ["--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt"]
    subprocess.run([BUILT / "ng-select", out / "cpu.stats", "--rate", "0.1", "--bar-quantile", "0.6", "--out", out / "neurons.json", "-q"],
                   check=True, stdout=subprocess.DEVNULL)
    arguments = ["ng-perplexity", model, "--neurons", out / "neurons.json", *corpora, "--block", 16, "--tokens", 64, "--seeds", 1]
    cpu, cuda = (json.loads(path.read_text()) for path in on_both(out, ".json", *arguments))
    numbers = lambda file: [value for row in file["nll"] for value in row]
    worst = max(abs(a - b) for a, b in zip(numbers(cpu), numbers(cuda)))
    check("losses with neurons off are the CPU's within 1e-5", cpu["rows"] == cuda["rows"] and worst <= 1e-5, worst)
    check("neurons that are off change losses on a device too", cuda["nll"][0] != cuda["nll"][1])
    for batch in (1, 7):
        run(*arguments, "--device", "cuda", "--batch", batch, "--out", out / "other.json", "-q")
        check(f"losses have the same bits with batches of {batch}", numbers(json.loads((out / "other.json").read_text())) == numbers(cuda))
    half = ["ng-perplexity", model, "--neurons", out / "neurons.json", *corpora, "--block", 16, "--tokens", 32, "--seeds", 0, "--dtype", "bf16"]
    narrow, narrow_there = (numbers(json.loads(path.read_text())) for path in on_both(out, ".bf16", *half))
    worst = max(abs(a - b) for a, b in zip(narrow, narrow_there))
    check("losses of weights in bf16 are the CPU's within 1e-2", worst <= 1e-2, worst)
    kinds_of_products(narrow, half[:-1], numbers, out)
    steered = [model, "--neurons", out / "neurons.json", "--stats", out / "cpu.stats"]
    prompts = out / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in ("the house", "a", "we walk there and back")))
    lines = lambda path: path.read_text().splitlines()[1:]
    cpu, cuda = on_both(out, ".jsonl", "ng-generate", *steered, "--prompts", prompts, "--off", "en", "--on", "fr", "--max-new-tokens", 8)
    check("texts with neurons off and on are the CPU's", lines(cpu) == lines(cuda) and len(lines(cpu)) == 3)
    drawn = ["ng-generate", model, "--prompts", prompts, "--max-new-tokens", 8, "--temperature", 0.9, "--device", "cuda", "-q", "--out"]
    run(*drawn, out / "one.jsonl", "--batch", 1)
    run(*drawn, out / "three.jsonl", "--batch", 3)
    check("texts that are drawn do not depend on the batch", lines(out / "one.jsonl") == lines(out / "three.jsonl"))
    (out / "questions.txt").write_text("What is it?\nWhere?\n")
    cpu, cuda = on_both(out, ".answers", "ng-steer", *steered, "--questions", f"en={out}/questions.txt", "--max-new-tokens", 6, "--no-suffix")
    check("answers under all conditions are the CPU's", lines(cpu) == lines(cuda) and len(lines(cpu)) >= 6)
    return cuda


def sentences(model, out):
    files = []
    for language, text in {"en": "the house is old\na river\nwe walk", "fr": "la maison\nune rivière\nnous allons"}.items():
        (out / f"{language}.lines").write_text(text + "\n")
        files.append(f"{language}={out}/{language}.lines")
    paths = on_both(out, ".json", "ng-similarity", model, "--neurons", out / "neurons.json", "--parallel", *files)
    cpu, cuda = (json.loads(path.read_text()) for path in paths)
    worst = max(abs(a - b) for r, s in zip(cpu["layers"], cuda["layers"]) for a, b in zip(r["dominance"] + [r["mean_ses"]], s["dominance"] + [s["mean_ses"]]))
    check("similarities are the CPU's within 1e-5", worst <= 1e-5, worst)


def facts(out):
    model, folder, hits = out / "bert", out / "facts", out / "hits.jsonl"
    fact_neurons.make_model(model)
    fact_neurons.make_facts(model, folder, hits)
    lines = lambda path: [json.loads(line) for line in path.read_text().splitlines()[1:]]
    cpu, cuda = on_both(out, ".hits", "ng-probe", model, "--facts", folder, "--max-masks", 2)
    exact = lambda line: {key: value for key, value in line.items() if not isinstance(value, float)}
    check("the facts that a model predicts are the CPU's", list(map(exact, lines(cpu))) == list(map(exact, lines(cuda))) and len(lines(cpu)) > 40)
    base = ["ng-fact-neurons", model, "--facts", folder, "--hits", hits, "--top", 10, "--off", "all", "--seeds", 1]
    cpu, cuda = (json.loads(path.read_text()) for path in on_both(out, ".json", *base))
    check("facts with neurons off are measured as on the CPU", cpu["off"]["facts"] == cuda["off"]["facts"] and
          abs(cpu["off"]["own_language"]["p_at_1"] - cuda["off"]["own_language"]["p_at_1"]) <= 0.05, (cpu["off"], cuda["off"]))
    worst = max(abs(a - b) for r, s in zip(cpu["sharing"]["similarity"], cuda["sharing"]["similarity"]) for a, b in zip(r, s))
    check("languages share the neurons of facts as on the CPU", worst <= 0.05, worst)


def numbers_in(value):
    """All fractions in a value of JSON, in order."""
    if isinstance(value, float):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [number for part in inner for number in numbers_in(part)]


def answers_are_judged(model, answers, out):
    if not (programs.BIN / "ng-judge").exists():
        print("skipped: there is no ng-judge here (CLD2 or libcurl was missing)")
        return
    paths = on_both(out, ".json", "ng-judge", answers, "--model", model, cuda=("--cache", out / "cache"))
    cpu, cuda = (json.loads(path.read_text()) for path in paths)
    worst = max(abs(a - b) / max(1, abs(a)) for a, b in zip(numbers_in(cpu["cells"]), numbers_in(cuda["cells"])))
    check("a model finds answers as likely as on the CPU, within 1e-4", len(numbers_in(cpu["cells"])) > 4 and worst <= 1e-4, worst)


def time_is_told(model, texts, out):
    record = ["ng-record", model, "--corpus", f"en={texts}/en.txt", "--block", 16, "--tokens", 32, "--out", out / "timed.stats", "-q", "--timing"]
    for device in ("cpu", "cuda"):
        code, _, errors = run(*record, "--device", device)
        check(f"--timing of {device} tells operations and hooks", code == 0 and all(f"  {step}\n" in errors for step in
              ("matmul", "rms_norm", "attention", "hooks at mlp.hook_act", "between operations", "in all")), errors)
    check("counting on a device copies nothing for hooks", "between device and host" not in errors, errors)
    code, _, errors = run("ng-activations", model, "--ids", "1,2,3", "--sites", "blocks.*.mlp.hook_act", "--device", "cuda", "--timing", "--out",
                          out / "x", "-q")
    check("what hooks on the host copied is told", code == 0 and
          f"hooks at mlp.hook_act ({2 * 3 * 24 * 4} bytes between device and host in 2 copies)" in errors, errors)
    code, _, errors = run(*record, "--backend", "reference")
    check("--timing of the reference backend tells the same", code == 0 and "  matmul\n" in errors and "hooks at mlp.hook_act" in errors, errors)
    check("without --timing nothing is told", "matmul" not in run(*record[:-1])[2])


def devices_that_there_are_not(model, out):
    asked = [model, "--ids", "1,2", "--out", out / "never"]
    refused("a device that is no device is refused", 2, "cpu, cuda, or cuda:N", "ng-activations", *asked, "--device", "gpu")
    refused("a device's number that is none is refused", 2, "cuda:N", "ng-activations", *asked, "--device", "cuda:1x")
    refused("a device with a number that there is not is refused with those there are", 1, "no CUDA device 3: .* 0 to 0", "ng-activations", *asked,
            "--device", "cuda:3")
    refused("the reference backend is not on a device", 2, "reference backend", "ng-activations", *asked, "--device", "cuda", "--backend", "reference")
    os.environ["NEUROGLOT_EMULATED_DEVICES"] = "0"
    refused("no device at all is told with what to look at", 1, "no CUDA device can be used: .*driver.*CUDA_VISIBLE_DEVICES", "ng-activations", *asked,
            "--device", "cuda")
    os.environ["NEUROGLOT_EMULATED_DEVICES"] = "2"
    check("the second device is one like the first", run("ng-activations", *asked, "--device", "cuda:1", "-q")[0] == 0)
    del os.environ["NEUROGLOT_EMULATED_DEVICES"]
    (out / "never").unlink()
    for program in PROGRAMS:
        done = subprocess.run([BUILT / program, "--help"], capture_output=True, text=True)
        check(f"{program} has --device and --timing", "--device" in done.stdout and "--timing" in done.stdout)
    done = subprocess.run([BUILT / "ng-activations", *map(str, asked), "--device", "cuda"], capture_output=True, text=True)
    if done.returncode == 0:
        print("skipped: there is a CUDA device here")
    else:
        check("the program that is not emulated says why it has no device, or that it was built without CUDA", done.returncode == 1 and
              ("no CUDA device can be used" in done.stderr or "built without CUDA" in done.stderr) and not (out / "never").exists(), done.stderr)


def main():
    if not (programs.BIN / "ng-record").exists():
        print("skipped: no emulated programs (target emulated_programs; libboost-context-dev)")
        return 0
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name)
        model, texts = out / "model", out / "texts"
        tensors = programs.make_model(model)
        programs.make_corpora(texts)
        sites_of_families(out)
        statistics("mistral", with_windows(model, out / "mistral"), texts, out)
        statistics("mixtral", with_experts(model, tensors, out / "mixtral"), texts, out)
        statistics("llama", model, texts, out)  # the last: what it leaves is gone on with
        answers = texts_with_neurons_off(model, texts, out)
        sentences(model, out)
        facts(out)
        answers_are_judged(model, answers, out)
        time_is_told(model, texts, out)
        devices_that_there_are_not(model, out)
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


sys.exit(main())
