BEGIN

COMMIT

BEGIN

CREATE TABLE IF NOT EXISTS "cdc_schemaless" (
    "name" VARCHAR(65535) NOT NULL,
    "table_name" VARCHAR(65535) NOT NULL,
    "kind" VARCHAR(65535) NOT NULL,
    "keys" VARCHAR(65535) NOT NULL,
    PRIMARY KEY ("name")
)
DISTKEY ("name")
SORTKEY ("name")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

INSERT INTO "cdc_schemaless" ("name", "table_name", "kind", "keys")
VALUES (CAST($1 AS VARCHAR(65535)), CAST($2 AS VARCHAR(65535)), CAST($3 AS VARCHAR(65535)), CAST($4 AS VARCHAR(65535)))

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

CREATE TABLE IF NOT EXISTS "t__cdc" (
    "id" VARCHAR(65535) NOT NULL,
    "dist_key" VARCHAR(65535),
    "x" VARCHAR(65535),
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT,
    "cdc_new" BIGINT,
    "cdc_ties" BIGINT,
    "cdc_key" VARCHAR(8192) NOT NULL,
    PRIMARY KEY ("id")
)
DISTKEY ("dist_key")
SORTKEY ("id")

CREATE VIEW "t" AS
SELECT "id", "dist_key", "x"
FROM "t__cdc"
WHERE "cdc_deleted_at" IS NULL

CREATE TABLE IF NOT EXISTS "t__cdc_ties" (
    "id" VARCHAR(65535) NOT NULL,
    "dist_key" VARCHAR(65535),
    "x" VARCHAR(65535),
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    PRIMARY KEY ("id", "cdc_ver", "cdc_old", "cdc_new")
)
DISTKEY ("dist_key")
SORTKEY ("id", "cdc_ver", "cdc_old", "cdc_new")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

COMMIT

SELECT 1 FROM "t__cdc_ties" LIMIT 1

BEGIN

CREATE TABLE IF NOT EXISTS "cdc_schemaless" (
    "name" VARCHAR(65535) NOT NULL,
    "table_name" VARCHAR(65535) NOT NULL,
    "kind" VARCHAR(65535) NOT NULL,
    "keys" VARCHAR(65535) NOT NULL,
    PRIMARY KEY ("name")
)
DISTKEY ("name")
SORTKEY ("name")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

INSERT INTO "cdc_schemaless" ("name", "table_name", "kind", "keys")
VALUES (CAST($1 AS VARCHAR(65535)), CAST($2 AS VARCHAR(65535)), CAST($3 AS VARCHAR(65535)), CAST($4 AS VARCHAR(65535)))

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

CREATE TABLE IF NOT EXISTS "d__cdc" (
    "id" VARCHAR(65535) NOT NULL,
    "document" SUPER,
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT,
    "cdc_new" BIGINT,
    "cdc_ties" BIGINT,
    "cdc_key" VARCHAR(8192) NOT NULL,
    PRIMARY KEY ("id")
)
DISTKEY ("id")
SORTKEY ("id")

CREATE VIEW "d" AS
SELECT "id", "document"
FROM "d__cdc"
WHERE "cdc_deleted_at" IS NULL

CREATE TABLE IF NOT EXISTS "d__cdc_ties" (
    "id" VARCHAR(65535) NOT NULL,
    "document" SUPER,
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    PRIMARY KEY ("id", "cdc_ver", "cdc_old", "cdc_new")
)
DISTKEY ("id")
SORTKEY ("id", "cdc_ver", "cdc_old", "cdc_new")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

COMMIT

SELECT 1 FROM "d__cdc_ties" LIMIT 1

CREATE TEMP TABLE IF NOT EXISTS "d__cdc_159ae088_stage" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "document" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

CREATE TEMP TABLE IF NOT EXISTS "d__cdc_159ae088_same" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "document" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

DELETE FROM "d__cdc_159ae088_stage"

DELETE FROM "d__cdc_159ae088_same"

INSERT INTO "d__cdc_159ae088_stage" ("cdc_ord", "cdc_tie", "cdc_key", "id", "document", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS INTEGER), CAST($2 AS BOOLEAN), CAST($3 AS VARCHAR(8192)), CAST($4 AS VARCHAR(65535)), CAST($5 AS VARCHAR(65535)), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS VARCHAR(152)))

BEGIN

LOCK "d__cdc"

DELETE FROM "d__cdc_159ae088_stage" USING "d__cdc"
WHERE "d__cdc_159ae088_stage"."cdc_key" = "d__cdc"."cdc_key" AND "d__cdc_159ae088_stage"."id" = "d__cdc"."id" AND substr("d__cdc_159ae088_stage"."cdc_ver", 1, 19) < substr("d__cdc"."cdc_ver", 1, 19)

INSERT INTO "d__cdc_159ae088_same" ("cdc_ord", "cdc_tie", "cdc_key", "id", "document", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
SELECT s."cdc_ord", s."cdc_tie", s."cdc_key", s."id", s."document", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver"
FROM "d__cdc_159ae088_stage" AS s LEFT JOIN "d__cdc" AS t ON s."cdc_key" = t."cdc_key" AND s."id" = t."id"
WHERE s."cdc_tie" OR substr(s."cdc_ver", 1, 19) = substr(t."cdc_ver", 1, 19)

DELETE FROM "d__cdc_159ae088_stage" USING "d__cdc_159ae088_same"
WHERE "d__cdc_159ae088_stage"."cdc_ord" = "d__cdc_159ae088_same"."cdc_ord"

SELECT count(*) FROM "d__cdc_159ae088_stage"

SELECT count(*) FROM "d__cdc_159ae088_stage" WHERE "cdc_deleted_at" IS NOT NULL

MERGE INTO "d__cdc" USING "d__cdc_159ae088_stage" AS s
ON "d__cdc"."cdc_key" = s."cdc_key" AND "d__cdc"."id" = s."id"
WHEN MATCHED THEN UPDATE SET
    "document" = JSON_PARSE(s."document"),
    "cdc_deleted_at" = s."cdc_deleted_at",
    "cdc_old" = s."cdc_old",
    "cdc_new" = s."cdc_new",
    "cdc_ver" = s."cdc_ver",
    "cdc_ties" = 0
WHEN NOT MATCHED THEN INSERT ("id", "document", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key", "cdc_ties")
VALUES (s."id", JSON_PARSE(s."document"), s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key", 0)

DELETE FROM "d__cdc_159ae088_same" USING "d__cdc"
WHERE "d__cdc_159ae088_same"."cdc_key" = "d__cdc"."cdc_key" AND "d__cdc_159ae088_same"."id" = "d__cdc"."id" AND (substr("d__cdc_159ae088_same"."cdc_ver", 1, 19) <> substr("d__cdc"."cdc_ver", 1, 19) OR "d__cdc_159ae088_same"."cdc_ver" = "d__cdc"."cdc_ver")

SELECT count(*) FROM "d__cdc_159ae088_same"

DELETE FROM "d__cdc_ties" USING "d__cdc_159ae088_stage"
WHERE "d__cdc_ties"."cdc_key" = "d__cdc_159ae088_stage"."cdc_key" AND substr("d__cdc_ties"."cdc_ver", 1, 19) < substr("d__cdc_159ae088_stage"."cdc_ver", 1, 19)

COMMIT

CREATE TEMP TABLE IF NOT EXISTS "t__cdc_84e22926_stage" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "dist_key" VARCHAR(65535),
    "x" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

CREATE TEMP TABLE IF NOT EXISTS "t__cdc_84e22926_same" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "dist_key" VARCHAR(65535),
    "x" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

DELETE FROM "t__cdc_84e22926_stage"

DELETE FROM "t__cdc_84e22926_same"

INSERT INTO "t__cdc_84e22926_stage" ("cdc_ord", "cdc_tie", "cdc_key", "id", "dist_key", "x", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS INTEGER), CAST($2 AS BOOLEAN), CAST($3 AS VARCHAR(8192)), CAST($4 AS VARCHAR(65535)), CAST($5 AS VARCHAR(65535)), CAST($6 AS VARCHAR(65535)), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS VARCHAR(152)))

BEGIN

LOCK "t__cdc"

DELETE FROM "t__cdc_84e22926_stage" USING "t__cdc"
WHERE "t__cdc_84e22926_stage"."cdc_key" = "t__cdc"."cdc_key" AND "t__cdc_84e22926_stage"."id" = "t__cdc"."id" AND substr("t__cdc_84e22926_stage"."cdc_ver", 1, 19) < substr("t__cdc"."cdc_ver", 1, 19)

INSERT INTO "t__cdc_84e22926_same" ("cdc_ord", "cdc_tie", "cdc_key", "id", "dist_key", "x", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
SELECT s."cdc_ord", s."cdc_tie", s."cdc_key", s."id", s."dist_key", s."x", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver"
FROM "t__cdc_84e22926_stage" AS s LEFT JOIN "t__cdc" AS t ON s."cdc_key" = t."cdc_key" AND s."id" = t."id"
WHERE s."cdc_tie" OR substr(s."cdc_ver", 1, 19) = substr(t."cdc_ver", 1, 19)

DELETE FROM "t__cdc_84e22926_stage" USING "t__cdc_84e22926_same"
WHERE "t__cdc_84e22926_stage"."cdc_ord" = "t__cdc_84e22926_same"."cdc_ord"

SELECT count(*) FROM "t__cdc_84e22926_stage"

SELECT count(*) FROM "t__cdc_84e22926_stage" WHERE "cdc_deleted_at" IS NOT NULL

MERGE INTO "t__cdc" USING "t__cdc_84e22926_stage" AS s
ON "t__cdc"."cdc_key" = s."cdc_key" AND "t__cdc"."id" = s."id"
WHEN MATCHED THEN UPDATE SET
    "dist_key" = s."dist_key",
    "x" = s."x",
    "cdc_deleted_at" = s."cdc_deleted_at",
    "cdc_old" = s."cdc_old",
    "cdc_new" = s."cdc_new",
    "cdc_ver" = s."cdc_ver",
    "cdc_ties" = 0
WHEN NOT MATCHED THEN INSERT ("id", "dist_key", "x", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key", "cdc_ties")
VALUES (s."id", s."dist_key", s."x", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key", 0)

DELETE FROM "t__cdc_84e22926_same" USING "t__cdc"
WHERE "t__cdc_84e22926_same"."cdc_key" = "t__cdc"."cdc_key" AND "t__cdc_84e22926_same"."id" = "t__cdc"."id" AND (substr("t__cdc_84e22926_same"."cdc_ver", 1, 19) <> substr("t__cdc"."cdc_ver", 1, 19) OR "t__cdc_84e22926_same"."cdc_ver" = "t__cdc"."cdc_ver")

SELECT count(*) FROM "t__cdc_84e22926_same"

DELETE FROM "t__cdc_ties" USING "t__cdc_84e22926_stage"
WHERE "t__cdc_ties"."cdc_key" = "t__cdc_84e22926_stage"."cdc_key" AND substr("t__cdc_ties"."cdc_ver", 1, 19) < substr("t__cdc_84e22926_stage"."cdc_ver", 1, 19)

COMMIT

-- two more columns, and a change of the same time

BEGIN

CREATE TABLE IF NOT EXISTS "cdc_schemaless" (
    "name" VARCHAR(65535) NOT NULL,
    "table_name" VARCHAR(65535) NOT NULL,
    "kind" VARCHAR(65535) NOT NULL,
    "keys" VARCHAR(65535) NOT NULL,
    PRIMARY KEY ("name")
)
DISTKEY ("name")
SORTKEY ("name")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

ALTER TABLE "t__cdc" ADD COLUMN "y" VARCHAR(65535)

ALTER TABLE "t__cdc" ADD COLUMN "z" VARCHAR(65535)

DROP VIEW IF EXISTS "t"

CREATE VIEW "t" AS
SELECT "id", "dist_key", "x", "y", "z"
FROM "t__cdc"
WHERE "cdc_deleted_at" IS NULL

ALTER TABLE "t__cdc_ties" ADD COLUMN "y" VARCHAR(65535)

ALTER TABLE "t__cdc_ties" ADD COLUMN "z" VARCHAR(65535)

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS VARCHAR(65535))

COMMIT

CREATE TEMP TABLE IF NOT EXISTS "t__cdc_d2d6976e_stage" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "dist_key" VARCHAR(65535),
    "x" VARCHAR(65535),
    "y" VARCHAR(65535),
    "z" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

CREATE TEMP TABLE IF NOT EXISTS "t__cdc_d2d6976e_same" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "dist_key" VARCHAR(65535),
    "x" VARCHAR(65535),
    "y" VARCHAR(65535),
    "z" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

DELETE FROM "t__cdc_d2d6976e_stage"

DELETE FROM "t__cdc_d2d6976e_same"

INSERT INTO "t__cdc_d2d6976e_stage" ("cdc_ord", "cdc_tie", "cdc_key", "id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS INTEGER), CAST($2 AS BOOLEAN), CAST($3 AS VARCHAR(8192)), CAST($4 AS VARCHAR(65535)), CAST($5 AS VARCHAR(65535)), CAST($6 AS VARCHAR(65535)), CAST($7 AS VARCHAR(65535)), CAST($8 AS VARCHAR(65535)), CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS VARCHAR(152)))

BEGIN

LOCK "t__cdc"

DELETE FROM "t__cdc_d2d6976e_stage" USING "t__cdc"
WHERE "t__cdc_d2d6976e_stage"."cdc_key" = "t__cdc"."cdc_key" AND "t__cdc_d2d6976e_stage"."id" = "t__cdc"."id" AND substr("t__cdc_d2d6976e_stage"."cdc_ver", 1, 19) < substr("t__cdc"."cdc_ver", 1, 19)

INSERT INTO "t__cdc_d2d6976e_same" ("cdc_ord", "cdc_tie", "cdc_key", "id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
SELECT s."cdc_ord", s."cdc_tie", s."cdc_key", s."id", s."dist_key", s."x", s."y", s."z", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver"
FROM "t__cdc_d2d6976e_stage" AS s LEFT JOIN "t__cdc" AS t ON s."cdc_key" = t."cdc_key" AND s."id" = t."id"
WHERE s."cdc_tie" OR substr(s."cdc_ver", 1, 19) = substr(t."cdc_ver", 1, 19)

DELETE FROM "t__cdc_d2d6976e_stage" USING "t__cdc_d2d6976e_same"
WHERE "t__cdc_d2d6976e_stage"."cdc_ord" = "t__cdc_d2d6976e_same"."cdc_ord"

SELECT count(*) FROM "t__cdc_d2d6976e_stage"

SELECT count(*) FROM "t__cdc_d2d6976e_stage" WHERE "cdc_deleted_at" IS NOT NULL

MERGE INTO "t__cdc" USING "t__cdc_d2d6976e_stage" AS s
ON "t__cdc"."cdc_key" = s."cdc_key" AND "t__cdc"."id" = s."id"
WHEN MATCHED THEN UPDATE SET
    "dist_key" = s."dist_key",
    "x" = s."x",
    "y" = s."y",
    "z" = s."z",
    "cdc_deleted_at" = s."cdc_deleted_at",
    "cdc_old" = s."cdc_old",
    "cdc_new" = s."cdc_new",
    "cdc_ver" = s."cdc_ver",
    "cdc_ties" = 0
WHEN NOT MATCHED THEN INSERT ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key", "cdc_ties")
VALUES (s."id", s."dist_key", s."x", s."y", s."z", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key", 0)

DELETE FROM "t__cdc_d2d6976e_same" USING "t__cdc"
WHERE "t__cdc_d2d6976e_same"."cdc_key" = "t__cdc"."cdc_key" AND "t__cdc_d2d6976e_same"."id" = "t__cdc"."id" AND (substr("t__cdc_d2d6976e_same"."cdc_ver", 1, 19) <> substr("t__cdc"."cdc_ver", 1, 19) OR "t__cdc_d2d6976e_same"."cdc_ver" = "t__cdc"."cdc_ver")

SELECT count(*) FROM "t__cdc_d2d6976e_same"

INSERT INTO "t__cdc_ties" ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key")
SELECT t."id", t."dist_key", t."x", t."y", t."z", t."cdc_deleted_at", COALESCE(t."cdc_old", (-9223372036854775807 - 1)), COALESCE(t."cdc_new", 0), t."cdc_ver", t."cdc_key"
FROM "t__cdc" AS t JOIN (SELECT DISTINCT "cdc_key" FROM "t__cdc_d2d6976e_same") AS k ON t."cdc_key" = k."cdc_key"
LEFT JOIN "t__cdc_ties" AS m ON m."cdc_key" = t."cdc_key" AND m."cdc_ver" = t."cdc_ver" AND m."cdc_old" = COALESCE(t."cdc_old", (-9223372036854775807 - 1)) AND m."cdc_new" = COALESCE(t."cdc_new", 0)
WHERE COALESCE(t."cdc_ties", 0) = 0 AND m."cdc_key" IS NULL

INSERT INTO "t__cdc_ties" ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key")
SELECT s."id", s."dist_key", s."x", s."y", s."z", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key"
FROM "t__cdc_d2d6976e_same" AS s LEFT JOIN "t__cdc_ties" AS m ON m."cdc_key" = s."cdc_key" AND m."cdc_ver" = s."cdc_ver" AND m."cdc_old" = COALESCE(s."cdc_old", (-9223372036854775807 - 1)) AND m."cdc_new" = COALESCE(s."cdc_new", 0)
WHERE m."cdc_key" IS NULL

SELECT m."cdc_key", m."cdc_ver", m."cdc_old", m."cdc_new"
FROM "t__cdc_ties" AS m JOIN (SELECT DISTINCT s."cdc_key", substr(s."cdc_ver", 1, 19) AS cdc_time FROM "t__cdc_d2d6976e_same" AS s) AS k ON m."cdc_key" = k."cdc_key" AND substr(m."cdc_ver", 1, 19) = k.cdc_time

UPDATE "t__cdc" SET
    "dist_key" = m."dist_key",
    "x" = m."x",
    "y" = m."y",
    "z" = m."z",
    "cdc_deleted_at" = m."cdc_deleted_at",
    "cdc_old" = m."cdc_old",
    "cdc_new" = m."cdc_new",
    "cdc_ver" = CAST($5 AS VARCHAR(8192)),
    "cdc_ties" = CAST($6 AS BIGINT)
FROM "t__cdc_ties" AS m
WHERE m."cdc_key" = CAST($1 AS VARCHAR(8192)) AND m."cdc_ver" = CAST($2 AS VARCHAR(8192)) AND m."cdc_old" = CAST($3 AS BIGINT) AND m."cdc_new" = CAST($4 AS BIGINT)
    AND "t__cdc"."cdc_key" = m."cdc_key" AND COALESCE("t__cdc"."cdc_ties", 0) < CAST($6 AS BIGINT)

DELETE FROM "t__cdc_ties" USING "t__cdc_d2d6976e_stage"
WHERE "t__cdc_ties"."cdc_key" = "t__cdc_d2d6976e_stage"."cdc_key" AND substr("t__cdc_ties"."cdc_ver", 1, 19) < substr("t__cdc_d2d6976e_stage"."cdc_ver", 1, 19)

COMMIT
