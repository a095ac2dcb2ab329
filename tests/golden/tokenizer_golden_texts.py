"""What the committed goldens are made of: CORPUS trains the small tokenizers, TEXTS, hostile ones among them, are encoded."""

CORPUS = [
    "The neurons of a language are the neurons that are active when the model reads that language and not another one.",
    "Les neurones d'une langue sont ceux qui s'activent quand le modèle lit cette langue, été comme hiver.",
    "Die Neuronen einer Sprache sind die, die das Modell braucht, wenn es diese Sprache schreibt.",
    "Las neuronas de un idioma son las que se activan cuando el modelo lee ese idioma; ¿qué más?",
    "Нейроны языка - это те нейроны, которые активны, когда модель читает этот язык.",
    "一种语言的神经元是模型读这种语言时活跃的神经元。", "言語のニューロンは、モデルがその言語を読むときに働くニューロンです。",
    "언어의 뉴런은 모델이 그 언어를 읽을 때 활동하는 뉴런이다.", "عصبونات اللغة هي التي تنشط عندما يقرأ النموذج هذه اللغة.",
    "भाषा के न्यूरॉन वे हैं जो मॉडल के पढ़ने पर सक्रिय होते हैं।", "Các nơ-ron của một ngôn ngữ là những nơ-ron hoạt động khi đọc nó.",
    "if (layer == 12) {\n    return weights[layer][3];\n}\n", "In 2024, 1234567 tokens; 3.14159 and 2,718 and 100%.",
    "We've, I'm, they're, it's, don't, you'll, he'd: \"quoted\" text -- and (brackets).", "                                ",
] * 4

TEXTS = [
    "", " ", "  ", "\n", "\t", "a", " a", "a ", "Hello world", "  two  spaces  ", "Hello,\n\nworld!\n", "\r\n", "a\r\nb\r\n\r\n c",
    "tabs\tand\t\tmore \t x", " " * 10000, "x" + " " * 10000 + "y", "\n" * 99 + " \n" * 20, "a" * 200, "ab" * 150, "é" * 90,
    "We've they'RE it'S don't you'LL he'd I'M 'S'S ''s 'ſ", "the neurons of a language are the", "neurons neuron Neurons NEURONS",
    "0 1 12 123 1234 12345 1234567890", "3.14159, 2,718; 100% #42 $5", "٠١٢٣ ०१२३ ໐໑ 𝟎𝟏𝟐 １２３ Ⅷ ⅷ ½ ² ①⑳ 〇一二 𑁦 𞥐 ௧௰",
    "naïve café résumé", "nai\u0308ve cafe\u0301", "a\u0301\u0316\u0327 \u0301 \u0301\u0301x", "q\u0307\u0323 ḍ\u0307 Å Å ﬁ ﬃ Ⅳ",
    "한국어 \u1112\u1161\u11ab 가\u11a8", "👩‍👩‍👧‍👦 👍🏽 🇫🇷🇩🇪 ❤️ 🏴\U000e0067\U000e0062\U000e007f", "שלום עולם", "مرحبا بالعالم ١٢٣", "‮abc‬ ‏x‎ \u2066y\u2069",
    "日本語とEnglishのmixed文", "中文，标点。！？「」", "ไทยไม่มีช่องว่าง", "हिन्दी क्षत्रिय", "Ελληνικά ΣΊΣΥΦΟΣ", "Привет, мир! Ёж",
    "zero\u200bwidth\u200cnon\u200djoiner\ufeffbom\u2060wj", "soft\u00adhyphen nb\u00a0space \u202f\u2009 thin",
    "next\u0085line \u180emvs\u180e \u1680ogham \u2028ls\u2029ps \u3000ideographic", "\ufffd\ufffd x\ufffdy \uffff \ufdd0 \U0010ffff",
    "nul\x00in\x00side", "\x00", "\x01\x02\x03\x1b[31m\x7f\x80\x9f", "a\x0bb\x0cc\x1cd\x1ee\x1ff",
    "".join(map(chr, range(0x80, 0x180))), "".join(map(chr, range(0x20, 0x7F))), "".join(chr(c) for c in range(0x2B0, 0x370)),
    "".join(chr(0x80 << 2 * i) for i in range(5)), "߿ࠀ\uffff𐀀\U0010fffd", "ß SS ſt ŉ ĳ ǆ İi ıI K Å", "ꟊ ꟍ ᲊ 𐗀 𖵀 𲀀 𑯰 𞗱",
    "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|endoftext|><|endoftext|>  <|begin|>x<|end|>\n", "<|endoftext", "<|end|",
    "x <left> y", "x  \t<left>y", "<left><left> <left>", "x<right> y", "x<right>  \u3000y <right>", " <both> <both> a<both>b",
    "mot motmot mot. mot_ mot1 -mot- émot motè mot", "Mot mot\u0301 \u0301mot", "cafe\u0301 café xcafey", " the the  the", "<s>a</s> <unk><s> b",
    "Ġ Ċ ▁ âĢĻ Ã©", "<0x41><0x0A>", "def f(x):\n    return x**2  # été\n\n\n", "{\"k\": [1, 2.5, null], \"é\": \"\\u00e9\"}",
    "http://example.org/a_b?c=d&e=%20f#g", "a/b\\c|d~e`f^g", "...!!!???,,,;;;:::---___", "A_B-C.D", "ALLCAPS lowercase MixedCase iOS",
    "𝕳𝖊𝖑𝖑𝖔 𝒲𝑜𝓇𝓁𝒹", "Z̸̡̢͓̳̜̪̟̳̠̻̖͐̂̍̅̔̂͋͂͐a̶͎͉̘̽l̵̯̬g̸o", "ｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ", "ﷺ ﷽ ㍿ ㌔ ½ ⅓ ™ ℡", "İstanbul ıssız", "Ǖ ǖ ǘ ǚ ǜ ự ử",
]
