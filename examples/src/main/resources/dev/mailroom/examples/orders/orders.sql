-- The shop's own tables. Mailroom's stand beside them, in the same schema.
CREATE TABLE customer_order (
  order_id bigint ${identity} PRIMARY KEY,
  customer varchar(100) NOT NULL,
  quantity int NOT NULL,
  version  int NOT NULL,
  status   varchar(9) NOT NULL -- OPEN or CANCELLED
);

CREATE TABLE order_change (
  change_id varchar(36) PRIMARY KEY,
  order_id  bigint NOT NULL REFERENCES customer_order (order_id),
  version   int NOT NULL,
  kind      varchar(40) NOT NULL,
  made_at   timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  UNIQUE (order_id, version)
);

-- What billing and shipping report back.
CREATE TABLE order_update (
  change_id  varchar(36) NOT NULL,
  kind       varchar(40) NOT NULL,
  written_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
);
