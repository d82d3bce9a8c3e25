-- The steps of each order, in the order in which they took effect.
CREATE TABLE shipment_step (
  step       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  change_id  uuid NOT NULL,
  order_id   bigint NOT NULL,
  version    int NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
