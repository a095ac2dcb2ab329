#!/usr/bin/env python3
"""Tokens a second of recording activations with Hugging Face transformers: the peer of ng-record.

Runs the decoder without the vocabulary projection over blocks of equal length and, by a forward hook on every layer's
activation function, adds up per neuron the number of values > 0, the sum and the sum of squares, as ng-record does.
Each round goes over the same blocks; one round before the first is not counted. Prints tokens/s of each round and their
median, so that rounds can be interleaved with another program's; also tokens a second of processor time, which says
more where other programs run beside it.

Memory. With glibc's defaults every large activation is mapped, page-faulted and unmapped again, at up to half of the
time. Unless --malloc default is given, the script starts itself again with glibc told to keep freed memory and to ask
for huge pages (MALLOC_TOP_PAD_, MALLOC_TRIM_THRESHOLD_, MALLOC_MMAP_THRESHOLD_, GLIBC_TUNABLES=glibc.malloc.hugetlb=1).
Any other allocator can be given as LD_PRELOAD=... with --malloc default.

The defaults are the fastest found (SmolLM2-135M, torch 2.15 and transformers 5.23 on AVX2, tokens a processor second on
one thread): sdpa with the tuned malloc 233-251 in batches of 2 or 4 blocks, 230-233 block by block; eager 233; glibc's
own malloc 223; jemalloc with huge pages 235-240.

needs: torch, transformers, safetensors, numpy
"""
import argparse
import json
import os
import statistics
import sys
import time

TUNED_MALLOC = {"MALLOC_TOP_PAD_": str(1 << 28), "MALLOC_TRIM_THRESHOLD_": str(1 << 40),
                "MALLOC_MMAP_THRESHOLD_": str(1 << 40), "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def restart_tuned():
    """Start this process again with malloc's settings, which are read at its start only."""
    if any(os.environ.get(name) != value for name, value in TUNED_MALLOC.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | TUNED_MALLOC)


class Recorder:
    """Count of positives, sum and sum of squares per (layer, neuron), by hooks on a LLaMA's activation functions."""

    def __init__(self, model):
        import torch
        shape = (model.config.num_hidden_layers, model.config.intermediate_size)
        self.count = torch.zeros(shape, dtype=torch.int64)
        self.sum = torch.zeros(shape, dtype=torch.float64)
        self.sum_of_squares = torch.zeros(shape, dtype=torch.float64)
        for number, layer in enumerate(model.layers):
            layer.mlp.act_fn.register_forward_hook(lambda module, inputs, output, n=number: self.hear(n, output))

    def hear(self, layer, activation):
        """activation (sequences, tokens, neurons)"""
        rows = activation.flatten(0, 1)
        self.count[layer] += (rows > 0).sum(0)
        self.sum[layer] += rows.sum(0)
        self.sum_of_squares[layer] += (rows * rows).sum(0)


def load(folder, attention, record):
    """The decoder without its head, and what records (or nothing)."""
    import torch
    import transformers
    transformers.utils.logging.disable_progress_bar()
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation=attention, dtype=torch.float32).eval()
    return model, Recorder(model) if record else None


def read_blocks(path, language, block, count):
    """The first `count` blocks of one language's ids; of all languages in turn if none is named."""
    with open(path, encoding="utf8") as file:
        ids = json.load(file)
    languages = [language] if language else list(ids)
    blocks = [ids[name][start:start + block] for start in range(0, max(map(len, ids.values())), block)
              for name in languages]
    blocks = [ids for ids in blocks if len(ids) == block][:count]
    if len(blocks) < count:
        sys.exit(f"record_transformers.py: {path} has {len(blocks)} blocks of {block} tokens, not {count}")
    return blocks


def run_round(model, blocks, batch):
    """Seconds for all blocks: elapsed, and of all threads' processor time."""
    import torch
    begin, begin_processor = time.perf_counter(), time.process_time()
    with torch.inference_mode():
        for start in range(0, len(blocks), batch):
            model(input_ids=torch.tensor(blocks[start:start + batch]), use_cache=False)
    return time.perf_counter() - begin, time.process_time() - begin_processor


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="Hugging Face folder")
    parser.add_argument("tokens", metavar="TOKENS", help='{"en": [ids], ...}, by tests/golden/corpus_tokens.py')
    parser.add_argument("--language", help="blocks of this language only (default: of all in turn)")
    parser.add_argument("--block", type=int, default=512, help="tokens a block (default: %(default)s)")
    parser.add_argument("--blocks", type=int, default=16, help="blocks a round (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=4, help="blocks a forward pass (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--attention", choices=("eager", "sdpa"), default="sdpa", help="(default: %(default)s)")
    parser.add_argument("--malloc", choices=("tuned", "default"), default="tuned", help="(default: %(default)s)")
    parser.add_argument("--no-hooks", action="store_true", help="the pass alone")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.malloc == "tuned":
        restart_tuned()
    import torch
    torch.set_num_threads(arguments.threads)
    model, _ = load(arguments.model, arguments.attention, not arguments.no_hooks)
    blocks = read_blocks(arguments.tokens, arguments.language, arguments.block, arguments.blocks)
    run_round(model, blocks[:arguments.batch], arguments.batch)
    rates, tokens = [], len(blocks) * arguments.block
    for number in range(arguments.rounds):
        elapsed, processor = run_round(model, blocks, arguments.batch)
        rates.append(tokens / elapsed)
        print(f"round {number + 1}: {rates[-1]:.1f} tokens/s, {tokens / processor:.1f} a processor second", flush=True)
    print(f"median: {statistics.median(rates):.1f} tokens/s", flush=True)


if __name__ == "__main__":
    main()
