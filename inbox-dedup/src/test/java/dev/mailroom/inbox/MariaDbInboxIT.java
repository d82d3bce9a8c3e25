package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import org.junit.jupiter.api.Nested;

/** The inbox's contracts on MariaDB. */
class MariaDbInboxIT {

  @Nested
  class Messages extends InboxContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class Batches extends InboxBatchContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class BatchTroubles extends InboxBatchTroubleContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class DeadLetters extends InboxDeadLettersContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class Cleaning extends InboxCleanerContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class Troubles extends InboxTroubleContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class Joined extends InboxJoinContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class Fidelity extends InboxFidelityContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }

  @Nested
  class Statements extends InboxDialectContract {
    @Override
    TestDatabase create() {
      return TestDatabase.on(Database.MARIADB);
    }
  }
}
