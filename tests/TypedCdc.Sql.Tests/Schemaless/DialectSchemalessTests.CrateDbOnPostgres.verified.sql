CREATE TABLE IF NOT EXISTS "cdc_schemaless" (
    "name" TEXT NOT NULL,
    "table_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "keys" TEXT NOT NULL,
    PRIMARY KEY ("name")
) CLUSTERED BY ("name")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

INSERT INTO "cdc_schemaless" ("name", "table_name", "kind", "keys")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT))
ON CONFLICT ("name") DO NOTHING

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

CREATE TABLE IF NOT EXISTS "t__cdc" (
    "id" TEXT NOT NULL,
    "dist_key" TEXT,
    "x" TEXT,
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT,
    "cdc_new" BIGINT,
    "cdc_ties" BIGINT,
    "cdc_width" BIGINT,
    PRIMARY KEY ("id")
) CLUSTERED BY ("id")

CREATE OR REPLACE VIEW "t" AS
SELECT "id", "dist_key", "x"
FROM "t__cdc"
WHERE "cdc_deleted_at" IS NULL

CREATE TABLE IF NOT EXISTS "t__cdc_ties" (
    "id" TEXT NOT NULL,
    "dist_key" TEXT,
    "x" TEXT,
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    PRIMARY KEY ("id", "cdc_ver", "cdc_old", "cdc_new")
) CLUSTERED BY ("id")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

SELECT 1 FROM "t__cdc_ties" LIMIT 1

CREATE TABLE IF NOT EXISTS "cdc_schemaless" (
    "name" TEXT NOT NULL,
    "table_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "keys" TEXT NOT NULL,
    PRIMARY KEY ("name")
) CLUSTERED BY ("name")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

INSERT INTO "cdc_schemaless" ("name", "table_name", "kind", "keys")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT))
ON CONFLICT ("name") DO NOTHING

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

CREATE TABLE IF NOT EXISTS "d__cdc" (
    "id" TEXT NOT NULL,
    "document" OBJECT(IGNORED),
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT,
    "cdc_new" BIGINT,
    "cdc_ties" BIGINT,
    PRIMARY KEY ("id")
) CLUSTERED BY ("id")

CREATE OR REPLACE VIEW "d" AS
SELECT "id", "document"
FROM "d__cdc"
WHERE "cdc_deleted_at" IS NULL

CREATE TABLE IF NOT EXISTS "d__cdc_ties" (
    "id" TEXT NOT NULL,
    "document" OBJECT(IGNORED),
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    PRIMARY KEY ("id", "cdc_ver", "cdc_old", "cdc_new")
) CLUSTERED BY ("id")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

SELECT 1 FROM "d__cdc_ties" LIMIT 1

INSERT INTO "d__cdc" ("id", "document", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ties", "cdc_ver")
VALUES (CAST($1 AS TEXT), CAST($2 AS OBJECT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS TEXT))
ON CONFLICT ("id") DO UPDATE SET
    "document" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."document" ELSE "document" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ver" ELSE "cdc_ver" END
RETURNING "id", "cdc_ver", "cdc_ties"

INSERT INTO "t__cdc" ("id", "dist_key", "x", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_width", "cdc_ties", "cdc_ver")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS TEXT))
ON CONFLICT ("id") DO UPDATE SET
    "dist_key" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."dist_key" ELSE "dist_key" END,
    "x" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."x" ELSE "x" END,
    "cdc_deleted_at" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_width" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_width" ELSE "cdc_width" END,
    "cdc_ties" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_ver" ELSE "cdc_ver" END
RETURNING "id", "cdc_width", "cdc_ver", "cdc_ties"

-- two more columns, and a change of the same time

CREATE TABLE IF NOT EXISTS "cdc_schemaless" (
    "name" TEXT NOT NULL,
    "table_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "keys" TEXT NOT NULL,
    PRIMARY KEY ("name")
) CLUSTERED BY ("name")

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

ALTER TABLE "t__cdc" ADD COLUMN "y" TEXT, ADD COLUMN "z" TEXT

CREATE OR REPLACE VIEW "t" AS
SELECT "id", "dist_key", "x", "y", "z"
FROM "t__cdc"
WHERE "cdc_deleted_at" IS NULL

ALTER TABLE "t__cdc_ties" ADD COLUMN "y" TEXT, ADD COLUMN "z" TEXT

SELECT "table_name", "kind", "keys" FROM "cdc_schemaless" WHERE "name" = CAST($1 AS TEXT)

INSERT INTO "t__cdc" ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_width", "cdc_ties", "cdc_ver")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS TEXT))
ON CONFLICT ("id") DO UPDATE SET
    "dist_key" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."dist_key" ELSE "dist_key" END,
    "x" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."x" ELSE "x" END,
    "y" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."y" ELSE "y" END,
    "z" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."z" ELSE "z" END,
    "cdc_deleted_at" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_width" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_width" ELSE "cdc_width" END,
    "cdc_ties" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN (substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) OR ("cdc_ver" = excluded."cdc_ver" AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_ver" ELSE "cdc_ver" END
RETURNING "id", "cdc_width", "cdc_ver", "cdc_ties"

REFRESH TABLE "t__cdc"

INSERT INTO "t__cdc_ties" ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
(SELECT "id", "dist_key", CASE WHEN COALESCE("cdc_width", 0) >= CAST($1 AS BIGINT) THEN "x" END AS "x", CASE WHEN COALESCE("cdc_width", 0) >= CAST($2 AS BIGINT) THEN "y" END AS "y", CASE WHEN COALESCE("cdc_width", 0) >= CAST($3 AS BIGINT) THEN "z" END AS "z", "cdc_deleted_at", COALESCE("cdc_old", CAST($4 AS BIGINT)) AS "cdc_old", COALESCE("cdc_new", CAST($5 AS BIGINT)) AS "cdc_new", "cdc_ver" FROM "t__cdc" WHERE "id" = CAST($6 AS TEXT) AND COALESCE("cdc_ties", 0) = 0 AND COALESCE("cdc_width", 0) <= CAST($7 AS BIGINT))
ON CONFLICT ("id", "cdc_ver", "cdc_old", "cdc_new") DO NOTHING

INSERT INTO "t__cdc_ties" ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS TEXT))
ON CONFLICT ("id", "cdc_ver", "cdc_old", "cdc_new") DO NOTHING

REFRESH TABLE "t__cdc_ties"

SELECT "cdc_ver", "cdc_old", "cdc_new" FROM "t__cdc_ties" WHERE "id" = CAST($1 AS TEXT) AND substr("cdc_ver", 1, 19) = CAST($2 AS TEXT)

INSERT INTO "t__cdc" ("id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_width", "cdc_ties")
(SELECT "id", "dist_key", "x", "y", "z", "cdc_deleted_at", "cdc_old", "cdc_new", CAST($1 AS TEXT) AS "cdc_ver", CAST($2 AS BIGINT) AS "cdc_width", CAST($3 AS BIGINT) AS "cdc_ties" FROM "t__cdc_ties" WHERE "id" = CAST($4 AS TEXT) AND "cdc_ver" = CAST($5 AS TEXT) AND "cdc_old" = CAST($6 AS BIGINT) AND "cdc_new" = CAST($7 AS BIGINT))
ON CONFLICT ("id") DO UPDATE SET
    "dist_key" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."dist_key" ELSE "dist_key" END,
    "x" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."x" ELSE "x" END,
    "y" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."y" ELSE "y" END,
    "z" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."z" ELSE "z" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_ver" ELSE "cdc_ver" END,
    "cdc_width" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_width" ELSE "cdc_width" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_width", 0) <= excluded."cdc_width" AND (COALESCE("cdc_ties", 0) < excluded."cdc_ties" OR (COALESCE("cdc_ties", 0) = excluded."cdc_ties" AND COALESCE("cdc_width", 0) < excluded."cdc_width")) THEN excluded."cdc_ties" ELSE "cdc_ties" END
