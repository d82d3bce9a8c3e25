-- Messages that were given up on, with all that is needed to process them again.
CREATE TABLE ${prefix}inbox_dead_letter (
    consumer      text COLLATE "C" NOT NULL,
    message_id    text COLLATE "C" NOT NULL CHECK (char_length(message_id) BETWEEN 1 AND 128),
    source        text             NOT NULL,
    message_type  text,
    message_key   text,
    headers       text,
    payload       bytea            NOT NULL,
    created_at    timestamptz(6),
    sent_at       timestamptz(6),
    receive_count integer          NOT NULL,
    error         text             NOT NULL,
    dead_at       timestamptz(6)   NOT NULL DEFAULT clock_timestamp(),
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
