#!/usr/bin/env python3
"""What ng-roots says of facts, written anew with one search for each name in each text, Python's Unicode data and transformers' tokenizer
and model, and the comparison with what ng-roots wrote, fact for fact.

usage: roots.py roots.json --facts DIR --hits hits.jsonl --corpora FOLDER --model MODEL
FOLDER holds LANG.jsonl for all languages of roots.json, MODEL is that of the hits. The options of the run are read from roots.json (chunk, ignore_case, inside_words, match, naming_relations). Says
how many facts agree in chunks, articles, presence, type and finer kind, and how many cells; ends with status 1 where one does not.
needs: transformers, and torch where roots.json says that guesses were measured
"""
import argparse
import collections
import json
import pathlib
import sys
import unicodedata

UNSPACED = [(0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035),
            (0x3038, 0x303C), (0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF),
            (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF)]


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def is_word(character):
    return unicodedata.category(character)[0] in "LN" and not any(a <= ord(character) <= b for a, b in UNSPACED)


def is_border(text, at):
    """Whether a name may end before, and another begin at, this character."""
    if at in (0, len(text)):
        return True
    if unicodedata.category(text[at])[0] == "M":
        return False
    before = at - 1
    while before > 0 and unicodedata.category(text[before])[0] == "M":
        before -= 1
    return not (is_word(text[before]) and is_word(text[at]))


def small(text):
    return "".join(c.lower() for c in text)


def places(name, text, ignore_case, anywhere):
    """[begin, end) of all occurrences."""
    if ignore_case:  # of small letters; their number must not change
        name, text = small(name), small(text)
    at = text.find(name)
    while at >= 0:
        if anywhere or (is_border(text, at) and is_border(text, at + len(name))):
            yield at, at + len(name)
        at = text.find(name, at + 1)


def abstract(title, text):
    """The first line that is neither blank nor the title, up to a blank line or a heading."""
    taken = []
    for line in text.split("\n"):
        blank, heading = not line.strip(), len(line) > 2 and line[0] == "=" and line.rstrip()[-1:] == "="
        if taken and (blank or heading):
            break
        if heading:
            return []
        if not blank and (taken or line != title):
            taken.append(line)
    return ["\n".join(taken)] if taken else []


class Search:
    """All facts of a language in its texts, by the chunking given."""

    def __init__(self, chunk, ignore_case, anywhere, tokenizer):
        self.chunk, self.rule, self.tokenizer = chunk, (ignore_case, anywhere), tokenizer

    def chunks(self, row):
        if self.chunk == "abstract":
            return abstract(row.get("title", ""), row["text"])
        if self.chunk == "paragraph":
            return [line for line in row["text"].split("\n") if line.strip()]
        return [row["text"]]

    def found(self, names, chunk):
        """The names in it; most are not in any form, which one quick look tells."""
        text = small(chunk) if self.rule[0] else chunk
        return {name for name, form in names.items() if form in text and any(places(name, chunk, *self.rule))}

    def window(self, offsets, pieces, begin, end):
        """Of the pieces that have a character of [begin, end); None where they are of two windows."""
        windows = {i // pieces for i, (a, b) in enumerate(offsets) if a < end and b > begin}
        return windows.pop() if len(windows) == 1 else None

    def names_by_window(self, text, found):
        pieces = int(self.chunk.split(":")[1])
        offsets = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)["offset_mapping"]
        windows = collections.defaultdict(set)
        for name in found:
            for begin, end in places(name, text, *self.rule):
                windows[self.window(offsets, pieces, begin, end)].add(name)
        windows.pop(None, None)
        return windows.values()

    def counts(self, facts, rows):
        """{uuid: [chunks, articles, articles of the subject, of the object]}"""
        names = {name: small(name) if self.rule[0] else name for pair in facts.values() for name in pair}
        by_subject = collections.defaultdict(list)
        for uuid, (subject, object_) in facts.items():
            by_subject[subject].append((uuid, object_))
        counts, articles = {uuid: [0, 0] for uuid in facts}, collections.Counter()

        def add(found, which):
            for subject in found & by_subject.keys():
                for uuid, object_ in by_subject[subject]:
                    counts[uuid][which] += object_ in found

        for row in rows:
            in_chunks = [self.found(names, chunk) for chunk in self.chunks(row)]
            in_article = set().union(*in_chunks) if in_chunks else set()
            articles.update(in_article)
            add(in_article, 1)
            if self.chunk.startswith("pieces:"):
                in_chunks = self.names_by_window(row["text"], in_article)
            for found in in_chunks:
                add(found, 0)
        return {uuid: counts[uuid] + [articles[s], articles[o]] for uuid, (s, o) in facts.items()}


class Guesses:
    """Objects of a relation's sentence with a mask in place of the subject."""

    def __init__(self, folder, tokenizer):
        import torch
        import transformers
        self.torch, self.tokenizer = torch, tokenizer
        self.model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
        self.known = {}

    def predictions(self, frame, masks):
        if (frame, masks) not in self.known:
            mask = self.tokenizer.mask_token
            ids = self.tokenizer(frame.replace("[X]", mask).replace("[Y]", " ".join([mask] * masks)))["input_ids"]
            with self.torch.no_grad():
                best = self.model(input_ids=self.torch.tensor([ids])).logits[0].argmax(-1).tolist()
            found = [best[i] for i, token in enumerate(ids) if token == self.tokenizer.mask_token_id]
            self.known[frame, masks] = found[1:] if frame.index("[X]") < frame.index("[Y]") else found[:-1]
        return self.known[frame, masks]

    def matches(self, frame, label):
        ids = self.tokenizer(label, add_special_tokens=False)["input_ids"]
        return self.predictions(frame, len(ids)) == ids


def read_facts(folder):
    """{language: {uuid: (relation, frame, row)}}"""
    facts = {}
    for templates in sorted(folder.glob("*/templates.jsonl")):
        of = facts[templates.parent.name] = {}
        for entry in lines(templates):
            for row in lines(templates.parent / f"{entry['relation']}.jsonl"):
                of[row["uuid"]] = (entry["relation"], entry["template"], row)
    return facts


def kind_of(row, relation, tokenizer, naming):
    pieces = [set(tokenizer(row[key], add_special_tokens=False)["input_ids"]) for key in ("sub_label", "obj_label")]
    white_space = tokenizer.convert_tokens_to_ids("\u2581")
    shared = pieces[0] & pieces[1] - ({white_space} if white_space != tokenizer.unk_token_id else set())
    if small(row["obj_label"]) in small(row["sub_label"]) or shared:
        return "shared_tokens"
    return "naming_cues" if relation in naming else "others"


def finer(language, uuid, facts, counts, near, guessed):
    row, relation = facts[language][uuid][2], facts[language][uuid][0]
    stated = [other for other in counts if other != language and uuid in counts[other] and counts[other][uuid][0] > 0]
    if any(facts[other][uuid][2]["obj_label"].strip() == row["obj_label"].strip() for other in stated):
        return "same_object_name"
    if stated:
        return "transferred"
    if near:
        return "near_miss"
    if guessed:
        return "guessed_object"
    most = max(counts[language][other][3] for other, fact in facts[language].items() if fact[0] == relation)
    return "frequent_object" if 0 < counts[language][uuid][3] == most else "unexplained"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", type=pathlib.Path)
    parser.add_argument("--facts", type=pathlib.Path, required=True)
    parser.add_argument("--hits", type=pathlib.Path, required=True)
    parser.add_argument("--corpora", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    options = parser.parse_args()
    import transformers
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    roots = json.loads(options.roots.read_text())
    facts = {of["language"]: read_facts(options.facts)[of["language"]] for of in roots["languages"]}
    written = {(row["language"], row["uuid"]): row for row in lines(pathlib.Path(f"{options.roots}l"))[1:]}
    predicted = {(row["language"], row["uuid"]): row[roots["match"]] for row in lines(options.hits)[1:] if row["language"] in facts}
    guesses = Guesses(options.model, tokenizer) if roots["measured"]["guessed_object"] else None
    search = Search(roots["chunk"], roots["ignore_case"], roots["inside_words"], tokenizer)
    loose = Search(roots["chunk"], True, True, tokenizer)
    texts = {language: lines(options.corpora / f"{language}.jsonl") for language in facts}
    names = {language: {uuid: (row["sub_label"].strip(), row["obj_label"].strip()) for uuid, (_, _, row) in of.items()}
             for language, of in facts.items()}
    counts = {language: search.counts(names[language], texts[language]) for language in facts}
    differ, agreed, cells_differ = collections.Counter(), collections.Counter(), 0
    for of in roots["languages"]:
        language, types, kinds = of["language"], {}, collections.Counter()
        for uuid, (relation, _, row) in facts[language].items():
            if counts[language][uuid][0] == 0 and predicted.get((language, uuid)):
                types[uuid] = kind_of(row, relation, tokenizer, roots["naming_relations"])
        others = {uuid for uuid, kind in types.items() if kind == "others"}
        near = loose.counts({uuid: names[language][uuid] for uuid in others}, texts[language]) if roots["measured"]["near_miss"] else {}
        cells = collections.Counter()
        for uuid, (relation, frame, row) in facts[language].items():
            mine, theirs = counts[language][uuid], written[language, uuid]
            values = {"chunks": mine[0], "articles": mine[1], "subject_articles": mine[2], "object_articles": mine[3],
                      "present": mine[0] > 0, "predicted": predicted.get((language, uuid)), "type": types.get(uuid), "finer": None}
            if uuid in others:
                guessed = guesses is not None and guesses.matches(frame, row["obj_label"])
                values["finer"] = finer(language, uuid, facts, counts, near.get(uuid, [0])[0] > 0, guessed)
            for key, value in values.items():
                (agreed if theirs[key] == value else differ)[key] += 1
                if theirs[key] != value and differ[key] <= 5:
                    print(f"{language} {uuid} {row['sub_label']} / {row['obj_label']}: {key} is {theirs[key]}, by this search {value}")
            asked = {None: "not_probed", True: "predicted", False: "not_predicted"}[values["predicted"]]
            cells["present" if mine[0] else "absent", asked] += 1
            kinds[types.get(uuid)] += 1
        for presence in ("absent", "present"):
            for asked, count in of["cells"][presence].items():
                cells_differ += count != cells[presence, asked]
        cells_differ += sum(of["types"][kind] != kinds[kind] for kind in of["types"])
    for key in written[next(iter(written))]:
        if key in agreed or key in differ:
            print(f"{key}: {agreed[key]} of {agreed[key] + differ[key]} facts agree")
    print(f"cells and types of {len(roots['languages'])} languages: {cells_differ} differ")
    sys.exit(1 if differ or cells_differ else 0)


main()
