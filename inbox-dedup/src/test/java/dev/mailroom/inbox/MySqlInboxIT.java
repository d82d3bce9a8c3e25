package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.testkit.database.DatabaseKind;
import dev.mailroom.testkit.database.WithDatabase;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The inbox's contracts on MySQL, where one is to be had. */
@WithDatabase(DatabaseKind.MYSQL)
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
  class Tables extends InboxSchemaContract {
    Tables() {
      super(Database.MYSQL);
    }

    @Override
    Map<String, String> damages() {
      return InboxSchemasIT.mariaDbDamages();
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
