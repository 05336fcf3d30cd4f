"""Reads published feeds as programs of readers do, and prints what they took up, one JSON line an entry.

read_back.py feedparser FILE | read_back.py newsboat CACHE
"""
import json
import sys


def through_feedparser(path):
    import calendar
    import feedparser

    feed = feedparser.parse(path)
    if feed.bozo:
        sys.exit(f"{path}: {feed.bozo_exception}")
    for entry in feed.entries:
        yield {
            "title": entry.get("title", ""),
            "link": entry.get("link", ""),
            "id": entry.get("id", ""),
            "date": calendar.timegm(entry.published_parsed),
            "authors": [author.get("name", "") for author in entry.get("authors", [])],
            "summary": entry.get("summary", ""),
            "content": "".join(part.value for part in entry.get("content", [])),
            "categories": [tag.get("label") or tag.term for tag in entry.get("tags", [])],
            "enclosures": [link.href for link in entry.get("enclosures", [])],
            "pictures": [picture["url"] for picture in entry.get("media_content", [])],
            "credits": [[credit.get("content", ""), credit.get("role", "")] for credit in entry.get("media_credit", [])],
        }


def through_newsboat(cache):
    import sqlite3

    rows = sqlite3.connect(cache).execute("SELECT title, url, guid, pubDate, author, content, enclosure_url FROM rss_item")
    for title, url, guid, date, author, content, enclosure in rows:
        yield {
            "title": title, "link": url, "id": guid, "date": date, "authors": [author], "content": content,
            "enclosures": [enclosure] if enclosure else [],
        }


for entry in {"feedparser": through_feedparser, "newsboat": through_newsboat}[sys.argv[1]](sys.argv[2]):
    print(json.dumps(entry))
