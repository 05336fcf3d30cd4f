#!/usr/bin/env python3
"""Makes fixtures/site out of articles.txt: the sample site that `feedatlas demo` serves.

    python3 scripts/site/make.py

Nine publications of different kinds, their pages in different layouts with the clutter that real ones have, and what
demo needs beside them: feeds.toml, and in second-pass/ what one source answers when it is asked again.
Addresses begin with ORIGIN, for which demo puts its own. Standard library only; the same input gives the same bytes.
"""
import html, json, pathlib, random, re, struct, zlib
from datetime import datetime, timezone
from email.utils import format_datetime

ORIGIN = "http://127.0.0.1:8099"
HERE = pathlib.Path(__file__).parent
OUT = HERE.parent.parent / "fixtures" / "site"
LANDS_RU = [r.split("\t")[0] for r in (HERE / "lands.txt").read_text().splitlines()]
e = html.escape

SOURCES = {  # key: (name, language, kind, how its articles are laid out)
    "vestnik": ("Вестник Азии", "ru"), "continent": ("The Continent Review", "en"), "agency": ("Example News Agency", "en"),
    "ipekyolu": ("İpek Yolu", "tr"), "sever": ("Северная почта", "ru"), "chenbao": ("晨报", "zh"),
    "hangil": ("한길", "ko"), "khabar": ("وكالة الخبر", "ar"), "poputchik": ("Попутчик", "ru"),
}


def read():
    articles, by_id = [], {}
    for block in re.split(r"^== ", (HERE / "articles.txt").read_text(), flags=re.M)[1:]:
        head, *lines = block.strip().splitlines()
        key, source, date, countries = [x.strip() for x in head.split("|")]
        a = dict(id=key, source=source, date=date, countries=countries.split(), title="", photos=[], text=[], copy=None)
        for line in lines:
            if line.startswith("# copy of "): a["copy"] = line[10:].strip()
            elif line.startswith("# "): a["title"] = line[2:]
            elif line.startswith("! "): a["photos"].append(line[2:])
            elif line.strip(): a["text"].append(line.strip())
        articles.append(a); by_id[key] = a
    for a in articles:
        if a["copy"]:
            first = by_id[a["copy"]]
            a.update(title=first["title"], photos=first["photos"], text=first["text"])
    return articles


def when(a):
    d = a["date"] if "T" in a["date"] else a["date"] + "T00:00:00+03:00"
    return datetime.fromisoformat(d.replace("Z", "+00:00"))


def path(a):
    s = a["source"]
    return {"vestnik": f"vestnik/2026/03/{a['id']}/index.html", "continent": f"continent/stories/{a['id']}.html",
            "agency": f"agency/wire/{a['id']}.html", "ipekyolu": f"ipekyolu/haber/{a['id']}.html",
            "sever": f"sever/news/{a['id']}.html", "chenbao": f"chenbao/{a['date'][:10].replace('-', '')}/{a['id']}.html",
            "hangil": f"hangil/article/{a['id']}.html", "khabar": f"khabar/news/{a['id']}.html",
            "poputchik": f"poputchik/{a['id']}.html"}[s]


def url(a):
    return f"{ORIGIN}/{path(a).removesuffix('index.html')}"


def photo(a):
    return f"{ORIGIN}/photos/{a['copy'] or a['id']}.png"


def png(seed, width=640, height=360):
    """A quiet landscape: a sky, a sun, four ridges. Indexed colours, so that it stays small."""
    r = random.Random(seed)
    hue = r.random()
    def colour(h, l):
        k = [abs((h * 6 + o) % 6 - 3) - 1 for o in (0, 4, 2)]
        return bytes(int(255 * (l + (min(max(x, 0), 1) - 0.5) * 0.28)) for x in k)
    palette = [colour(hue, 0.62 + i * 0.02) for i in range(10)] + [colour(hue + 0.08, 0.84)]
    palette += [colour(hue + 0.5 + i * 0.04, 0.52 - i * 0.1) for i in range(4)]
    ridges = []
    for i in range(4):
        y, line = height * (0.42 + 0.14 * i), []
        for x in range(width):
            if x % 8 == 0: step = r.uniform(-3.4, 3.4)
            y += step * 0.5; y = min(max(y, height * (0.3 + 0.13 * i)), height * (0.6 + 0.14 * i)); line.append(y)
        ridges.append(line)
    sx, sy, sr = r.uniform(0.15, 0.85) * width, r.uniform(0.12, 0.3) * height, r.uniform(18, 34)
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            c = min(y * 10 // int(height * 0.75), 9)
            if (x - sx) ** 2 + (y - sy) ** 2 < sr * sr: c = 10
            for i in range(4):
                if y > ridges[i][x]: c = 11 + i
            rows.append(c)
    def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
            + chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


def ps(a): return "\n".join(f"      <p>{e(t)}</p>" for t in a["text"])


def related(articles, a, n=3):
    return [b for b in articles if b["source"] == a["source"] and b["id"] != a["id"]][:n]


def vestnik(a, all_):
    figure = "".join(f'<figure class="post__figure"><img src="{photo(a)}" width="640" height="360" alt=""><figcaption>{e(c)}</figcaption></figure>' for c in a["photos"])
    ld = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": a["title"], "datePublished": a["date"], "inLanguage": "ru",
          "author": {"@type": "Organization", "name": "Вестник Азии"}}
    lands = "".join(f'<li><a href="/vestnik/strany/{i}/">{e(l)}</a></li>' for i, l in enumerate(LANDS_RU))
    more = "".join(f'<li><a href="{url(b)}">{e(b["title"])}</a></li>' for b in related(all_, a))
    return f"""<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>{e(a['title'])} — Вестник Азии</title>
<meta property="og:title" content="{e(a['title'])}"><meta property="og:site_name" content="Вестник Азии"><meta property="og:image" content="{photo(a) if a['photos'] else ORIGIN + '/vestnik/logo.png'}">
<link rel="canonical" href="{url(a)}"><link rel="alternate" type="application/rss+xml" href="/vestnik/rss.xml">
<script type="application/ld+json">{json.dumps(ld, ensure_ascii=False)}</script></head>
<body class="single"><header class="top"><a href="/vestnik/">Вестник Азии</a><nav><a href="/vestnik/news/">Новости</a> <a href="/vestnik/tv/">Телепрограмма</a></nav></header>
<main><article class="post"><h1 class="post__title">{e(a['title'])}</h1>
<div class="post__meta"><time datetime="{a['date']}">{when(a):%d.%m.%Y %H:%M}</time> <span class="post__views">{1000 + len(a['text'][0])}</span></div>
{figure}
    <div class="post__content">
{ps(a)}
    </div>
<div class="post__share">Поделиться: <a href="#">ВКонтакте</a> <a href="#">Телеграм</a></div></article>
<section class="related"><h2>Читайте также</h2><ul>{more}</ul></section></main>
<aside class="schedule"><h3>Телепрограмма</h3><ul><li>06:00 Новости Китая</li><li>07:30 Путешествие по Вьетнаму</li><li>09:00 Кухня Грузии</li></ul></aside>
<footer><form class="newsletter"><p>Подпишитесь на рассылку, чтобы ничего не пропустить</p><input type="email"></form><ul class="lands">{lands}</ul><p>© Вестник Азии, 2026</p></footer></body></html>
"""


def continent(a, all_):
    text = [f"<p>{e(t)}</p>" for t in a["text"]]
    text.insert(min(2, len(text)), '<aside class="promo"><p>Sign up for our newsletter from Asia. Every Friday.</p></aside>')
    pic = "".join(f'<figure><img src="{photo(a)}" alt=""><figcaption class="caption">{e(c)}</figcaption></figure>' for c in a["photos"])
    note = "<p><em>This report first ran with Example News Agency.</em></p>" if a["copy"] else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{e(a['title'])} | The Continent Review</title>
<meta property="og:title" content="{e(a['title'])}"><meta property="og:type" content="article"><meta property="article:published_time" content="{a['date']}"><meta name="author" content="Example Writer"></head>
<body><nav><a href="/continent/">The Continent Review</a></nav><div class="wrap"><article><header><h1>{e(a['title'])}</h1><p class="byline">By <a rel="author" href="/continent/by/1">Example Writer</a> · <time datetime="{a['date']}">{when(a):%B %d, %Y}</time></p></header>
{pic}
<div class="story-body">
{chr(10).join(text)}
{note}</div></article>
<div class="most-read"><h2>Most read</h2><ol>{''.join(f'<li><a href="{url(b)}">{e(b["title"])}</a></li>' for b in related(all_, a, 4))}</ol></div></div>
<footer>© The Continent Review. Offices in Singapore, New Delhi and Tokyo.</footer></body></html>
"""


def agency(a, all_):
    pic = "".join(f'<div class="image"><img src="{photo(a)}" width="640" height="360"><p class="image-caption">{e(c)}</p></div>' for c in a["photos"])
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{e(a['title'])}</title><meta name="date" content="{a['date']}"></head>
<body><div id="page"><div id="head">Example News Agency</div><h1>{e(a['title'])}</h1><div class="stamp">{when(a):%Y-%m-%d %H:%M} UTC</div>{pic}
<div id="text">
{ps(a)}
</div><div id="foot">All rights reserved. Example News Agency, 2026</div></div></body></html>
"""


def ipekyolu(a, all_):
    pic = "".join(f'<div class="gorsel"><img itemprop="image" src="{photo(a)}" alt=""><span class="aciklama">{e(c)}</span></div>' for c in a["photos"])
    return f"""<!doctype html><html lang="tr"><head><meta charset="utf-8"><title>{e(a['title'])} - İpek Yolu</title></head>
<body><div class="ust"><a href="/ipekyolu/">İpek Yolu</a></div>
<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{e(a['title'])}</h1><meta itemprop="datePublished" content="{a['date']}"><span itemprop="author">İpek Yolu Haber Merkezi</span>
{pic}<div itemprop="articleBody">
{ps(a)}
</div></div><div class="ilgili"><h4>İlgili haberler</h4>{''.join(f'<a href="{url(b)}">{e(b["title"])}</a>' for b in related(all_, a))}</div></body></html>
"""


def sever(a, all_):
    pic = "".join(f'<img class="detail_picture" border="0" src="{photo(a)}" width="640" height="360" alt=""><div class="photo_src">{e(c)}</div>' for c in a["photos"])
    return f"""<html><head><title>{e(a['title'])} :: Северная почта</title><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head>
<body bgcolor="#ffffff"><table width="100%"><tr><td class="leftcol"><a href="/sever/">Главная</a><br><a href="/sever/news/">Новости</a></td><td>
<div class="news-detail"><span class="news-date-time">{when(a):%d.%m.%Y}</span><h3>{e(a['title'])}</h3>
{pic}
{'<br><br>'.join(e(t) for t in a['text'])}
<div style="clear:both"></div></div></td></tr></table><div class="copy">© Северная почта, 2026</div></body></html>
"""


def chenbao(a, all_):
    pic = "".join(f'<p class="pic"><img src="{photo(a)}"></p><p class="pic-desc">{e(c)}</p>' for c in a["photos"])
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{e(a['title'])}_晨报</title></head>
<body><div class="nav"><a href="/chenbao/">首页</a> <a href="/chenbao/news/">新闻</a></div>
<div class="content"><h1>{e(a['title'])}</h1><div class="info">{when(a):%Y年%m月%d日} 来源：晨报</div><div class="rm_txt">{pic}
{ps(a)}
</div><div class="edit">（责任编辑：示例）</div></div><div class="hot"><h3>热门新闻</h3>{''.join(f'<a href="{url(b)}">{e(b["title"])}</a>' for b in related(all_, a))}</div></body></html>
"""


def hangil(a, all_):
    pic = "".join(f'<div class="img_box"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="{photo(a)}" alt=""><p class="img_caption">{e(c)}</p></div>' for c in a["photos"])
    return f"""<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{e(a['title'])} : 한길</title><meta property="og:title" content="{e(a['title'])}"><meta property="article:published_time" content="{a['date']}"></head>
<body><header>한길</header><main><h2 class="title">{e(a['title'])}</h2><div class="date">입력 {when(a):%Y.%m.%d %H:%M}</div>
<div class="article_view" itemprop="articleBody">{pic}
{'<br><br>'.join(e(t) for t in a['text'])}
</div><div class="reporter">한길 편집부</div><div class="copyright">저작권자 © 한길. 무단전재 및 재배포 금지</div></main></body></html>
"""


def khabar(a, all_):
    pic = "".join(f'<figure><picture><source srcset="{photo(a)} 640w"><img src="{photo(a)}" alt=""></picture><figcaption>{e(c)}</figcaption></figure>' for c in a["photos"])
    return f"""<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{e(a['title'])} | وكالة الخبر</title></head>
<body><article><h1>{e(a['title'])}</h1><time datetime="{a['date']}">{when(a):%d/%m/%Y}</time>{pic}<section class="body">
{ps(a)}
</section></article><div class="readmore"><h3>اقرأ أيضا</h3>{''.join(f'<a href="{url(b)}">{e(b["title"])}</a>' for b in related(all_, a))}</div></body></html>
"""


def poputchik(a, all_):
    pic = "".join(f'<div class="ph"><img src="{photo(a)}"><br><i>{e(c)}</i></div>' for c in a["photos"])
    return f"""<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{e(a['title'])} — Попутчик</title></head>
<body><div id="c"><h1>{e(a['title'])}</h1><div class="d">{when(a):%d.%m.%Y, %H:%M}</div>{pic}<div class="tx">
{ps(a)}
</div></div></body></html>
"""


def rss(key, name, lang, items, encoding="UTF-8"):
    body = "".join(f"""<item><title>{e(a['title'])}</title><link>{url(a)}</link><guid isPermaLink="false">{key}-{a['id']}</guid><pubDate>{format_datetime(when(a))}</pubDate><description>{e(a['text'][0])}</description></item>
""" for a in items)
    return f"""<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0"><channel><title>{e(name)}</title><link>{ORIGIN}/{key}/</link><description>{e(name)}</description><language>{lang}</language><ttl>15</ttl>
{body}</channel></rss>
"""


def atom(key, name, items):
    body = "".join(f"""<entry><id>tag:continent.example,2026:{a['id']}</id><title>{e(a['title'])}</title><link href="{url(a)}"/><published>{a['date']}</published><updated>{a['date']}</updated><author><name>Example Writer</name></author><summary>{e(a['text'][0])}</summary></entry>
""" for a in items)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>tag:continent.example,2026:feed</id><title>{e(name)}</title><link href="{ORIGIN}/{key}/"/><link rel="self" href="{ORIGIN}/{key}/atom.xml"/><updated>{max(a['date'] for a in items)}</updated>
{body}</feed>
"""


def json_feed(key, name, items):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": name, "home_page_url": f"{ORIGIN}/{key}/", "language": "tr",
                       "items": [{"id": f"{key}-{a['id']}", "url": url(a), "title": a["title"], "date_published": a["date"], "summary": a["text"][0]} for a in items]}, ensure_ascii=False, indent=1)


def listing(key, name, items):
    cards = "".join(f'<li class="news"><a class="thumb" href="{url(a)}"><img src="{photo(a)}" alt=""></a><h3><a href="{url(a)}">{e(a["title"])}</a></h3><span class="day">{a["date"][:10]}</span></li>\n' for a in items)
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{e(name)}</title></head><body><div class="nav"><a href="/{key}/">首页</a> <a href="/{key}/about.html">关于我们</a></div>
<ul class="list">
{cards}</ul><div class="foot"><a href="/{key}/contact.html">联系方式</a></div></body></html>
"""


def sitemap(name, items):
    body = "".join(f"""<url><loc>{url(a)}</loc><news:news><news:publication><news:name>{e(name)}</news:name><news:language>ko</news:language></news:publication><news:publication_date>{a['date']}</news:publication_date><news:title>{e(a['title'])}</news:title></news:news></url>
""" for a in items)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
{body}</urlset>
"""


FEEDS_TOML = f"""# The sources of the sample site that `feedatlas demo` serves. demo puts its own address for {ORIGIN}.
[worker]
delay = "0s"                       # the sample site is our own: nobody minds

[network]
allow = ["127.0.0.1:8099"]         # the address guard refuses loopback; demo lets its own site through

[publish]
items = 100

[[source]]
name = "Example News Agency"       # RSS 2.0; first, so that its own reports lead those who copy them
url = "{ORIGIN}/agency/rss.xml"
language = "en"

[[source]]
name = "Вестник Азии"              # RSS 2.0
url = "{ORIGIN}/vestnik/rss.xml"
language = "ru"

[[source]]
name = "The Continent Review"      # Atom
url = "{ORIGIN}/continent/atom.xml"
language = "en"

[[source]]
name = "İpek Yolu"                 # JSON Feed
url = "{ORIGIN}/ipekyolu/feed.json"
language = "tr"

[[source]]
name = "Северная почта"            # RSS in windows-1251, pages too
url = "{ORIGIN}/sever/rss.xml"
language = "ru"
zone = "Europe/Moscow"

[[source]]
name = "晨报"                      # a page that lists articles, no feed
url = "{ORIGIN}/chenbao/news/"
kind = "page"
language = "zh"
zone = "Asia/Shanghai"
select = {{ item = "li.news", title = "h3", link = "h3 a@href", date = ".day" }}

[[source]]
name = "한길"                      # a news sitemap
url = "{ORIGIN}/hangil/sitemap.xml"
kind = "sitemap"
language = "ko"

[[source]]
name = "وكالة الخبر"               # RSS 2.0, written from right to left
url = "{ORIGIN}/khabar/rss.xml"
language = "ar"

[[source]]
name = "Попутчик"                  # its second answer is an error page: what was published stays
url = "{ORIGIN}/poputchik/rss.xml"
language = "ru"

[[source]]
name = "Закрытая газета"           # down: nobody listens there
url = "http://127.0.0.1:9/rss.xml"
language = "ru"
"""

ERROR_PAGE = """<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Ошибка</title></head><body><h1>Что-то пошло не так</h1><p>Мы уже чиним. Зайдите позже.</p></body></html>
"""


def main():
    articles = read()
    def write(name, data, encoding="utf-8"):
        target = OUT / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    layouts = dict(vestnik=vestnik, continent=continent, agency=agency, ipekyolu=ipekyolu, sever=sever, chenbao=chenbao, hangil=hangil, khabar=khabar, poputchik=poputchik)
    for a in articles:
        write(path(a), layouts[a["source"]](a, articles), "cp1251" if a["source"] == "sever" else "utf-8")
        if a["photos"] and not a["copy"]: write(f"photos/{a['id']}.png", png(a["id"]))
    of = lambda key: sorted((a for a in articles if a["source"] == key), key=when, reverse=True)
    for key in ("vestnik", "agency", "khabar", "poputchik"):
        write(f"{key}/rss.xml", rss(key, *SOURCES[key], of(key)))
    write("sever/rss.xml", rss("sever", *SOURCES["sever"], of("sever"), "windows-1251"), "cp1251")
    write("continent/atom.xml", atom("continent", SOURCES["continent"][0], of("continent")))
    write("ipekyolu/feed.json", json_feed("ipekyolu", SOURCES["ipekyolu"][0], of("ipekyolu")))
    write("chenbao/news/index.html", listing("chenbao", SOURCES["chenbao"][0], of("chenbao")))
    write("hangil/sitemap.xml", sitemap(SOURCES["hangil"][0], of("hangil")))
    write("robots.txt", "User-agent: *\nDisallow: /admin/\n")
    write("feeds.toml", FEEDS_TOML)
    write("second-pass/poputchik/rss.xml", ERROR_PAGE)
    write("expected.json", json.dumps([dict(link=url(a), countries=a["countries"], copy_of=url(next(b for b in articles if b["id"] == a["copy"])) if a["copy"] else None, credited=bool(a["photos"])) for a in articles], ensure_ascii=False, indent=1) + "\n")
    print(len(articles), "articles,", sum(1 for p in OUT.rglob("*") if p.is_file()), "files,", sum(p.stat().st_size for p in OUT.rglob("*") if p.is_file()) // 1024, "KB")


if __name__ == "__main__":
    main()
