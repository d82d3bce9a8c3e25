package dev.mailroom.inbox;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.Database;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The inbox's tables on each database. */
class InboxSchemasIT {

  private static final String MESSAGE = "ALTER TABLE inbox_message ";
  private static final String LETTER = "ALTER TABLE inbox_dead_letter ";

  @Nested
  class OnPostgreSql extends InboxSchemaContract {
    OnPostgreSql() {
      super(Database.POSTGRESQL);
    }

    @Override
    Map<String, String> damages() {
      return Map.of(
          "DROP TABLE inbox_dead_letter",
          "table inbox_dead_letter is missing",
          LETTER + "DROP COLUMN sent_at",
          "column inbox_dead_letter.sent_at is missing",
          MESSAGE + "ADD COLUMN more int",
          "column inbox_message.more is none of Mailroom's",
          MESSAGE + "ALTER COLUMN processed_at TYPE timestamptz(3)",
          "column inbox_message.processed_at is 'timestamp(3) with time zone not null default'",
          MESSAGE + "ALTER COLUMN message_id TYPE text COLLATE \"default\"",
          "column inbox_message.message_id is 'text not null' and must be 'text collation C",
          MESSAGE + "DROP CONSTRAINT inbox_message_pkey",
          "primary key inbox_message is missing",
          MESSAGE + "DROP CONSTRAINT inbox_message_message_id_check",
          "check inbox_message.inbox_message_message_id_check is missing",
          "CREATE INDEX slow ON inbox_message (processed_at)",
          "index inbox_message.slow is none of Mailroom's");
    }
  }

  @Nested
  class OnMariaDb extends InboxSchemaContract {
    OnMariaDb() {
      super(Database.MARIADB);
    }

    @Override
    Map<String, String> damages() {
      return mariaDbDamages();
    }
  }

  @Nested
  class OnH2 extends InboxSchemaContract {
    OnH2() {
      super(Database.H2);
    }

    @Override
    Map<String, String> damages() {
      return Map.of(
          "DROP TABLE inbox_dead_letter",
          "table inbox_dead_letter is missing",
          LETTER + "DROP COLUMN sent_at",
          "column inbox_dead_letter.sent_at is missing",
          MESSAGE + "ADD COLUMN more int",
          "column inbox_message.more is none of Mailroom's",
          MESSAGE + "ALTER COLUMN processed_at SET DATA TYPE timestamp(3) with time zone",
          "column inbox_message.processed_at is 'timestamp with time zone(3) not null default'",
          MESSAGE + "DROP PRIMARY KEY",
          "primary key inbox_message is missing",
          "CREATE INDEX slow ON inbox_message (processed_at)",
          "index inbox_message.slow is none of Mailroom's");
    }
  }

  /** On MySQL, too. */
  static Map<String, String> mariaDbDamages() {
    return Map.of(
        "DROP TABLE inbox_dead_letter",
        "table inbox_dead_letter is missing",
        LETTER + "DROP COLUMN sent_at",
        "column inbox_dead_letter.sent_at is missing",
        MESSAGE + "ADD COLUMN more int",
        "column inbox_message.more is none of Mailroom's",
        MESSAGE + "MODIFY processed_at DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3))",
        "column inbox_message.processed_at is 'datetime(3) not null default' and must be",
        LETTER + "MODIFY error mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        "column inbox_dead_letter.error is 'mediumtext utf8mb4_general_ci' and must be",
        MESSAGE + "DROP PRIMARY KEY",
        "primary key inbox_message is missing",
        "CREATE INDEX slow ON inbox_message (processed_at)",
        "index inbox_message.slow is none of Mailroom's");
  }

  /** Since 11.5 it is another one than before, and a server can have its own. */
  @Test
  void aMariaDbWithAnotherCollationByDefaultMakesTheSameTables() {
    try (TestDatabase database = TestDatabase.empty(Database.MARIADB)) {
      assumeThat(
              database.texts(
                  """
                  SELECT variable_name FROM information_schema.system_variables
                  WHERE variable_name = 'CHARACTER_SET_COLLATIONS'
                  """))
          .as("MariaDB has it since 11.2")
          .isNotEmpty();
      HikariDataSource pool = database.pool(2);
      pool.setConnectionInitSql("SET character_set_collations = 'utf8mb4=utf8mb4_uca1400_ai_ci'");
      InboxSchema.migrate(pool);
      InboxSchema.validate(pool);
    }
  }
}
