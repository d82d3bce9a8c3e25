-- Only ever updated: were a message to take effect twice, the sum would show it.
CREATE TABLE change_counter (
  kind  varchar(40) PRIMARY KEY,
  total bigint NOT NULL
);
INSERT INTO change_counter (kind, total)
VALUES ('OrderPlaced', 0), ('OrderChanged', 0), ('OrderCancelled', 0);
