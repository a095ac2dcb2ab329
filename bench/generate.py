#!/usr/bin/env python3
"""Generation speed, ng-generate against transformers' generate, interleaved: the same prompts, greedy, fp32, two threads each.

usage: generate.py MODEL [--rounds 5] [--tokens 64] [--batches 1,16] [--bin build/release/apps]
New tokens a second, the pass over the prompts included, loading not. Transformers pads a batch to one length; the prompts are of
about 30 tokens. Prints a line a round and the median ratio of each batch size. needs: torch, transformers
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import record_transformers

SUBJECTS = ["a river", "the moon", "bread", "a small town", "music", "the desert", "trains", "winter", "a library", "the sea", "bees",
            "mathematics", "a bridge", "tea", "the forest", "clocks"]
PROMPT = "Question: Please write a short and simple text about {}, so that a child of ten years can read and understand all of it.\nAnswer:"


class Peer:
    """Hugging Face's generate."""

    def __init__(self, folder):
        import torch
        import transformers
        torch.set_num_threads(2)
        self.torch = torch
        transformers.utils.logging.disable_progress_bar()
        self.model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa").eval()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder, padding_side="left")

    def rate(self, prompts, tokens):
        batch = self.tokenizer(prompts, return_tensors="pt", padding=True)
        begin = time.perf_counter()
        with self.torch.inference_mode():
            made = self.model.generate(**batch, do_sample=False, min_new_tokens=tokens, max_new_tokens=tokens)
        assert made.shape == (len(prompts), batch.input_ids.shape[1] + tokens)
        return len(prompts) * tokens / (time.perf_counter() - begin)


def ours(options, prompts):
    """New tokens a second as ng-generate's progress tells them."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts)
        file.flush()
        done = subprocess.run([f"{options.bin}/ng-generate", options.model, "--prompts", file.name, "--ignore-eos", "--threads", "2",
                               "--max-new-tokens", str(options.tokens), "--batch", str(len(prompts))],
                              capture_output=True, text=True, check=True)
    return float(re.findall(r"tokens, ([0-9.e+]+)/s, took", done.stderr)[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--batches", default="1,16")
    parser.add_argument("--bin", default="build/release/apps")
    options = parser.parse_args()
    record_transformers.restart_tuned()
    peer = Peer(options.model)
    for batch in map(int, options.batches.split(",")):
        prompts = [PROMPT.format(SUBJECTS[i % len(SUBJECTS)]) for i in range(batch)]
        peer.rate(prompts, 8)  # not counted
        ratios = []
        for number in range(options.rounds):
            a, b = ours(options, prompts), peer.rate(prompts, options.tokens)
            ratios.append(a / b)
            print(f"batch {batch}, round {number + 1}: ng-generate {a:.1f} tokens/s, transformers {b:.1f} tokens/s, ratio {a / b:.2f}",
                  flush=True)
        print(f"batch {batch}: median ratio {statistics.median(ratios):.2f}", flush=True)


main()
