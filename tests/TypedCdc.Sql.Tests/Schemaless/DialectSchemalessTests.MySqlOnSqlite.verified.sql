CREATE TABLE IF NOT EXISTS `cdc_schemaless` (
    `name` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `table_name` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `kind` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `keys` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    PRIMARY KEY (`name`)
)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

INSERT INTO `cdc_schemaless` (`name`, `table_name`, `kind`, `keys`)
VALUES (@p1, @p2, @p3, @p4)
AS incoming
ON DUPLICATE KEY UPDATE
    `table_name` = IF(1 = 0, incoming.`table_name`, `cdc_schemaless`.`table_name`),
    `kind` = IF(1 = 0, incoming.`kind`, `cdc_schemaless`.`kind`),
    `keys` = IF(1 = 0, incoming.`keys`, `cdc_schemaless`.`keys`)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

CREATE TABLE IF NOT EXISTS `t__cdc` (
    `id` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `dist_key` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `x` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    `cdc_old` BIGINT,
    `cdc_new` BIGINT,
    `cdc_ties` BIGINT,
    `cdc_width` BIGINT,
    PRIMARY KEY (`id`)
)

CREATE VIEW `t` AS
SELECT `id`, `dist_key`, `x`
FROM `t__cdc`
WHERE `cdc_deleted_at` IS NULL

CREATE TABLE IF NOT EXISTS `t__cdc_ties` (
    `id` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `dist_key` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `x` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    `cdc_old` BIGINT NOT NULL,
    `cdc_new` BIGINT NOT NULL,
    PRIMARY KEY (`id`, `cdc_ver`, `cdc_old`, `cdc_new`)
)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

SELECT 1 FROM `t__cdc_ties` LIMIT 1

CREATE TABLE IF NOT EXISTS `cdc_schemaless` (
    `name` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `table_name` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `kind` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `keys` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    PRIMARY KEY (`name`)
)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

INSERT INTO `cdc_schemaless` (`name`, `table_name`, `kind`, `keys`)
VALUES (@p1, @p2, @p3, @p4)
AS incoming
ON DUPLICATE KEY UPDATE
    `table_name` = IF(1 = 0, incoming.`table_name`, `cdc_schemaless`.`table_name`),
    `kind` = IF(1 = 0, incoming.`kind`, `cdc_schemaless`.`kind`),
    `keys` = IF(1 = 0, incoming.`keys`, `cdc_schemaless`.`keys`)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

CREATE TABLE IF NOT EXISTS `d__cdc` (
    `id` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `document` JSON,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    `cdc_old` BIGINT,
    `cdc_new` BIGINT,
    `cdc_ties` BIGINT,
    PRIMARY KEY (`id`)
)

CREATE VIEW `d` AS
SELECT `id`, `document`
FROM `d__cdc`
WHERE `cdc_deleted_at` IS NULL

CREATE TABLE IF NOT EXISTS `d__cdc_ties` (
    `id` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `document` JSON,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    `cdc_old` BIGINT NOT NULL,
    `cdc_new` BIGINT NOT NULL,
    PRIMARY KEY (`id`, `cdc_ver`, `cdc_old`, `cdc_new`)
)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

SELECT 1 FROM `d__cdc_ties` LIMIT 1

INSERT INTO `d__cdc` (`id`, `document`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ties`, `cdc_ver`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7)
AS incoming
ON DUPLICATE KEY UPDATE
    `document` = IF(substr(`d__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`document`, `d__cdc`.`document`),
    `cdc_deleted_at` = IF(substr(`d__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_deleted_at`, `d__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF(substr(`d__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_old`, `d__cdc`.`cdc_old`),
    `cdc_new` = IF(substr(`d__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_new`, `d__cdc`.`cdc_new`),
    `cdc_ties` = IF(substr(`d__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_ties`, `d__cdc`.`cdc_ties`),
    `cdc_ver` = IF(substr(`d__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_ver`, `d__cdc`.`cdc_ver`)

SELECT `id`, `cdc_ver`, `cdc_ties` FROM `d__cdc` WHERE `id` IN (@p1)

INSERT INTO `t__cdc` (`id`, `dist_key`, `x`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_width`, `cdc_ties`, `cdc_ver`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9)
AS incoming
ON DUPLICATE KEY UPDATE
    `dist_key` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`dist_key`, `t__cdc`.`dist_key`),
    `x` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`x`, `t__cdc`.`x`),
    `cdc_deleted_at` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_deleted_at`, `t__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_old`, `t__cdc`.`cdc_old`),
    `cdc_new` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_new`, `t__cdc`.`cdc_new`),
    `cdc_width` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_width`, `t__cdc`.`cdc_width`),
    `cdc_ties` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_ties`, `t__cdc`.`cdc_ties`),
    `cdc_ver` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_ver`, `t__cdc`.`cdc_ver`)

SELECT `id`, `cdc_width`, `cdc_ver`, `cdc_ties` FROM `t__cdc` WHERE `id` IN (@p1)

-- two more columns, and a change of the same time

CREATE TABLE IF NOT EXISTS `cdc_schemaless` (
    `name` VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `table_name` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `kind` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    `keys` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
    PRIMARY KEY (`name`)
)

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

ALTER TABLE `t__cdc` ADD COLUMN `y` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin

ALTER TABLE `t__cdc` ADD COLUMN `z` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin

DROP VIEW IF EXISTS `t`

CREATE VIEW `t` AS
SELECT `id`, `dist_key`, `x`, `y`, `z`
FROM `t__cdc`
WHERE `cdc_deleted_at` IS NULL

ALTER TABLE `t__cdc_ties` ADD COLUMN `y` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin

ALTER TABLE `t__cdc_ties` ADD COLUMN `z` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin

SELECT `table_name`, `kind`, `keys` FROM `cdc_schemaless` WHERE `name` = @p1

INSERT INTO `t__cdc` (`id`, `dist_key`, `x`, `y`, `z`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_width`, `cdc_ties`, `cdc_ver`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11)
AS incoming
ON DUPLICATE KEY UPDATE
    `dist_key` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`dist_key`, `t__cdc`.`dist_key`),
    `x` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`x`, `t__cdc`.`x`),
    `y` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`y`, `t__cdc`.`y`),
    `z` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`z`, `t__cdc`.`z`),
    `cdc_deleted_at` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_deleted_at`, `t__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_old`, `t__cdc`.`cdc_old`),
    `cdc_new` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_new`, `t__cdc`.`cdc_new`),
    `cdc_width` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_width`, `t__cdc`.`cdc_width`),
    `cdc_ties` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_ties`, `t__cdc`.`cdc_ties`),
    `cdc_ver` = IF((substr(`t__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19) OR (`t__cdc`.`cdc_ver` = incoming.`cdc_ver` AND COALESCE(`t__cdc`.`cdc_ties`, 0) = 0 AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_ver`, `t__cdc`.`cdc_ver`)

SELECT `id`, `cdc_width`, `cdc_ver`, `cdc_ties` FROM `t__cdc` WHERE `id` IN (@p1)

INSERT INTO `t__cdc_ties` (`id`, `dist_key`, `x`, `y`, `z`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ver`)
SELECT * FROM (SELECT `id`, `dist_key`, CASE WHEN COALESCE(`cdc_width`, 0) >= @p1 THEN `x` END AS `x`, CASE WHEN COALESCE(`cdc_width`, 0) >= @p2 THEN `y` END AS `y`, CASE WHEN COALESCE(`cdc_width`, 0) >= @p3 THEN `z` END AS `z`, `cdc_deleted_at`, COALESCE(`cdc_old`, @p4) AS `cdc_old`, COALESCE(`cdc_new`, @p5) AS `cdc_new`, `cdc_ver` FROM `t__cdc` WHERE `id` = @p6 AND COALESCE(`cdc_ties`, 0) = 0 AND COALESCE(`cdc_width`, 0) <= @p7) AS incoming
ON DUPLICATE KEY UPDATE
    `dist_key` = IF(1 = 0, incoming.`dist_key`, `t__cdc_ties`.`dist_key`),
    `x` = IF(1 = 0, incoming.`x`, `t__cdc_ties`.`x`),
    `y` = IF(1 = 0, incoming.`y`, `t__cdc_ties`.`y`),
    `z` = IF(1 = 0, incoming.`z`, `t__cdc_ties`.`z`),
    `cdc_deleted_at` = IF(1 = 0, incoming.`cdc_deleted_at`, `t__cdc_ties`.`cdc_deleted_at`)

INSERT INTO `t__cdc_ties` (`id`, `dist_key`, `x`, `y`, `z`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ver`)
VALUES (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9)
AS incoming
ON DUPLICATE KEY UPDATE
    `dist_key` = IF(1 = 0, incoming.`dist_key`, `t__cdc_ties`.`dist_key`),
    `x` = IF(1 = 0, incoming.`x`, `t__cdc_ties`.`x`),
    `y` = IF(1 = 0, incoming.`y`, `t__cdc_ties`.`y`),
    `z` = IF(1 = 0, incoming.`z`, `t__cdc_ties`.`z`),
    `cdc_deleted_at` = IF(1 = 0, incoming.`cdc_deleted_at`, `t__cdc_ties`.`cdc_deleted_at`)

SELECT `cdc_ver`, `cdc_old`, `cdc_new` FROM `t__cdc_ties` WHERE `id` = @p1 AND substr(`cdc_ver`, 1, 19) = @p2

INSERT INTO `t__cdc` (`id`, `dist_key`, `x`, `y`, `z`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ver`, `cdc_width`, `cdc_ties`)
SELECT * FROM (SELECT `id`, `dist_key`, `x`, `y`, `z`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, @p1 AS `cdc_ver`, @p2 AS `cdc_width`, @p3 AS `cdc_ties` FROM `t__cdc_ties` WHERE `id` = @p4 AND `cdc_ver` = @p5 AND `cdc_old` = @p6 AND `cdc_new` = @p7) AS incoming
ON DUPLICATE KEY UPDATE
    `dist_key` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`dist_key`, `t__cdc`.`dist_key`),
    `x` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`x`, `t__cdc`.`x`),
    `y` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`y`, `t__cdc`.`y`),
    `z` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`z`, `t__cdc`.`z`),
    `cdc_deleted_at` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_deleted_at`, `t__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_old`, `t__cdc`.`cdc_old`),
    `cdc_new` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_new`, `t__cdc`.`cdc_new`),
    `cdc_ver` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_ver`, `t__cdc`.`cdc_ver`),
    `cdc_width` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_width`, `t__cdc`.`cdc_width`),
    `cdc_ties` = IF(substr(`t__cdc`.`cdc_ver`, 1, 19) = substr(incoming.`cdc_ver`, 1, 19) AND COALESCE(`t__cdc`.`cdc_width`, 0) <= incoming.`cdc_width` AND (COALESCE(`t__cdc`.`cdc_ties`, 0) < incoming.`cdc_ties` OR (COALESCE(`t__cdc`.`cdc_ties`, 0) = incoming.`cdc_ties` AND COALESCE(`t__cdc`.`cdc_width`, 0) < incoming.`cdc_width`)), incoming.`cdc_ties`, `t__cdc`.`cdc_ties`)
