-- No unique constraint on purpose: were a message to take effect twice, it would show.
CREATE TABLE invoice_line (
  change_id  varchar(36) NOT NULL,
  order_id   bigint NOT NULL,
  quantity   int NOT NULL,
  written_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
);
