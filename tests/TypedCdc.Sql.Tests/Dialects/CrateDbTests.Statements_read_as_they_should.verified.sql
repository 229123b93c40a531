SELECT c.column_name, c.data_type, CASE WHEN CAST(c.is_nullable AS TEXT) IN ('YES', 'true', 't') THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), 0
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS TEXT), CURRENT_SCHEMA) AND c.table_name = CAST($2 AS TEXT) AND c.column_name NOT LIKE '%[%'
ORDER BY c.ordinal_position
-- $1 = NULL
-- $2 = cdc_models

SELECT c.column_name, c.data_type, CASE WHEN CAST(c.is_nullable AS TEXT) IN ('YES', 'true', 't') THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), 0
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS TEXT), CURRENT_SCHEMA) AND c.table_name = CAST($2 AS TEXT) AND c.column_name NOT LIKE '%[%'
ORDER BY c.ordinal_position
-- $1 = NULL
-- $2 = typed__cdc

SELECT c.column_name, c.data_type, CASE WHEN CAST(c.is_nullable AS TEXT) IN ('YES', 'true', 't') THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), 0
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS TEXT), CURRENT_SCHEMA) AND c.table_name = CAST($2 AS TEXT) AND c.column_name NOT LIKE '%[%'
ORDER BY c.ordinal_position
-- $1 = NULL
-- $2 = typed

SELECT c.column_name, c.data_type, CASE WHEN CAST(c.is_nullable AS TEXT) IN ('YES', 'true', 't') THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), 0
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS TEXT), CURRENT_SCHEMA) AND c.table_name = CAST($2 AS TEXT) AND c.column_name NOT LIKE '%[%'
ORDER BY c.ordinal_position
-- $1 = NULL
-- $2 = typed__cdc_ties

CREATE TABLE IF NOT EXISTS "cdc_models" (
    "name" TEXT NOT NULL,
    "revisions" TEXT NOT NULL,
    "horizon" BIGINT,
    "snapshot" BIGINT,
    "swept" BIGINT,
    PRIMARY KEY ("name")
) CLUSTERED BY ("name")

CREATE TABLE IF NOT EXISTS "typed__cdc" (
    "id" TEXT NOT NULL,
    "no" BIGINT NOT NULL,
    "tags" ARRAY(TEXT),
    "counts" ARRAY(BIGINT),
    "at" TIMESTAMP WITH TIME ZONE,
    "bytes" TEXT,
    "exact" TEXT,
    "map" OBJECT(DYNAMIC),
    "rest" OBJECT(IGNORED),
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT,
    "cdc_new" BIGINT,
    "cdc_ties" BIGINT,
    PRIMARY KEY ("id", "no")
) CLUSTERED BY ("id")

CREATE OR REPLACE VIEW "typed" AS
SELECT "id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest"
FROM "typed__cdc"
WHERE "cdc_deleted_at" IS NULL

CREATE TABLE IF NOT EXISTS "typed__cdc_ties" (
    "id" TEXT NOT NULL,
    "no" BIGINT NOT NULL,
    "tags" ARRAY(TEXT),
    "counts" ARRAY(BIGINT),
    "at" TIMESTAMP WITH TIME ZONE,
    "bytes" TEXT,
    "exact" TEXT,
    "map" OBJECT(DYNAMIC),
    "rest" OBJECT(IGNORED),
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    PRIMARY KEY ("id", "no", "cdc_ver", "cdc_old", "cdc_new")
) CLUSTERED BY ("id")

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS TEXT)
-- $1 = "typed__cdc"

SELECT 1 FROM "typed__cdc_ties" LIMIT 1

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS TEXT)
-- $1 = "typed__cdc"

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS TEXT)
-- $1 = "typed__cdc"

INSERT INTO "typed__cdc" ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ties", "cdc_ver")
VALUES (CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS ARRAY(TEXT)), CAST($4 AS ARRAY(BIGINT)), CAST($5 AS TIMESTAMP WITH TIME ZONE), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS OBJECT), CAST($9 AS OBJECT), CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS BIGINT), CAST($14 AS TEXT))
ON CONFLICT ("id", "no") DO UPDATE SET
    "tags" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."tags" ELSE "tags" END,
    "counts" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."counts" ELSE "counts" END,
    "at" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."at" ELSE "at" END,
    "bytes" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."bytes" ELSE "bytes" END,
    "exact" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."exact" ELSE "exact" END,
    "map" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."map" ELSE "map" END,
    "rest" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."rest" ELSE "rest" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ver" ELSE "cdc_ver" END
RETURNING "id", "no", "cdc_ver", "cdc_ties"
-- $1 = a
-- $2 = 1
-- $3 = [a, b]
-- $4 = [3]
-- $5 = 2024-07-12T03:17:42.5+00:00
-- $6 = AP+A
-- $7 = 1.10
-- $8 = {"m":15,"n":"12345678901234567890"}
-- $9 = {"more":{"N":"12345678901234567890"}}
-- $10 = NULL
-- $11 = 0
-- $12 = 8366825188223765984
-- $13 = 0
-- $14 = 0000000000000000009:0012

REFRESH TABLE "typed__cdc"

INSERT INTO "typed__cdc_ties" ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
(SELECT "id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", COALESCE("cdc_old", CAST($1 AS BIGINT)) AS "cdc_old", COALESCE("cdc_new", CAST($2 AS BIGINT)) AS "cdc_new", "cdc_ver" FROM "typed__cdc" WHERE "id" = CAST($3 AS TEXT) AND "no" = CAST($4 AS BIGINT) AND COALESCE("cdc_ties", 0) = 0)
ON CONFLICT ("id", "no", "cdc_ver", "cdc_old", "cdc_new") DO NOTHING
-- $1 = -9223372036854775808
-- $2 = 0
-- $3 = a
-- $4 = 1

INSERT INTO "typed__cdc_ties" ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS ARRAY(TEXT)), CAST($4 AS ARRAY(BIGINT)), CAST($5 AS TIMESTAMP WITH TIME ZONE), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS OBJECT), CAST($9 AS OBJECT), CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS TEXT))
ON CONFLICT ("id", "no", "cdc_ver", "cdc_old", "cdc_new") DO NOTHING
-- $1 = a
-- $2 = 1
-- $3 = [a, b]
-- $4 = [3]
-- $5 = 2024-07-12T03:17:42.5+00:00
-- $6 = AP+A
-- $7 = 1.10
-- $8 = {"m":15,"n":"12345678901234567890"}
-- $9 = {"more":{"N":"12345678901234567890"}}
-- $10 = NULL
-- $11 = 0
-- $12 = 8366825188223765984
-- $13 = 0000000000000000009:0012

REFRESH TABLE "typed__cdc_ties"

SELECT "cdc_ver", "cdc_old", "cdc_new" FROM "typed__cdc_ties" WHERE "id" = CAST($1 AS TEXT) AND "no" = CAST($2 AS BIGINT) AND substr("cdc_ver", 1, 19) = CAST($3 AS TEXT)
-- $1 = a
-- $2 = 1
-- $3 = 0000000000000000009

INSERT INTO "typed__cdc" ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_ties")
(SELECT "id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", CAST($1 AS TEXT) AS "cdc_ver", CAST($2 AS BIGINT) AS "cdc_ties" FROM "typed__cdc_ties" WHERE "id" = CAST($3 AS TEXT) AND "no" = CAST($4 AS BIGINT) AND "cdc_ver" = CAST($5 AS TEXT) AND "cdc_old" = CAST($6 AS BIGINT) AND "cdc_new" = CAST($7 AS BIGINT))
ON CONFLICT ("id", "no") DO UPDATE SET
    "tags" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."tags" ELSE "tags" END,
    "counts" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."counts" ELSE "counts" END,
    "at" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."at" ELSE "at" END,
    "bytes" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."bytes" ELSE "bytes" END,
    "exact" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."exact" ELSE "exact" END,
    "map" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."map" ELSE "map" END,
    "rest" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."rest" ELSE "rest" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."cdc_ver" ELSE "cdc_ver" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) = substr(excluded."cdc_ver", 1, 19) AND COALESCE("cdc_ties", 0) < excluded."cdc_ties" THEN excluded."cdc_ties" ELSE "cdc_ties" END
-- $1 = 0000000000000000009:0012
-- $2 = 2
-- $3 = a
-- $4 = 1
-- $5 = 0000000000000000009:0012
-- $6 = 7
-- $7 = 8
