-- The tables of a store of results.

CREATE TABLE experiment (                 -- a scenario and its seed, played by one version of the simulator
    number INTEGER PRIMARY KEY,
    scenario TEXT NOT NULL,               -- its name
    hash TEXT NOT NULL,                   -- of its content
    seed INTEGER NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,                 -- the whole scenario as JSON
    packages TEXT NOT NULL,               -- versions of what played it, as JSON
    began TEXT NOT NULL,
    UNIQUE (hash, seed, version)
);

CREATE TABLE layout (                     -- what the numbers of slices mean, as JSON
    number INTEGER PRIMARY KEY,
    experiment INTEGER NOT NULL REFERENCES experiment (number),
    content TEXT NOT NULL,
    UNIQUE (experiment, content)
);

CREATE TABLE replication (
    experiment INTEGER NOT NULL REFERENCES experiment (number),
    replication INTEGER NOT NULL,         -- 0, 1, 2, ...
    layout INTEGER NOT NULL REFERENCES layout (number),
    seconds REAL NOT NULL,                -- time taken
    ended TEXT NOT NULL,
    PRIMARY KEY (experiment, replication)
) WITHOUT ROWID;

CREATE TABLE kpi_value (                  -- KPIs of the whole
    experiment INTEGER NOT NULL,
    kpi TEXT NOT NULL,
    replication INTEGER NOT NULL,
    value REAL,                           -- null: has no value in this replication
    weight REAL,                          -- of a ratio: its denominator
    trials REAL,                          -- of a share: how many things it was decided on
    PRIMARY KEY (experiment, kpi, replication)
) WITHOUT ROWID;

CREATE TABLE seal (                       -- a checksum of the KPIs of the whole of a replication
    experiment INTEGER NOT NULL,
    replication INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (experiment, replication)
) WITHOUT ROWID;

CREATE TABLE slice_values (               -- KPIs of slices: 64-bit floats in the order that the layout says
    experiment INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    replication INTEGER NOT NULL,
    numbers BLOB NOT NULL,
    PRIMARY KEY (experiment, dimension, replication)
);

CREATE VIEW kpis_of_the_whole AS          -- to read with any SQLite program
    SELECT experiment.number AS experiment, scenario, hash, seed, version, replication, kpi, value
    FROM kpi_value JOIN experiment ON experiment.number = kpi_value.experiment;
