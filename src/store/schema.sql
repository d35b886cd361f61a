-- Version 1 of the records. Everything here is encrypted on the disk, names of people included.

CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  roles TEXT NOT NULL, -- JSON list
  added_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

-- One row for each identity as the files tell it. Rows are never merged: the same number with another name, birth date
-- or sex is another row, marked by `resembles` in queries.
CREATE TABLE patient (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  look_up BLOB NOT NULL UNIQUE, -- keyed hash of the whole identity
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL,
  identity TEXT NOT NULL, -- opens the patient's sealed files; erased with the row
  recipient TEXT NOT NULL
) STRICT;
CREATE INDEX patient_number ON patient (number);

-- A file that was opened: an instance of DICOM, a picture, a note, a series, a sequence.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  patient INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE,
  kind TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  instance_uid TEXT NOT NULL,
  file_sha256 BLOB NOT NULL,
  content_sha256 BLOB NOT NULL, -- of the pixels where there are any
  path TEXT NOT NULL,
  study_date TEXT NOT NULL,
  accession TEXT NOT NULL,
  description TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  UNIQUE (patient, file_sha256)
) STRICT;
CREATE INDEX item_instance ON item (instance_uid) WHERE instance_uid <> '';
CREATE INDEX item_opened ON item (opened_at);

CREATE TABLE thumbnail (
  item INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
  png BLOB NOT NULL
) STRICT;

-- What a model answered. Never changed afterwards: another version of a model adds a row.
CREATE TABLE answer (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
  frame_idx INTEGER NOT NULL,
  file_sha256 BLOB NOT NULL,
  content_sha256 BLOB NOT NULL,
  model TEXT NOT NULL,
  model_version TEXT NOT NULL,
  weights_sha256 BLOB NOT NULL,
  prep_sha256 BLOB NOT NULL,
  app_version TEXT NOT NULL,
  body TEXT NOT NULL, -- JSON, as `wardlight score` writes it
  at INTEGER NOT NULL,
  person TEXT NOT NULL
) STRICT;
CREATE INDEX answer_item ON answer (item);

-- What a reader said to it, and why. A second thought is a second row, and so is taking a word back: no row is changed.
CREATE TABLE reading (
  id INTEGER PRIMARY KEY,
  answer INTEGER NOT NULL REFERENCES answer ON DELETE CASCADE,
  label TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('agree', 'disagree', 'unsure', 'withdrawn')),
  reason TEXT NOT NULL, -- in the reader's words; empty where none was given
  at INTEGER NOT NULL,
  person TEXT NOT NULL
) STRICT;
CREATE INDEX reading_answer ON reading (answer);
CREATE TRIGGER reading_is_not_changed BEFORE UPDATE ON reading
BEGIN SELECT RAISE (ABORT, 'readings are append-only'); END;

CREATE TABLE annotation (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
  frame_idx INTEGER NOT NULL,
  body TEXT NOT NULL, -- JSON
  at INTEGER NOT NULL,
  person TEXT NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX annotation_item ON annotation (item);

CREATE TABLE worklist (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE worklist_row (
  worklist INTEGER NOT NULL REFERENCES worklist ON DELETE CASCADE,
  item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
  rank REAL NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (worklist, item)
) STRICT, WITHOUT ROWID;

-- Letters of the inbox that were taken in.
CREATE TABLE letter (id TEXT PRIMARY KEY) STRICT;

-- Settings that may name a patient.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Sealed files of the folder `blobs`.
CREATE TABLE blob (
  id TEXT PRIMARY KEY,
  patient INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE,
  kind TEXT NOT NULL,
  n_bytes INTEGER NOT NULL,
  sealed_sha256 BLOB NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX blob_patient ON blob (patient);

-- Words by which an item is found: name, number, accession, description, date. Each length of a beginning that has an index
-- of its own is read newest first until enough is found; any other is first gathered whole in memory, every row of it.
-- Erased words stay until the index is optimized, which erasure does ('secure-delete' does nothing to a contentless table).
CREATE VIRTUAL TABLE item_words USING fts5 (
  words, content = '', contentless_delete = 1, prefix = '1 2 3 4 5 6 7 8 9 10 11 12', detail = full,
  tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO item_words (item_words, rank) VALUES ('pgsz', 3900); -- one page of the database, with what encryption adds

-- The log. `record` is the canonical text that is hashed; the columns beside it are for filters.
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  record TEXT NOT NULL,
  hash BLOB NOT NULL,
  at INTEGER GENERATED ALWAYS AS (json_extract(record, '$.at.unix_ms')) VIRTUAL,
  action TEXT GENERATED ALWAYS AS (json_extract(record, '$.action')) VIRTUAL,
  person TEXT GENERATED ALWAYS AS (json_extract(record, '$.person')) VIRTUAL,
  patient TEXT GENERATED ALWAYS AS (json_extract(record, '$.patient')) VIRTUAL
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_person ON audit (person);
CREATE INDEX audit_patient ON audit (patient) WHERE patient IS NOT NULL;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
