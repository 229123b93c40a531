CREATE TABLE IF NOT EXISTS "customers__cdc" (
    "userid" BIGINT NOT NULL,
    "first_name" VARCHAR(65535),
    "balance" VARCHAR(256),
    "attrs" SUPER,
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    PRIMARY KEY ("userid")
)
DISTKEY ("userid")
SORTKEY ("userid");

CREATE OR REPLACE VIEW "customers" AS
SELECT "userid", "first_name", "balance", "attrs"
FROM "customers__cdc"
WHERE "cdc_deleted_at" IS NULL;

BEGIN;
LOCK "customers__cdc";
UPDATE "customers__cdc" SET
    "first_name" = @FirstName,
    "balance" = @Balance,
    "attrs" = JSON_PARSE(@Attrs),
    "cdc_ver" = @cdc_ver,
    "cdc_deleted_at" = NULL
WHERE "userid" = @UserId AND "cdc_ver" < @cdc_ver;
INSERT INTO "customers__cdc" ("userid", "first_name", "balance", "attrs", "cdc_ver", "cdc_deleted_at")
SELECT @UserId, @FirstName, @Balance, JSON_PARSE(@Attrs), @cdc_ver, NULL
WHERE NOT EXISTS (SELECT 1 FROM "customers__cdc" WHERE "userid" = @UserId);
COMMIT;

BEGIN;
LOCK "customers__cdc";
UPDATE "customers__cdc" SET
    "first_name" = NULL,
    "balance" = NULL,
    "attrs" = NULL,
    "cdc_ver" = @cdc_ver,
    "cdc_deleted_at" = CAST(substr(@cdc_ver, 1, 19) AS BIGINT)
WHERE "userid" = @UserId AND "cdc_ver" < @cdc_ver;
INSERT INTO "customers__cdc" ("userid", "cdc_ver", "cdc_deleted_at")
SELECT @UserId, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS BIGINT)
WHERE NOT EXISTS (SELECT 1 FROM "customers__cdc" WHERE "userid" = @UserId);
COMMIT;

CREATE TABLE IF NOT EXISTS "shop"."orders__cdc" (
    "line" INTEGER NOT NULL,
    "note" VARCHAR(65535),
    "id" VARCHAR(36) NOT NULL,
    "cdc_ver" VARCHAR(152) NOT NULL,
    "cdc_deleted_at" BIGINT,
    PRIMARY KEY ("id", "line")
)
DISTKEY ("id")
SORTKEY ("id", "line");

CREATE OR REPLACE VIEW "shop"."orders" AS
SELECT "line", "note", "id"
FROM "shop"."orders__cdc"
WHERE "cdc_deleted_at" IS NULL;

BEGIN;
LOCK "shop"."orders__cdc";
UPDATE "shop"."orders__cdc" SET
    "note" = @Note,
    "cdc_ver" = @cdc_ver,
    "cdc_deleted_at" = NULL
WHERE "id" = @Id AND "line" = @Line AND "cdc_ver" < @cdc_ver;
INSERT INTO "shop"."orders__cdc" ("line", "note", "id", "cdc_ver", "cdc_deleted_at")
SELECT @Line, @Note, @Id, @cdc_ver, NULL
WHERE NOT EXISTS (SELECT 1 FROM "shop"."orders__cdc" WHERE "id" = @Id AND "line" = @Line);
COMMIT;

BEGIN;
LOCK "shop"."orders__cdc";
UPDATE "shop"."orders__cdc" SET
    "note" = NULL,
    "cdc_ver" = @cdc_ver,
    "cdc_deleted_at" = CAST(substr(@cdc_ver, 1, 19) AS BIGINT)
WHERE "id" = @Id AND "line" = @Line AND "cdc_ver" < @cdc_ver;
INSERT INTO "shop"."orders__cdc" ("id", "line", "cdc_ver", "cdc_deleted_at")
SELECT @Id, @Line, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS BIGINT)
WHERE NOT EXISTS (SELECT 1 FROM "shop"."orders__cdc" WHERE "id" = @Id AND "line" = @Line);
COMMIT;