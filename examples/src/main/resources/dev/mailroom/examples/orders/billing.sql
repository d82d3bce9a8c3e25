-- No unique constraint on purpose: were a message to take effect twice, it would show.
CREATE TABLE invoice_line (
  change_id  uuid NOT NULL,
  order_id   bigint NOT NULL,
  quantity   int NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
