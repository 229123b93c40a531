CREATE TABLE IF NOT EXISTS `customers__cdc` (
    `userid` BIGINT NOT NULL,
    `first_name` LONGTEXT CHARACTER SET utf8mb4 COLLATE /*M!100200 utf8mb4_nopad_bin *//*!80017 utf8mb4_0900_bin */,
    `balance` VARCHAR(176) CHARACTER SET ascii COLLATE ascii_bin,
    `attrs` LONGTEXT CHARACTER SET utf8mb4 COLLATE /*M!100200 utf8mb4_nopad_bin *//*!80017 utf8mb4_0900_bin */,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    PRIMARY KEY (`userid`)
) ENGINE = InnoDB;

CREATE OR REPLACE VIEW `customers` AS
SELECT `userid`, `first_name`, `balance`, `attrs`
FROM `customers__cdc`
WHERE `cdc_deleted_at` IS NULL;

INSERT INTO `customers__cdc` (`userid`, `first_name`, `balance`, `attrs`, `cdc_deleted_at`, `cdc_ver`)
VALUES (@UserId, @FirstName, @Balance, @Attrs, NULL, @cdc_ver)
ON DUPLICATE KEY UPDATE
    `first_name` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`first_name`), `first_name`),
    `balance` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`balance`), `balance`),
    `attrs` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`attrs`), `attrs`),
    `cdc_deleted_at` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_deleted_at`), `cdc_deleted_at`),
    `cdc_ver` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_ver`), `cdc_ver`);

INSERT INTO `customers__cdc` (`userid`, `cdc_deleted_at`, `cdc_ver`)
VALUES (@UserId, CAST(substr(@cdc_ver, 1, 19) AS SIGNED), @cdc_ver)
ON DUPLICATE KEY UPDATE
    `first_name` = IF(VALUES(`cdc_ver`) > `cdc_ver`, NULL, `first_name`),
    `balance` = IF(VALUES(`cdc_ver`) > `cdc_ver`, NULL, `balance`),
    `attrs` = IF(VALUES(`cdc_ver`) > `cdc_ver`, NULL, `attrs`),
    `cdc_deleted_at` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_deleted_at`), `cdc_deleted_at`),
    `cdc_ver` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_ver`), `cdc_ver`);

CREATE TABLE IF NOT EXISTS `shop`.`orders__cdc` (
    `line` INT NOT NULL,
    `note` LONGTEXT CHARACTER SET utf8mb4 COLLATE /*M!100200 utf8mb4_nopad_bin *//*!80017 utf8mb4_0900_bin */,
    `id` CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_ver` VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cdc_deleted_at` BIGINT,
    PRIMARY KEY (`id`, `line`)
) ENGINE = InnoDB;

CREATE OR REPLACE VIEW `shop`.`orders` AS
SELECT `line`, `note`, `id`
FROM `shop`.`orders__cdc`
WHERE `cdc_deleted_at` IS NULL;

INSERT INTO `shop`.`orders__cdc` (`line`, `note`, `id`, `cdc_deleted_at`, `cdc_ver`)
VALUES (@Line, @Note, @Id, NULL, @cdc_ver)
ON DUPLICATE KEY UPDATE
    `note` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`note`), `note`),
    `cdc_deleted_at` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_deleted_at`), `cdc_deleted_at`),
    `cdc_ver` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_ver`), `cdc_ver`);

INSERT INTO `shop`.`orders__cdc` (`id`, `line`, `cdc_deleted_at`, `cdc_ver`)
VALUES (@Id, @Line, CAST(substr(@cdc_ver, 1, 19) AS SIGNED), @cdc_ver)
ON DUPLICATE KEY UPDATE
    `note` = IF(VALUES(`cdc_ver`) > `cdc_ver`, NULL, `note`),
    `cdc_deleted_at` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_deleted_at`), `cdc_deleted_at`),
    `cdc_ver` = IF(VALUES(`cdc_ver`) > `cdc_ver`, VALUES(`cdc_ver`), `cdc_ver`);