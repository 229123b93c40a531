-- A purge

SELECT max(`cdc_deleted_at`) FROM `customers__cdc`

INSERT INTO `cdc_models` (`name`, `revisions`, `horizon`)
VALUES (@p1, @p2, @p3)
AS incoming
ON DUPLICATE KEY UPDATE
    `horizon` = IF(COALESCE(`cdc_models`.`horizon`, 0) < incoming.`horizon`, incoming.`horizon`, `cdc_models`.`horizon`)
-- 1 = `customers__cdc`
-- 2 = 
-- 3 = 896000000

SELECT `userid`, `cdc_ties`, `cdc_ver` FROM `customers__cdc` WHERE `cdc_deleted_at` < @p1 ORDER BY `cdc_deleted_at` LIMIT 10000
-- 1 = 896000000

DELETE FROM `customers__cdc` WHERE `userid` = @p1 AND `cdc_ver` = @p2
-- 1 = 1
-- 2 = 0000000000000000010:0011

DELETE FROM `customers__cdc` WHERE `userid` = @p1 AND `cdc_ver` = @p2
-- 1 = 2
-- 2 = 0000000000000000011:0011

DELETE FROM `customers__cdc_ties` WHERE `userid` = @p1 AND substr(`cdc_ver`, 1, 19) <= @p2
-- 1 = 2
-- 2 = 0000000000000000011

-- A snapshot that is finished

INSERT INTO `cdc_models` (`name`, `revisions`, `snapshot`)
VALUES (@p1, @p2, @p3)
AS incoming
ON DUPLICATE KEY UPDATE
    `snapshot` = IF(COALESCE(`cdc_models`.`snapshot`, 0) < incoming.`snapshot`, incoming.`snapshot`, `cdc_models`.`snapshot`)
-- 1 = `customers__cdc`
-- 2 = 
-- 3 = 600000000

SELECT `revisions`, `horizon`, `snapshot`, `swept` FROM `cdc_models` WHERE `name` = @p1
-- 1 = `customers__cdc`

SELECT count(*) FROM `customers__cdc` WHERE `cdc_deleted_at` IS NULL AND `cdc_ver` < @p1
-- 1 = 0000000000500000000:000

SELECT 1 FROM `customers__cdc` WHERE `cdc_deleted_at` IS NULL AND `cdc_ver` < @p1 LIMIT 1
-- 1 = 0000000000500000000:000

INSERT INTO `customers__cdc` (`userid`, `first_name`, `balance`, `phone`, `cdc_deleted_at`, `cdc_old`, `cdc_new`, `cdc_ties`, `cdc_ver`)
SELECT * FROM (SELECT `userid`, @p1 AS `first_name`, @p2 AS `balance`, @p3 AS `phone`, @p4 AS `cdc_deleted_at`, @p5 AS `cdc_old`, @p6 AS `cdc_new`, @p7 AS `cdc_ties`, @p8 AS `cdc_ver` FROM `customers__cdc` WHERE `cdc_deleted_at` IS NULL AND `cdc_ver` < @p9 LIMIT 10000) AS incoming
ON DUPLICATE KEY UPDATE
    `first_name` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`first_name`, `customers__cdc`.`first_name`),
    `balance` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`balance`, `customers__cdc`.`balance`),
    `phone` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`phone`, `customers__cdc`.`phone`),
    `cdc_deleted_at` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_deleted_at`, `customers__cdc`.`cdc_deleted_at`),
    `cdc_old` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_old`, `customers__cdc`.`cdc_old`),
    `cdc_new` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_new`, `customers__cdc`.`cdc_new`),
    `cdc_ties` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_ties`, `customers__cdc`.`cdc_ties`),
    `cdc_ver` = IF(substr(`customers__cdc`.`cdc_ver`, 1, 19) < substr(incoming.`cdc_ver`, 1, 19), incoming.`cdc_ver`, `customers__cdc`.`cdc_ver`)
-- 1 = 
-- 2 = 
-- 3 = 
-- 4 = 500000000
-- 5 = -9223372036854775808
-- 6 = 2485221330263004573
-- 7 = 0
-- 8 = 0000000000500000000:000
-- 9 = 0000000000500000000:000

SELECT 1 FROM `customers__cdc` WHERE `cdc_deleted_at` IS NULL AND `cdc_ver` < @p1 LIMIT 1
-- 1 = 0000000000500000000:000

INSERT INTO `cdc_models` (`name`, `revisions`, `swept`)
VALUES (@p1, @p2, @p3)
AS incoming
ON DUPLICATE KEY UPDATE
    `swept` = IF(COALESCE(`cdc_models`.`swept`, 0) < incoming.`swept`, incoming.`swept`, `cdc_models`.`swept`)
-- 1 = `customers__cdc`
-- 2 = 
-- 3 = 500000000

-- A write older than the snapshot, one older than the horizon, one that is newer

SELECT `revisions`, `horizon`, `snapshot`, `swept` FROM `cdc_models` WHERE `name` = @p1
-- 1 = `customers__cdc`

SELECT `userid`, `cdc_ver`, `cdc_ties` FROM `customers__cdc` WHERE `userid` IN (@p1)
-- 1 = 2

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
-- 1 = 3
-- 2 = 
-- 3 = 
-- 4 = 
-- 5 = 
-- 6 = 0
-- 7 = 572853326610914225
-- 8 = 0
-- 9 = 0000000000950000000:0011

SELECT `userid`, `cdc_ver`, `cdc_ties` FROM `customers__cdc` WHERE `userid` IN (@p1)
-- 1 = 3

SELECT `revisions`, `horizon`, `snapshot`, `swept` FROM `cdc_models` WHERE `name` = @p1
-- 1 = `customers__cdc`

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
-- 1 = 3
-- 2 = 
-- 3 = 
-- 4 = 
-- 5 = 
-- 6 = 0
-- 7 = 572853326610914225
-- 8 = 0
-- 9 = 0000000000950000000:0011

SELECT `userid`, `cdc_ver`, `cdc_ties` FROM `customers__cdc` WHERE `userid` IN (@p1)
-- 1 = 3
