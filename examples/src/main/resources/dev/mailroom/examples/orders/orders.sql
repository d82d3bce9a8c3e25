-- The shop's own tables. Mailroom's stand beside them, in the same schema.
CREATE TABLE customer_order (
  order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL,
  quantity int NOT NULL,
  version  int NOT NULL,
  status   text NOT NULL CHECK (status IN ('OPEN', 'CANCELLED'))
);

CREATE TABLE order_change (
  change_id uuid PRIMARY KEY,
  order_id  bigint NOT NULL REFERENCES customer_order,
  version   int NOT NULL,
  kind      text NOT NULL,
  made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (order_id, version)
);

-- What billing and shipping report back.
CREATE TABLE order_update (
  change_id  uuid NOT NULL,
  kind       text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
