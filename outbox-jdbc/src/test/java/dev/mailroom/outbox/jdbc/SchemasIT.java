package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The tables of each database, and its statements. */
class SchemasIT {

  @Nested
  class OnPostgreSql extends OutboxSchemaSuite {
    OnPostgreSql() {
      super(Database.POSTGRESQL, TestServer.of(Database.POSTGRESQL));
    }

    @Override
    Map<String, String> damages() {
      String message = "ALTER TABLE outbox_message ";
      String parked = "ALTER TABLE outbox_parked ";
      return pairs(
          "DROP TABLE outbox_relay",
          "table outbox_relay is missing",
          message + "DROP COLUMN created_at",
          "column outbox_message.created_at is missing",
          parked + "ADD COLUMN more int",
          "column outbox_parked.more is none of Mailroom's",
          message + "ALTER COLUMN created_at TYPE timestamptz(3)",
          "column outbox_message.created_at is 'timestamp(3) with time zone not null default' and",
          message + "ALTER COLUMN message_type DROP NOT NULL",
          "column outbox_message.message_type is 'text' and must be 'text not null'",
          message + "ALTER COLUMN destination TYPE text COLLATE \"default\"",
          "column outbox_message.destination is 'text not null' and must be 'text collation C",
          "DROP INDEX outbox_parked_due",
          "index outbox_parked.outbox_parked_due is missing",
          message + "DROP CONSTRAINT outbox_message_pkey",
          "primary key outbox_message is missing",
          message + "ALTER COLUMN seq SET CACHE 20",
          "sequence outbox_message.seq is 'by 1, cache 20' and must be 'by 1, cache 1'",
          parked + "DROP CONSTRAINT outbox_parked_state_check",
          "check outbox_parked.outbox_parked_state_check is missing",
          parked + "ALTER COLUMN attempts TYPE bigint",
          "column outbox_parked.attempts is 'bigint not null default' and must be 'integer not",
          parked + "ALTER COLUMN partition_no DROP EXPRESSION",
          "column outbox_parked.partition_no is 'smallint not null' and must be",
          "ALTER TABLE outbox_operation SET UNLOGGED",
          "table outbox_operation is 'unlogged' and must be 'permanent'");
    }
  }

  @Nested
  class OnH2 extends OutboxSchemaSuite {
    OnH2() {
      super(Database.H2, TestServer.of(Database.H2));
    }

    @Override
    Map<String, String> damages() {
      return h2Damages();
    }
  }

  /** As many users have it, to run what they wrote for PostgreSQL. */
  @Nested
  class OnH2LikePostgreSql extends OutboxSchemaSuite {
    OnH2LikePostgreSql() {
      super(
          Database.H2,
          new H2TestServer(";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"));
    }

    @Override
    Map<String, String> damages() {
      return h2Damages();
    }
  }

  private static Map<String, String> h2Damages() {
    String message = "ALTER TABLE outbox_message ";
    return pairs(
        "DROP TABLE outbox_relay",
        "table outbox_relay is missing",
        message + "DROP COLUMN created_at",
        "column outbox_message.created_at is missing",
        message + "ALTER COLUMN created_at SET DATA TYPE timestamp(3) with time zone",
        "column outbox_message.created_at is 'timestamp with time zone(3) not null default' and",
        message + "ALTER COLUMN message_type DROP NOT NULL",
        "column outbox_message.message_type is 'character varying(1048576)' and must be",
        "DROP INDEX outbox_parked_due",
        "index outbox_parked.outbox_parked_due is missing",
        message + "DROP CONSTRAINT outbox_message_pkey",
        "primary key outbox_message is missing",
        "ALTER TABLE outbox_parked ALTER COLUMN attempts SET DATA TYPE bigint",
        "column outbox_parked.attempts is 'bigint not null default' and must be 'integer not",
        message + "ALTER COLUMN seq SET CACHE 20",
        "sequence outbox_message.seq is 'by 1, cache 20' and must be 'by 1, cache 1'",
        "ALTER TABLE outbox_parked DROP CONSTRAINT outbox_parked_mark_is_known",
        "check outbox_parked.outbox_parked_mark_is_known is missing");
  }

  /** H2 has one for the whole database. */
  @Test
  void aCollationOfH2IsToldOf() {
    try (TestDatabase database = TestServer.of(Database.H2).empty()) {
      database.execute("SET COLLATION ENGLISH");
      OutboxSchema.migrate(database.pool());
      assertThatThrownBy(() -> OutboxSchema.validate(database.pool()))
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("collation english");
    }
  }

  @Nested
  class OnMariaDb extends OutboxSchemaSuite {
    OnMariaDb() {
      super(Database.MARIADB, TestServer.of(Database.MARIADB));
    }

    @Override
    Map<String, String> damages() {
      return mariaDbDamages();
    }

    /** The server shows it no trigger. */
    @Test
    void aRoleIsToldThatTheOwnerValidates() {
      try (TestDatabase database = TestServer.of(Database.MARIADB).withOutbox()) {
        database.grantRoles();
        database.execute("GRANT SELECT ON mailroom_schema_history TO relay");
        assertThatThrownBy(() -> OutboxSchema.validate(database.as("relay")))
            .isInstanceOf(MailroomException.class)
            .hasMessageContaining("validate as the user who migrated");
      }
    }
  }

  /** On MySQL, too. */
  static Map<String, String> mariaDbDamages() {
    String message = "ALTER TABLE outbox_message ";
    return pairs(
        "DROP TABLE outbox_relay",
        "table outbox_relay is missing",
        message + "DROP COLUMN created_at",
        "column outbox_message.created_at is missing",
        message + "MODIFY created_at DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3))",
        "column outbox_message.created_at is 'datetime(3) not null default' and must be",
        message
            + "MODIFY message_key VARCHAR(240) CHARACTER SET utf8mb4"
            + " COLLATE utf8mb4_general_ci",
        "column outbox_message.message_key is 'varchar(240) utf8mb4_general_ci' and must be",
        "DROP INDEX outbox_parked_due ON outbox_parked",
        "index outbox_parked.outbox_parked_due is missing",
        "DROP TRIGGER outbox_message_place",
        "trigger outbox_message.outbox_message_place is missing",
        "DROP TRIGGER outbox_parked_place; CREATE TRIGGER outbox_parked_place BEFORE INSERT"
            + " ON outbox_parked FOR EACH ROW SET NEW.partition_no = 0",
        "trigger outbox_parked.outbox_parked_place is 'BEFORE INSERT: SET NEW.partition_no = 0'",
        "ALTER TABLE outbox_parked DROP CONSTRAINT outbox_parked_mark_is_known",
        "check outbox_parked.outbox_parked_mark_is_known is missing",
        "ALTER TABLE outbox_parked MODIFY attempts BIGINT NOT NULL DEFAULT 0",
        "column outbox_parked.attempts is 'bigint not null default' and must be 'int not",
        "ALTER TABLE outbox_operation MODIFY affected BIGINT UNSIGNED NOT NULL",
        "column outbox_operation.affected is 'bigint unsigned not null' and must be",
        "DROP INDEX outbox_parked_state ON outbox_parked; CREATE INDEX outbox_parked_state"
            + " ON outbox_parked (state(3), destination, partition_no, seq, message_id)",
        "index outbox_parked.outbox_parked_state is 'state(3), destination, partition_no, seq",
        "ALTER TABLE outbox_relay ENGINE = MyISAM",
        "table outbox_relay is 'MyISAM' and must be 'InnoDB'");
  }

  private static Map<String, String> pairs(String... texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (int i = 0; i < texts.length; i += 2) {
      pairs.put(texts[i], texts[i + 1]);
    }
    return pairs;
  }

  @Nested
  class StatementsOfPostgreSql extends StatementsSuite {
    StatementsOfPostgreSql() {
      super(Database.POSTGRESQL);
    }
  }

  @Nested
  class StatementsOfH2 extends StatementsSuite {
    StatementsOfH2() {
      super(Database.H2);
    }
  }

  @Nested
  class StatementsOfMariaDb extends StatementsSuite {
    StatementsOfMariaDb() {
      super(Database.MARIADB);
    }
  }
}
