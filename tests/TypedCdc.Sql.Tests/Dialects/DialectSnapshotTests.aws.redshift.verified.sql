-- A purge

BEGIN

LOCK "customers__cdc"

SELECT max("cdc_deleted_at") FROM "customers__cdc"

UPDATE "cdc_models" SET "horizon" = CAST($1 AS BIGINT) WHERE "name" = CAST($2 AS VARCHAR(65535)) AND ("horizon" IS NULL OR "horizon" < CAST($3 AS BIGINT))
-- 1 = 896000000
-- 2 = "customers__cdc"
-- 3 = 896000000

DELETE FROM "customers__cdc"
WHERE "cdc_key" IN (SELECT "cdc_key" FROM "customers__cdc" WHERE "cdc_deleted_at" < CAST($1 AS BIGINT) ORDER BY "cdc_deleted_at" LIMIT 100000)
-- 1 = 896000000

DELETE FROM "customers__cdc_ties"
WHERE substr("cdc_ver", 1, 19) < CAST($1 AS VARCHAR(65535)) AND "cdc_key" NOT IN (SELECT "cdc_key" FROM "customers__cdc" WHERE "cdc_key" IS NOT NULL)
-- 1 = 0000000000896000000

COMMIT

-- A snapshot that is finished

BEGIN

LOCK "customers__cdc"

UPDATE "cdc_models" SET "snapshot" = CAST($1 AS BIGINT) WHERE "name" = CAST($2 AS VARCHAR(65535)) AND ("snapshot" IS NULL OR "snapshot" < CAST($3 AS BIGINT))
-- 1 = 600000000
-- 2 = "customers__cdc"
-- 3 = 600000000

COMMIT

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS VARCHAR(65535))
-- 1 = "customers__cdc"

SELECT count(*) FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($1 AS VARCHAR(65535))
-- 1 = 0000000000500000000:000

SELECT 1 FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($1 AS VARCHAR(65535)) LIMIT 1
-- 1 = 0000000000500000000:000

BEGIN

LOCK "customers__cdc"

UPDATE "customers__cdc" SET "first_name" = NULL, "balance" = NULL, "phone" = NULL, "cdc_ver" = CAST($1 AS VARCHAR(65535)), "cdc_deleted_at" = CAST($2 AS BIGINT), "cdc_old" = CAST($3 AS BIGINT), "cdc_new" = CAST($4 AS BIGINT), "cdc_ties" = 0
WHERE "cdc_key" IN (SELECT "cdc_key" FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($5 AS VARCHAR(65535)) LIMIT 100000)
-- 1 = 0000000000500000000:000
-- 2 = 500000000
-- 3 = -9223372036854775808
-- 4 = 2485221330263004573
-- 5 = 0000000000500000000:000

COMMIT

SELECT 1 FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($1 AS VARCHAR(65535)) LIMIT 1
-- 1 = 0000000000500000000:000

BEGIN

LOCK "customers__cdc"

UPDATE "cdc_models" SET "swept" = CAST($1 AS BIGINT) WHERE "name" = CAST($2 AS VARCHAR(65535)) AND ("swept" IS NULL OR "swept" < CAST($3 AS BIGINT))
-- 1 = 500000000
-- 2 = "customers__cdc"
-- 3 = 500000000

COMMIT

-- A write older than the snapshot, one older than the horizon, one that is newer

CREATE TEMP TABLE IF NOT EXISTS "customers__cdc_5fbcb93f_stage" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "userid" BIGINT,
    "first_name" VARCHAR(65535),
    "balance" VARCHAR(256),
    "phone" BIGINT,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("userid")

CREATE TEMP TABLE IF NOT EXISTS "customers__cdc_5fbcb93f_same" (
    "cdc_ord" INTEGER NOT NULL,
    "cdc_tie" BOOLEAN NOT NULL,
    "cdc_key" VARCHAR(8192) NOT NULL,
    "userid" BIGINT,
    "first_name" VARCHAR(65535),
    "balance" VARCHAR(256),
    "phone" BIGINT,
    "cdc_deleted_at" BIGINT,
    "cdc_old" BIGINT NOT NULL,
    "cdc_new" BIGINT NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL
)
DISTKEY ("userid")

DELETE FROM "customers__cdc_5fbcb93f_stage"

DELETE FROM "customers__cdc_5fbcb93f_same"

INSERT INTO "customers__cdc_5fbcb93f_stage" ("cdc_ord", "cdc_tie", "cdc_key", "userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
VALUES (CAST($1 AS INTEGER), CAST($2 AS BOOLEAN), CAST($3 AS VARCHAR(8192)), CAST($4 AS BIGINT), CAST($5 AS VARCHAR(65535)), CAST($6 AS VARCHAR(256)), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS VARCHAR(152))),
    (CAST($12 AS INTEGER), CAST($13 AS BOOLEAN), CAST($14 AS VARCHAR(8192)), CAST($15 AS BIGINT), CAST($16 AS VARCHAR(65535)), CAST($17 AS VARCHAR(256)), CAST($18 AS BIGINT), CAST($19 AS BIGINT), CAST($20 AS BIGINT), CAST($21 AS BIGINT), CAST($22 AS VARCHAR(152))),
    (CAST($23 AS INTEGER), CAST($24 AS BOOLEAN), CAST($25 AS VARCHAR(8192)), CAST($26 AS BIGINT), CAST($27 AS VARCHAR(65535)), CAST($28 AS VARCHAR(256)), CAST($29 AS BIGINT), CAST($30 AS BIGINT), CAST($31 AS BIGINT), CAST($32 AS BIGINT), CAST($33 AS VARCHAR(152)))
-- 1 = 0
-- 2 = False
-- 3 = 1:1.
-- 4 = 1
-- 5 = 
-- 6 = 
-- 7 = 
-- 8 = 
-- 9 = 0
-- 10 = 6279791313598586210
-- 11 = 0000000000000000010:0011
-- 12 = 1
-- 13 = False
-- 14 = 1:2.
-- 15 = 2
-- 16 = 
-- 17 = 
-- 18 = 
-- 19 = 
-- 20 = 0
-- 21 = 5515889860161782674
-- 22 = 0000000000600000000:0011
-- 23 = 2
-- 24 = False
-- 25 = 1:3.
-- 26 = 3
-- 27 = 
-- 28 = 
-- 29 = 
-- 30 = 
-- 31 = 0
-- 32 = 572853326610914225
-- 33 = 0000000000950000000:0011

BEGIN

LOCK "customers__cdc"

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS VARCHAR(65535))
-- 1 = "customers__cdc"

DELETE FROM "customers__cdc_5fbcb93f_stage" USING "customers__cdc"
WHERE "customers__cdc_5fbcb93f_stage"."cdc_key" = "customers__cdc"."cdc_key" AND "customers__cdc_5fbcb93f_stage"."userid" = "customers__cdc"."userid" AND substr("customers__cdc_5fbcb93f_stage"."cdc_ver", 1, 19) < substr("customers__cdc"."cdc_ver", 1, 19)

SELECT s."cdc_ord" FROM "customers__cdc_5fbcb93f_stage" AS s LEFT JOIN "customers__cdc" AS t ON s."cdc_key" = t."cdc_key" AND s."userid" = t."userid"
WHERE t."cdc_key" IS NULL AND substr(s."cdc_ver", 1, 19) < CAST($1 AS VARCHAR(8192))
-- 1 = 0000000000896000000

DELETE FROM "customers__cdc_5fbcb93f_stage" WHERE substr("cdc_ver", 1, 19) < CAST($1 AS VARCHAR(8192))
-- 1 = 0000000000500000000

DELETE FROM "customers__cdc_5fbcb93f_stage" WHERE "cdc_ord" IN (1)

INSERT INTO "customers__cdc_5fbcb93f_same" ("cdc_ord", "cdc_tie", "cdc_key", "userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver")
SELECT s."cdc_ord", s."cdc_tie", s."cdc_key", s."userid", s."first_name", s."balance", s."phone", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver"
FROM "customers__cdc_5fbcb93f_stage" AS s LEFT JOIN "customers__cdc" AS t ON s."cdc_key" = t."cdc_key" AND s."userid" = t."userid"
WHERE s."cdc_tie" OR substr(s."cdc_ver", 1, 19) = substr(t."cdc_ver", 1, 19)

DELETE FROM "customers__cdc_5fbcb93f_stage" USING "customers__cdc_5fbcb93f_same"
WHERE "customers__cdc_5fbcb93f_stage"."cdc_ord" = "customers__cdc_5fbcb93f_same"."cdc_ord"

SELECT count(*) FROM "customers__cdc_5fbcb93f_stage"

SELECT count(*) FROM "customers__cdc_5fbcb93f_stage" WHERE "cdc_deleted_at" IS NOT NULL

MERGE INTO "customers__cdc" USING "customers__cdc_5fbcb93f_stage" AS s
ON "customers__cdc"."cdc_key" = s."cdc_key" AND "customers__cdc"."userid" = s."userid"
WHEN MATCHED THEN UPDATE SET
    "first_name" = s."first_name",
    "balance" = s."balance",
    "phone" = s."phone",
    "cdc_deleted_at" = s."cdc_deleted_at",
    "cdc_old" = s."cdc_old",
    "cdc_new" = s."cdc_new",
    "cdc_ver" = s."cdc_ver",
    "cdc_ties" = 0
WHEN NOT MATCHED THEN INSERT ("userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key", "cdc_ties")
VALUES (s."userid", s."first_name", s."balance", s."phone", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key", 0)

DELETE FROM "customers__cdc_5fbcb93f_same" USING "customers__cdc"
WHERE "customers__cdc_5fbcb93f_same"."cdc_key" = "customers__cdc"."cdc_key" AND "customers__cdc_5fbcb93f_same"."userid" = "customers__cdc"."userid" AND (substr("customers__cdc_5fbcb93f_same"."cdc_ver", 1, 19) <> substr("customers__cdc"."cdc_ver", 1, 19) OR "customers__cdc_5fbcb93f_same"."cdc_ver" = "customers__cdc"."cdc_ver")

SELECT count(*) FROM "customers__cdc_5fbcb93f_same"

INSERT INTO "customers__cdc_ties" ("userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key")
SELECT t."userid", t."first_name", t."balance", t."phone", t."cdc_deleted_at", COALESCE(t."cdc_old", (-9223372036854775807 - 1)), COALESCE(t."cdc_new", 0), t."cdc_ver", t."cdc_key"
FROM "customers__cdc" AS t JOIN (SELECT DISTINCT "cdc_key" FROM "customers__cdc_5fbcb93f_same") AS k ON t."cdc_key" = k."cdc_key"
LEFT JOIN "customers__cdc_ties" AS m ON m."cdc_key" = t."cdc_key" AND m."cdc_ver" = t."cdc_ver" AND m."cdc_old" = COALESCE(t."cdc_old", (-9223372036854775807 - 1)) AND m."cdc_new" = COALESCE(t."cdc_new", 0)
WHERE COALESCE(t."cdc_ties", 0) = 0 AND m."cdc_key" IS NULL

INSERT INTO "customers__cdc_ties" ("userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ver", "cdc_key")
SELECT s."userid", s."first_name", s."balance", s."phone", s."cdc_deleted_at", s."cdc_old", s."cdc_new", s."cdc_ver", s."cdc_key"
FROM "customers__cdc_5fbcb93f_same" AS s LEFT JOIN "customers__cdc_ties" AS m ON m."cdc_key" = s."cdc_key" AND m."cdc_ver" = s."cdc_ver" AND m."cdc_old" = COALESCE(s."cdc_old", (-9223372036854775807 - 1)) AND m."cdc_new" = COALESCE(s."cdc_new", 0)
WHERE m."cdc_key" IS NULL

SELECT m."cdc_key", m."cdc_ver", m."cdc_old", m."cdc_new"
FROM "customers__cdc_ties" AS m JOIN (SELECT DISTINCT s."cdc_key", substr(s."cdc_ver", 1, 19) AS cdc_time FROM "customers__cdc_5fbcb93f_same" AS s) AS k ON m."cdc_key" = k."cdc_key" AND substr(m."cdc_ver", 1, 19) = k.cdc_time

DELETE FROM "customers__cdc_ties" USING "customers__cdc_5fbcb93f_stage"
WHERE "customers__cdc_ties"."cdc_key" = "customers__cdc_5fbcb93f_stage"."cdc_key" AND substr("customers__cdc_ties"."cdc_ver", 1, 19) < substr("customers__cdc_5fbcb93f_stage"."cdc_ver", 1, 19)

COMMIT
