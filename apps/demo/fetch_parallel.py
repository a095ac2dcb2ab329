#!/usr/bin/env python3
"""Make parallel sentences from the Debian installation guide (GPL): a line a sentence, a file a language.

Reads the HTML of Debian's package installation-guide-amd64 and writes OUT/headings/LANG.txt and OUT/paragraphs/LANG.txt;
line n is the same text in all languages. The n-th heading of a page is taken for the translation of the n-th English
one, and so is the n-th paragraph (<p>), on pages that have equally many of them in all the languages chosen.

A text is left out in all languages where one of them has none; where one repeats the English, five words or more of it
(the translation is incomplete there); where the English is longer than --longest characters; and where the English has
been seen before. Headings lose their numbers ("2.1.", "Chapter 2."), which are the same in all languages. Listings
inside paragraphs are left out.

needs: Python 3.9's standard library
"""
import argparse
import pathlib
import re
import sys

import fetch_guide

HEADINGS, PARAGRAPHS = {"h1", "h2", "h3", "h4", "h5", "h6"}, {"p"}
LONGEST = 400  # characters of the English
# "2.1.1. Architecture", "B.3. Réseau"; "Chapter 2. ", "Phụ lục A. ", "第 2 章 ", "付録A ", "2장. "
SECTION_NUMBER = re.compile(r"^(?:\d+|[A-Z])(?:\.\d+)+\.?\s+")
CHAPTER_NUMBER = re.compile(r"^(?:(?:[^\W\d]+ ){1,2}(?:\d+|[A-F])\.|第 ?\d+ ?章|付録[A-F]|\d+장\.)\s+")


class PageUnits(fetch_guide.PageText):
    """Collects the texts of a page's headings and <p> elements, each as a whole, empty ones too."""

    def __init__(self):
        super().__init__()
        self.units = []  # [tag, pieces, pieces that are no cross-references], in the order in which they begin
        self.inner = []  # those that are open, the innermost last

    def handle_starttag(self, tag, attributes):
        super().handle_starttag(tag, attributes)
        if tag in HEADINGS | PARAGRAPHS and not self.inside("hidden"):
            self.units.append([tag, [], []])
            self.inner.append(self.units[-1])

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        if self.inner and self.inner[-1][0] == tag:
            self.inner.pop()

    def handle_data(self, data):
        super().handle_data(data)
        if not self.inner or self.inside("hidden") or self.inside("listing"):
            return
        self.inner[-1][1].append(data)
        if not self.inside("reference"):
            self.inner[-1][2].append(data)


def read_units(path):
    """The page's headings and its paragraphs, as two lists."""
    page = PageUnits()
    if path.is_file():
        page.feed(path.read_text(encoding="utf8"))
        page.close()

    def of(tags):
        return [fetch_guide.Paragraph(" ".join("".join(text).split()), tuple(re.findall(r"\w+", "".join(own))), False)
                for tag, text, own in page.units if tag in tags]

    return [without_number(heading) for heading in of(HEADINGS)], of(PARAGRAPHS)


def without_number(heading):
    """The heading without the number of its section or chapter."""
    text, found = SECTION_NUMBER.subn("", heading.text)
    return heading._replace(text=text if found else CHAPTER_NUMBER.sub("", heading.text))


def aligned(pages):
    """pages: {language: list of a page's texts} -> one {language: text} for each; nothing where the counts differ."""
    if len({len(texts) for texts in pages.values()}) != 1:
        return None
    return [dict(zip(pages, texts)) for texts in zip(*pages.values())]


def usable(texts, longest, seen):
    """Whether all languages have the text, none repeats the English one, and it is new and short enough."""
    english = texts["en"]
    if not all(text.text for text in texts.values()) or len(english.text) > longest or english.text in seen:
        return False
    others = [text for language, text in texts.items() if language != "en"]
    return not any(fetch_guide.untranslated(text, {english.words}) for text in others)


def collect(source, languages, longest):
    """Two lists of {language: text}, headings and paragraphs, and what happened to how many pages and texts, in words."""
    folders = {language: source / fetch_guide.FOLDERS.get(language, language) for language in languages}
    names = [name for name in sorted(path.stem for path in (source / "en").glob("*.html")) if name not in fetch_guide.LEFT_OUT]
    kinds = []
    units = {name: {language: read_units(folder / f"{name}.html") for language, folder in folders.items()} for name in names}
    for kind, label in ((0, "headings"), (1, "paragraphs")):
        kept, seen, all_texts, pages = [], set(), 0, 0
        for name in names:
            texts = aligned({language: units[name][language][kind] for language in languages})
            pages += texts is not None
            for text in texts or []:
                all_texts += 1
                if usable(text, longest, seen):
                    kept.append(text)
                    seen.add(text["en"].text)
        kinds.append((label, kept, f"{len(kept)} of {all_texts} aligned texts; {pages} of {len(names)} pages align"))
    return kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", type=pathlib.Path, help="the folder to write headings/ and paragraphs/ into")
    parser.add_argument("--source", type=pathlib.Path, default=fetch_guide.SOURCE, help="the guide's folder (default: %(default)s)")
    parser.add_argument("--languages", default=fetch_guide.LANGUAGES, help="separated by commas, en among them (default: %(default)s)")
    parser.add_argument("--longest", type=int, default=LONGEST, help="characters of the English (default: %(default)s)")
    arguments = parser.parse_args()
    languages = arguments.languages.split(",")
    if "en" not in languages or len(set(languages)) != len(languages):
        sys.exit("fetch_parallel.py: --languages: en has to be among them, and none twice")
    for language in languages:
        folder = arguments.source / fetch_guide.FOLDERS.get(language, language)
        if not folder.is_dir():
            sys.exit(f"fetch_parallel.py: no guide at {folder}; apt install installation-guide-amd64 brings it")
    for label, texts, words in collect(arguments.source, languages, arguments.longest):
        for language in languages:
            fetch_guide.write_lines(arguments.out / label / f"{language}.txt", [text[language].text for text in texts])
        print(f"{arguments.out / label}: {words}", file=sys.stderr)


if __name__ == "__main__":
    main()
