CREATE TABLE IF NOT EXISTS `sensor_readings_2024__history` (
    `cdc_id` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `device` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `at` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `cdc_timestamp` BIGINT NOT NULL,
    `cdc_stream` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `cdc_shard` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `cdc_position` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `cdc_operation` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `cdc_before` JSON,
    `cdc_after` JSON,
    `cdc_event_id` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_sequence_number` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_table` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `cdc_region` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_user_type` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_user_principal` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_ttl` BOOLEAN NOT NULL,
    `cdc_size` BIGINT,
    PRIMARY KEY (`cdc_id`)
)

SELECT `cdc_id` FROM `sensor_readings_2024__history` WHERE `cdc_id` IN (@p1)

INSERT INTO `sensor_readings_2024__history` (`cdc_id`, `device`, `at`, `cdc_timestamp`, `cdc_stream`, `cdc_shard`, `cdc_position`, `cdc_operation`, `cdc_before`, `cdc_after`, `cdc_event_id`, `cdc_sequence_number`, `cdc_table`, `cdc_region`, `cdc_user_type`, `cdc_user_principal`, `cdc_ttl`, `cdc_size`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18)
AS incoming
ON DUPLICATE KEY UPDATE
    `device` = IF(1 = 0, incoming.`device`, `sensor_readings_2024__history`.`device`),
    `at` = IF(1 = 0, incoming.`at`, `sensor_readings_2024__history`.`at`),
    `cdc_timestamp` = IF(1 = 0, incoming.`cdc_timestamp`, `sensor_readings_2024__history`.`cdc_timestamp`),
    `cdc_stream` = IF(1 = 0, incoming.`cdc_stream`, `sensor_readings_2024__history`.`cdc_stream`),
    `cdc_shard` = IF(1 = 0, incoming.`cdc_shard`, `sensor_readings_2024__history`.`cdc_shard`),
    `cdc_position` = IF(1 = 0, incoming.`cdc_position`, `sensor_readings_2024__history`.`cdc_position`),
    `cdc_operation` = IF(1 = 0, incoming.`cdc_operation`, `sensor_readings_2024__history`.`cdc_operation`),
    `cdc_before` = IF(1 = 0, incoming.`cdc_before`, `sensor_readings_2024__history`.`cdc_before`),
    `cdc_after` = IF(1 = 0, incoming.`cdc_after`, `sensor_readings_2024__history`.`cdc_after`),
    `cdc_event_id` = IF(1 = 0, incoming.`cdc_event_id`, `sensor_readings_2024__history`.`cdc_event_id`),
    `cdc_sequence_number` = IF(1 = 0, incoming.`cdc_sequence_number`, `sensor_readings_2024__history`.`cdc_sequence_number`),
    `cdc_table` = IF(1 = 0, incoming.`cdc_table`, `sensor_readings_2024__history`.`cdc_table`),
    `cdc_region` = IF(1 = 0, incoming.`cdc_region`, `sensor_readings_2024__history`.`cdc_region`),
    `cdc_user_type` = IF(1 = 0, incoming.`cdc_user_type`, `sensor_readings_2024__history`.`cdc_user_type`),
    `cdc_user_principal` = IF(1 = 0, incoming.`cdc_user_principal`, `sensor_readings_2024__history`.`cdc_user_principal`),
    `cdc_ttl` = IF(1 = 0, incoming.`cdc_ttl`, `sensor_readings_2024__history`.`cdc_ttl`),
    `cdc_size` = IF(1 = 0, incoming.`cdc_size`, `sensor_readings_2024__history`.`cdc_size`)
