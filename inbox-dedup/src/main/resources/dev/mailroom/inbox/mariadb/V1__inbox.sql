-- Which consumer has processed which message. A row is written in the transaction that holds the
-- message's effects, so that both are there or neither.
CREATE TABLE IF NOT EXISTS ${prefix}inbox_message (
    consumer varchar(128) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL
        COMMENT 'Who processed the message, usually the name of its queue. Compared bytewise.',
    message_id varchar(128) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL
        COMMENT 'The message''s id from the wire. UUIDs are in lower case, so that the order of UUIDv7 ids is the order of their bytes and so of time; ids of foreign messages are as they came. Compared bytewise.',
    processed_at datetime(6) NOT NULL DEFAULT (utc_timestamp(6))
        COMMENT 'When the row was written, in UTC by the clock of the database; its transaction committed later. Read by cleaning.',
    PRIMARY KEY (consumer, message_id)
) ENGINE = InnoDB
  COMMENT = 'Mailroom inbox: the messages each consumer has processed. Insert and delete only.';
