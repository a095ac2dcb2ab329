#!/usr/bin/env python3
"""Make the demo's corpora from the Debian installation guide (GPL): the same pages in many languages.

Reads the HTML of Debian's package installation-guide-amd64 and writes, for every language, OUT/record/LANG.jsonl and
OUT/heldout/LANG.jsonl: one page a line, {"id": "ch05s02", "text": "..."}. Headings, paragraphs, list items, table rows
and listings stand in reading order, one a line; navigation, tables of contents and pictures are left out.

Pages. In the order of their names every fourth page is held out and the others are recorded, so that both sides have
pages of nearly every chapter, the same ones in all languages. Within a file the pages that are short in English come
first, so that its beginning, too, is a mixture of many. The title page, the licence (untranslated in many languages)
and chapter pages without a text of their own are left out.

Untranslated text. Some translations are incomplete: the reader gets the English paragraph. Outside of English, a
paragraph of five words or more that repeats one of the English page, but for punctuation and the texts of
cross-references, is dropped; listings are kept. A page of which nothing is left is missing in that language. The share
of each language's text dropped is reported on stderr.

needs: Python 3.9's standard library
"""
import argparse
import html.parser
import json
import os
import pathlib
import re
import sys
import typing

SOURCE = "/usr/share/doc/installation-guide-amd64"
LANGUAGES = "en,zh,fr,es,vi,id,ja"
FOLDERS = {"zh": "zh_CN"}  # where the package's name of a language is another
LEFT_OUT = {"index", "apf"}  # title page, licence
HELD_OUT_EVERY = 4
SHORTEST_PAGE = 100  # characters of the English page
SHORTEST_UNTRANSLATED = 5  # words; shorter repetitions are names, numbers and commands

BLOCKS = set("p h1 h2 h3 h4 h5 h6 li dt dd pre div tr table ul ol dl blockquote br hr".split())
VOID = set("br hr img link meta col input".split())
HIDDEN_TAGS = {"head", "script", "style"}
HIDDEN_CLASSES = {"navheader", "navfooter", "toc", "list-of-tables", "list-of-figures", "list-of-examples"}


class Paragraph(typing.NamedTuple):
    """A heading, paragraph, list item, table row or listing."""
    text: str
    words: tuple  # without the texts of cross-references, which are translated even where the paragraph is not
    listing: bool


class PageText(html.parser.HTMLParser):
    """Collects the paragraphs of one page in reading order."""

    def __init__(self):
        super().__init__()
        self.paragraphs, self.open = [], []  # open: (tag, kind) of the elements around the current place
        self.pieces, self.own_pieces = [], []

    def inside(self, kind):
        return any(k == kind for _, k in self.open)

    def end_paragraph(self):
        text, own = "".join(self.pieces), "".join(self.own_pieces)
        self.pieces, self.own_pieces = [], []
        listing = self.inside("listing")
        text = "\n".join(line.rstrip() for line in text.strip("\n").split("\n")) if listing else " ".join(text.split())
        if text.strip():
            self.paragraphs.append(Paragraph(text, tuple(re.findall(r"\w+", own)), listing))

    def handle_starttag(self, tag, attributes):
        if tag in BLOCKS:
            self.end_paragraph()
        if tag not in VOID:
            self.open.append((tag, kind_of(tag, dict(attributes).get("class"))))

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.end_paragraph()
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.inside("hidden"):
            return
        self.pieces.append(data)
        if not self.inside("reference"):
            self.own_pieces.append(data)


def kind_of(tag, style):
    """What an element means to the text in it: hidden, a listing, a cross-reference, or nothing special."""
    if tag in HIDDEN_TAGS or style in HIDDEN_CLASSES:
        return "hidden"
    if tag == "pre":
        return "listing"
    return "reference" if style == "xref" else None


def read_page(path):
    """The page's paragraphs."""
    page = PageText()
    page.feed(path.read_text(encoding="utf8"))
    page.close()
    page.end_paragraph()
    return page.paragraphs


def untranslated(paragraph, english):
    """Whether the paragraph repeats one of the English page, `english` being the words of each of those."""
    return not paragraph.listing and len(paragraph.words) >= SHORTEST_UNTRANSLATED and paragraph.words in english


def joined(paragraphs):
    return "\n".join(p.text for p in paragraphs)


class Guide:
    """The guide's pages in English, by which those of the other languages are chosen and cleaned."""

    def __init__(self, source):
        self.source = source
        names = sorted(path.stem for path in (source / "en").glob("*.html"))
        self.english = {name: read_page(source / "en" / f"{name}.html") for name in names if name not in LEFT_OUT}
        self.pages = [name for name, page in self.english.items() if len(joined(page)) >= SHORTEST_PAGE]
        self.held_out = set(self.pages[::HELD_OUT_EVERY])

    def side(self, held_out):
        """The names of one side's pages, in the order in which they are written."""
        pages = [name for name in self.pages if (name in self.held_out) == held_out]
        return sorted(pages, key=lambda name: (len(joined(self.english[name])), name))

    def folder(self, language):
        return self.source / FOLDERS.get(language, language)

    def page(self, language, name):
        """The page's paragraphs that are in the language, and the number of characters dropped."""
        path = self.folder(language) / f"{name}.html"
        paragraphs = read_page(path) if path.is_file() else []
        if language == "en":
            return paragraphs, 0
        english = {p.words for p in self.english[name]}
        kept = [p for p in paragraphs if not untranslated(p, english)]
        return kept, len(joined(paragraphs)) - len(joined(kept))


def write_lines(path, lines):
    """Write the file under another name first, so that it is whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text("".join(line + "\n" for line in lines), encoding="utf8")
    os.replace(temporary, path)


def write_corpus(guide, language, held_out, path):
    """Write one side of one language; return the numbers of pages, of characters kept and of characters dropped."""
    lines, characters, dropped = [], 0, 0
    for name in guide.side(held_out):
        paragraphs, dropped_here = guide.page(language, name)
        dropped += dropped_here
        if text := joined(paragraphs):
            lines.append(json.dumps({"id": name, "text": text}, ensure_ascii=False))
            characters += len(text)
    write_lines(path, lines)
    return len(lines), characters, dropped


def make_corpora(guide, languages, out):
    for language in languages:
        for name, held_out in (("record", False), ("heldout", True)):
            path = out / name / f"{language}.jsonl"
            pages, kept, dropped = write_corpus(guide, language, held_out, path)
            print(f"{path}: {pages} pages, {kept} characters; dropped as untranslated: {dropped} characters "
                  f"({dropped / max(1, kept + dropped):.1%})", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", type=pathlib.Path, help="the folder to write record/ and heldout/ into")
    parser.add_argument("--source", type=pathlib.Path, default=SOURCE, help="the guide's folder (default: %(default)s)")
    parser.add_argument("--languages", default=LANGUAGES, help="separated by commas (default: %(default)s)")
    arguments = parser.parse_args()
    if not (arguments.source / "en").is_dir():
        sys.exit(f"fetch_guide.py: no guide at {arguments.source}; apt install installation-guide-amd64 brings it")
    guide, languages = Guide(arguments.source), arguments.languages.split(",")
    if missing := [language for language in languages if not guide.folder(language).is_dir()]:
        present = sorted(path.name for path in arguments.source.iterdir() if (path / "index.html").is_file())
        sys.exit(f"fetch_guide.py: the guide has no {', '.join(missing)}; it has {', '.join(present)}")
    make_corpora(guide, languages, arguments.out)


if __name__ == "__main__":
    main()
