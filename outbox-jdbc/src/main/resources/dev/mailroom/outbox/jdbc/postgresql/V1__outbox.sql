-- The outbox. Writers insert rows here in their own transactions, in any language: the first six
-- columns of the INSERT (destination, message_id, message_key, message_type, headers, payload) are a
-- public contract; the database fills in the others.
CREATE TABLE outbox_message (
  destination  text COLLATE "C" NOT NULL,
  partition_no smallint NOT NULL
    GENERATED ALWAYS AS ((hashtext(coalesce(message_key, message_id::text)) & 15)::smallint) STORED,
  seq          bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
  message_id   uuid NOT NULL,
  message_key  text COLLATE "C",
  message_type text NOT NULL,
  headers      text,
  payload      text NOT NULL,
  created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (destination, partition_no, seq)
) WITH (
  -- Rows live for milliseconds. Vacuum by count and at full speed, so that dead rows stay few
  -- however large the table once was.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 5000,
  toast.autovacuum_vacuum_cost_delay = 0
);

COMMENT ON TABLE outbox_message IS
  'Messages to send: inserted with the business data, deleted once the broker has them; never updated';
COMMENT ON COLUMN outbox_message.destination IS
  'Where to: a logical name, sqs:name, sns:name, an ARN or a queue URL; 1 to 512 visible ASCII characters';
COMMENT ON COLUMN outbox_message.partition_no IS
  'Hash of the key, or of the id without one, modulo 16; computed here so that all writers agree';
COMMENT ON COLUMN outbox_message.seq IS
  'Drawn at the insert; the order within a key, if writers of the key take turns. CACHE must stay 1';
COMMENT ON COLUMN outbox_message.message_id IS
  'Made by the writer, best as UUIDv7; the inbox knows a repeat by it';
COMMENT ON COLUMN outbox_message.message_key IS
  'What the message is about, for order and as MessageGroupId; 1 to 128 visible ASCII characters, or NULL';
COMMENT ON COLUMN outbox_message.message_type IS
  'What kind of message it is; 1 to 256 characters';
COMMENT ON COLUMN outbox_message.headers IS
  'A JSON object of strings, numbers, arrays of strings and {"base64": "…"}; NULL without headers';
COMMENT ON COLUMN outbox_message.payload IS
  'The body to send, untouched; text, because the brokers carry text only';
COMMENT ON COLUMN outbox_message.created_at IS
  'When the row was written, by the clock of the database; not when its transaction commits';

-- What is not to be sent now. Rows move here from outbox_message and keep their seq.
CREATE TABLE outbox_parked (
  LIKE outbox_message INCLUDING COMMENTS,
  state        text NOT NULL CHECK (state IN ('DEAD', 'BLOCKED')),
  attempts     int NOT NULL,
  last_error   text NOT NULL,
  parked_at    timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
  -- With the id: a failover may set the sequence back, and then a seq is used twice.
  PRIMARY KEY (destination, partition_no, seq, message_id)
);

COMMENT ON TABLE outbox_parked IS
  'Messages that the relay set aside; the columns up to created_at are those of outbox_message';
COMMENT ON COLUMN outbox_parked.state IS
  'DEAD: refused by the broker, or unreadable. BLOCKED: waits behind a DEAD message of its key';
COMMENT ON COLUMN outbox_parked.attempts IS
  'How often it was sent in vain, not counting the times when the destination itself was at fault';
COMMENT ON COLUMN outbox_parked.last_error IS
  'Why it is here, in the words of the broker or of the relay';
COMMENT ON COLUMN outbox_parked.parked_at IS
  'When it was set aside';
