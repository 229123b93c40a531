SELECT c.column_name, c.column_type, c.is_nullable = 'YES', COALESCE(k.ordinal_position, 0), c.column_default IS NOT NULL
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k
    ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
WHERE c.table_schema = COALESCE(@p1, DATABASE()) AND c.table_name = @p2
ORDER BY c.ordinal_position

SELECT c.column_name, c.column_type, c.is_nullable = 'YES', COALESCE(k.ordinal_position, 0), c.column_default IS NOT NULL
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k
    ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
WHERE c.table_schema = COALESCE(@p1, DATABASE()) AND c.table_name = @p2
ORDER BY c.ordinal_position

SELECT c.column_name, c.column_type, c.is_nullable = 'YES', COALESCE(k.ordinal_position, 0), c.column_default IS NOT NULL
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k
    ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
WHERE c.table_schema = COALESCE(@p1, DATABASE()) AND c.table_name = @p2
ORDER BY c.ordinal_position

SELECT c.column_name, c.column_type, c.is_nullable = 'YES', COALESCE(k.ordinal_position, 0), c.column_default IS NOT NULL
FROM information_schema.columns AS c
LEFT JOIN information_schema.key_column_usage AS k
    ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
WHERE c.table_schema = COALESCE(@p1, DATABASE()) AND c.table_name = @p2
ORDER BY c.ordinal_position

CREATE TABLE IF NOT EXISTS `cdc_models` (
    `name` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `revisions` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `horizon` BIGINT,
    `snapshot` BIGINT,
    `swept` BIGINT,
    PRIMARY KEY (`name`)
)

CREATE TABLE IF NOT EXISTS `customers__cdc` (
    `userid` BIGINT NOT NULL,
    `first_name` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `balance` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `phone` BIGINT,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    `cdc_old` BIGINT,
    `cdc_new` BIGINT,
    `cdc_ties` BIGINT,
    PRIMARY KEY (`userid`)
)

CREATE VIEW `customers` AS
SELECT `userid`, `first_name`, `balance`, `phone`
FROM `customers__cdc`
WHERE `cdc_deleted_at` IS NULL

CREATE TABLE IF NOT EXISTS `customers__cdc_ties` (
    `userid` BIGINT NOT NULL,
    `first_name` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `balance` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `phone` BIGINT,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    `cdc_old` BIGINT NOT NULL,
    `cdc_new` BIGINT NOT NULL,
    PRIMARY KEY (`userid`, `cdc_ver`, `cdc_old`, `cdc_new`)
)

SELECT `revisions`, `horizon`, `snapshot`, `swept` FROM `cdc_models` WHERE `name` = @p1

SELECT 1 FROM `customers__cdc_ties` LIMIT 1

SELECT `revisions`, `horizon`, `snapshot`, `swept` FROM `cdc_models` WHERE `name` = @p1

SELECT `revisions`, `horizon`, `snapshot`, `swept` FROM `cdc_models` WHERE `name` = @p1

INSERT INTO `customers__cdc` (`userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ties`, `cdc_ver`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9)
AS incoming
ON DUPLICATE KEY UPDATE
    `first_name` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`first_name`, `customers__cdc`.`first_name`),
    `balance` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`balance`, `customers__cdc`.`balance`),
    `phone` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`phone`, `customers__cdc`.`phone`),
    `cdc_deleted_at` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_deleted_at`, `customers__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_old`, `customers__cdc`.`cdc_old`),
    `cdc_new` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_new`, `customers__cdc`.`cdc_new`),
    `cdc_ties` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_ties`, `customers__cdc`.`cdc_ties`),
    `cdc_ver` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_ver`, `customers__cdc`.`cdc_ver`)

SELECT `userid`, `cdc_ver`, `cdc_ties` FROM `customers__cdc` WHERE `userid` IN (@p1)

INSERT INTO `customers__cdc_ties` (`userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ver`)
SELECT * FROM (SELECT `userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, COALESCE(`cdc_old`, @p1) AS `cdc_old`, COALESCE(`cdc_new`, @p2) AS `cdc_new`, `cdc_ver` FROM `customers__cdc` WHERE `userid` = @p3 AND COALESCE(`cdc_ties`, 0) = 0) AS incoming
ON DUPLICATE KEY UPDATE
    `first_name` = IF(1 = 0, incoming.`first_name`, `customers__cdc_ties`.`first_name`),
    `balance` = IF(1 = 0, incoming.`balance`, `customers__cdc_ties`.`balance`),
    `phone` = IF(1 = 0, incoming.`phone`, `customers__cdc_ties`.`phone`),
    `cdc_deleted_at` = IF(1 = 0, incoming.`cdc_deleted_at`, `customers__cdc_ties`.`cdc_deleted_at`)

INSERT INTO `customers__cdc_ties` (`userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ver`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)
AS incoming
ON DUPLICATE KEY UPDATE
    `first_name` = IF(1 = 0, incoming.`first_name`, `customers__cdc_ties`.`first_name`),
    `balance` = IF(1 = 0, incoming.`balance`, `customers__cdc_ties`.`balance`),
    `phone` = IF(1 = 0, incoming.`phone`, `customers__cdc_ties`.`phone`),
    `cdc_deleted_at` = IF(1 = 0, incoming.`cdc_deleted_at`, `customers__cdc_ties`.`cdc_deleted_at`)

SELECT `cdc_ver`, `cdc_old`, `cdc_new` FROM `customers__cdc_ties` WHERE `userid` = @p1 AND substr(`cdc_ver`, 1, 19) = @p2

INSERT INTO `customers__cdc` (`userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ver`, `cdc_ties`)
SELECT * FROM (SELECT `userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, @p1 AS `cdc_ver`, @p2 AS `cdc_ties` FROM `customers__cdc_ties` WHERE `userid` = @p3 AND `cdc_ver` = @p4 AND `cdc_old` = @p5 AND `cdc_new` = @p6) AS incoming
ON DUPLICATE KEY UPDATE
    `first_name` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`first_name`, `customers__cdc`.`first_name`),
    `balance` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`balance`, `customers__cdc`.`balance`),
    `phone` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`phone`, `customers__cdc`.`phone`),
    `cdc_deleted_at` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`cdc_deleted_at`, `customers__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`cdc_old`, `customers__cdc`.`cdc_old`),
    `cdc_new` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`cdc_new`, `customers__cdc`.`cdc_new`),
    `cdc_ver` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`cdc_ver`, `customers__cdc`.`cdc_ver`),
    `cdc_ties` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`customers__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties`, incoming.`cdc_ties`, `customers__cdc`.`cdc_ties`)

DELETE FROM `customers__cdc_ties` WHERE `userid` = @p1 AND substr(`cdc_ver`, 1, 19) < @p2
