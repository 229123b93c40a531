-- A purge

SELECT max("cdc_deleted_at") FROM "customers__cdc"

INSERT INTO "cdc_models" ("name", "revisions", "horizon")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT))
ON CONFLICT ("name") DO UPDATE SET
    "horizon" = CASE WHEN COALESCE("horizon", 0) < excluded."horizon" THEN excluded."horizon" ELSE "horizon" END
RETURNING "name"
-- 1 = "customers__cdc"
-- 2 = 
-- 3 = 896000000

REFRESH TABLE "customers__cdc"

SELECT "userid", "cdc_ties", "cdc_ver", "_seq_no", "_primary_term" FROM "customers__cdc" WHERE "cdc_deleted_at" < CAST($1 AS BIGINT) ORDER BY "cdc_deleted_at" LIMIT 10000
-- 1 = 896000000

DELETE FROM "customers__cdc" WHERE "userid" = CAST($1 AS BIGINT) AND "_seq_no" = $2 AND "_primary_term" = $3
-- 1 = 1
-- 2 = 7
-- 3 = 1

DELETE FROM "customers__cdc" WHERE "userid" = CAST($1 AS BIGINT) AND "_seq_no" = $2 AND "_primary_term" = $3
-- 1 = 2
-- 2 = 8
-- 3 = 1

REFRESH TABLE "customers__cdc_ties"

DELETE FROM "customers__cdc_ties" WHERE "userid" = CAST($1 AS BIGINT) AND substr("cdc_ver", 1, 19) <= CAST($2 AS TEXT)
-- 1 = 2
-- 2 = 0000000000000000011

-- A snapshot that is finished

INSERT INTO "cdc_models" ("name", "revisions", "snapshot")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT))
ON CONFLICT ("name") DO UPDATE SET
    "snapshot" = CASE WHEN COALESCE("snapshot", 0) < excluded."snapshot" THEN excluded."snapshot" ELSE "snapshot" END
RETURNING "name"
-- 1 = "customers__cdc"
-- 2 = 
-- 3 = 600000000

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS TEXT)
-- 1 = "customers__cdc"

REFRESH TABLE "customers__cdc"

SELECT count(*) FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($1 AS TEXT)
-- 1 = 0000000000500000000:000

SELECT 1 FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($1 AS TEXT) LIMIT 1
-- 1 = 0000000000500000000:000

INSERT INTO "customers__cdc" ("userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ties", "cdc_ver")
(SELECT "userid", CAST($1 AS TEXT) AS "first_name", CAST($2 AS TEXT) AS "balance", CAST($3 AS BIGINT) AS "phone", CAST($4 AS BIGINT) AS "cdc_deleted_at", CAST($5 AS BIGINT) AS "cdc_old", CAST($6 AS BIGINT) AS "cdc_new", CAST($7 AS BIGINT) AS "cdc_ties", CAST($8 AS TEXT) AS "cdc_ver" FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($9 AS TEXT) LIMIT 10000)
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."first_name" ELSE "first_name" END,
    "balance" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."balance" ELSE "balance" END,
    "phone" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."phone" ELSE "phone" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ver" ELSE "cdc_ver" END
-- 1 = 
-- 2 = 
-- 3 = 
-- 4 = 500000000
-- 5 = -9223372036854775808
-- 6 = 2485221330263004573
-- 7 = 0
-- 8 = 0000000000500000000:000
-- 9 = 0000000000500000000:000

REFRESH TABLE "customers__cdc"

SELECT 1 FROM "customers__cdc" WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < CAST($1 AS TEXT) LIMIT 1
-- 1 = 0000000000500000000:000

INSERT INTO "cdc_models" ("name", "revisions", "swept")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT))
ON CONFLICT ("name") DO UPDATE SET
    "swept" = CASE WHEN COALESCE("swept", 0) < excluded."swept" THEN excluded."swept" ELSE "swept" END
RETURNING "name"
-- 1 = "customers__cdc"
-- 2 = 
-- 3 = 500000000

-- A write older than the snapshot, one older than the horizon, one that is newer

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS TEXT)
-- 1 = "customers__cdc"

SELECT "userid", "cdc_ver", "cdc_ties" FROM "customers__cdc" WHERE "userid" IN (CAST($1 AS BIGINT))
-- 1 = 2

INSERT INTO "customers__cdc" ("userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ties", "cdc_ver")
VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS TEXT))
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."first_name" ELSE "first_name" END,
    "balance" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."balance" ELSE "balance" END,
    "phone" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."phone" ELSE "phone" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ver" ELSE "cdc_ver" END
RETURNING "userid", "cdc_ver", "cdc_ties"
-- 1 = 3
-- 2 = 
-- 3 = 
-- 4 = 
-- 5 = 
-- 6 = 0
-- 7 = 572853326610914225
-- 8 = 0
-- 9 = 0000000000950000000:0011

SELECT "revisions", "horizon", "snapshot", "swept" FROM "cdc_models" WHERE "name" = CAST($1 AS TEXT)
-- 1 = "customers__cdc"

INSERT INTO "customers__cdc" ("userid", "first_name", "balance", "phone", "cdc_deleted_at", "cdc_old", "cdc_new", "cdc_ties", "cdc_ver")
VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS TEXT))
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."first_name" ELSE "first_name" END,
    "balance" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."balance" ELSE "balance" END,
    "phone" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."phone" ELSE "phone" END,
    "cdc_deleted_at" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END,
    "cdc_old" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_old" ELSE "cdc_old" END,
    "cdc_new" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_new" ELSE "cdc_new" END,
    "cdc_ties" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ties" ELSE "cdc_ties" END,
    "cdc_ver" = CASE WHEN substr("cdc_ver", 1, 19) < substr(excluded."cdc_ver", 1, 19) THEN excluded."cdc_ver" ELSE "cdc_ver" END
RETURNING "userid", "cdc_ver", "cdc_ties"
-- 1 = 3
-- 2 = 
-- 3 = 
-- 4 = 
-- 5 = 
-- 6 = 0
-- 7 = 572853326610914225
-- 8 = 0
-- 9 = 0000000000950000000:0011
