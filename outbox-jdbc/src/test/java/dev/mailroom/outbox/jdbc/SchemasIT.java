package dev.mailroom.outbox.jdbc;

import java.util.Map;
import org.junit.jupiter.api.Nested;

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
      return Map.of(
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
          "check outbox_parked.outbox_parked_state_check is missing");
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
    return Map.of(
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
        "primary key outbox_message is missing");
  }

  @Nested
  class OnMariaDb extends OutboxSchemaSuite {
    OnMariaDb() {
      super(Database.MARIADB, TestServer.of(Database.MARIADB));
    }

    @Override
    Map<String, String> damages() {
      String message = "ALTER TABLE outbox_message ";
      return Map.of(
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
          "trigger outbox_message.outbox_message_place is missing");
    }
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
