package dev.mailroom.outbox.jdbc;

import dev.mailroom.testkit.database.DatabaseKind;
import dev.mailroom.testkit.database.WithDatabase;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** All suites on MySQL, where one is to be had. */
@WithDatabase(DatabaseKind.MYSQL)
class MySqlIT {

  @Nested
  class Store extends OutboxStoreSuite {
    Store() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Leases extends LeaseStoreSuite {
    Leases() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Writers extends WriterSuite {
    Writers() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Crowds extends CrowdSuite {
    Crowds() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Fidelity extends FidelitySuite {
    Fidelity() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Operations extends OperatorsSuite {
    Operations() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Privileges extends PrivilegesSuite {
    Privileges() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Tables extends OutboxSchemaSuite {
    Tables() {
      super(Database.MYSQL, TestServer.of(Database.MYSQL));
    }

    @Override
    Map<String, String> damages() {
      return SchemasIT.mariaDbDamages();
    }
  }

  @Nested
  class HotStatements extends MariaDbHotSuite {
    HotStatements() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Rules extends MariaDbRulesSuite {
    Rules() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Statements extends StatementsSuite {
    Statements() {
      super(Database.MYSQL);
    }
  }
}
