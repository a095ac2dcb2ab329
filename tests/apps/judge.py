#!/usr/bin/env python3
"""ng-judge against a local server that speaks OpenAI's protocol, and misbehaves: time-outs, 429, 500, malformed answers, a wrong key.

usage: judge.py BIN_FOLDER      (the folder of ng-judge)
needs: Python 3.9's standard library
"""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/apps").resolve()
ENGLISH = "You can sleep better if you go to bed at the same time every night and keep your bedroom dark and quiet."
FRENCH = "Vous pouvez mieux dormir si vous vous couchez à la même heure chaque soir et gardez votre chambre sombre."
passed, failed = [], []


def check(claim, holds, detail=""):
    (passed if holds else failed).append(claim)
    print(("ok      " if holds else "FAILED  ") + claim + ("" if holds else f": {detail}"))


class Judge(http.server.BaseHTTPRequestHandler):
    """Replies from `script`, a list of (status, headers, body or None to hang), then with "Score: 7"; keeps what it was asked."""
    script, asked = [], []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Judge.asked.append((time.monotonic(), self.path, self.headers.get("Authorization"), body))
        good = json.dumps({"choices": [{"message": {"content": "Fluent and helpful.\nScore: 7"}}]})
        status, headers, reply = Judge.script.pop(0) if Judge.script else (200, {}, good)
        if reply is None:  # longer than the client waits
            time.sleep(2)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write((good if reply == "good" else reply).encode())

    def log_message(self, *_):
        pass


def completion(text):
    return json.dumps({"choices": [{"message": {"content": text}}]})


def answer(number, text, condition="normal", on=""):
    return {"condition": condition, "off": "", "on": on, "question_language": "en", "target_language": on or "en", "number": number,
            "question": "How can I sleep better?", "prompt": "Q: How can I sleep better?\nA:", "answer": text, "tokens": 20, "ended": "length"}


class Run:
    """A folder with two answers, and runs of ng-judge over them."""

    def __init__(self, folder, name, port, script=(), answers=None):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.port = port
        answers = answers or [answer(1, ENGLISH), answer(1, FRENCH, "on", "fr")]
        (self.folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [{"provenance": {}}] + answers))
        self.out = self.folder / "judgement.json"
        self.again(script)

    def again(self, script=(), *options):
        Judge.script, Judge.asked = list(script), []
        command = [BIN / "ng-judge", self.folder / "answers.jsonl", "--endpoint", f"http://127.0.0.1:{self.port}/v1", "--judge-model",
                   "judge-1", "--attempts", "3", "--first-wait", "0.1", "--timeout", "1", "--out", self.out, *options]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              env={**os.environ, "OPENAI_API_KEY": "sk-test"})
        self.code, self.errors, self.asked = done.returncode, done.stderr.strip(), list(Judge.asked)
        return self

    def result(self):
        return self.out.read_text() if self.out.exists() else ""


def good_runs(folder, port):
    run = Run(folder, "good", port)
    check("answers are judged: languages by CLD2, quality by the endpoint", run.code == 0 and len(run.asked) == 2, run.errors)
    check("the request goes to chat/completions, with the key and the model's name",
          all(path == "/v1/chat/completions" and key == "Bearer sk-test" and body["model"] == "judge-1"
              for _, path, key, body in run.asked) and ENGLISH in json.dumps(run.asked[0][3]), run.asked)
    text = run.result()
    check("each is in its target language and has the judge's score", text.count('"mean": 7.0') >= 2 and text.count('"mean": 1.0') >= 2, text[:800])
    check("the key is in no file", all("sk-test" not in path.read_text(errors="replace") for path in run.folder.rglob("*") if path.is_file()))
    first = run.result()
    run.again()
    check("what was judged is not asked again, and the result is the same", run.code == 0 and not run.asked and run.result() == first, run.asked)


def bad_replies(folder, port):
    for name, script in {"429 with Retry-After": [(429, {"Retry-After": "1"}, "slow down")], "429 without": [(429, {}, "slow down")],
                         "500": [(500, {}, "oops")], "a time-out": [(200, {}, None)], "malformed JSON": [(200, {}, "{\"choices\": [")],
                         "JSON without a choice": [(200, {}, "{}")]}.items():
        run = Run(folder, name.replace(" ", "_"), port, script)
        check(f"{name}: asked again, and then judged", run.code == 0 and len(run.asked) == 3, (run.errors, len(run.asked)))
        if name == "429 with Retry-After":
            gap = run.asked[1][0] - run.asked[0][0]
            check("the wait is as long as Retry-After says", gap >= 1, gap)
    for name, reply in {"a score out of range": "Score: 11", "no score": "I like it."}.items():
        run = Run(folder, name.replace(" ", "_"), port, [(200, {}, completion(reply))])
        check(f"{name}: counted, not made up", run.code == 0 and '"unscored": 1' in run.result(), (run.errors, run.result()[:300]))


def failures(folder, port):
    run = Run(folder, "wrong_key", port, [(401, {}, '{"error": {"message": "Incorrect API key"}}')])
    check("a wrong key is told at once and not tried again", run.code == 1 and len(run.asked) == 1 and "401" in run.errors and "key" in run.errors,
          (run.errors, len(run.asked)))
    run = Run(folder, "interrupted", port, [(200, {}, "good")] + [(500, {}, "oops")] * 3)
    check("after the last attempt the run fails and says what was answered", run.code == 1 and "500" in run.errors, run.errors)
    run.again()
    check("what was judged before is kept: only the rest is asked", run.code == 0 and len(run.asked) == 1, (run.errors, len(run.asked)))
    run.port = 1
    run.again([], "--cache", run.folder / "other")
    check("an endpoint that is not there is named", run.code == 1 and "127.0.0.1" in run.errors, run.errors)


def without_judge(folder):
    path = pathlib.Path(folder) / "alone"
    path.mkdir()
    (path / "answers.jsonl").write_text(json.dumps(answer(1, FRENCH)) + "\n" + json.dumps(answer(2, "")) + "\n")
    done = subprocess.run([BIN / "ng-judge", path / "answers.jsonl", "--out", path / "j.json"], capture_output=True, text=True)
    text = (path / "j.json").read_text() if done.returncode == 0 else ""
    check("without a judge the result says that quality was not judged", "quality was not judged" in text, done.stderr)
    check("an answer in another language and an empty one are not in the target language", '"mean": 0.0' in text and '"empty": 1' in text, text[:600])
    (path / "answers.jsonl").write_text("{\"condition\": 1}\n")
    done = subprocess.run([BIN / "ng-judge", path / "answers.jsonl", "--out", path / "j.json"], capture_output=True, text=True)
    check("what is not an answer is named with file and line", done.returncode == 1 and "answers.jsonl:1" in done.stderr, done.stderr)


def main():
    if not (BIN / "ng-judge").exists():
        print("skipped: ng-judge is not built (CLD2 or libcurl is missing)")
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        good_runs(folder, server.server_port)
        bad_replies(folder, server.server_port)
        failures(folder, server.server_port)
        without_judge(folder)
    server.shutdown()
    print(f"{len(passed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
