#!/usr/bin/env python3
"""torch and Hugging Face transformers on a GPU, at LLaMA-2-7B's shapes with random weights in bf16: the peers of bench_gpu.

usage: gpu_transformers.py [--model llama-2-7b|tiny] [--length 2048] [--sequences 8] [--rounds 5] [--device cuda] [NAME ...]

NAMEs: product, bandwidth, attention, record, perplexity, decode; all if none is given. One JSON line a measurement, each the median of
the rounds after one that is not counted. Recording adds up, by forward hooks on the activation functions, what ng-record keeps; attention
is SDPA with its flash kernel where there is one (said in the unit), causal.
needs: torch, transformers
"""
import argparse
import json
import statistics
import sys
import time

import torch
import transformers

SHAPES = {"llama-2-7b": dict(vocab_size=32000, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32,
                             num_key_value_heads=32, max_position_embeddings=4096),
          "tiny": dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
                       num_key_value_heads=2, max_position_embeddings=64)}


class Bench:
    def __init__(self, options):
        self.options, self.device, self.made = options, torch.device(options.device), None
        self.config = transformers.LlamaConfig(**SHAPES[options.model], rms_norm_eps=1e-5, attn_implementation="sdpa")
        generator = torch.Generator().manual_seed(2)
        self.ids = torch.randint(self.config.vocab_size, (options.sequences, options.length), generator=generator).to(self.device)
        self.tokens = options.sequences * options.length

    def synchronise(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def seconds(self, work):
        times = []
        for number in range(self.options.rounds + 1):
            self.synchronise()
            begin = time.perf_counter()
            with torch.inference_mode():
                work()
            self.synchronise()
            if number > 0:
                times.append(time.perf_counter() - begin)
        return statistics.median(times)

    def model(self):
        """Made for the first measurement that wants it, on the device, in bf16."""
        if self.made is None:
            torch.manual_seed(1)
            torch.set_default_dtype(torch.bfloat16)
            with self.device:
                self.made = transformers.LlamaForCausalLM(self.config).eval()
            torch.set_default_dtype(torch.float32)
        return self.made

    def product(self):
        n = 32 if self.options.model == "tiny" else 8192
        a, b = (torch.randn(n, n, device=self.device, dtype=torch.bfloat16) for _ in range(2))
        yield "product", 2 * n**3 / self.seconds(lambda: a @ b.T) / 1e12, "TFLOP/s"

    def bandwidth(self):
        n = 1 << (16 if self.options.model == "tiny" else 30)
        a, b = (torch.zeros(n, device=self.device) for _ in range(2))
        yield "bandwidth", 2 * 4 * n / self.seconds(lambda: b.copy_(a)) / 1e9, "GB/s"

    def attention(self):
        heads, width = self.config.num_attention_heads, self.config.hidden_size // self.config.num_attention_heads
        shape = (self.options.sequences, heads, self.options.length, width)
        q, k, v = (torch.randn(shape, device=self.device, dtype=torch.bfloat16) for _ in range(3))
        run = lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        kernel = "SDPA"
        if self.device.type == "cuda":
            try:
                from torch.nn.attention import SDPBackend, sdpa_kernel
                with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
                    time_of_one = self.seconds(run)
                kernel = "SDPA flash"
            except RuntimeError as failure:
                print(f"gpu_transformers.py: no flash attention: {failure}", file=sys.stderr)
                time_of_one = self.seconds(run)
        else:
            time_of_one = self.seconds(run)
        flop = 2.0 * (self.options.length + 1) * self.config.hidden_size * self.tokens
        yield "attention", flop / time_of_one / 1e12, f"TFLOP/s, {kernel}"

    def record(self):
        decoder, shape = self.model().model, (self.config.num_hidden_layers, self.config.intermediate_size)
        count = torch.zeros(shape, dtype=torch.int64, device=self.device)
        total, squares = (torch.zeros(shape, dtype=torch.float64, device=self.device) for _ in range(2))

        def hear(layer, output):
            rows = output.flatten(0, 1)
            count[layer] += (rows > 0).sum(0)
            wide = rows.float()
            total[layer] += wide.sum(0)
            squares[layer] += (wide * wide).sum(0)

        handles = [layer.mlp.act_fn.register_forward_hook(lambda module, inputs, output, n=n: hear(n, output))
                   for n, layer in enumerate(decoder.layers)]
        run = lambda: decoder(input_ids=self.ids, use_cache=False)
        counted = self.seconds(run)
        for handle in handles:
            handle.remove()
        yield "record", self.tokens / counted, "tokens/s"
        yield "hook_cost", counted / self.seconds(run) - 1, "of the pass without hooks"

    def perplexity(self):
        def losses():
            logits = self.model()(input_ids=self.ids, use_cache=False).logits
            for sequence, ids in zip(logits, self.ids):
                torch.nn.functional.cross_entropy(sequence[:-1].float(), ids[1:], reduction="none")
        yield "perplexity", self.tokens / self.seconds(losses), "tokens/s"

    def decode(self):
        prompt = self.options.length // 2
        steps = min(32, self.options.length - prompt)
        times = []
        for number in range(self.options.rounds + 1):
            with torch.inference_mode():
                cache = self.model()(input_ids=self.ids[:1, :prompt], use_cache=True).past_key_values
                self.synchronise()
                begin = time.perf_counter()
                for at in range(prompt, prompt + steps):
                    cache = self.model()(input_ids=self.ids[:1, at:at + 1], past_key_values=cache, use_cache=True).past_key_values
                self.synchronise()
            if number > 0:
                times.append(time.perf_counter() - begin)
        yield "decode", steps / statistics.median(times), "tokens/s"


def main():
    names = ["product", "bandwidth", "attention", "record", "perplexity", "decode"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(names))
    parser.add_argument("--model", choices=SHAPES, default="llama-2-7b")
    parser.add_argument("--length", type=int, default=2048)
    parser.add_argument("--sequences", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        sys.exit(f"gpu_transformers.py: {sorted(unknown)[0]}: is none of {', '.join(names)}")
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("gpu_transformers.py: torch sees no CUDA device")
    bench = Bench(options)
    for name in options.names or names:
        for found, value, unit in getattr(bench, name)():
            print(json.dumps({"name": f"theirs.{found}", "value": value, "unit": unit}), flush=True)


main()
