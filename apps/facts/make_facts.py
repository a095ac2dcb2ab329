#!/usr/bin/env python3
"""Make a free data set of multilingual facts, in mLAMA's format, from Unicode's CLDR as PyPI's babel carries it.

Four relations, named as Wikidata names its properties: P17 a city's country (exemplar cities of time zones; a zone
without a name of its own falls back to the last part of its id, in languages of the Latin script alone, as CLDR says it
for all), P38 a territory's currency, P37 its official language, P30 its continent. Templates are the first sentence of
each list in frames.json, written by hand.

Writes OUT/LANG/templates.jsonl, OUT/LANG/RELATION.jsonl (one fact a line, `uuid` joins a fact across languages) and
OUT/candidates/LANG.json ({relation: {"subjects": [...], "objects": [...]}}, sorted). URIs are CLDR's identifiers:
Europe/Berlin, DE, EUR, de, 150. A fact with a name missing in a language is absent there. The same babel gives the same
bytes.

Choices. Currency: of those that are tender now, the one whose code begins with the territory's, else the newest.
Official language: of the (de facto) official ones the one spoken by most. Continent: CLDR's containment, in the table
below since babel lacks it; America is divided into its north (003) and its south (005). A territory needs all three.
Bracketed parts of names are dropped ("Myanmar (Burma)"). A subject whose name two subjects share in some language is
left out everywhere, and so are zones below a state (America/Indiana/Knox).

needs: babel==2.17.0 (setup/venv.sh run/facts-venv babel==2.17.0)
"""
import argparse
import json
import pathlib
import re
import sys
import uuid

try:
    import babel
    from babel.core import get_global
except ImportError:
    sys.exit("make_facts.py: needs babel (setup/venv.sh run/facts-venv babel==2.17.0)")

HERE = pathlib.Path(__file__).resolve().parent
BABEL = "2.17.0"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cldr.unicode.org/")
RELATIONS = ("P17", "P38", "P37", "P30")
LATIN = "en de nl af sv fr es it pt id vi tr".split()
CITY_AREAS = "Africa America Arctic Asia Australia Europe Pacific".split()
CITIES_ELSEWHERE = {"Atlantic/Reykjavik", "Atlantic/Stanley", "Indian/Antananarivo"}
# CLDR supplementalData, territoryContainment; dependent and uninhabited territories left out.
CONTINENTS = {
    "002": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SL SN TG BI DJ ER ET KE KM MG MU MW MZ RW SC SO SS TZ UG ZM ZW DZ EG "
           "LY MA SD TN AO CD CF CG CM GA GQ ST TD BW LS NA SZ ZA",
    "003": "BZ CR GT HN MX NI PA SV CA US AG BB BS CU DM DO GD HT JM KN LC TT VC",
    "005": "AR BO BR CL CO EC GY PE PY SR UY VE",
    "142": "CN JP KP KR MN TW AF BD BT IN IR LK MV NP PK BN ID KH LA MM MY PH SG TH TL VN KG KZ TJ TM UZ AE AM AZ BH CY "
           "GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "150": "AD AL BA ES GR HR IT ME MK MT PT RS SI SM VA XK BG BY CZ HU MD PL RO RU SK UA DK EE FI GB IE IS LT LV NO SE "
           "AT BE CH DE FR LI LU MC NL",
    "009": "AU NZ FJ PG SB VU FM KI MH NR PW TO TV WS",
}


def currency(territory):
    """The currency's code, or None."""
    now = [(str(since or ""), code) for code, since, until, tender in get_global("territory_currencies").get(territory, [])
           if tender and until is None]
    own = [code for _, code in now if code.startswith(territory)]
    return own[-1] if own else max(now)[1] if now else None


def official_language(territory):
    """The language's code without its script, or None."""
    spoken = get_global("territory_languages").get(territory, {})
    official = [(-use["population_percent"], code) for code, use in spoken.items()
                if use["official_status"] in ("official", "de_facto_official")]
    return min(official)[1].split("_")[0] if official else None


def facts():
    """[(relation, subject, object)] of identifiers, in a fixed order."""
    found = []
    known = {}
    for continent, territories in CONTINENTS.items():
        for territory in territories.split():
            objects = {"P38": currency(territory), "P37": official_language(territory), "P30": continent}
            if all(objects.values()):
                known[territory] = objects
    for zone, territory in sorted(get_global("zone_territories").items()):
        if territory in known and (zone.split("/")[0] in CITY_AREAS and zone.count("/") == 1 or zone in CITIES_ELSEWHERE):
            found.append(("P17", zone, territory))
    for relation in RELATIONS[1:]:
        found += [(relation, territory, known[territory][relation]) for territory in sorted(known)]
    return found


class Names:
    """What things are called in one language."""

    def __init__(self, language):
        self.latin, locale = language in LATIN, babel.Locale(language)
        self.zones, self.territories = locale._data["time_zones"], locale.territories  # babel has no public list of cities
        self.currencies, self.languages = locale.currencies, locale.languages

    def city(self, zone):
        name = self.zones[zone].get("city") if zone in self.zones else None
        return name or (zone.split("/")[-1].replace("_", " ") if self.latin else None)

    def of(self, relation, subject, object_):
        """(subject's name, object's name); None where CLDR has none."""
        if relation == "P17":
            pair = self.city(subject), self.territories.get(object_)
        else:
            table = {"P38": self.currencies, "P37": self.languages, "P30": self.territories}[relation]
            pair = self.territories.get(subject), table.get(object_)
        return tuple(cleaned(name) for name in pair)


def cleaned(name):
    """The name without bracketed parts and odd spaces; None if nothing is left."""
    name = re.sub(r"\s*[(（\[［][^)）\]］]*[)）\]］]", "", name or "")
    return " ".join(name.split()) or None


def ambiguous(all_facts, names):
    """(relation, subject) whose name means two subjects in some language."""
    bad = set()
    for language in names:
        meant = {}
        for relation, subject, object_ in all_facts:
            label = names[language].of(relation, subject, object_)[0]
            if label:
                meant.setdefault((relation, label), set()).add(subject)
        bad |= {(relation, subject) for (relation, _), subjects in meant.items() if len(subjects) > 1 for subject in subjects}
    return bad


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_language(folder, candidates, frames, all_facts, names):
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "templates.jsonl", ({"relation": r, "template": frames[r][0]} for r in RELATIONS))
    typed, total = {}, 0
    for relation in RELATIONS:
        rows = []
        for line, fact in enumerate(f for f in all_facts if f[0] == relation):
            subject, object_ = names.of(*fact)
            if subject and object_:
                rows.append({"sub_uri": fact[1], "obj_uri": fact[2], "obj_label": object_, "sub_label": subject,
                             "lineid": line, "uuid": str(uuid.uuid5(NAMESPACE, " ".join(fact)))})
        write_lines(folder / f"{relation}.jsonl", rows)
        typed[relation] = {"subjects": sorted({row["sub_label"] for row in rows}),
                           "objects": sorted({row["obj_label"] for row in rows})}
        total += len(rows)
    candidates.parent.mkdir(parents=True, exist_ok=True)
    candidates.write_text(json.dumps(typed, ensure_ascii=False) + "\n", encoding="utf-8")
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "mlama", help="default: %(default)s")
    arguments = parser.parse_args()
    if babel.__version__ != BABEL:
        print(f"make_facts.py: babel {babel.__version__} instead of {BABEL}: names may differ", file=sys.stderr)
    frames = json.loads((HERE / "frames.json").read_text(encoding="utf-8"))
    names = {language: Names(language) for language in frames}
    all_facts = facts()
    bad = ambiguous(all_facts, names)
    kept = [fact for fact in all_facts if fact[:2] not in bad]
    for language in frames:
        total = write_language(arguments.out / language, arguments.out / "candidates" / f"{language}.json",
                               frames[language], kept, names[language])
        print(f"{language}\t{total} facts", file=sys.stderr)


if __name__ == "__main__":
    main()
