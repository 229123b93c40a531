CREATE TABLE IF NOT EXISTS "sensor_readings_2024__history" (
    "cdc_id" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "cdc_timestamp" BIGINT NOT NULL,
    "cdc_stream" TEXT NOT NULL,
    "cdc_shard" TEXT NOT NULL,
    "cdc_position" TEXT NOT NULL,
    "cdc_operation" TEXT NOT NULL,
    "cdc_before" OBJECT(IGNORED),
    "cdc_after" OBJECT(IGNORED),
    "cdc_event_id" TEXT,
    "cdc_sequence_number" TEXT,
    "cdc_table" TEXT NOT NULL,
    "cdc_region" TEXT,
    "cdc_user_type" TEXT,
    "cdc_user_principal" TEXT,
    "cdc_ttl" BOOLEAN NOT NULL,
    "cdc_size" BIGINT,
    PRIMARY KEY ("cdc_id")
) CLUSTERED BY ("cdc_id")

SELECT "cdc_id" FROM "sensor_readings_2024__history" WHERE "cdc_id" IN (CAST($1 AS TEXT))

INSERT INTO "sensor_readings_2024__history" ("cdc_id", "device", "at", "cdc_timestamp", "cdc_stream", "cdc_shard", "cdc_position", "cdc_operation", "cdc_before", "cdc_after", "cdc_event_id", "cdc_sequence_number", "cdc_table", "cdc_region", "cdc_user_type", "cdc_user_principal", "cdc_ttl", "cdc_size")
VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS OBJECT), CAST($10 AS OBJECT), CAST($11 AS TEXT), CAST($12 AS TEXT), CAST($13 AS TEXT), CAST($14 AS TEXT), CAST($15 AS TEXT), CAST($16 AS TEXT), CAST($17 AS BOOLEAN), CAST($18 AS BIGINT))
ON CONFLICT ("cdc_id") DO NOTHING
