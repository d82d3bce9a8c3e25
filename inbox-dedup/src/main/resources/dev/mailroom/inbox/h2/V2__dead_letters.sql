-- Messages that were given up on, with all that is needed to process them again.
CREATE TABLE IF NOT EXISTS ${prefix}inbox_dead_letter (
    consumer      varchar(128)                NOT NULL,
    message_id    varchar(128)                NOT NULL,
    source        varchar(1000)               NOT NULL,
    message_type  varchar(1000),
    message_key   varchar(1000),
    headers       clob,
    payload       blob                        NOT NULL,
    created_at    timestamp(6) with time zone,
    sent_at       timestamp(6) with time zone,
    receive_count integer                     NOT NULL,
    error         varchar(10000)              NOT NULL,
    dead_at       timestamp(6) with time zone DEFAULT current_timestamp(6) NOT NULL,
    PRIMARY KEY (consumer, message_id)
);

COMMENT ON TABLE ${prefix}inbox_dead_letter IS
    'Mailroom inbox: messages that were given up on, until an operator runs them again or discards them.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.consumer IS
    'Whose message it is. Compared bytewise.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.message_id IS
    'The message''s id, as in inbox_message.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.source IS
    'Where it came from: the name of its queue.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.message_type IS
    'The type that its sender gave it.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.message_key IS
    'The group in which it came.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.headers IS
    'Its headers as a JSON object, as in the outbox; null if there are none.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.payload IS
    'Its text in UTF-8. Bytes, since not every text that a queue carries fits into a column of text.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.created_at IS
    'When its sender wrote it.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.sent_at IS
    'When the queue took it.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.receive_count IS
    'How often it was delivered until it was stored.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.error IS
    'Why: the failure''s class and message and those of its causes, shortened.';
COMMENT ON COLUMN ${prefix}inbox_dead_letter.dead_at IS
    'When it was stored first, by the clock of the database.';
