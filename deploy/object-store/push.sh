#!/bin/sh
# A pass, then the published folder copied to a bucket that a CDN shows:
#     push.sh /etc/feedatlas/feeds.toml /var/lib/feedatlas/public s3://news.example.org
# Needs the `aws` command, configured. The packed forms stay behind: a bucket cannot choose between them, and CDNs pack themselves.
set -eu
config=$1 folder=$2 bucket=$3

feedatlas run --config "$config"

# One kind of file: what it is, how long it may be kept, which files.
push() {
    type=$1 cache=$2
    shift 2
    # Files are compared by length and time, which a pass leaves alone where nothing changed.
    aws s3 sync "$folder" "$bucket" --exclude '*' "$@" --exclude '*.gz' --exclude '*.br' --exclude '*/.*' --exclude '.*' \
        --content-type "$type" --cache-control "$cache"
}

# Articles first, then what leads to them, so that no link leads nowhere meanwhile.
push 'text/html; charset=utf-8' 'public, max-age=60' --include 'a/*.html'
push 'text/css; charset=utf-8' 'public, max-age=86400' --include '*.css'
push 'text/javascript; charset=utf-8' 'public, max-age=86400' --include '*.js'
push 'image/svg+xml; charset=utf-8' 'public, max-age=86400' --include '*.svg'
push 'text/plain; charset=utf-8' 'public, max-age=86400' --include '*.txt'
push 'application/rss+xml; charset=utf-8' 'public, max-age=300' --include 'feeds/*.xml'
push 'application/atom+xml; charset=utf-8' 'public, max-age=300' --include '*.atom'
push 'application/feed+json; charset=utf-8' 'public, max-age=300' --include 'feeds/*.json'
push 'text/x-opml; charset=utf-8' 'public, max-age=300' --include '*.opml'
push 'application/xml; charset=utf-8' 'public, max-age=300' --include '*.xml' --exclude 'feeds/*'
push 'text/html; charset=utf-8' 'public, max-age=60' --include '*.html' --exclude 'a/*'
push 'application/json; charset=utf-8' 'no-cache' --include '*.json' --exclude 'feeds/*'

# What was taken away goes last, and is counted: a folder that is empty by mistake must not empty the bucket.
test -s "$folder/index.html"
aws s3 sync "$folder" "$bucket" --delete --size-only --exclude '*.gz' --exclude '*.br' --exclude '*/.*' --exclude '.*'
