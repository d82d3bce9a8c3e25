-- The steps of each order, in the order in which they took effect.
CREATE TABLE shipment_step (
  step       bigint ${identity} PRIMARY KEY,
  change_id  varchar(36) NOT NULL,
  order_id   bigint NOT NULL,
  version    int NOT NULL,
  written_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
);
