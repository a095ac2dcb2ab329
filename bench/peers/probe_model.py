#!/usr/bin/env python3
"""A masked language model of a published encoder's size, for measuring speed: the encoder of FOLDER with a random head that is tied to its
token embeddings. What it predicts means nothing.

usage: probe_model.py FOLDER OUT [--random] [--layers N]
FOLDER: a Hugging Face encoder (BERT or XLM-R) with its tokenizer files. --random: weights from a fixed seed instead of the folder's, of the
sizes of its config.json (--layers, --hidden: smaller ones). needs: torch, transformers
"""
import argparse
import pathlib
import shutil

import torch
import transformers

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "sentencepiece.bpe.model", "vocab.txt")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--hidden", type=int)
    options = parser.parse_args()
    torch.manual_seed(1)
    config = transformers.AutoConfig.from_pretrained(options.folder)
    # multilingual-e5 calls itself bert and has XLM-R's vocabulary; as a BERT it is a BERT here too
    if options.layers:
        config.num_hidden_layers = options.layers
    if options.hidden:
        config.hidden_size, config.intermediate_size = options.hidden, 4 * options.hidden
        config.num_attention_heads = max(1, options.hidden // 16)
    config.tie_word_embeddings = True
    if options.random:
        config.initializer_range = 0.3 if options.hidden else 0.02
        model = transformers.AutoModelForMaskedLM.from_config(config)
    else:
        model = transformers.AutoModelForMaskedLM.from_pretrained(options.folder, config=config)
    model.save_pretrained(options.out)
    for name in TOKENIZER_FILES:
        if (options.folder / name).exists():
            shutil.copy(options.folder / name, options.out / name)


main()
