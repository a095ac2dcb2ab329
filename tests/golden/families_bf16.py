#!/usr/bin/env python3
"""How far transformers' own bf16 is from its fp32 on the small checkpoints of every family.

Writes DATA/bf16.json: for each variant the largest and the root-mean-square difference of the last values (logits, or a
bare encoder's hidden states) of 64 tokens between a run with weights and activations in bf16 and the fp32 golden.
families_golden.cpp holds ours, with weights in bf16, to it.

needs: torch, transformers, safetensors, numpy
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from safetensors.numpy import load_file

import family_sites


def error_of(folder):
    golden = load_file(folder / "logits.safetensors")
    name = "logits" if "logits.64" in golden else "hidden"
    model = family_sites.load(folder).to(torch.bfloat16)
    with torch.no_grad():
        output = model(torch.tensor(golden["ids.64"][None].astype(np.int64)))
    got = output["logits" if name == "logits" else "last_hidden_state"][0].float().numpy()
    difference = got - golden[f"{name}.64"]
    return {"largest": round(float(np.abs(difference).max()), 6), "rms": round(float(np.sqrt((difference**2).mean())), 7)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(__file__).parent / "data" / "families")
    folder = parser.parse_args().data
    errors = {path.name: error_of(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    (folder / "bf16.json").write_text(json.dumps(errors, indent=1) + "\n")
    print(json.dumps(errors, indent=1))


if __name__ == "__main__":
    main()
