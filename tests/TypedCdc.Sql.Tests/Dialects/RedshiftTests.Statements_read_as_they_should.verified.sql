CREATE TABLE IF NOT EXISTS "cdc_migrations" (
    "name" VARCHAR(65535) NOT NULL,
    PRIMARY KEY ("name")
)

BEGIN

LOCK "cdc_migrations"

SELECT CAST(c.column_name AS VARCHAR(256)),
    CAST(c.data_type AS VARCHAR(256)) || CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || CAST(c.character_maximum_length AS VARCHAR(16)) || ')'
        WHEN c.data_type = 'numeric' AND c.numeric_precision IS NOT NULL THEN '(' || CAST(c.numeric_precision AS VARCHAR(16)) || ',' || CAST(c.numeric_scale AS VARCHAR(16)) || ')' ELSE '' END,
    CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), CASE WHEN c.column_default IS NULL THEN 0 ELSE 1 END
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS VARCHAR(256)), current_schema()) AND c.table_name = CAST($2 AS VARCHAR(256))
ORDER BY c.ordinal_position

SELECT CAST(c.column_name AS VARCHAR(256)),
    CAST(c.data_type AS VARCHAR(256)) || CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || CAST(c.character_maximum_length AS VARCHAR(16)) || ')'
        WHEN c.data_type = 'numeric' AND c.numeric_precision IS NOT NULL THEN '(' || CAST(c.numeric_precision AS VARCHAR(16)) || ',' || CAST(c.numeric_scale AS VARCHAR(16)) || ')' ELSE '' END,
    CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), CASE WHEN c.column_default IS NULL THEN 0 ELSE 1 END
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS VARCHAR(256)), current_schema()) AND c.table_name = CAST($2 AS VARCHAR(256))
ORDER BY c.ordinal_position

SELECT CAST(c.column_name AS VARCHAR(256)),
    CAST(c.data_type AS VARCHAR(256)) || CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || CAST(c.character_maximum_length AS VARCHAR(16)) || ')'
        WHEN c.data_type = 'numeric' AND c.numeric_precision IS NOT NULL THEN '(' || CAST(c.numeric_precision AS VARCHAR(16)) || ',' || CAST(c.numeric_scale AS VARCHAR(16)) || ')' ELSE '' END,
    CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), CASE WHEN c.column_default IS NULL THEN 0 ELSE 1 END
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS VARCHAR(256)), current_schema()) AND c.table_name = CAST($2 AS VARCHAR(256))
ORDER BY c.ordinal_position

SELECT CAST(c.column_name AS VARCHAR(256)),
    CAST(c.data_type AS VARCHAR(256)) || CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || CAST(c.character_maximum_length AS VARCHAR(16)) || ')'
        WHEN c.data_type = 'numeric' AND c.numeric_precision IS NOT NULL THEN '(' || CAST(c.numeric_precision AS VARCHAR(16)) || ',' || CAST(c.numeric_scale AS VARCHAR(16)) || ')' ELSE '' END,
    CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), CASE WHEN c.column_default IS NULL THEN 0 ELSE 1 END
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = COALESCE(CAST($1 AS VARCHAR(256)), current_schema()) AND c.table_name = CAST($2 AS VARCHAR(256))
ORDER BY c.ordinal_position

CREATE TABLE IF NOT EXISTS "cdc_models" (
    "name" VARCHAR(65535) NOT NULL,
    "revisions" VARCHAR(65535) NOT NULL,
    "horizon" BIGINT,
    "snapshot" BIGINT,
    "swept" BIGINT,
    PRIMARY KEY ("name")
)
DISTKEY ("name")
SORTKEY ("name")

CREATE TABLE IF NOT EXISTS "typed__cdc" (
    "id" VARCHAR(65535) NOT NULL,
    "no" BIGINT NOT NULL,
    "tags" SUPER,
    "counts" SUPER,
    "at" TIMESTAMPTZ,
    "bytes" VARBYTE(1024000),
    "exact" VARCHAR(256),
    "map" SUPER,
    "rest" SUPER,
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT,
    "cdc_new" BIGINT,
    "cdc_ties" BIGINT,
    "cdc_key" VARCHAR(8192) NOT NULL,
    PRIMARY KEY ("id", "no")
)
DISTKEY ("id")
SORTKEY ("id", "no")

CREATE VIEW "typed" AS
SELECT "id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest"
FROM "typed__cdc"
WHERE "cdc_deleted_at" IS NULL

CREATE TABLE IF NOT EXISTS "typed__cdc_ties" (
    "id" VARCHAR(65535) NOT NULL,
    "no" BIGINT NOT NULL,
    "tags" SUPER,
    "counts" SUPER,
    "at" TIMESTAMPTZ,
    "bytes" VARBYTE(1024000),
    "exact" VARCHAR(256),
    "map" SUPER,
    "rest" SUPER,
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    PRIMARY KEY ("id", "no", "cdc_ver", "cdc_old", "cdc_new")
)
DISTKEY ("id")
SORTKEY ("id", "no", "cdc_ver", "cdc_old", "cdc_new")

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS VARCHAR(65535))

COMMIT

SELECT 1 FROM "typed__cdc_ties" LIMIT 1

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS VARCHAR(65535))

CREATE TEMP TABLE IF NOT EXISTS "typed__cdc_96aa6b19_stage" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "no" BIGINT,
    "tags" VARCHAR(65535),
    "counts" VARCHAR(65535),
    "at" TIMESTAMPTZ,
    "bytes" VARCHAR(65535),
    "exact" VARCHAR(256),
    "map" VARCHAR(65535),
    "rest" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

CREATE TEMP TABLE IF NOT EXISTS "typed__cdc_96aa6b19_same" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "id" VARCHAR(65535),
    "no" BIGINT,
    "tags" VARCHAR(65535),
    "counts" VARCHAR(65535),
    "at" TIMESTAMPTZ,
    "bytes" VARCHAR(65535),
    "exact" VARCHAR(256),
    "map" VARCHAR(65535),
    "rest" VARCHAR(65535),
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("id")

DELETE FROM "typed__cdc_96aa6b19_stage"

DELETE FROM "typed__cdc_96aa6b19_same"

INSERT INTO "typed__cdc_96aa6b19_stage" ("cdc_ord", "cdc_tie", "cdc_key", "id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS INTEGER), CAST($2 AS BOOLEAN), CAST($3 AS VARCHAR(8192)), CAST($4 AS VARCHAR(65535)), CAST($5 AS BIGINT), CAST($6 AS VARCHAR(65535)), CAST($7 AS VARCHAR(65535)), CAST($8 AS TIMESTAMPTZ), CAST($9 AS VARCHAR(65535)), CAST($10 AS VARCHAR(256)), CAST($11 AS VARCHAR(65535)), CAST($12 AS VARCHAR(65535)), CAST($13 AS BIGINT), CAST($14 AS BIGINT), CAST($15 AS BIGINT), CAST($16 AS VARCHAR(152)))

BEGIN

LOCK "typed__cdc"

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS VARCHAR(65535))

DELETE FROM "typed__cdc_96aa6b19_stage" USING "typed__cdc"
WHERE "typed__cdc_96aa6b19_stage"."cdc_key" = "typed__cdc"."cdc_key" AND "typed__cdc_96aa6b19_stage"."id" = "typed__cdc"."id" AND substr("typed__cdc_96aa6b19_stage"."cdc_ver", 1, 19) < substr("typed__cdc"."cdc_ver", 1, 19)

INSERT INTO "typed__cdc_96aa6b19_same" ("cdc_ord", "cdc_tie", "cdc_key", "id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
SELECT s."cdc_ord", s."cdc_tie", s."cdc_key", s."id", s."no", s."tags", s."counts", s."at", s."bytes", s."exact", s."map", s."rest", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver"
FROM "typed__cdc_96aa6b19_stage" AS s LEFT JOIN "typed__cdc" AS t ON s."cdc_key" = t."cdc_key" AND s."id" = t."id"
WHERE s."cdc_tie" OR substr(s."cdc_ver", 1, 19) = substr(t."cdc_ver", 1, 19)

DELETE FROM "typed__cdc_96aa6b19_stage" USING "typed__cdc_96aa6b19_same"
WHERE "typed__cdc_96aa6b19_stage"."cdc_ord" = "typed__cdc_96aa6b19_same"."cdc_ord"

SELECT count(*) FROM "typed__cdc_96aa6b19_stage"

SELECT count(*) FROM "typed__cdc_96aa6b19_stage" WHERE "cdc_deleted_at" IS NOT NULL

MERGE INTO "typed__cdc" USING "typed__cdc_96aa6b19_stage" AS s
ON "typed__cdc"."cdc_key" = s."cdc_key" AND "typed__cdc"."id" = s."id"
WHEN MATCHED THEN UPDATE SET
    "tags" = JSON_PARSE(s."tags"),
    "counts" = JSON_PARSE(s."counts"),
    "at" = s."at",
    "bytes" = FROM_HEX(s."bytes"),
    "exact" = s."exact",
    "map" = JSON_PARSE(s."map"),
    "rest" = JSON_PARSE(s."rest"),
    "cdc_deleted_at" = s."cdc_deleted_at",
    "cdc_old" = s."cdc_old",
    "cdc_new" = s."cdc_new",
    "cdc_ver" = s."cdc_ver",
    "cdc_ties" = 0
WHEN NOT MATCHED THEN INSERT ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key", "cdc_ties")
VALUES (s."id", s."no", JSON_PARSE(s."tags"), JSON_PARSE(s."counts"), s."at", FROM_HEX(s."bytes"), s."exact", JSON_PARSE(s."map"), JSON_PARSE(s."rest"), s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key", 0)

DELETE FROM "typed__cdc_96aa6b19_same" USING "typed__cdc"
WHERE "typed__cdc_96aa6b19_same"."cdc_key" = "typed__cdc"."cdc_key" AND "typed__cdc_96aa6b19_same"."id" = "typed__cdc"."id" AND (substr("typed__cdc_96aa6b19_same"."cdc_ver", 1, 19) <> substr("typed__cdc"."cdc_ver", 1, 19) OR "typed__cdc_96aa6b19_same"."cdc_ver" = "typed__cdc"."cdc_ver")

SELECT count(*) FROM "typed__cdc_96aa6b19_same"

INSERT INTO "typed__cdc_ties" ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key")
SELECT t."id", t."no", t."tags", t."counts", t."at", t."bytes", t."exact", t."map", t."rest", t."cdc_deleted_at", COALESCE(t."cdc_old", (-9223372036854775807 - 1)), COALESCE(t."cdc_new", 0), t."cdc_ver", t."cdc_key"
FROM "typed__cdc" AS t JOIN (SELECT DISTINCT "cdc_key" FROM "typed__cdc_96aa6b19_same") AS k ON t."cdc_key" = k."cdc_key"
LEFT JOIN "typed__cdc_ties" AS m ON m."cdc_key" = t."cdc_key" AND m."cdc_ver" = t."cdc_ver" AND m."cdc_old" = COALESCE(t."cdc_old", (-9223372036854775807 - 1)) AND m."cdc_new" = COALESCE(t."cdc_new", 0)
WHERE COALESCE(t."cdc_ties", 0) = 0 AND m."cdc_key" IS NULL

INSERT INTO "typed__cdc_ties" ("id", "no", "tags", "counts", "at", "bytes", "exact", "map", "rest", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key")
SELECT s."id", s."no", JSON_PARSE(s."tags"), JSON_PARSE(s."counts"), s."at", FROM_HEX(s."bytes"), s."exact", JSON_PARSE(s."map"), JSON_PARSE(s."rest"), s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key"
FROM "typed__cdc_96aa6b19_same" AS s LEFT JOIN "typed__cdc_ties" AS m ON m."cdc_key" = s."cdc_key" AND m."cdc_ver" = s."cdc_ver" AND m."cdc_old" = COALESCE(s."cdc_old", (-9223372036854775807 - 1)) AND m."cdc_new" = COALESCE(s."cdc_new", 0)
WHERE m."cdc_key" IS NULL

SELECT m."cdc_key", m."cdc_ver", m."cdc_old", m."cdc_new"
FROM "typed__cdc_ties" AS m JOIN (SELECT DISTINCT s."cdc_key", substr(s."cdc_ver", 1, 19) AS cdc_time FROM "typed__cdc_96aa6b19_same" AS s) AS k ON m."cdc_key" = k."cdc_key" AND substr(m."cdc_ver", 1, 19) = k.cdc_time

UPDATE "typed__cdc" SET
    "tags" = m."tags",
    "counts" = m."counts",
    "at" = m."at",
    "bytes" = m."bytes",
    "exact" = m."exact",
    "map" = m."map",
    "rest" = m."rest",
    "cdc_deleted_at" = m."cdc_deleted_at",
    "cdc_old" = m."cdc_old",
    "cdc_new" = m."cdc_new",
    "cdc_ver" = CAST($5 AS VARCHAR(8192)),
    "cdc_ties" = CAST($6 AS BIGINT)
FROM "typed__cdc_ties" AS m
WHERE m."cdc_key" = CAST($1 AS VARCHAR(8192)) AND m."cdc_ver" = CAST($2 AS VARCHAR(8192)) AND m."cdc_old" = CAST($3 AS BIGINT) AND m."cdc_new" = CAST($4 AS BIGINT)
    AND "typed__cdc"."cdc_key" = m."cdc_key" AND COALESCE("typed__cdc"."cdc_ties", 0) < CAST($6 AS BIGINT)

DELETE FROM "typed__cdc_ties" USING "typed__cdc_96aa6b19_stage"
WHERE "typed__cdc_ties"."cdc_key" = "typed__cdc_96aa6b19_stage"."cdc_key" AND substr("typed__cdc_ties"."cdc_ver", 1, 19) < substr("typed__cdc_96aa6b19_stage"."cdc_ver", 1, 19)

COMMIT
