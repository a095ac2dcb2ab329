#!/usr/bin/env python3
"""ng-steer and ng-judge as a user runs them: conditions, a killed run that is resumed, languages, and a judge behind a small server that
misbehaves in every way that real ones do.

usage: judge.py BIN_FOLDER      (the folder of ng-steer and ng-judge; without ng-judge, which needs CLD2 and libcurl, its part is skipped)
needs: Python 3.9's standard library
"""
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.argv = sys.argv[:1] + [sys.argv[1] if len(sys.argv) > 1 else "build/release/apps"]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from programs import BIN, check, failed, make_corpora, make_model, passed, refused, run  # noqa: E402

KEY = "sk-test-1234567890"


def completion(text):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


class Judge(http.server.ThreadingHTTPServer):
    """Speaks the protocol; `script` is what is sent first, then always "Score: 7"."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.asked, self.times, self.keys, self.lock = [], [], [], [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def restart(self, *script):
        self.script, self.asked, self.times, self.keys = list(script), [], [], []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        judge = self.server
        with judge.lock:
            judge.asked.append((self.path, json.loads(body)))
            judge.times.append(time.monotonic())
            judge.keys.append(self.headers.get("Authorization"))
            status, content, headers, wait = judge.script.pop(0) if judge.script else ok("Fine.\nScore: 7")
        time.sleep(wait)
        try:
            if status == 0:  # hangs up
                self.close_connection = True
                self.connection.shutdown(2)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())
        except OSError:
            self.close_connection = True  # the program has gone

    def log_message(self, *_):
        pass


def ok(text):
    return 200, completion(text), {}, 0


def sends(status, content="{}", headers=None, wait=0):
    return status, content, headers or {}, wait


TEXTS = {"en": "The garden behind the old house was full of apple trees when we were children, number ",
         "fr": "Le jardin derrière la vieille maison était plein de pommiers quand nous étions enfants, numéro ",
         "zh": "我们小的时候，老房子后面的花园里种满了苹果树，每年秋天都能摘很多苹果，第"}


def answer(condition, language, number, text, target=None, off="", on=""):
    return {"condition": condition, "off": off, "on": on, "question_language": language, "target_language": target or language,
            "number": number, "question": f"{language}?", "prompt": f"Q: {language}?\nA:", "answer": text, "tokens": 5, "ended": "stop"}


def write_answers(path, answers):
    path.write_text("\n".join(json.dumps(line) for line in [{"provenance": {"made": "by hand"}}] + answers) + "\n")
    return path


def cells(path):
    return {(c["condition"], c["question_language"], c["off"]): c for c in json.loads(path.read_text())["cells"]}


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def answers_are_asked_for(folder):
    make_model(folder / "model")
    make_corpora(folder / "texts")
    run("ng-record", folder / "model", "--corpus", *(f"{l}={folder}/texts/{l}.txt" for l in ("en", "fr")), "--block", 32, "--tokens", 640,
        "--out", folder / "stats.safetensors", "-q")
    run("ng-select", folder / "stats.safetensors", "--rate", 0.1, "--out", folder / "neurons.json", "-q")
    (folder / "en.txt").write_text("What is it?\nWho is it?\nWhere?\n")
    (folder / "fr.txt").write_text("Quoi ?\nQui ?\nOù ?\n")
    common = [folder / "model", "--questions", f"en={folder}/en.txt", f"fr={folder}/fr.txt", "--neurons", folder / "neurons.json",
              "--stats", folder / "stats.safetensors", "--cross", "en:fr", "--max-new-tokens", 8, "--no-suffix", "-q"]
    code, _, errors = run("ng-steer", *common, "--out", folder / "answers.jsonl")
    made = rows(folder / "answers.jsonl") if code == 0 else []
    counts = {}
    for a in made:
        counts[a["condition"]] = counts.get(a["condition"], 0) + 1
    check("ng-steer asks 2 languages normally, with each of 2 off, each on, and across", counts ==
          {"normal": 6, "off": 12, "on": 6, "cross": 3}, (counts, errors))
    check("answers of ng-steer are those of ng-generate with the same neurons changed", same_as_ng_generate(folder, made))
    run("ng-steer", *common, "--out", folder / "other.jsonl", "--batch", 2, "--threads", 1)
    check("answers do not depend on the batch and the threads", made == rows(folder / "other.jsonl"))
    (folder / "other.jsonl").unlink()
    return common, made


def same_as_ng_generate(folder, made):
    (folder / "prompts.jsonl").write_text("".join(json.dumps({"prompt": a["prompt"]}) + "\n" for a in made if a["condition"] == "cross"))
    run("ng-generate", folder / "model", "--prompts", folder / "prompts.jsonl", "--neurons", folder / "neurons.json", "--stats",
        folder / "stats.safetensors", "--off", "en", "--on", "fr", "--repetition-penalty", 1.1, "--stop", "\\nQ:", "--stop", "\\nA:",
        "--max-new-tokens", 8, "--out", folder / "generated.jsonl", "-q")
    return [g["text"] for g in rows(folder / "generated.jsonl")] == [a["answer"] for a in made if a["condition"] == "cross"]


def killed_steering_is_resumed(folder, common, made):
    arguments = [*map(str, common), "--out", str(folder / "killed.jsonl"), "--batch", "1"]
    partial = folder / "killed.jsonl.partial"
    process = subprocess.Popen([BIN / "ng-steer", *arguments])
    while process.poll() is None and not partial.exists():
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not partial.exists():
        print("skipped: ng-steer was too fast to be killed")
        return
    kept = len(rows(partial))
    refused("ng-steer does not go on with answers of other options", 1, "of another model, other inputs or options", "ng-steer",
            *arguments, "--resume", "--value", "1.5")
    code, _, errors = run("ng-steer", *arguments, "--resume")
    check(f"ng-steer goes on after SIGKILL ({kept} of {len(made)} answers kept) and ends with the same answers",
          code == 0 and rows(folder / "killed.jsonl") == made and not partial.exists(), errors)


def bad_steering_is_refused(folder):
    model, out = folder / "model", ["--out", folder / "no.jsonl"]
    asks = ["--questions", f"en={folder}/en.txt"]
    (folder / "gap.txt").write_text("What?\n\nWho?\n")
    refused("ng-steer: no questions", 2, "--questions is missing", "ng-steer", model, *out)
    refused("ng-steer: an empty question", 1, r"gap.txt:2: is empty", "ng-steer", model, "--questions", f"en={folder}/gap.txt", *out)
    refused("ng-steer: no neurons", 2, "need --neurons", "ng-steer", model, *asks, *out)
    refused("ng-steer: no statistics", 2, "--stats", "ng-steer", model, *asks, "--neurons", folder / "neurons.json", *out)
    refused("ng-steer: an unknown condition", 2, "there is no up", "ng-steer", model, *asks, "--conditions", "up", *out)
    refused("ng-steer: an unknown value", 2, "--value often", "ng-steer", model, *asks, "--value", "often", *out)
    refused("ng-steer: a suffix without a language", 2, "LANG=TEXT", "ng-steer", model, *asks, "--suffix", "x", *out)
    refused("ng-steer: across from a language that is not asked in", 2, "no questions in fr", "ng-steer", model, *asks, "--neurons",
            folder / "neurons.json", "--stats", folder / "stats.safetensors", "--conditions", "normal", "--cross", "fr:en", *out)
    refused("ng-steer: a model that is too short for the answers", 2, "positions", "ng-steer", model, *asks, "--conditions", "normal", *out)
    refused("ng-steer: no --out", 2, "--out is missing", "ng-steer", model, *asks)
    check("refused runs of ng-steer leave nothing behind", not list(folder.glob("no.jsonl*")))


def help_is_given(programs):
    for program in programs:
        code, text, _ = run(program, "--help")
        check(f"{program} --help shows examples", code == 0 and "examples" in text.lower())
        check(f"{program} --version tells it", run(program, "--version")[0] == 0)


def languages_are_identified(folder):
    answers = [answer("normal", l, n, TEXTS[l if n > 1 else "en"] + str(n)) for l in TEXTS for n in range(1, 5)]
    answers += [answer("off", "fr", n, text, off="fr") for n, text in enumerate(["", "ok", TEXTS["en"], TEXTS["fr"]], 1)]
    answers += [answer("cross", "fr", 1, TEXTS["zh"] + "一", target="zh", off="fr", on="zh")]
    path = write_answers(folder / "by_hand.jsonl", answers)
    code, out, errors = run("ng-judge", path, "--out", folder / "languages.json")
    found = cells(folder / "languages.json") if code == 0 else {}
    check("ng-judge says that quality was not judged", code == 0 and "quality was not judged" in errors
          and not json.loads((folder / "languages.json").read_text())["quality_judged"], errors)
    check("language accuracy is the share of answers in the target language", found and
          [found["normal", l, ""]["accuracy"]["mean"] for l in TEXTS] == [1, 0.75, 0.75], found)
    off = found["off", "fr", "fr"]
    check("empty and unreliable answers are counted apart", (off["empty"], off["unreliable"], off["other"], off["target"]) == (1, 1, 1, 1), off)
    check("changes are against normal", off["accuracy_change"]["mean"] == -0.5 and
          found["cross", "fr", "fr"]["accuracy_change"]["mean"] == 1, off)
    check("the table has a row a cell", len(out.splitlines()) == 1 + len(found) and out.startswith("condition\toff\ton"), out)
    code, out, _ = run("ng-judge", path, "--out", folder / "languages.json", "--json", "-q")
    check("or is JSON", code == 0 and len(json.loads(out)) == len(found))
    run("ng-judge", write_answers(folder / "mixed.jsonl", [answer("normal", "zh", 1, 4 * TEXTS["zh"] + TEXTS["en"])]), "--out",
        folder / "mixed.json", "--reading", "share", "--share", 0.95, "-q")
    check("an answer in two languages is mixed where none has the share", cells(folder / "mixed.json")["normal", "zh", ""]["mixed"] == 1)


def bad_judging_is_refused(folder):
    path, out = folder / "by_hand.jsonl", ["--out", folder / "no.json"]
    (folder / "bad.jsonl").write_text(json.dumps(answer("normal", "en", 1, "a")) + "\n{\"condition\": 1}\n")
    refused("ng-judge: a broken answer", 1, r"bad.jsonl:2: condition: is 1, not a text", "ng-judge", folder / "bad.jsonl", *out)
    refused("ng-judge: no such file", 1, "missing.jsonl", "ng-judge", folder / "missing.jsonl", *out)
    refused("ng-judge: a reading that there is not", 2, "--reading x", "ng-judge", path, "--reading", "x", *out)
    refused("ng-judge: an endpoint without a model", 2, "needs --judge-model", "ng-judge", path, "--endpoint", "http://x", *out)
    refused("ng-judge: an endpoint that is no URL", 2, "http:// or https://", "ng-judge", path, "--endpoint", "x", "--judge-model", "m", *out)
    refused("ng-judge: a key in the URL", 2, "--key-env", "ng-judge", path, "--endpoint", "http://a:b@x", "--judge-model", "m", *out)
    refused("ng-judge: a key variable that there is not", 2, "no such variable", "ng-judge", path, "--endpoint", "http://x",
            "--judge-model", "m", "--key-env", "NO_SUCH_KEY_AT_ALL", *out)
    refused("ng-judge: two judges", 2, "not both", "ng-judge", path, "--endpoint", "http://x", "--judge-model", "m", "--command", "x", *out)
    refused("ng-judge: a command that fails", 1, "status 3", "ng-judge", path, "--command", "exit 3", *out)
    refused("ng-judge: a host that there is not", 1, "resolve", "ng-judge", path, "--endpoint", "http://no-such-host.invalid/v1",
            "--judge-model", "m", "-q", *out)
    refused("ng-judge: an endpoint where nobody listens", 1, "127.0.0.1:1/", "ng-judge", path, "--endpoint", "http://127.0.0.1:1/v1",
            "--judge-model", "m", "--attempts", 1, "-q", *out)
    check("refused runs of ng-judge leave no result", not (folder / "no.json").exists())


def judge(server, folder, name, *more, path=None):
    return run("ng-judge", path or folder / "asked.jsonl", "--endpoint", server.url + "/", "--judge-model", "m", "--first-wait", 0.05,
               "--timeout", 0.5, "--out", folder / f"{name}.json", *more)


def endpoint_judges(folder, server):
    write_answers(folder / "asked.jsonl", [answer("normal", "en", n, TEXTS["en"] + str(n)) for n in range(1, 5)] +
                  [answer("normal", "en", 5, " ")])
    server.restart(ok("Score: 4"), ok("10"))
    os.environ["OPENAI_API_KEY"] = KEY
    code, _, errors = judge(server, folder, "scored")
    quality = cells(folder / "scored.json")["normal", "en", ""]["quality"] if code == 0 else errors
    check("scores are averaged, an empty answer has 1 without asking", len(server.asked) == 4 and quality["mean"] == (4 + 10 + 7 + 7 + 1) / 5,
          quality)
    path, body = server.asked[0]
    check("a request is a chat completion with the answer in it", path == "/v1/chat/completions" and body["model"] == "m" and
          body["temperature"] == 0 and TEXTS["en"] + "1" in body["messages"][0]["content"], body)
    check("the key is sent as a header", set(server.keys) == {f"Bearer {KEY}"})
    written = (folder / "scored.json").read_text() + errors + "".join(f.read_text() for f in (folder / "scored.json.cache").iterdir())
    check("and is in no file and no message", KEY not in written)
    check("the judge's prompt is in the output", "{answer}" in json.loads((folder / "scored.json").read_text())["provenance"]["judge"]["prompt"])
    judge(server, folder, "scored")
    check("cached answers are not asked for twice", len(server.asked) == 4)
    judge(server, folder, "again", "--cache", folder / "scored.json.cache")
    check("nor for another output with the same cache", len(server.asked) == 4 and
          cells(folder / "again.json") == cells(folder / "scored.json"))
    judge(server, folder, "scored", "--judge-body", '{"temperature": null, "max_tokens": 50}')
    body = server.asked[-1][1]
    check("another request is another question", len(server.asked) == 8 and "temperature" not in body and body["max_tokens"] == 50, body)


def endpoint_misbehaves(folder, server):
    server.restart(sends(429, headers={"Retry-After": "1"}), ok("Score: 5"), sends(429), ok("Score: 5"), sends(500, "oops"), ok("Score: 5"),
                   sends(200, '{"choices": ['), ok("Score: 5"))
    code, _, errors = judge(server, folder, "tried")
    check("429, 500 and malformed JSON are tried again", code == 0 and len(server.asked) == 8 and
          cells(folder / "tried.json")["normal", "en", ""]["quality"]["mean"] == 4.2, errors)
    waits = [b - a for a, b in zip(server.times, server.times[1:])]
    check("a Retry-After is honoured", waits[0] >= 1 and waits[2] < 0.9, waits)
    server.restart(sends(200, completion("Score: 1"), wait=1.5), sends(0), ok("Score: 6"))
    code, _, errors = judge(server, folder, "slow")
    check("so are a judge that does not answer in time and one that hangs up", code == 0 and len(server.asked) == 6, errors)
    server.restart(ok("Score: 11"), ok("I like it."), ok("Score: 0"), ok("Score: 8"))
    code, _, errors = judge(server, folder, "vague")
    cell = cells(folder / "vague.json")["normal", "en", ""]
    check("scores out of range and replies without one are counted, not averaged", cell["unscored"] == 3 and
          cell["quality"] == {"answers": 2, "mean": 4.5, "interval": cell["quality"]["interval"]} and len(server.asked) == 4, cell)
    judge(server, folder, "vague", "--ask-again")
    check("and asked for again where that is wanted", len(server.asked) == 7 and
          cells(folder / "vague.json")["normal", "en", ""]["unscored"] == 0, len(server.asked))
    server.restart(*[sends(503)] * 9)
    code, _, errors = judge(server, folder, "down", "--attempts", 3)
    check("after the last attempt the run fails", code == 1 and len(server.asked) == 3 and "attempt 3 of 3" in errors, errors)
    server.restart(sends(401, json.dumps({"error": {"message": "Incorrect API key provided"}})))
    code, _, errors = judge(server, folder, "locked")
    check("a wrong key is a clear error that is not tried again", code == 1 and len(server.asked) == 1 and KEY not in errors and
          "HTTP 401 (is the key in OPENAI_API_KEY right?): \"Incorrect API key provided\"" in errors, errors)
    server.restart()
    started = time.monotonic()
    judge(server, folder, "limited", "--requests-per-minute", 240)
    check("a rate limit is kept", len(server.asked) == 4 and time.monotonic() - started >= 0.75)


def killed_judging_keeps_what_it_has(folder, server):
    server.restart(ok("Score: 3"), ok("Score: 3"), sends(500), *[sends(500)] * 9)
    code, _, _ = judge(server, folder, "broken", "--attempts", 1)
    check("a run whose judge fails has no result", code == 1 and not (folder / "broken.json").exists())
    server.restart()
    code, _, errors = judge(server, folder, "broken")
    check("and the next one asks only for what was not judged", code == 0 and len(server.asked) == 2 and
          "2 answers judged now, 2 from" in errors, errors)
    server.restart(ok("Score: 3"), sends(200, completion("Score: 3"), wait=20))
    environment = {**os.environ}
    process = subprocess.Popen([BIN / "ng-judge", folder / "asked.jsonl", "--endpoint", server.url, "--judge-model", "m", "--out",
                                folder / "killed.json", "-q"], env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None and len(server.asked) < 2:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    server.restart()
    code, _, errors = judge(server, folder, "killed")
    check("after SIGKILL what was judged is kept", code == 0 and len(server.asked) == 3, (errors, len(server.asked)))


def commands_and_models_judge(folder):
    script = folder / "judge.py"
    script.write_text("import json, sys\na = json.load(sys.stdin)\nprint(min(10, len(a['answer']) % 10 + 1))\n")
    code, _, errors = run("ng-judge", folder / "asked.jsonl", "--command", f"{sys.executable} {script}", "--out", folder / "command.json")
    expected = sum(min(10, (len(TEXTS["en"]) + 1) % 10 + 1) for _ in range(4)) + 1
    check("a command judges", code == 0 and cells(folder / "command.json")["normal", "en", ""]["quality"]["mean"] == expected / 5, errors)
    code, _, errors = run("ng-judge", folder / "answers.jsonl", "--model", folder / "model", "--out", folder / "model_judged.json")
    found = json.loads((folder / "model_judged.json").read_text()) if code == 0 else {"cells": []}
    check("a model's perplexity stands in", found["cells"] and all(c.get("perplexity", {}).get("mean", 1) >= 1 for c in found["cells"])
          and "quality was not judged" in found["protocol"] and "given its prompt" in found["protocol"], errors)
    code, _, _ = run("ng-report", folder)
    check("a run folder without a judgement has no section of it", code == 0 and "Answers with neurons" not in (folder / "report.html").read_text())
    (folder / "judgement.json").write_bytes((folder / "model_judged.json").read_bytes())
    (folder / "model_judged.json").unlink()
    code, _, errors = run("ng-report", folder)
    check("ng-report shows a judgement", code == 0 and "Table 5" in (folder / "report.html").read_text(), errors)


def main():
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        common, made = answers_are_asked_for(folder)
        killed_steering_is_resumed(folder, common, made)
        bad_steering_is_refused(folder)
        help_is_given(["ng-steer"])
        if (BIN / "ng-judge").exists():
            server = Judge()
            help_is_given(["ng-judge"])
            languages_are_identified(folder)
            bad_judging_is_refused(folder)
            endpoint_judges(folder, server)
            endpoint_misbehaves(folder, server)
            killed_judging_keeps_what_it_has(folder, server)
            commands_and_models_judge(folder)
        else:
            print("skipped: there is no ng-judge here (CLD2 or libcurl was missing)")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


sys.exit(main())
