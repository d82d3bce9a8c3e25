-- The outbox, for MariaDB and MySQL. Writers insert rows here in their own transactions, in any
-- language: the columns destination, message_id, message_key, message_type, headers and payload are
-- a public contract; the database fills in the others. Write with a strict sql_mode, the default:
-- without it, the server cuts what is too long. Text keys are compared byte by byte, spaces at the
-- end included. All times are UTC, whatever the time zone of the session or the server is.

CREATE TABLE IF NOT EXISTS ${prefix}outbox_lock (
  purpose ENUM ('GATE', 'TURN', 'KEY') NOT NULL COMMENT
    'GATE: a writer holds one in share mode from before it draws a seq until its end. TURN: whoever settles or takes a partition. KEY: writers of a key that take turns',
  number  SMALLINT NOT NULL COMMENT
    'GATE: which quarter of a second of a minute. TURN: the partition. KEY: a hash of destination and key',
  PRIMARY KEY (purpose, number)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT =
  'Rows to lock, never to change: 240 gates, 16 turns, 4096 keys';

INSERT IGNORE INTO ${prefix}outbox_lock (purpose, number)
WITH RECURSIVE digit AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM digit WHERE n < 15)
SELECT 'KEY', a.n * 256 + b.n * 16 + c.n FROM digit a CROSS JOIN digit b CROSS JOIN digit c
UNION ALL SELECT 'GATE', a.n * 16 + b.n FROM digit a CROSS JOIN digit b WHERE a.n < 15
UNION ALL SELECT 'TURN', n FROM digit;

-- The defaults are no good values: MariaDB 11.4.5 refuses an INSERT ... SELECT into a table with such
-- a trigger whose columns are NOT NULL and have none. The constraints refuse the worst of them.
CREATE TABLE IF NOT EXISTS ${prefix}outbox_message (
  destination   VARCHAR(512) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL DEFAULT '' COMMENT
    'Where to: a logical name, sqs:name, sns:name, an ARN or a queue URL; 1 to 512 visible ASCII characters',
  partition_no  SMALLINT NOT NULL DEFAULT -1 COMMENT
    'Hash of the key, or of the id without one, modulo 16; computed here so that all writers agree',
  seq           BIGINT NOT NULL AUTO_INCREMENT COMMENT
    'Drawn at the insert; the order within a key, if writers of the key take turns',
  message_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT
    'Made by the writer, best as UUIDv7; the inbox knows a repeat by it. Stored in lower case',
  message_key   VARCHAR(240) CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT
    'What the message is about, for order and as MessageGroupId; 1 to 128 visible ASCII characters, or NULL',
  message_type  VARCHAR(256) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL DEFAULT '' COMMENT
    'What kind of message it is; 1 to 256 characters',
  headers       MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT
    'A JSON object of strings, numbers, arrays of strings and {"base64": "…"}; NULL without headers',
  payload       LONGTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL DEFAULT ('') COMMENT
    'The body to send, untouched; text, because the brokers carry text only',
  created_at    DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT
    'When the row was written, UTC by the clock of the database; not when its transaction commits',
  content_bytes INT AS (OCTET_LENGTH(payload) + COALESCE(OCTET_LENGTH(headers), 0)) STORED COMMENT
    'The size of payload and headers, so that nobody has to fetch them to know it',
  PRIMARY KEY (destination, partition_no, seq),
  -- AUTO_INCREMENT wants one.
  KEY outbox_message_seq (seq),
  CONSTRAINT ${prefix}outbox_message_has_destination CHECK (destination <> ''),
  CONSTRAINT ${prefix}outbox_message_placed_by_trigger CHECK (partition_no BETWEEN 0 AND 15),
  CONSTRAINT ${prefix}outbox_message_id_is_uuid CHECK
    (message_id REGEXP '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT =
  'Messages to send: inserted with the business data, deleted once the broker has them; never updated';

-- It runs with the rights of who made it, before the server draws seq. The lock on the gate is held
-- until the writer's transaction ends: a relay that can lock a gate knows that all have ended that
-- went through it.
CREATE TRIGGER IF NOT EXISTS ${prefix}outbox_message_place BEFORE INSERT ON ${prefix}outbox_message FOR EACH ROW
SET NEW.message_id = LOWER(NEW.message_id),
    NEW.partition_no = (
      SELECT CRC32(COALESCE(NEW.message_key, NEW.message_id)) & 15
      FROM ${prefix}outbox_lock
      WHERE purpose = 'GATE'
        AND number = SECOND(UTC_TIMESTAMP()) * 4 + MICROSECOND(UTC_TIMESTAMP(6)) DIV 250000
      LOCK IN SHARE MODE);

-- What is not to be sent now. Rows move here from outbox_message and keep their seq. A writer inserts
-- the row of a scheduled message itself: the six columns above and deliver_at; that is public, too.
CREATE TABLE IF NOT EXISTS ${prefix}outbox_parked (
  destination   VARCHAR(512) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL DEFAULT '' COMMENT
    'As in outbox_message',
  partition_no  SMALLINT NOT NULL DEFAULT -1 COMMENT 'As in outbox_message',
  seq           BIGINT NOT NULL AUTO_INCREMENT COMMENT
    'As it was in outbox_message; a scheduled message draws one here',
  message_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT
    'As in outbox_message',
  message_key   VARCHAR(240) CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT
    'As in outbox_message',
  message_type  VARCHAR(256) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL DEFAULT '' COMMENT
    'As in outbox_message',
  headers       MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT 'As in outbox_message',
  payload       LONGTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL DEFAULT ('') COMMENT
    'As in outbox_message',
  created_at    DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT 'As in outbox_message',
  content_bytes INT AS (OCTET_LENGTH(payload) + COALESCE(OCTET_LENGTH(headers), 0)) STORED COMMENT
    'As in outbox_message',
  deliver_at    DATETIME(6) COMMENT
    'The time that the writer of a scheduled message asked for, UTC; such a row never counts in the order of its key. NULL: it was parked by the relay and keeps its place',
  state         VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'SCHEDULED' COMMENT
    'What it waits for. SCHEDULED: deliver_at. RETRYING: its next attempt. BLOCKED: an earlier message of its key. DEAD: an operator',
  attempts      INT NOT NULL DEFAULT 0 COMMENT
    'How often it was sent in vain, not counting the times when the destination itself was at fault',
  last_error    MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT
    'Why it is here, in the words of the broker or of the relay; NULL for a scheduled one',
  parked_at     DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT
    'When the relay last set it aside, or when it was written as a scheduled one; UTC',
  mark          VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin COMMENT
    'What an operator wants done with a DEAD one: RETRY or DISCARD; the relay that owns the partition acts on it',
  act_at        DATETIME(6) COMMENT
    'When to send a RETRYING one again or to act on a mark, UTC; NULL for all others',
  due_at        DATETIME(6) AS (CASE state WHEN 'SCHEDULED' THEN deliver_at ELSE act_at END) STORED COMMENT
    'When the relay has to act on it: deliver_at while SCHEDULED, else act_at; NULL if it does not wait for a time',
  ordered_key   VARCHAR(240) CHARACTER SET utf8mb4 COLLATE ${bytewise}
    AS (CASE WHEN deliver_at IS NULL THEN message_key END) STORED COMMENT
    'The key in whose order it counts; NULL if it was scheduled or has no key',
  -- With the id: a failover may set a sequence back, and scheduled rows draw from one of their own.
  PRIMARY KEY (destination, partition_no, seq, message_id),
  KEY outbox_parked_seq (seq),
  -- What is due.
  KEY outbox_parked_due (destination, due_at, seq),
  -- The first row of a key.
  KEY outbox_parked_key (destination, partition_no, ordered_key, seq, state),
  -- The dead letters, however many rows wait behind them.
  KEY outbox_parked_state (state, destination, partition_no, seq, message_id),
  CONSTRAINT ${prefix}outbox_parked_has_destination CHECK (destination <> ''),
  CONSTRAINT ${prefix}outbox_parked_placed_by_trigger CHECK (partition_no BETWEEN 0 AND 15),
  CONSTRAINT ${prefix}outbox_parked_id_is_uuid CHECK
    (message_id REGEXP '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
  CONSTRAINT ${prefix}outbox_parked_state_is_known CHECK
    (state IN ('SCHEDULED', 'RETRYING', 'BLOCKED', 'DEAD')),
  CONSTRAINT ${prefix}outbox_parked_mark_is_known CHECK (mark IN ('RETRY', 'DISCARD')),
  CONSTRAINT ${prefix}outbox_parked_scheduled_has_time CHECK
    (state <> 'SCHEDULED' OR deliver_at IS NOT NULL),
  CONSTRAINT ${prefix}outbox_parked_only_dead_is_marked CHECK (state = 'DEAD' OR mark IS NULL),
  CONSTRAINT ${prefix}outbox_parked_acts_if_it_waits_for_time CHECK
    ((act_at IS NOT NULL) = (state = 'RETRYING' OR mark IS NOT NULL))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT =
  'Messages that wait for something; the columns up to content_bytes are those of outbox_message';

CREATE TRIGGER IF NOT EXISTS ${prefix}outbox_parked_place BEFORE INSERT ON ${prefix}outbox_parked FOR EACH ROW
SET NEW.message_id = LOWER(NEW.message_id),
    NEW.partition_no = CRC32(COALESCE(NEW.message_key, NEW.message_id)) & 15;

CREATE TABLE IF NOT EXISTS ${prefix}outbox_partition (
  partition_no SMALLINT NOT NULL COMMENT 'As in outbox_message',
  owner        CHAR(36) CHARACTER SET ascii COLLATE ascii_bin COMMENT
    'The relay that took it last, as in outbox_relay; NULL once it was given back',
  epoch        BIGINT NOT NULL DEFAULT 0 COMMENT
    'How often it was taken; who acts on an older one has lost it',
  lease_until  DATETIME(6) NOT NULL DEFAULT '1970-01-01' COMMENT
    'From then on another relay may take it; UTC',
  PRIMARY KEY (partition_no),
  CONSTRAINT ${prefix}outbox_partition_is_one_of_16 CHECK (partition_no BETWEEN 0 AND 15)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT =
  'Which relay sends what is in a partition: always 16 rows';

INSERT IGNORE INTO ${prefix}outbox_partition (partition_no)
SELECT number FROM ${prefix}outbox_lock WHERE purpose = 'TURN';

CREATE TABLE IF NOT EXISTS ${prefix}outbox_relay (
  instance_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT
    'Made anew at each start of a relay',
  started_at  DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT
    'When it first showed itself; UTC',
  seen_at     DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT
    'When it last did, UTC; not seen for ten leases, it is struck off',
  PRIMARY KEY (instance_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = 'The relays that are alive';

CREATE TABLE IF NOT EXISTS ${prefix}outbox_destination (
  destination   VARCHAR(512) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL COMMENT
    'As in outbox_message',
  first_seen    DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT
    'When a relay first met it, or an operator paused it; UTC',
  paused_by     VARCHAR(128) CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT 'Who paused it',
  paused_at     DATETIME(6) COMMENT 'Since when nothing is sent to it, UTC; NULL if it is not paused',
  paused_reason MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} COMMENT
    'Why, in the words of who paused it',
  PRIMARY KEY (destination),
  CONSTRAINT ${prefix}outbox_destination_paused_by_someone CHECK
    ((paused_at IS NULL) = (paused_by IS NULL))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT =
  'The destinations that relays have met, and which of them are paused';

CREATE TABLE IF NOT EXISTS ${prefix}outbox_operation (
  operation_id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'In the order of the acts',
  acted_at     DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) COMMENT 'When it began; UTC',
  acted_by     VARCHAR(128) CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL COMMENT
    'Who did it, as they said',
  act          VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT
    'RETRY or DISCARD of dead messages, PAUSE or RESUME of a destination',
  selection    MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE ${bytewise} NOT NULL COMMENT
    'On what: the filter, or the destination and the reason',
  affected     BIGINT NOT NULL COMMENT 'How many messages or destinations it changed',
  PRIMARY KEY (operation_id),
  CONSTRAINT ${prefix}outbox_operation_act_is_known CHECK
    (act IN ('RETRY', 'DISCARD', 'PAUSE', 'RESUME'))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = 'What operators did';

-- Nobody but who migrates needs more than this; who migrates must stay a user, as the triggers run
-- with its rights:
--   writers    INSERT on outbox_message, outbox_parked; with a key lock SELECT, UPDATE on outbox_lock
--   relays     SELECT, DELETE on outbox_message
--              SELECT, INSERT, UPDATE, DELETE on outbox_parked, outbox_relay
--              SELECT, UPDATE on outbox_partition, outbox_lock
--              SELECT, INSERT on outbox_destination
--   operators  SELECT, UPDATE on outbox_parked
--              SELECT, INSERT, UPDATE on outbox_destination, outbox_operation
