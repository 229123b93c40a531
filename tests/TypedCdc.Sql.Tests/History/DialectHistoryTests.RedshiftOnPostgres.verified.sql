BEGIN

CREATE TABLE IF NOT EXISTS "sensor_readings_2024__history" (
    "cdc_id" VARCHAR(152) NOT NULL,
    "device" VARCHAR(65535) NOT NULL,
    "at" VARCHAR(65535) NOT NULL,
    "cdc_timestamp" BIGINT NOT NULL,
    "cdc_stream" VARCHAR(65535) NOT NULL,
    "cdc_shard" VARCHAR(65535) NOT NULL,
    "cdc_position" VARCHAR(65535) NOT NULL,
    "cdc_operation" VARCHAR(65535) NOT NULL,
    "cdc_before" SUPER,
    "cdc_after" SUPER,
    "cdc_event_id" VARCHAR(65535),
    "cdc_sequence_number" VARCHAR(65535),
    "cdc_table" VARCHAR(65535) NOT NULL,
    "cdc_region" VARCHAR(65535),
    "cdc_user_type" VARCHAR(65535),
    "cdc_user_principal" VARCHAR(65535),
    "cdc_ttl" BOOLEAN NOT NULL,
    "cdc_size" BIGINT,
    PRIMARY KEY ("cdc_id")
)
DISTKEY ("device")
SORTKEY ("cdc_timestamp")

COMMIT

CREATE TEMP TABLE IF NOT EXISTS "sensor_readings_2024__history_stage" (
    "cdc_id" VARCHAR(152),
    "device" VARCHAR(65535),
    "at" VARCHAR(65535),
    "cdc_timestamp" BIGINT,
    "cdc_stream" VARCHAR(65535),
    "cdc_shard" VARCHAR(65535),
    "cdc_position" VARCHAR(65535),
    "cdc_operation" VARCHAR(65535),
    "cdc_before" VARCHAR(65535),
    "cdc_after" VARCHAR(65535),
    "cdc_event_id" VARCHAR(65535),
    "cdc_sequence_number" VARCHAR(65535),
    "cdc_table" VARCHAR(65535),
    "cdc_region" VARCHAR(65535),
    "cdc_user_type" VARCHAR(65535),
    "cdc_user_principal" VARCHAR(65535),
    "cdc_ttl" BOOLEAN,
    "cdc_size" BIGINT
)
DISTKEY ("device")

DELETE FROM "sensor_readings_2024__history_stage"

INSERT INTO "sensor_readings_2024__history_stage" ("cdc_id", "device", "at", "cdc_timestamp", "cdc_stream", "cdc_shard", "cdc_position", "cdc_operation", "cdc_before", "cdc_after", "cdc_event_id", "cdc_sequence_number", "cdc_table", "cdc_region", "cdc_user_type", "cdc_user_principal", "cdc_ttl", "cdc_size")
VALUES (CAST($1 AS VARCHAR(65535)), CAST($2 AS VARCHAR(65535)), CAST($3 AS VARCHAR(65535)), CAST($4 AS BIGINT), CAST($5 AS VARCHAR(65535)), CAST($6 AS VARCHAR(65535)), CAST($7 AS VARCHAR(65535)), CAST($8 AS VARCHAR(65535)), CAST($9 AS VARCHAR(65535)), CAST($10 AS VARCHAR(65535)), CAST($11 AS VARCHAR(65535)), CAST($12 AS VARCHAR(65535)), CAST($13 AS VARCHAR(65535)), CAST($14 AS VARCHAR(65535)), CAST($15 AS VARCHAR(65535)), CAST($16 AS VARCHAR(65535)), CAST($17 AS BOOLEAN), CAST($18 AS BIGINT))

BEGIN

LOCK "sensor_readings_2024__history"

INSERT INTO "sensor_readings_2024__history" ("cdc_id", "device", "at", "cdc_timestamp", "cdc_stream", "cdc_shard", "cdc_position", "cdc_operation", "cdc_before", "cdc_after", "cdc_event_id", "cdc_sequence_number", "cdc_table", "cdc_region", "cdc_user_type", "cdc_user_principal", "cdc_ttl", "cdc_size")
SELECT s."cdc_id", s."device", s."at", s."cdc_timestamp", s."cdc_stream", s."cdc_shard", s."cdc_position", s."cdc_operation", JSON_PARSE(s."cdc_before"), JSON_PARSE(s."cdc_after"), s."cdc_event_id", s."cdc_sequence_number", s."cdc_table", s."cdc_region", s."cdc_user_type", s."cdc_user_principal", s."cdc_ttl", s."cdc_size"
FROM "sensor_readings_2024__history_stage" AS s LEFT JOIN "sensor_readings_2024__history" AS t ON s."cdc_id" = t."cdc_id" AND s."device" = t."device"
WHERE t."cdc_id" IS NULL

COMMIT
