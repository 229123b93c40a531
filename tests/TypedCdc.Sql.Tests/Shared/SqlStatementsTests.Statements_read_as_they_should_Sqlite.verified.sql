CREATE TABLE IF NOT EXISTS "customers__cdc" (
    "userid" INTEGER NOT NULL,
    "first_name" TEXT,
    "balance" TEXT,
    "attrs" TEXT,
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" INTEGER,
    PRIMARY KEY ("userid")
);

CREATE INDEX IF NOT EXISTS "customers__cdc_deleted"
    ON "customers__cdc" ("cdc_deleted_at")
    WHERE "cdc_deleted_at" IS NOT NULL;

CREATE VIEW IF NOT EXISTS "customers" AS
SELECT "userid", "first_name", "balance", "attrs"
FROM "customers__cdc"
WHERE "cdc_deleted_at" IS NULL;

INSERT INTO "customers__cdc" AS t ("userid", "first_name", "balance", "attrs", "cdc_ver", "cdc_deleted_at")
VALUES (@UserId, @FirstName, @Balance, @Attrs, @cdc_ver, NULL)
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = excluded."first_name",
    "balance" = excluded."balance",
    "attrs" = excluded."attrs",
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";

INSERT INTO "customers__cdc" AS t ("userid", "cdc_ver", "cdc_deleted_at")
VALUES (@UserId, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS INTEGER))
ON CONFLICT ("userid") DO UPDATE SET
    "first_name" = NULL,
    "balance" = NULL,
    "attrs" = NULL,
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";

CREATE TABLE IF NOT EXISTS "orders__cdc" (
    "line" INTEGER NOT NULL,
    "note" TEXT,
    "id" TEXT NOT NULL,
    "cdc_ver" TEXT NOT NULL,
    "cdc_deleted_at" INTEGER,
    PRIMARY KEY ("id", "line")
);

CREATE INDEX IF NOT EXISTS "orders__cdc_deleted"
    ON "orders__cdc" ("cdc_deleted_at")
    WHERE "cdc_deleted_at" IS NOT NULL;

CREATE VIEW IF NOT EXISTS "orders" AS
SELECT "line", "note", "id"
FROM "orders__cdc"
WHERE "cdc_deleted_at" IS NULL;

INSERT INTO "orders__cdc" AS t ("line", "note", "id", "cdc_ver", "cdc_deleted_at")
VALUES (@Line, @Note, @Id, @cdc_ver, NULL)
ON CONFLICT ("id", "line") DO UPDATE SET
    "note" = excluded."note",
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";

INSERT INTO "orders__cdc" AS t ("id", "line", "cdc_ver", "cdc_deleted_at")
VALUES (@Id, @Line, @cdc_ver, CAST(substr(@cdc_ver, 1, 19) AS INTEGER))
ON CONFLICT ("id", "line") DO UPDATE SET
    "note" = NULL,
    "cdc_ver" = excluded."cdc_ver",
    "cdc_deleted_at" = excluded."cdc_deleted_at"
WHERE t."cdc_ver" < excluded."cdc_ver";