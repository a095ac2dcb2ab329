"""The texts that tokenizers are compared on: real pages, random strings over mixed scripts, every character."""
import glob
import html
import random
import re

LANGUAGES = ["en", "zh_CN", "fr", "es", "vi", "id", "ja", "de", "ru", "ko", "el"]
GUIDE = "/usr/share/doc/installation-guide-amd64"
ALPHABETS = [
    (0x20, 0x7E), (0x09, 0x0D), (0x00, 0x1F), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF),
    (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2150, 0x218F),
    (0x2460, 0x24FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFB06), (0xFE00, 0xFE0F),
    (0xFF00, 0xFFEF), (0x10330, 0x1034A), (0x1D7CE, 0x1D7FF), (0x1F300, 0x1F64F), (0xE0020, 0xE007F), (0x80, 0xBF),
    (0x2C00, 0x2DFF), (0xF900, 0xFAFF), (0x3300, 0x33FF), (0x1D160, 0x1D1E8), (0x1A20, 0x1AFF), (0x2E00, 0x2E7F),
]
SEEDS = [
    " ", "  ", "\n", "\r\n", "\t", "'s", "'LL", "’t", "\u0085", "\u180e", "\ufffd", "\u200d", "\u200b", "\u3000", "123",
    "<|im_start|>", "<|endoftext|>", "<s>", "</s>", "<unk>", "<0x41>", "\u2581", "Ġ", "the", "été", "日本", "👩‍👩‍👧", "\x00",
    "[MASK]", "[CLS]", "[UNK]", "<mask>", "<pad>", " <mask> ", "``", "''", "ª\u0301", "ｅ\u0301", "①\u0327", "ﬁ", "™\x1e", "\x1e",
    "\u0301", "\u0345\u0327", "İ", "ΑΣ", "Ⅷ", "…", "don't do not", " ' ", " .", "!?", "##ing", "\ufeff", "\u00ad", "a" * 101,
    "\u302e\u0323", "x,1,", "<0x0A>", "<bos>", "<|assistant|>", " <|assistant|> \n", "<start_of_turn>", "        ", "\n\n", "\u2581\u2581",
    "mot", " Mot ", "\u202eabc\u202c", "שלום ", "مرحبا ", "/\n", "AbCDe",
]


def guide_texts(languages=LANGUAGES):
    """The pages of Debian's installation guide, each a text."""
    for language in languages:
        for path in sorted(glob.glob(f"{GUIDE}/{language}/*.html")):
            with open(path, encoding="utf-8") as page:
                yield html.unescape(re.sub(r"<[^>]*>", " ", page.read()))


def random_strings(count, seed):
    """Runs of characters of one script and hostile pieces, a few of each a string."""
    source = random.Random(seed)
    for _ in range(count):
        parts = []
        for _ in range(source.randrange(1, 12)):
            if source.random() < 0.4:
                parts.append(source.choice(SEEDS))
            else:
                low, high = source.choice(ALPHABETS)
                parts.append("".join(chr(source.randint(low, high)) for _ in range(source.randrange(1, 6))))
        yield "".join(parts)


def every_character(stride=1):
    """Each assigned or unassigned code point between a letter and a space, a thousand a text; every stride-th of these texts."""
    points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    for i in range(0, len(points), 1000 * stride):
        yield "".join(f"a{chr(c)}b {chr(c)}1 ª{chr(c)} " for c in points[i:i + 1000])
