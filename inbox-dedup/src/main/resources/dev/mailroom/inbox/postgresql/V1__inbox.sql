-- Which consumer has processed which message. A row is written in the transaction that holds the
-- message's effects, so that both are there or neither.
CREATE TABLE ${prefix}inbox_message (
    consumer     text COLLATE "C" NOT NULL,
    message_id   text COLLATE "C" NOT NULL CHECK (char_length(message_id) BETWEEN 1 AND 128),
    processed_at timestamptz(6)   NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, message_id)
) WITH (
    -- Rows are inserted, never updated, and deleted in ranges once they are old. Vacuum by a small
    -- share of the table: freezing stays spread out, and what cleaning deletes is soon reused.
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.05
);

COMMENT ON TABLE ${prefix}inbox_message IS
    'Mailroom inbox: the messages each consumer has processed. Insert and delete only.';
COMMENT ON COLUMN ${prefix}inbox_message.consumer IS
    'Who processed the message, usually the name of its queue. Compared bytewise.';
COMMENT ON COLUMN ${prefix}inbox_message.message_id IS
    'The message''s id from the wire, at most 128 characters. UUIDs are in lower case, so that the order of UUIDv7 ids is the order of their bytes and so of time; ids of foreign messages are as they came. Compared bytewise.';
COMMENT ON COLUMN ${prefix}inbox_message.processed_at IS
    'When the row was written, by the clock of the database; its transaction committed later. Read by cleaning.';
