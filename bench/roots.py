#!/usr/bin/env python3
"""How fast ng-roots reads: a made-up corpus of 1 GB and 100,000 facts (200,000 names), one pass on one core.

usage: roots.py BIN_FOLDER [--megabytes 1000] [--facts 100000] [--formats txt jsonl txt.gz] [--chunks article paragraph] [--folder KEEP]
A run's rate is text bytes by user CPU seconds (other programs on the machine disturb those least), once with all and once less those
of a run over one article, which are what reading the facts and making the matcher takes. Everything is drawn from fixed seeds.
needs: Python 3.9's standard library; three times --megabytes on the disk
"""
import argparse
import bisect
import gzip
import itertools
import json
import os
import pathlib
import random
import tempfile

DISTINCT = 50_000_000  # bytes of text that are drawn; the rest repeats them in other orders


def zipf(n):
    """Ranks 0 to n - 1, rank r as often as 1 / (r + 1)."""
    cumulated = list(itertools.accumulate(1 / (rank + 1) for rank in range(n)))
    return lambda dice: bisect.bisect(cumulated, dice.random() * cumulated[-1])


def words(dice, n, capital):
    """Different made-up words of 2 to 11 letters, some with letters beyond ASCII."""
    syllables = [a + b for a in "b c d f g h l m n p r s t v st tr".split() for b in "a e i o u é ö an er on".split()]
    found = {}
    while len(found) < n:
        word = "".join(dice.choices(syllables, k=dice.choice((1, 2, 2, 3, 3, 4, 5))))
        found[word.capitalize() if capital else word] = None
    return list(found)


def make_names(dice, n):
    """Different names of one to four words; a tenth begins with a small letter, some have an "of" or an "'s"."""
    pool, rank, found = words(dice, 60_000, True), zipf(60_000), {}
    while len(found) < n:
        parts = [pool[rank(dice)] if i % 2 else pool[dice.randrange(len(pool))] for i in range(dice.choice((1, 1, 2, 2, 2, 3, 3, 4)))]
        if len(parts) == 3 and dice.random() < 0.4:
            parts[1] = dice.choice(("of", "and", "de", "the"))
        name = " ".join(parts) + ("" if dice.random() < 0.95 else dice.choice((", Ltd.", " (film)", "'s", "-1")))
        found[name.lower() if dice.random() < 0.1 else name] = None
    return list(found)


def articles(dice, names, size):
    """Texts of about 10,000 bytes in paragraphs of 95 words, each with the names of four facts."""
    vocabulary, rank, made = words(dice, 150_000, False), zipf(150_000), 0
    while made < size:
        lines = []
        for _ in range(10):
            sentence = [vocabulary[rank(dice)] for _ in range(95)]
            for at in dice.sample(range(47), 4):
                fact = dice.randrange(len(names) // 2)
                sentence[2 * at], sentence[2 * at + 1] = names[2 * fact], names[2 * fact + 1]
            for at in range(0, 95, 17):
                sentence[at] += ","
            lines.append(" ".join(sentence) + ".")
        text = "\n".join(lines)
        made += len(text.encode())
        yield text


def write_facts(folder, names):
    (folder / "xx").mkdir(parents=True)
    (folder / "xx/templates.jsonl").write_text('{"relation": "P1", "template": "[X] is [Y] ."}\n')
    with open(folder / "xx/P1.jsonl", "w", encoding="utf-8") as out:
        for i in range(len(names) // 2):
            out.write(json.dumps({"sub_uri": f"S{i}", "obj_uri": f"O{i}", "sub_label": names[2 * i], "obj_label": names[2 * i + 1],
                                  "lineid": i, "uuid": f"u{i}"}) + "\n")


def write_corpus(path, texts, size):
    dice, written = random.Random(3), 0
    is_json = ".jsonl" in path.suffixes
    with (gzip.open(path, "wt", encoding="utf-8", compresslevel=1) if path.suffix == ".gz" else open(path, "w", encoding="utf-8")) as out:
        while written < size:
            for text in dice.sample(texts, len(texts)):
                out.write(json.dumps({"title": "T", "text": text}, ensure_ascii=False) + "\n" if is_json else text + "\n\n")
                written += len(text.encode())
                if written >= size:
                    break
    return written


def measured(arguments):
    """(user seconds, wall seconds, peak MB) of a program that must succeed."""
    import time
    begin, process = time.time(), os.posix_spawn(arguments[0], arguments, os.environ,
                                                 file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(arguments)}: status {status}")
    return usage.ru_utime, time.time() - begin, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--formats", nargs="+", default=["txt", "jsonl", "txt.gz"])
    parser.add_argument("--chunks", nargs="+", default=["article", "paragraph"])
    parser.add_argument("--folder", type=pathlib.Path, help="keep what is made here, and take what is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or pathlib.Path(temporary)
        names = make_names(random.Random(1), 2 * options.facts)
        if not (folder / "facts").exists():
            write_facts(folder / "facts", names)
        texts = None
        for kind in options.formats:
            path = folder / f"{options.megabytes}.{kind}"
            if not path.exists():
                texts = texts or list(articles(random.Random(2), names, min(DISTINCT, options.megabytes * 1_000_000)))
                write_corpus(path, texts, options.megabytes * 1_000_000)
            one = folder / f"one.{kind}"
            write_corpus(one, ["nothing"], 1)
            for chunk in options.chunks:
                run = [str(options.bin / "ng-roots"), "--facts", str(folder / "facts"), "--chunk", chunk, "--threads", "1", "-q",
                       "--out", str(folder / "out.json"), "--corpus"]
                start, _, _ = measured(run + [f"xx={one}"])
                user, wall, peak = measured(run + [f"xx={path}"])
                corpus = json.loads((folder / "out.json").read_text())["languages"][0]["corpus"]
                megabytes = corpus["text_bytes"] / 1e6
                found = json.loads((folder / "out.json").read_text())["languages"][0]["cells"]["present"]["not_probed"]
                print(f"{kind}\t{chunk}\t{megabytes:.0f} MB\t{corpus['articles']} articles\t{found} of {options.facts} facts present\t"
                      f"{megabytes / user:.0f} MB/s, without the start ({start:.1f} s) {megabytes / (user - start):.0f} MB/s of user time, "
                      f"{megabytes / wall:.0f} MB/s of wall time, peak {peak:.0f} MB", flush=True)


main()
