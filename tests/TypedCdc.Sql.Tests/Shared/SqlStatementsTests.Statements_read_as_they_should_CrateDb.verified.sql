CREATE TABLE IF NOT EXISTS "customers__cdc" (
    "userid" BIGINT NOT NULL,
    "first_name" TEXT,
    "balance" TEXT,
    "attrs" OBJECT(DYNAMIC),
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    PRIMARY KEY ("userid")
);

CREATE OR REPLACE VIEW "customers" AS
SELECT "userid", "first_name", "balance", "attrs"
FROM "customers__cdc"
WHERE "cdc_deleted_at" IS NULL;

INSERT INTO "customers__cdc" ("userid", "first_name", "balance", "attrs", "cdc_ver", "cdc_deleted_at")
VALUES (@UserId, @FirstName, @Balance, CAST(@Attrs AS OBJECT), @cdc_ver, NULL)
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."first_name" ELSE "first_name" END,
    "balance" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."balance" ELSE "balance" END,
    "attrs" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."attrs" ELSE "attrs" END,
    "cdc_ver" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_ver" ELSE "cdc_ver" END,
    "cdc_deleted_at" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END;

INSERT INTO "customers__cdc" ("userid", "cdc_ver", "cdc_deleted_at")
VALUES (@UserId, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS BIGINT))
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN NULL ELSE "first_name" END,
    "balance" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN NULL ELSE "balance" END,
    "attrs" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN NULL ELSE "attrs" END,
    "cdc_ver" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_ver" ELSE "cdc_ver" END,
    "cdc_deleted_at" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END;

CREATE TABLE IF NOT EXISTS "shop"."orders__cdc" (
    "line" INTEGER NOT NULL,
    "note" TEXT,
    "id" TEXT NOT NULL,
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" BIGINT,
    PRIMARY KEY ("id", "line")
);

CREATE OR REPLACE VIEW "shop"."orders" AS
SELECT "line", "note", "id"
FROM "shop"."orders__cdc"
WHERE "cdc_deleted_at" IS NULL;

INSERT INTO "shop"."orders__cdc" ("line", "note", "id", "cdc_ver", "cdc_deleted_at")
VALUES (@Line, @Note, @Id, @cdc_ver, NULL)
ON CONFLICT ("id", "line") DO UPDATE SET
    "note" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."note" ELSE "note" END,
    "cdc_ver" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_ver" ELSE "cdc_ver" END,
    "cdc_deleted_at" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END;

INSERT INTO "shop"."orders__cdc" ("id", "line", "cdc_ver", "cdc_deleted_at")
VALUES (@Id, @Line, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS BIGINT))
ON CONFLICT ("id", "line") DO UPDATE SET
    "note" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN NULL ELSE "note" END,
    "cdc_ver" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_ver" ELSE "cdc_ver" END,
    "cdc_deleted_at" = CASE WHEN excluded."cdc_ver" > "cdc_ver" THEN excluded."cdc_deleted_at" ELSE "cdc_deleted_at" END;