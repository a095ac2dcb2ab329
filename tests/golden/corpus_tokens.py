#!/usr/bin/env python3
"""Token ids of corpora by Hugging Face's tokenizer: the input of the goldens that need real text.

Reads CORPORA/LANG.jsonl (apps/demo/fetch_guide.py makes them) and writes {"en": [id, ...], ...}: the documents'
ids end to end, without special tokens, as in pre-training.

needs: transformers
"""
import argparse
import json
import pathlib

import transformers


def read_ids(model, path, tokens=None):
    """The ids of the documents of one .jsonl file, end to end; the first `tokens` of them if given."""
    # not AutoTokenizer: of the class GPT2Tokenizer, transformers 5 does not heed tokenizer.json's splitting of digits
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(model)
    ids = []
    with open(path, encoding="utf8") as lines:
        for line in lines:
            ids += tokenizer(json.loads(line)["text"], add_special_tokens=False, verbose=False).input_ids
            if tokens is not None and len(ids) >= tokens:
                return ids[:tokens]
    return ids


def cut(ids, block):
    """Blocks of equal length; a last partial one is dropped."""
    return [ids[start:start + block] for start in range(0, len(ids) - block + 1, block)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="Hugging Face folder")
    parser.add_argument("corpora", metavar="CORPORA", type=pathlib.Path, help="folder of LANG.jsonl")
    parser.add_argument("out", metavar="OUT", type=pathlib.Path, help="JSON file to write")
    parser.add_argument("--languages", default="en,zh,fr,es,vi,id,ja", help="(default: %(default)s)")
    parser.add_argument("--tokens", type=int, help="no more than so many a language")
    arguments = parser.parse_args()
    ids = {language: read_ids(arguments.model, arguments.corpora / f"{language}.jsonl", arguments.tokens)
           for language in arguments.languages.split(",")}
    arguments.out.write_text(json.dumps(ids))
    print(", ".join(f"{language} {len(of_language)}" for language, of_language in ids.items()), "tokens")


if __name__ == "__main__":
    main()
