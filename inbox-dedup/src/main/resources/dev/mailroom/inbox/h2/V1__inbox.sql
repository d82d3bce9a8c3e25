-- Which consumer has processed which message. A row is written in the transaction that holds the
-- message's effects, so that both are there or neither.
CREATE TABLE IF NOT EXISTS ${prefix}inbox_message (
    consumer     varchar(128) NOT NULL,
    message_id   varchar(128) NOT NULL,
    processed_at timestamp(6) with time zone DEFAULT current_timestamp(6) NOT NULL,
    PRIMARY KEY (consumer, message_id)
);

COMMENT ON TABLE ${prefix}inbox_message IS
    'Mailroom inbox: the messages each consumer has processed. Insert and delete only.';
COMMENT ON COLUMN ${prefix}inbox_message.consumer IS
    'Who processed the message, usually the name of its queue.';
COMMENT ON COLUMN ${prefix}inbox_message.message_id IS
    'The message''s id from the wire. UUIDs are in lower case; ids of foreign messages are as they came.';
COMMENT ON COLUMN ${prefix}inbox_message.processed_at IS
    'When the row was written, by the clock of the database. Read by cleaning.';
