-- Times that are compared and ordered are numbers, as the sled engine has them; leases alone go by the server's clock.
CREATE TABLE articles (
    id BYTEA PRIMARY KEY,
    cluster BYTEA NOT NULL,
    last_second BIGINT NOT NULL,
    last_nano INT NOT NULL,
    entry_hash BIGINT NOT NULL,
    tries INT NOT NULL,
    keys BYTEA NOT NULL,         -- identities, 16 bytes each
    countries TEXT NOT NULL,     -- codes, the strongest first, apart by a blank
    head BYTEA NOT NULL,         -- what candidates and links are made of
    body BYTEA NOT NULL          -- the rest, zstd
);
CREATE INDEX articles_by_cluster ON articles (cluster, id);

-- Identities of entries: those of an article, and those that are known without one.
CREATE TABLE entries (key BYTEA PRIMARY KEY, article BYTEA);
CREATE INDEX entries_noted ON entries (key) WHERE article IS NULL;

-- Which articles share an address, a text or a band; of each the newest first.
CREATE TABLE shares (
    hash BIGINT NOT NULL,
    age BIGINT NOT NULL,
    article BYTEA NOT NULL,
    PRIMARY KEY (hash, age, article)
);
CREATE INDEX shares_by_article ON shares (article);

-- Whose an address or a whole text is: the first that was stored with it.
CREATE TABLE texts (hash BIGINT PRIMARY KEY, article BYTEA NOT NULL);
CREATE INDEX texts_by_article ON texts (article);

-- Leaders in the order of the feeds; 'all' is the feed of all.
CREATE TABLE listed (
    feed TEXT NOT NULL,
    age BIGINT NOT NULL,
    late BIGINT NOT NULL,
    article BYTEA NOT NULL,
    nanos INT NOT NULL,          -- of the first sight, below the microseconds of its age
    PRIMARY KEY (feed, age, late, article)
);
CREATE INDEX listed_by_article ON listed (article);

-- The outbox: how often each feed changed, and how many articles it has. In parts, so that workers do not queue for a row.
CREATE TABLE outbox (
    feed TEXT NOT NULL,
    part INT NOT NULL,
    changes BIGINT NOT NULL,
    articles BIGINT NOT NULL,
    PRIMARY KEY (feed, part)
);
-- Up to which change each feed was published.
CREATE TABLE published (feed TEXT PRIMARY KEY, upto BIGINT NOT NULL);

CREATE TABLE sources (name TEXT PRIMARY KEY, state BYTEA NOT NULL);
CREATE TABLE hosts (origin TEXT PRIMARY KEY, state BYTEA NOT NULL);
CREATE TABLE subscriptions (token TEXT PRIMARY KEY, state BYTEA NOT NULL);

-- What was taken down, by its address and by the articles it met.
CREATE TABLE takedowns (link TEXT PRIMARY KEY, address BYTEA NOT NULL, state BYTEA NOT NULL);
CREATE INDEX takedowns_by_address ON takedowns (address);
CREATE TABLE taken (article BYTEA NOT NULL, link TEXT NOT NULL, PRIMARY KEY (article, link));
-- A commit holds one of these with others, a takedown all of them alone: no commit under way passes a takedown by.
CREATE TABLE gates (gate INT PRIMARY KEY);
INSERT INTO gates (gate) VALUES (0), (1), (2), (3), (4), (5), (6), (7);

-- Who may ask a host, or publish; the fence is higher each time it changes hands.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    worker TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    rests_until TIMESTAMPTZ NOT NULL
);
CREATE TABLE workers (name TEXT PRIMARY KEY, since TIMESTAMPTZ NOT NULL, seen TIMESTAMPTZ NOT NULL);
