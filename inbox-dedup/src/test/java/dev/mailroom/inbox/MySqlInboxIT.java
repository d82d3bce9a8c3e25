package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The inbox's contracts on a MySQL that is given. */
@EnabledIfEnvironmentVariable(named = "MAILROOM_MYSQL_URL", matches = ".+")
class MySqlInboxIT {

  @Nested
  class Messages extends InboxContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class Batches extends InboxBatchContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class BatchTroubles extends InboxBatchTroubleContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class DeadLetters extends InboxDeadLettersContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class Cleaning extends InboxCleanerContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class Troubles extends InboxTroubleContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class Joined extends InboxJoinContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class Fidelity extends InboxFidelityContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }

  @Nested
  class Statements extends InboxDialectContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MYSQL);
    }
  }
}
