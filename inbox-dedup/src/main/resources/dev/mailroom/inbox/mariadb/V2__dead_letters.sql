-- Messages that were given up on, with all that is needed to process them again.
CREATE TABLE IF NOT EXISTS ${prefix}inbox_dead_letter (
    consumer varchar(128) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL
        COMMENT 'Whose message it is. Compared bytewise.',
    message_id varchar(128) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL
        COMMENT 'The message''s id, as in inbox_message.',
    source varchar(1000) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL
        COMMENT 'Where it came from: the name of its queue.',
    message_type varchar(1000) CHARACTER SET utf8mb4 COLLATE ${bytewise}
        COMMENT 'The type that its sender gave it.',
    message_key varchar(1000) CHARACTER SET utf8mb4 COLLATE ${bytewise}
        COMMENT 'The group in which it came.',
    headers mediumtext CHARACTER SET utf8mb4 COLLATE ${bytewise}
        COMMENT 'Its headers as a JSON object, as in the outbox; null if there are none.',
    payload longblob NOT NULL
        COMMENT 'Its text in UTF-8. Bytes, since not every text that a queue carries fits into a column of text.',
    created_at datetime(6)
        COMMENT 'When its sender wrote it. In UTC.',
    sent_at datetime(6)
        COMMENT 'When the queue took it. In UTC.',
    receive_count integer NOT NULL
        COMMENT 'How often it was delivered until it was stored.',
    error mediumtext CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL
        COMMENT 'Why: the failure''s class and message and those of its causes, shortened.',
    dead_at datetime(6) NOT NULL DEFAULT (utc_timestamp(6))
        COMMENT 'When it was stored first, by the clock of the database. In UTC.',
    PRIMARY KEY (consumer, message_id)
) ENGINE = InnoDB
  COMMENT = 'Mailroom inbox: messages that were given up on, until an operator runs them again or discards them.';
