CREATE TABLE change_counter (
  kind  text PRIMARY KEY,
  total bigint NOT NULL
);
