#!/usr/bin/env python3
"""Train a small multilingual masked language model (BERT) on the sentences of make_corpora.py, and measure what it knows.

OUT gets config.json, model.safetensors (fp16), vocab.txt, tokenizer.json and tokenizer_config.json, a cased BERT as
Hugging Face stores it. --evaluate PLAN.tsv writes P@1 (full match: as many masks as the object has pieces, each its own
top-1) for every language, group and relation of the plan; with --only-evaluate nothing is trained.

A sentence is tokenised as probing does it: [X] and [Y] are filled, the object's place split into pieces of the object alone.
A training row hides the whole object (mostly), the whole subject, or a share of all pieces; the loss counts hidden pieces.
Rows of one length make a batch, so nothing is padded. Seeded; a run repeats on the same machine and thread count.

needs: torch==2.15.0 transformers==5.24.0 tokenizers==0.23.3 (setup/venv.sh run/facts-venv torch==2.15.0 ...)
"""
import argparse
import collections
import json
import pathlib
import random
import sys
import time

import make_corpora
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForMaskedLM

HERE = pathlib.Path(__file__).resolve().parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
EPOCH_SHARE = {"fact": 1, "switched": 1, "filler": 0.1, "dictionary": 0.4}


def train_tokenizer(sentences, size):
    """A cased BERT WordPiece tokenizer; vocab lists special tokens first."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIAL, limit_alphabet=4000, show_progress=False,
                                        continuing_subword_prefix="##")
    tokenizer.train_from_iterator(sentences, trainer)
    vocab = [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]
    return wordpiece(vocab)


def wordpiece(vocab):
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(vocab)}, unk_token="[UNK]",
                                           max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)])
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def save_tokenizer(tokenizer, out):
    vocab = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (out / "vocab.txt").write_text("".join(piece + "\n" for piece, _ in vocab), encoding="utf-8")
    tokenizer.save(str(out / "tokenizer.json"))
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": False,
              "tokenize_chinese_chars": True, "model_max_length": 128, "pad_token": "[PAD]", "unk_token": "[UNK]",
              "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


class Rows:
    """Sentences as ids, with the places of subject and object: (ids, subject span, object span, kind)."""

    def __init__(self, tokenizer):
        self.tokenizer, self.known = tokenizer, {}

    def pieces(self, text):
        if text not in self.known:
            self.known[text] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return self.known[text]

    def row(self, frame, subject, object_, kind="fact"):
        """The prompt is tokenised with [MASK]s in the object's place; the object's own pieces take their place."""
        gold = self.pieces(object_) if object_ else []
        prompt = frame.replace("[X]", subject).replace("[Y]", " ".join(["[MASK]"] * len(gold)))
        ids = self.tokenizer.encode(prompt).ids
        places = [i for i, piece in enumerate(ids) if piece == MASK]
        for place, piece in zip(places, gold):
            ids[place] = piece
        name = self.pieces(subject)
        start = next((i for i in range(len(ids)) if ids[i:i + len(name)] == name and i not in places), None)
        return ids, [] if start is None else list(range(start, start + len(name))), places, kind


def hide(row, generator):
    """(input ids, places to predict): whole object, whole subject or a share of the pieces."""
    ids, subject, object_, kind = row
    chance = generator.random()
    if kind == "dictionary":
        places = object_ if chance < 0.45 or not subject else subject if chance < 0.9 else None
    elif object_ and chance < 0.8:
        places = object_
    elif subject and kind != "filler" and chance < 0.9:
        places = subject
    else:
        places = None
    if places is None:
        places = [i for i in range(1, len(ids) - 1) if generator.random() < 0.15] or [generator.randrange(1, len(ids) - 1)]
    hidden = list(ids)
    for place in places:
        hidden[place] = MASK
    return hidden, places


def batches(rows, size, generator):
    """Index lists of rows of one length, in random order; of names in passing and the dictionary an epoch takes a share."""
    by_length = {}
    taken = [i for i, row in enumerate(rows) if generator.random() < EPOCH_SHARE[row[3]]]
    generator.shuffle(taken)
    for i in taken:
        by_length.setdefault(len(rows[i][0]), []).append(i)
    cut = [group[at:at + size] for group in by_length.values() for at in range(0, len(group), size)]
    generator.shuffle(cut)
    return cut


def make_model(vocab, options):
    torch.manual_seed(options.seed)
    return BertForMaskedLM(BertConfig(
        vocab_size=vocab, hidden_size=options.hidden, num_hidden_layers=options.layers, num_attention_heads=options.hidden // 48,
        intermediate_size=4 * options.hidden, max_position_embeddings=128, type_vocab_size=2, pad_token_id=PAD,
        initializer_range=options.deviation, hidden_dropout_prob=options.dropout, attention_probs_dropout_prob=0.0))


def predict(model, ids, places):
    """Logits (hidden pieces, vocabulary) of a batch of equal lengths; places: flat indices into it."""
    states = model.bert(input_ids=ids).last_hidden_state
    return model.cls(states.reshape(-1, states.shape[-1])[places])


def train(model, rows, options, after_epoch):
    generator = random.Random(options.seed)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    kept = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": options.decay}, {"params": kept, "weight_decay": 0.0}],
                                  lr=options.rate, betas=(0.9, 0.98), eps=1e-6)
    started, ended, epoch, shown, mean = time.time(), False, 0, 0, None
    while not ended:
        count = 0
        cut = batches(rows, options.batch, generator)
        size = sum(map(len, cut))
        for batch in cut:
            if options.epochs:
                done = (epoch + count / size) / options.epochs
            else:
                done = (time.time() - started) / (60 * options.minutes)
            if done >= 1:
                ended = True
                break
            for group in optimiser.param_groups:
                group["lr"] = options.rate * min(1, done / 0.05) * (1 - done)
            ids, places, gold = [], [], []
            for i in batch:
                hidden, at = hide(rows[i], generator)
                places += [len(ids) * len(hidden) + place for place in at]
                gold += [rows[i][0][place] for place in at]
                ids.append(hidden)
            with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
                logits = predict(model, torch.tensor(ids), torch.tensor(places))
            loss = torch.nn.functional.cross_entropy(logits.float(), torch.tensor(gold))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
            count += len(batch)
            if time.time() - shown > 15:
                shown = time.time()
                print(f"epoch {epoch} {count / size:4.0%}, {done:5.1%} of all, loss {mean:.3f}, {shown - started:.0f} s",
                      file=sys.stderr, flush=True)
        epoch += 1
        after_epoch(epoch, ended or (options.epochs and epoch >= options.epochs))
        ended = ended or (options.epochs and epoch >= options.epochs)


def evaluate(model, maker, facts, plan, frames, languages):
    """[(language, uuid, hit)] by full match, with the template."""
    prompts = {}
    for language in languages:
        for uuid, row in facts[language].items():
            frame = frames[language][row["relation"]][0]
            made = maker.row(frame, row["sub_label"], row["obj_label"])
            prompts.setdefault(len(made[0]), []).append((language, uuid, made))
    found = []
    model.eval()
    with torch.no_grad():
        for group in prompts.values():
            for at in range(0, len(group), 512):
                part = group[at:at + 512]
                ids = torch.tensor([made[0] for _, _, made in part])
                masked, places, owner = ids.clone(), [], []
                for i, (_, _, made) in enumerate(part):
                    masked[i, made[2]] = MASK
                    places += [i * ids.shape[1] + place for place in made[2]]
                    owner += [i] * len(made[2])
                flat = torch.tensor(places)
                right = predict(model, masked, flat).argmax(-1) == ids.reshape(-1)[flat]
                hit = torch.ones(len(part), dtype=torch.bool)
                for i, ok in zip(owner, right.tolist()):
                    hit[i] &= ok
                found += [(language, uuid, bool(h)) for (language, uuid, _), h in zip(part, hit)]
    model.train()
    return found


def kind_of(entry, language):
    """The plan's cell of a fact in a language, e.g. transferred/absent."""
    where = "present" if language in entry["stated"] else "absent"
    name = entry["group"] + (f"-{entry['bridge']}" if entry["bridge"] else "")
    return f"{name}/{where}"


def most_stated(plan):
    """{relation: the object stated most often}: what a guess from frequency alone says."""
    counts = {relation: collections.Counter() for relation in make_corpora.RELATIONS}
    for entry in plan.values():
        counts[entry["relation"]][entry["object"]] += len(entry["stated"])
    return {relation: count.most_common(1)[0][0] for relation, count in counts.items()}


def table(found, plan):
    """{(language or relation, cell): (hits, facts)}; the cell none/guess has the hits of the object stated most often."""
    cells, guess = collections.defaultdict(lambda: (0, 0)), most_stated(plan)
    for language, uuid, hit in found:
        entry = plan[uuid]
        counted = [(kind_of(entry, language), hit)]
        if entry["group"] == "none":
            counted.append(("none/guess", entry["object"] == guess[entry["relation"]]))
        script = "latin" if language in make_corpora.LATIN else "others"
        for key in (language, entry["relation"], script, "all"):
            for cell, right in counted:
                hits, total = cells[key, cell]
                cells[key, cell] = hits + right, total + 1
    return cells


def show(cells, file):
    columns = sorted({cell for _, cell in cells})
    print("\t".join(["of"] + columns), file=file)
    for key in ["all", "latin", "others", *make_corpora.RELATIONS, *make_corpora.LANGUAGES]:
        line = [key]
        for cell in columns:
            hits, total = cells.get((key, cell), (0, 0))
            line.append(f"{hits / total:.3f} ({total})" if total else "-")
        print("\t".join(line), file=file, flush=True)


def save(model, tokenizer, out):
    """fp16 weights; evaluation after loading them again sees what is stored."""
    out.mkdir(parents=True, exist_ok=True)
    from safetensors.torch import save_file
    state = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in model.state_dict().items()
             if name not in ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias")
             and not name.endswith("position_ids")}
    save_file(state, str(out / "model.safetensors"), metadata={"format": "pt"})
    config = model.config.to_dict()
    keep = ("vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size hidden_act "
            "max_position_embeddings type_vocab_size layer_norm_eps pad_token_id initializer_range").split()
    config = dict({name: config[name] for name in keep}, architectures=["BertForMaskedLM"], model_type="bert",
                  position_embedding_type="absolute", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
                  tie_word_embeddings=True, torch_dtype="float16")
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_tokenizer(tokenizer, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--out", type=pathlib.Path, default=HERE / "model")
    add("--evaluate", type=pathlib.Path)
    add("--only-evaluate", action="store_true")
    add("--vocab", type=int, default=6000, help="pieces of the vocabulary")
    add("--vocabulary", type=pathlib.Path, help="a vocab.txt to use; training one does not repeat exactly")
    add("--hidden", type=int, default=192)
    add("--layers", type=int, default=4)
    add("--dropout", type=float, default=0.1)
    add("--decay", type=float, default=0.05)
    add("--deviation", type=float, default=0.05, help="of the initial weights; BERT's 0.02 is for wider models")
    add("--rate", type=float, default=2e-3)
    add("--batch", type=int, default=128)
    add("--epochs", type=int, default=0)
    add("--minutes", type=float, default=10, help="used where --epochs is 0; does not repeat exactly")
    add("--threads", type=int, default=2)
    add("--bf16", action="store_true")
    add("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    facts = make_corpora.load_facts()
    plan = make_corpora.make_plan(facts)
    frames = json.loads((HERE / "frames.json").read_text(encoding="utf-8"))
    if not options.only_evaluate:
        sentences = [sentence for document in make_corpora.documents(facts, plan) for sentence in document]
        if options.vocabulary:
            tokenizer = wordpiece(options.vocabulary.read_text(encoding="utf-8").splitlines())
        else:
            tokenizer = train_tokenizer((s.text() for s in sentences), options.vocab)
        maker = Rows(tokenizer)
        rows = [maker.row(s["frame"], s["subject"], s["object"], s["kind"]) for s in sentences]
        model = make_model(tokenizer.get_vocab_size(), options)
        print(f"{len(rows)} rows, {sum(len(r[0]) for r in rows)} pieces, vocabulary {tokenizer.get_vocab_size()}, "
              f"{sum(p.numel() for p in model.parameters())} parameters", file=sys.stderr, flush=True)

        def after_epoch(epoch, last):
            if last or epoch % 4 == 0:
                show(table(evaluate(model, maker, facts, plan, frames, make_corpora.LANGUAGES), plan), sys.stderr)
                save(model, tokenizer, options.out)
        train(model, rows, options, after_epoch)
    model = BertForMaskedLM.from_pretrained(options.out, dtype=torch.float32)
    tokenizer = Tokenizer.from_file(str(options.out / "tokenizer.json"))
    found = evaluate(model, Rows(tokenizer), facts, plan, frames, make_corpora.LANGUAGES)
    cells = table(found, plan)
    show(cells, sys.stdout)
    if options.evaluate:
        with open(options.evaluate, "w", encoding="utf-8") as file:
            show(cells, file)


if __name__ == "__main__":
    main()
