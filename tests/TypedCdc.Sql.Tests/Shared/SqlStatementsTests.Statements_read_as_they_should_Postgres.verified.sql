CREATE TABLE IF NOT EXISTS "customers__cdc" (
    "userid" bigint NOT NULL,
    "first_name" text,
    "balance" numeric,
    "attrs" jsonb,
    "cdc_ver" text COLLATE "C" NOT NULL,
    "cdc_deleted_at" bigint,
    PRIMARY KEY ("userid")
) WITH (fillfactor = 80);

CREATE INDEX IF NOT EXISTS "customers__cdc_deleted"
    ON "customers__cdc" ("cdc_deleted_at")
    WHERE "cdc_deleted_at" IS NOT NULL;

CREATE OR REPLACE VIEW "customers" AS
SELECT "userid", "first_name", "balance", "attrs"
FROM "customers__cdc"
WHERE "cdc_deleted_at" IS NULL;

INSERT INTO "customers__cdc" AS t ("userid", "first_name", "balance", "attrs", "cdc_ver", "cdc_deleted_at")
VALUES (@UserId, @FirstName, @Balance, CAST(@Attrs AS jsonb), @cdc_ver, NULL)
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = excluded."first_name",
    "balance" = excluded."balance",
    "attrs" = excluded."attrs",
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";

INSERT INTO "customers__cdc" AS t ("userid", "cdc_ver", "cdc_deleted_at")
VALUES (@UserId, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS bigint))
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = NULL,
    "balance" = NULL,
    "attrs" = NULL,
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";

CREATE TABLE IF NOT EXISTS "shop"."orders__cdc" (
    "line" integer NOT NULL,
    "note" text,
    "id" uuid NOT NULL,
    "cdc_ver" text COLLATE "C" NOT NULL,
    "cdc_deleted_at" bigint,
    PRIMARY KEY ("id", "line")
) WITH (fillfactor = 80);

CREATE INDEX IF NOT EXISTS "orders__cdc_deleted"
    ON "shop"."orders__cdc" ("cdc_deleted_at")
    WHERE "cdc_deleted_at" IS NOT NULL;

CREATE OR REPLACE VIEW "shop"."orders" AS
SELECT "line", "note", "id"
FROM "shop"."orders__cdc"
WHERE "cdc_deleted_at" IS NULL;

INSERT INTO "shop"."orders__cdc" AS t ("line", "note", "id", "cdc_ver", "cdc_deleted_at")
VALUES (@Line, @Note, @Id, @cdc_ver, NULL)
ON CONFLICT ("id", "line") DO UPDATE SET
    "note" = excluded."note",
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";

INSERT INTO "shop"."orders__cdc" AS t ("id", "line", "cdc_ver", "cdc_deleted_at")
VALUES (@Id, @Line, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS bigint))
ON CONFLICT ("id", "line") DO UPDATE SET
    "note" = NULL,
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";